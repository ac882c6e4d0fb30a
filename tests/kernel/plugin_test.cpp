// SPDX-License-Identifier: LGPL-2.1-or-later
// `nvme haoh` in a Linux host on two simulated arrays, beside haoh itself: Debian's nvme-cli, built with
// the plugin (tests/plugin/build.sh). The environment can name programs of another Debian instead:
// HAOH_BIN, HAOH_NVME_CLI, and where their libraries are (tests/plugin/trixie.sh).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// nvme with the plugin: HAOH_NVME_CLI of the environment, else that of this build.
std::string nvme_program() {
    return environment("HAOH_NVME_CLI").value_or(HAOH_NVME_WITH_PLUGIN);
}

class NvmePlugin : public KernelTest {
  protected:
    NvmePlugin()
        : KernelTest({.name = "plugin",
                      .host_kernel = "6.12",
                      .programs = {haoh_program(), nvme_program()}}) {}

    static ProgramResult nvme(std::string_view words, User user = User::root) {
        return run("nvme", "haoh " + std::string(words), user);
    }

    /// Both judge; what they find must be the same. \return what nvme said
    static CheckReport both_judge(int status_of_haoh) {
        const auto by_haoh = parse_report(haoh("check -o json"));
        auto by_nvme = parse_report(nvme("check -o json"));
        EXPECT_EQ(by_haoh.status, status_of_haoh) << by_haoh;
        EXPECT_EQ(by_nvme.status, status_of_haoh == 0 ? 0 : 1) << by_nvme;
        EXPECT_EQ(by_nvme.findings, by_haoh.findings);
        EXPECT_EQ(by_nvme.verdict, by_haoh.verdict);
        EXPECT_EQ(by_nvme.outcomes, by_haoh.outcomes);
        EXPECT_EQ(by_nvme.unobserved, by_haoh.unobserved);
        return by_nvme;
    }
};

TEST_F(NvmePlugin, a_healthy_pair_ends_with_0) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    const auto report = both_judge(0);
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    const auto text = nvme("check");
    EXPECT_EQ(text.status, 0) << text.standard_output << text.standard_error;
    EXPECT_THAT(text.standard_error, IsEmpty());

    const auto list = nvme("list");
    EXPECT_EQ(list.status, 0) << list.standard_output << list.standard_error;
    for (const auto* word : {"nvme-subsys", "array-a", "array-b", "optimized", "/dev/nvme"})
        EXPECT_THAT(list.standard_output, HasSubstr(word));
    // nvme itself is as it was.
    EXPECT_THAT(run("nvme", "list").standard_output, HasSubstr("/dev/nvme"));
}

TEST_F(NvmePlugin, a_broken_pair_ends_with_1) {
    for (const auto* name : {"uuid_differs", "size_differs", "model_differs"}) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(connect_scenario(name));
        const auto report = both_judge(1);
        EXPECT_THAT(report.findings_of("FAIL"), Not(IsEmpty())) << report;
        const auto text = nvme("check");
        EXPECT_EQ(text.status, 1);
        EXPECT_THAT(text.standard_output, HasSubstr("FAIL"));
        host().disconnect_all();
    }
}

TEST_F(NvmePlugin, a_pair_of_which_half_is_lost_ends_with_1) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    arrays().command("down b");
    wait_loss();
    EXPECT_EQ(both_judge(3).verdict, "unknown");
}

TEST_F(NvmePlugin, devices_choose_what_is_looked_at) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    const auto device = host().wait_device(SimulatedArrays::kDefaultNqn, 1);
    for (const auto& word : {device, device.substr(5), std::string(SimulatedArrays::kDefaultNqn)}) {
        const auto said = nvme("check -o json " + word);
        EXPECT_EQ(said.status, 0) << word << ": " << said.standard_output << said.standard_error;
    }
    // A link to a device is the device.
    guest().must(fmt::format("mkdir -p /dev/disk/by-id && ln -sf {} /dev/disk/by-id/some", device));
    EXPECT_EQ(nvme("check -o json /dev/disk/by-id/some").status, 0);
    for (const auto* word : {"/dev/nvme99n1", "nvme-subsys99", "nqn.2026-11.org.example:other"}) {
        const auto said = nvme(std::string("check ") + word);
        EXPECT_EQ(said.status, 1) << word;
        EXPECT_THAT(said.standard_error, HasSubstr("Error: ")) << word;
        EXPECT_THAT(said.standard_output, IsEmpty()) << word;
        const auto object = nvme(std::string("check -o json ") + word);
        EXPECT_EQ(object.status, 1) << word;
        EXPECT_TRUE(json::parse(object.standard_output).contains("error"))
            << object.standard_output;
    }
}

TEST_F(NvmePlugin, without_root_it_tells_what_it_could_not_ask) {
    ASSERT_TRUE(connect_scenario("size_differs"));
    const auto said = nvme("check", User::nobody);
    EXPECT_EQ(said.status, 1) << said.standard_output << said.standard_error;
    EXPECT_THAT(said.standard_output, AnyOf(HasSubstr("root"), HasSubstr("ermission")));
    EXPECT_THAT(said.standard_output, HasSubstr("host.path.size"));
    const auto set = nvme("policy set round-robin nvme-subsys0", User::nobody);
    EXPECT_EQ(set.status, 1);
    EXPECT_THAT(set.standard_error, HasSubstr("Error: "));
}

TEST_F(NvmePlugin, without_the_modules_it_says_so) {
    guest().must("modprobe -r nvme-tcp && modprobe -r nvme-fabrics && modprobe -r nvme-core\n"
                 "[ ! -e /sys/class/nvme ]");
    for (const auto* command : {"list", "check", "snapshot", "policy"}) {
        const auto said = nvme(command);
        EXPECT_EQ(said.status, 1) << command << said.standard_output;
        EXPECT_THAT(said.standard_error, HasSubstr("Error: ")) << command;
    }
    EXPECT_EQ(nvme("rules").status, 0);
    guest().must("modprobe nvme-tcp");
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    EXPECT_EQ(nvme("check").status, 0);
}

TEST_F(NvmePlugin, policies_are_explained_and_set) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    const auto device = host().wait_device(SimulatedArrays::kDefaultNqn, 1);
    const auto explained = nvme("policy explain " + device);
    EXPECT_EQ(explained.status, 0) << explained.standard_output << explained.standard_error;
    EXPECT_EQ(nvme("policy show --for=0 -o json").status, 0);

    const auto policy = [] {
        return guest().must("cat /sys/class/nvme-subsystem/nvme-subsys*/iopolicy");
    };
    ASSERT_EQ(policy(), "numa");
    EXPECT_EQ(nvme("policy set round-robin --dry-run " + device).status, 0);
    EXPECT_EQ(policy(), "numa");
    const auto set = nvme("policy set round-robin " + device);
    EXPECT_EQ(set.status, 0) << set.standard_output << set.standard_error;
    EXPECT_THAT(set.standard_output, HasSubstr("was numa"));
    EXPECT_EQ(policy(), "round-robin");
    const auto wrong = nvme("policy set no-such-policy -o json " + device);
    EXPECT_EQ(wrong.status, 1);
    EXPECT_TRUE(json::parse(wrong.standard_output).contains("error")) << wrong.standard_output;
    EXPECT_EQ(policy(), "round-robin");
}

TEST_F(NvmePlugin, events_are_told_until_it_is_interrupted) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    guest().must("rm -f /tmp/events /tmp/monitor-pid");
    const auto monitor =
        guest().start(fmt::format("{} haoh monitor -o json >/tmp/events 2>/tmp/errors &\n"
                                  "echo $! >/tmp/monitor-pid\nwait $!",
                                  ProgramDisk::command("nvme")));
    wait_monitor_hears();
    arrays().command("ana b all inaccessible");
    guest().wait_until("grep -q '\"to\":\"inaccessible\"' /tmp/events", "the event");
    guest().must("kill $(cat /tmp/monitor-pid)");
    const auto ended = guest().wait(monitor);
    EXPECT_EQ(ended.status, 0) << ended.output << guest().must("cat /tmp/errors");
    expect_no_trace_instance();
    std::istringstream lines(guest().must("cat /tmp/events"));
    for (std::string line; std::getline(lines, line);)
        EXPECT_EQ(json::parse(line).at("schema"), "haoh.event/1") << line;
}

TEST_F(NvmePlugin, a_snapshot_is_judged_like_the_host) {
    ASSERT_TRUE(connect_scenario("uuid_differs"));
    const auto here = parse_report(nvme("check -o json"));
    EXPECT_EQ(nvme("snapshot -f /tmp/snapshot.json").status, 0);
    const auto later = parse_report(haoh("check -o json --snapshot /tmp/snapshot.json"));
    EXPECT_EQ(later.status, 1);
    EXPECT_EQ(later.findings, here.findings);
}

} // namespace
} // namespace haoh::test
