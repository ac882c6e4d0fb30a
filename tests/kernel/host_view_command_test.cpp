// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux makes of what an array says of its commands: limits, effects and support, of which each
// controller has its own and a device of several only one.
#include <cstdint>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <utility>

#include "host_view.hpp"

namespace haoh::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024ULL * 1024;
/// The most that Linux counts in sectors of 512 bytes.
constexpr std::uint64_t kUnlimited = 0xFFFFFFFFULL * 512;

/// Get Features and Set Features run alone by array b's log, which says as well that Set Features changes
/// namespaces; array a's log says nothing of the kind. Array b has Verify.
constexpr std::string_view kEffects = R"toml(
[[array]]
name = "a"
[[array]]
name = "b"
[[array.override]]
answer = "commands-log"
offset = 36
value = "05 00 01 00"
[[array.override]]
answer = "commands-log"
offset = 1072
value = "01 00 00 00"
)toml";

/// Set Features (Temperature Threshold), which does nothing to a simulated array.
std::string set_features(const std::string& controller) {
    return fmt::format("nvme admin-passthru /dev/{} --opcode=0x09 --cdw10=4", controller);
}

/// As the kernel shows them for a device: of Write Zeroes, and of one range of a discard, in bytes.
std::string limits(std::uint64_t write_zeroes, std::uint64_t discard) {
    return fmt::format("{} {}", write_zeroes, discard);
}

TEST_P(HostView, limits_of_commands_are_split_for_each_path) {
    const auto limits_of = [](const std::string& device) {
        const auto queue = "block/" + device + "/queue/";
        return sysfs(queue + "write_zeroes_max_bytes") + " " +
               sysfs(queue + "discard_max_hw_bytes");
    };
    // Where WZSL is 0, MDTS counts (1 MiB); where DMRSL is 0, nothing does.
    const auto of_a = limits(kMiB, kUnlimited);
    const auto of_b = limits(128 * 1024, 8192 * 512);
    serve(scenario("command_limits_differ"));
    ASSERT_TRUE(connect_each({"a"}));
    const auto head = head_of(paths_of("a").at(0));
    EXPECT_EQ(limits_of(paths_of("a").at(0).path), of_a);
    EXPECT_EQ(limits_of(head), of_a);
    ASSERT_TRUE(connect_each({"b"}));
    EXPECT_EQ(limits_of(paths_of("b").at(0).path), of_b);
    EXPECT_EQ(limits_of(paths_of("a").at(0).path), of_a);
    EXPECT_EQ(limits_of(head), of_b) << "the device in use has shrunk";
    expect_told("ctrl.command_limits.equal", "unnoticed");

    // They are read anew with each scan; the device does not grow again.
    arrays().command("override b nvm-controller wzsl 6");
    arrays().command("override b nvm-controller dmrsl 16384");
    host().watch_scans();
    guest().must(fmt::format("echo 1 >/sys/class/nvme/{}/rescan_controller",
                             paths_of("b").at(0).controller));
    host().wait_scans();
    // 6.1 leaves the limit of discards as it was first, and gives the device that of Write Zeroes of
    // the path that it scanned last.
    const bool last_counts = GetParam() == "6.1";
    EXPECT_EQ(limits_of(paths_of("b").at(0).path),
              limits(256 * 1024, (last_counts ? 8192U : 16384U) * 512));
    EXPECT_EQ(limits_of(head), last_counts ? limits(256 * 1024, 8192 * 512) : of_b);
    host().disconnect_all();

    serve(scenario("command_limits_differ"));
    ASSERT_TRUE(connect_each({"b", "a"}));
    EXPECT_EQ(limits_of(head_of(paths_of("a").at(0))),
              last_counts ? limits(kMiB, 8192 * 512) : of_b);
}

TEST_P(HostView, other_limits_of_commands_change_nothing) {
    ASSERT_TRUE(connect_scenario("command_limits_other_differ"));
    const auto queue = [&](const std::string& array) {
        return guest().must(fmt::format("cd /sys/block/{}/queue && grep -s . *max* *limit* || true",
                                        paths_of(array).at(0).path));
    };
    EXPECT_THAT(queue("a"), HasSubstr("write_zeroes_max_bytes:1048576"));
    EXPECT_EQ(queue("a"), queue("b"));
}

TEST_P(HostView, a_command_that_runs_alone_holds_back_every_path) {
    const auto scans = [] {
        return guest().must("grep -c workqueue_queue_work: "
                            "/sys/kernel/tracing/instances/scans/trace || true");
    };
    // Sends a command by way of an array that does not answer, and reads by way of the other one:
    // whether the read waits for the command.
    const auto holds_back = [&](const std::string& array) {
        const std::string other = array == "a" ? "b" : "a";
        arrays().command(fmt::format("ana {} all non-optimized", array));
        arrays().command(fmt::format("ana {} all optimized", other));
        for (const auto& [name, state] :
             {std::pair{array, "non-optimized"}, std::pair{other, "optimized"}}) {
            host().wait_ana_state(SimulatedArrays::kDefaultNqn, arrays().port(name), 1, state);
        }
        const auto path = paths_of(array).at(0);
        guest().must("rm -f /tmp/has-read\n"
                     "echo 1 >/sys/kernel/tracing/events/nvme/nvme_setup_cmd/enable\n"
                     "echo >/sys/kernel/tracing/trace");
        arrays().command("hang " + array);
        auto command = guest().start(set_features(path.controller));
        guest().wait_until("grep set_features /sys/kernel/tracing/trace",
                           "the command to be under way");
        auto read = guest().start(fmt::format(
            "dd if=/dev/{} of=/dev/null bs=4096 count=1 iflag=direct\necho >/tmp/has-read",
            head_of(path)));
        const auto stack =
            guest().wait_until("[ -e /tmp/has-read ] || { grep -q '^State:.*D' "
                               "/proc/$(pidof dd)/status && cat /proc/$(pidof dd)/stack; }",
                               "the read to wait or to end");
        EXPECT_THAT(stack, AnyOf("", HasSubstr("queue_enter"))) << "before a path is chosen";
        EXPECT_FALSE(guest().ended(command));
        arrays().command("up " + array);
        EXPECT_EQ(guest().wait(command).status, 0);
        EXPECT_EQ(guest().wait(read).status, 0);
        guest().must("echo 0 >/sys/kernel/tracing/events/nvme/nvme_setup_cmd/enable");
        return !stack.empty();
    };
    const bool first_counts = GetParam() == "7";
    for (const std::string first : {"a", "b"}) {
        SCOPED_TRACE("first " + first);
        serve(kEffects);
        ASSERT_TRUE(connect_each({first, first == "a" ? "b" : "a"}));
        EXPECT_THAT(expect_told("ctrl.effects.equal", "unnoticed"),
                    HasSubstr(first_counts ? "connected first" : "every path"));
        for (const std::string array : {"a", "b"}) {
            SCOPED_TRACE("by way of " + array);
            const bool held = (first_counts ? first : array) == "b"; // whose log says so
            const auto before = scans();
            EXPECT_EQ(holds_back(array), held);
            EXPECT_EQ(scans() != before, held) << "it changes namespaces";
        }
        host().disconnect_all();
    }
}

TEST_P(HostView, users_may_send_what_the_first_array_has) {
    const auto send_verify = [] {
        add_nobody();
        return guest()
            .run("chmod 666 /dev/ng*n1 && su -s /bin/sh nobody -c \"$(command -v nvme) "
                 "io-passthru /dev/ng*n1 --opcode=0x0c --namespace-id=1\" 2>&1")
            .output;
    };
    constexpr auto kDenied = "ermission denied";
    serve(kEffects);
    ASSERT_TRUE(connect_each({"a", "b"}));
    const bool by_log = GetParam() != "6.1";
    expect_told("ctrl.commands.equal", "unnoticed");
    arrays().command("ana a all inaccessible");
    host().wait_ana_state(SimulatedArrays::kDefaultNqn, arrays().port("a"), 1, "inaccessible");
    EXPECT_THAT(send_verify(), HasSubstr(kDenied)) << "although array b has it";
    host().disconnect_all();

    arrays().command("ana a all optimized");
    ASSERT_TRUE(connect_each({"b", "a"}));
    arrays().command("ana b all inaccessible");
    wait_state_on_b(1, "inaccessible");
    const auto refused = send_verify();
    if (by_log) {
        EXPECT_THAT(refused, Not(HasSubstr(kDenied))) << "it gets to array a, which has it not";
    } else {
        EXPECT_THAT(refused, HasSubstr(kDenied)) << "before 6.2 there are no such rights";
    }
}

TEST_P(HostView, firmware_that_waits_is_not_looked_at) {
    ASSERT_TRUE(connect_scenario("firmware_waits_for_reset"));
    EXPECT_THAT(ask_directly().findings, testing::Contains("NOTE ctrl.firmware_slots.pending"));
    const auto b = paths_of("b").at(0);
    const auto revision = "class/nvme/" + b.controller + "/firmware_rev";
    EXPECT_THAT(sysfs(revision), testing::StartsWith("1.0"));
    EXPECT_THAT(messages(), Not(HasSubstr("irmware")));
    // After a reset the controller is another: the kernel takes what it says then.
    arrays().command("set b fr 2.0");
    guest().must(fmt::format("echo 1 >/sys/class/nvme/{}/reset_controller", b.controller));
    guest().wait_until("grep '^2.0' /sys/" + revision, "the new firmware revision");
}

} // namespace
} // namespace haoh::test
