// SPDX-License-Identifier: LGPL-2.1-or-later
// Two nvmet arrays and a Linux host: what a stretched pair looks like to the kernel. The rules that
// haoh states are only worth something if this is what the kernel really does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class NvmetArrayTest : public KernelTest {
  protected:
    NvmetArrayTest()
        : KernelTest({.name = "pair", .host_kernel = "6.12", .nvmet_kernels = {"6.12", "7"}}) {}

    static Guest& first() { return nvmet().first(); }
    static Guest& second() { return nvmet().second(); }
    static std::uint16_t first_port() { return nvmet().first_port(); }
    static std::uint16_t second_port() { return nvmet().second_port(); }
};

TEST_F(NvmetArrayTest, linux_sees_two_paths_of_a_healthy_pair) {
    const auto array = NvmetArray::first();
    connect_nvmet(array, NvmetArray::second().ana_group(1, "non-optimized"));
    host().wait_path_count(array.nqn(), 4);
    EXPECT_EQ(host().ana_state(array.nqn(), first_port(), 1), "optimized");
    EXPECT_EQ(host().ana_state(array.nqn(), second_port(), 1), "non-optimized");
    const auto paths = host().paths(array.nqn());
    ASSERT_THAT(paths, SizeIs(4));
    for (const auto& path : paths) {
        const bool on_first = path.trsvcid == first_port();
        EXPECT_EQ(path.state, "live");
        EXPECT_GE(path.cntlid, on_first ? 1 : 1000);
        EXPECT_LE(path.cntlid, on_first ? 999 : 1999);
    }
    EXPECT_THAT(guest().must("nvme id-ctrl " + host().wait_device(array.nqn(), 1)),
                HasSubstr("HAOH-STRETCHED"));
}

TEST_F(NvmetArrayTest, linux_follows_an_ana_change) {
    const auto array_a = NvmetArray::first();
    const auto array_b = NvmetArray::second();
    connect_nvmet(array_a, array_b);
    host().wait_path_count(array_a.nqn(), 4);
    array_a.set_ana_state(first(), 1, "inaccessible");
    array_b.set_ana_state(second(), 1, "optimized");
    host().wait_ana_state(array_a.nqn(), first_port(), 1, "inaccessible");
    host().wait_ana_state(array_a.nqn(), second_port(), 1, "optimized");
    guest().must("dd if=/dev/zero of=" + host().wait_device(array_a.nqn(), 1) +
                 " bs=4096 count=16 conv=fsync");
}

TEST_F(NvmetArrayTest, linux_refuses_a_path_whose_uuid_differs) {
    const auto array = NvmetArray::first();
    connect_nvmet(array, NvmetArray::second().ns(2).uuid(NvmetArray::healthy_uuid(9)));
    host().wait_path_count(array.nqn(), 3);
    EXPECT_THAT(messages(), HasSubstr("IDs don't match for shared namespace 2"));
    EXPECT_EQ(host().ana_state(array.nqn(), second_port(), 2), "");
}

TEST_F(NvmetArrayTest, linux_says_nothing_of_a_differing_serial) {
    const auto array = NvmetArray::first();
    connect_nvmet(array, NvmetArray::second().serial("ANOTHER-ARRAY"));
    host().wait_path_count(array.nqn(), 4);
    EXPECT_THAT(messages(), Not(HasSubstr("don't match")));
    EXPECT_EQ(guest().must("cat /sys/class/nvme/nvme*/serial | tr -d ' ' | sort -u"),
              "HAOH-STRETCHED");
}

TEST_F(NvmetArrayTest, linux_rejects_the_second_of_two_default_controller_ranges) {
    const auto array = NvmetArray::first().default_cntlid();
    nvmet().apply(array, NvmetArray::second().default_cntlid());
    const auto accepted = host().connect(array.nqn(), first_port());
    EXPECT_EQ(accepted.status, 0) << accepted.output;
    EXPECT_NE(host().connect(array.nqn(), second_port()).status, 0);
    EXPECT_THAT(messages(), HasSubstr("Duplicate cntlid 1"));
}

TEST_F(NvmetArrayTest, reconfiguration_takes_seconds) {
    const auto seconds_of = [](const auto& work) {
        const auto start = std::chrono::steady_clock::now();
        work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const auto array = NvmetArray::second();
    array.apply(second());
    const double reconfigured = seconds_of([&] { array.apply(second()); });
    RecordProperty("seconds", std::to_string(reconfigured));
    EXPECT_EQ(second().must("ls /sys/kernel/config/nvmet/subsystems"), array.nqn());
    NvmetArray::remove(second());
    EXPECT_EQ(second().must("ls -d /sys/kernel/config/nvmet/subsystems/* "
                            "/sys/kernel/config/nullb/nullb* 2>/dev/null | wc -l"),
              "0");
    // What it saves: a guest that boots for each test.
    const double booted =
        seconds_of([] { Guest({.name = "boot", .kernel = "6.12"}).wait_ready(); });
    EXPECT_LT(reconfigured, booted);
}

} // namespace
} // namespace haoh::test
