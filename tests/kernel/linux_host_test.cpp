// SPDX-License-Identifier: LGPL-2.1-or-later
// A Linux host on two arrays of haoh-arraysim: the simulator is only worth something if the kernel
// takes its two arrays for one subsystem and does verified I/O through their failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// Writes the whole namespace in random order and reads it back, comparing each block. `mode` is
/// what fio needs besides.
std::string fio_command(const std::string& device, std::string_view mode) {
    return "fio --name=stretched --filename=" + device +
           " --direct=1 --thread --rw=randwrite --bs=8k --size=4m --ioengine=libaio --iodepth=4 "
           "--verify=crc32c --verify_fatal=1 --randseed=1 " +
           std::string(mode);
}

class LinuxHostOnSimulatedArrays : public KernelTest,
                                   public testing::WithParamInterface<std::string> {
  protected:
    LinuxHostOnSimulatedArrays() : KernelTest({.name = "sim", .host_kernel = GetParam()}) {}

    /// A host waits long for an array that hangs.
    void leave_host() override { arrays().command("up b"); }

    std::uint16_t port_a() { return arrays().port("a"); }
    std::uint16_t port_b() { return arrays().port("b"); }

    void connect(const LinuxHost::ConnectOptions& options = {}) {
        serve(SimulatedArrays::kStretchedPair);
        connect_both(SimulatedArrays::kNqn, 2, options);
        device_ = host().wait_device(SimulatedArrays::kNqn, 1);
    }

    /// Moves the namespace to an array, first away from the other one.
    void move_to(const std::string& array) {
        arrays().command(std::string("ana ") + (array == "a" ? "b" : "a") + " all inaccessible");
        arrays().command("ana " + array + " all optimized");
    }

    void start_io() { io_ = guest().start_loop(fio_command(device_, "--do_verify=1")); }

    /// Waits until another 100 requests have been completed through the array. (Of the multipath
    /// device itself the kernel counts requests since 6.4 only.)
    void expect_io_at(const std::string& array) {
        std::string stat;
        for (const auto& path : host().paths(SimulatedArrays::kNqn))
            if (path.trsvcid == arrays().port(array))
                stat = "/sys/block/" + path.path + "/stat";
        ASSERT_NE(stat, "") << "array " << array << " has no path";
        const auto count = "awk '{ print $1 + $5 }' " + stat;
        const auto before = guest().must(count);
        guest().wait_until("[ $(" + count + ") -gt $((" + before + " + 100)) ]",
                           "I/O at array " + array);
        EXPECT_FALSE(guest().ended(io_)) << "fio gave up";
    }

    void expect_io_verified() {
        const auto result = guest().end_loop(io_);
        EXPECT_EQ(result.status, 0) << result.output;
        EXPECT_THAT(result.output, HasSubstr("err= 0"));
        EXPECT_THAT(result.output, Not(HasSubstr("verify: bad")));
        EXPECT_THAT(messages(), Not(HasSubstr("I/O error, dev " + device_.substr(5))));
    }

    /// What was written last is read back, through whatever array serves now.
    void expect_data_intact() {
        const auto result = guest().run(fio_command(device_, "--verify_only"));
        EXPECT_EQ(result.status, 0) << result.output;
    }

    const std::string& device() const { return device_; }

  private:
    std::string device_;
    Guest::Command io_;
};

INSTANTIATE_TEST_SUITE_P(linux_6_1, LinuxHostOnSimulatedArrays, testing::Values("6.1"),
                         kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_6_12, LinuxHostOnSimulatedArrays, testing::Values("6.12"),
                         kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, LinuxHostOnSimulatedArrays, testing::Values("7"),
                         kernel_test_name);

TEST_P(LinuxHostOnSimulatedArrays, two_arrays_become_one_multipath_device) {
    connect();
    const auto paths = host().paths(SimulatedArrays::kNqn);
    ASSERT_THAT(paths, SizeIs(2));
    EXPECT_NE(paths[0].cntlid, paths[1].cntlid);
    for (const auto& path : paths) {
        EXPECT_EQ(path.state, "live");
        EXPECT_EQ(path.ana_state, path.trsvcid == port_a() ? "optimized" : "inaccessible");
    }
    EXPECT_EQ(guest().must("blockdev --getsize64 " + device()),
              std::to_string(std::uint64_t{32} << 20U));
    const auto said = messages();
    for (const auto* complaint : {"don't match", "duplicate", "Duplicate", "rejecting", "WARNING",
                                  "I/O error", "failed", "Invalid"})
        EXPECT_THAT(said, Not(HasSubstr(complaint)));
    // What the kernel does not look at, nvme-cli does. (`nvme ana-log` of Debian 12 reads beyond the
    // end of a short log, which a target has to refuse.)
    EXPECT_THAT(guest().must("nvme list-subsys"), HasSubstr(std::string(SimulatedArrays::kNqn)));
    EXPECT_THAT(guest().must("nvme ns-descs " + device()), HasSubstr("uuid"));
    EXPECT_THAT(guest().must("nvme id-ns " + device()), HasSubstr("anagrpid: 1"));
    EXPECT_THAT(guest().must("nvme get-log --log-id=0x0c --log-len=48 " + device()),
                HasSubstr("log-id:12"));
}

TEST_P(LinuxHostOnSimulatedArrays, verified_io_goes_through_an_ana_flip_and_back) {
    connect();
    start_io();
    expect_io_at("a");
    move_to("b");
    host().wait_ana_state(SimulatedArrays::kNqn, port_a(), 1, "inaccessible");
    host().wait_ana_state(SimulatedArrays::kNqn, port_b(), 1, "optimized");
    expect_io_at("b");
    move_to("a");
    host().wait_ana_state(SimulatedArrays::kNqn, port_a(), 1, "optimized");
    host().wait_ana_state(SimulatedArrays::kNqn, port_b(), 1, "inaccessible");
    expect_io_at("a");
    expect_io_verified();
    move_to("b");
    expect_data_intact();
}

TEST_P(LinuxHostOnSimulatedArrays, verified_io_survives_a_killed_array) {
    connect();
    move_to("b");
    host().wait_ana_state(SimulatedArrays::kNqn, port_b(), 1, "optimized");
    start_io();
    expect_io_at("b");
    arrays().command("down b");
    arrays().command("ana a all optimized");
    host().wait_ana_state(SimulatedArrays::kNqn, port_a(), 1, "optimized");
    expect_io_at("a");
    arrays().command("ana b all inaccessible");
    arrays().command("up b");
    host().wait_ana_state(SimulatedArrays::kNqn, port_b(), 1, "inaccessible");
    guest().wait_until("! cat /sys/class/nvme/nvme*/state | grep -qv live",
                       "the dead array's controller to be live again");
    expect_io_at("a");
    expect_io_verified();
    expect_data_intact();
}

TEST_P(LinuxHostOnSimulatedArrays, verified_io_survives_a_hanging_array_with_digests) {
    connect({.header_digest = true, .data_digest = true, .keep_alive_s = 2});
    start_io();
    expect_io_at("a");
    arrays().command("hang a");
    arrays().command("ana b all optimized");
    host().wait_ana_state(SimulatedArrays::kNqn, port_b(), 1, "optimized");
    expect_io_at("b");
    arrays().command("ana a all inaccessible");
    arrays().command("up a");
    expect_io_verified();
    expect_data_intact();
}

} // namespace
} // namespace haoh::test
