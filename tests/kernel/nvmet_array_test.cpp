// SPDX-License-Identifier: LGPL-2.1-or-later
// Two nvmet arrays and a Linux host: what a stretched pair looks like to the kernel. The rules that
// haoh states are only worth something if this is what the kernel really does.
#include "nvmet_array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <memory>

#include "linux_host.hpp"
#include "requirements.hpp"

namespace haoh::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

struct StretchedPair {
    Guest first{{.name = "pair-a", .kernel = "6.12", .forwarded_ports = {NvmetArray::kPort}}};
    Guest second{{.name = "pair-b", .kernel = "7", .forwarded_ports = {NvmetArray::kPort}}};
    LinuxHost host{"pair-host", "6.12"};

    std::uint16_t first_port() { return first.host_port(NvmetArray::kPort); }
    std::uint16_t second_port() { return second.host_port(NvmetArray::kPort); }
};

class NvmetArrayTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        why_not_ = why_no_guests({"6.12", "7"});
        if (!why_not_)
            pair_ = std::make_unique<StretchedPair>();
    }
    static void TearDownTestSuite() { pair_.reset(); }

    void SetUp() override { HAOH_REQUIRE(why_not_); }
    void TearDown() override {
        if (!pair_)
            return;
        if (HasFailure())
            std::cerr << "--- kernel messages of the host ---\n" << pair_->host.guest().kmsg();
        pair_->host.disconnect_all();
    }

    void connect_both(const NvmetArray& first, const NvmetArray& second) {
        first.apply(pair_->first);
        second.apply(pair_->second);
        pair_->host.new_kmsg();
        for (const auto port : {pair_->first_port(), pair_->second_port()}) {
            const auto result = pair_->host.connect(first.nqn(), port);
            ASSERT_EQ(result.status, 0) << result.output << pair_->host.new_kmsg();
        }
    }

    // What a test suite shares has to be static.
    static inline std::optional<std::string>
        why_not_; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
    static inline std::unique_ptr<StretchedPair>
        pair_; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
};

TEST_F(NvmetArrayTest, linux_sees_two_paths_of_a_healthy_pair) {
    const auto first = NvmetArray::first();
    connect_both(first, NvmetArray::second());
    auto& host = pair_->host;
    host.wait_path_count(first.nqn(), 4);
    EXPECT_EQ(host.ana_state(first.nqn(), pair_->first_port(), 1), "optimized");
    EXPECT_EQ(host.ana_state(first.nqn(), pair_->second_port(), 1), "non-optimized");
    const auto paths = host.paths(first.nqn());
    ASSERT_THAT(paths, SizeIs(4));
    for (const auto& path : paths) {
        const bool on_first = path.trsvcid == pair_->first_port();
        EXPECT_EQ(path.state, "live");
        EXPECT_GE(path.cntlid, on_first ? 1 : 1000);
        EXPECT_LE(path.cntlid, on_first ? 999 : 1999);
    }
    EXPECT_THAT(host.guest().must("nvme id-ctrl " + host.wait_device(first.nqn(), 1)),
                HasSubstr("HAOH-STRETCHED"));
}

TEST_F(NvmetArrayTest, linux_follows_an_ana_change) {
    const auto first = NvmetArray::first();
    const auto second = NvmetArray::second();
    connect_both(first, second);
    auto& host = pair_->host;
    host.wait_path_count(first.nqn(), 4);
    first.set_ana_state(pair_->first, 1, "inaccessible");
    second.set_ana_state(pair_->second, 1, "optimized");
    host.wait_ana_state(first.nqn(), pair_->first_port(), 1, "inaccessible");
    host.wait_ana_state(first.nqn(), pair_->second_port(), 1, "optimized");
    host.guest().must("dd if=/dev/zero of=" + host.wait_device(first.nqn(), 1) +
                      " bs=4096 count=16 conv=fsync");
}

TEST_F(NvmetArrayTest, linux_refuses_a_path_whose_uuid_differs) {
    const auto first = NvmetArray::first();
    connect_both(first, NvmetArray::second().ns(2).uuid("5ae1c1f0-0009-4c1a-9a55-6f6e65000009"));
    auto& host = pair_->host;
    host.wait_path_count(first.nqn(), 3);
    EXPECT_THAT(host.new_kmsg(), HasSubstr("IDs don't match for shared namespace 2"));
    EXPECT_EQ(host.ana_state(first.nqn(), pair_->second_port(), 2), "");
}

TEST_F(NvmetArrayTest, linux_says_nothing_of_a_differing_serial) {
    const auto first = NvmetArray::first();
    connect_both(first, NvmetArray::second().serial("ANOTHER-ARRAY"));
    auto& host = pair_->host;
    host.wait_path_count(first.nqn(), 4);
    EXPECT_THAT(host.new_kmsg(), Not(HasSubstr("don't match")));
    EXPECT_EQ(host.guest().must("cat /sys/class/nvme/nvme*/serial | tr -d ' ' | sort -u"),
              "HAOH-STRETCHED");
}

TEST_F(NvmetArrayTest, linux_rejects_the_second_of_two_default_controller_ranges) {
    const auto first = NvmetArray::first().default_cntlid();
    first.apply(pair_->first);
    NvmetArray::second().default_cntlid().apply(pair_->second);
    auto& host = pair_->host;
    EXPECT_EQ(host.connect(first.nqn(), pair_->first_port()).status, 0);
    host.new_kmsg();
    EXPECT_NE(host.connect(first.nqn(), pair_->second_port()).status, 0);
    EXPECT_THAT(host.new_kmsg(), HasSubstr("Duplicate cntlid 1"));
}

TEST_F(NvmetArrayTest, reconfiguration_takes_a_second_or_so) {
    const auto array = NvmetArray::second();
    array.apply(pair_->second);
    const auto start = std::chrono::steady_clock::now();
    array.apply(pair_->second);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    RecordProperty("seconds", std::to_string(elapsed.count()));
    EXPECT_LT(elapsed, seconds(10));
    EXPECT_EQ(pair_->second.must("ls /sys/kernel/config/nvmet/subsystems"), array.nqn());
    NvmetArray::remove(pair_->second);
    EXPECT_EQ(pair_->second.must("ls /sys/kernel/config/nvmet/subsystems "
                                 "/sys/kernel/config/nullb | grep -c nqn || true"),
              "0");
}

} // namespace
} // namespace haoh::test
