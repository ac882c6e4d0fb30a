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

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

struct StretchedPair {
    Guest first{{.name = "pair-a", .kernel = "6.12", .forwarded_ports = {NvmetArray::kPort}}};
    Guest second{{.name = "pair-b", .kernel = "7", .forwarded_ports = {NvmetArray::kPort}}};
    LinuxHost host{"pair-host", "6.12"};
};

class NvmetArrayTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        why_not() = why_no_guests({"6.12", "7"});
        if (!why_not())
            instance() = std::make_unique<StretchedPair>();
    }
    static void TearDownTestSuite() { instance().reset(); }

    void SetUp() override { HAOH_REQUIRE(why_not()); }
    void TearDown() override {
        if (!instance())
            return;
        if (HasFailure())
            std::cerr << "--- the host's kernel messages of this test ---\n" << messages();
        host().disconnect_all();
    }

    static Guest& first() { return instance()->first; }
    static Guest& second() { return instance()->second; }
    static LinuxHost& host() { return instance()->host; }
    static std::uint16_t first_port() { return first().host_port(NvmetArray::kPort); }
    static std::uint16_t second_port() { return second().host_port(NvmetArray::kPort); }

    /// What the host's kernel said since the last connect_both().
    std::string messages() { return messages_ += host().new_kmsg(); }

    void apply_both(const NvmetArray& array_a, const NvmetArray& array_b) {
        array_a.apply(first());
        array_b.apply(second());
        host().new_kmsg();
        messages_.clear();
    }

    void connect_both(const NvmetArray& array_a, const NvmetArray& array_b) {
        apply_both(array_a, array_b);
        for (const auto port : {first_port(), second_port()}) {
            const auto result = host().connect(array_a.nqn(), port);
            ASSERT_EQ(result.status, 0) << result.output;
        }
    }

  private:
    static std::unique_ptr<StretchedPair>& instance() {
        static std::unique_ptr<StretchedPair> pair;
        return pair;
    }
    static std::optional<std::string>& why_not() {
        static std::optional<std::string> reason;
        return reason;
    }

    std::string messages_;
};

TEST_F(NvmetArrayTest, linux_sees_two_paths_of_a_healthy_pair) {
    const auto array = NvmetArray::first();
    connect_both(array, NvmetArray::second().ana_group(1, "non-optimized"));
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
    EXPECT_THAT(host().guest().must("nvme id-ctrl " + host().wait_device(array.nqn(), 1)),
                HasSubstr("HAOH-STRETCHED"));
}

TEST_F(NvmetArrayTest, linux_follows_an_ana_change) {
    const auto array_a = NvmetArray::first();
    const auto array_b = NvmetArray::second();
    connect_both(array_a, array_b);
    host().wait_path_count(array_a.nqn(), 4);
    array_a.set_ana_state(first(), 1, "inaccessible");
    array_b.set_ana_state(second(), 1, "optimized");
    host().wait_ana_state(array_a.nqn(), first_port(), 1, "inaccessible");
    host().wait_ana_state(array_a.nqn(), second_port(), 1, "optimized");
    host().guest().must("dd if=/dev/zero of=" + host().wait_device(array_a.nqn(), 1) +
                        " bs=4096 count=16 conv=fsync");
}

TEST_F(NvmetArrayTest, linux_refuses_a_path_whose_uuid_differs) {
    const auto array = NvmetArray::first();
    connect_both(array, NvmetArray::second().ns(2).uuid(NvmetArray::healthy_uuid(9)));
    host().wait_path_count(array.nqn(), 3);
    EXPECT_THAT(messages(), HasSubstr("IDs don't match for shared namespace 2"));
    EXPECT_EQ(host().ana_state(array.nqn(), second_port(), 2), "");
}

TEST_F(NvmetArrayTest, linux_says_nothing_of_a_differing_serial) {
    const auto array = NvmetArray::first();
    connect_both(array, NvmetArray::second().serial("ANOTHER-ARRAY"));
    host().wait_path_count(array.nqn(), 4);
    EXPECT_THAT(messages(), Not(HasSubstr("don't match")));
    EXPECT_EQ(host().guest().must("cat /sys/class/nvme/nvme*/serial | tr -d ' ' | sort -u"),
              "HAOH-STRETCHED");
}

TEST_F(NvmetArrayTest, linux_rejects_the_second_of_two_default_controller_ranges) {
    const auto array = NvmetArray::first().default_cntlid();
    apply_both(array, NvmetArray::second().default_cntlid());
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
