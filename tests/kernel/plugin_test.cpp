// SPDX-License-Identifier: LGPL-2.1-or-later
// `nvme haoh` in a Linux host on two simulated arrays, beside haoh itself: Debian's nvme-cli, built with
// the plugin (tests/plugin/build.sh). The environment can name programs of another Debian instead:
// HAOH_BIN, HAOH_NVME_CLI, and where their libraries are (tests/plugin/trixie.sh).
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "haoh_check.hpp"
#include "linux_host.hpp"
#include "program_disk.hpp"
#include "requirements.hpp"
#include "simulated_arrays.hpp"

namespace haoh::test {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kKernel = "6.12";

/// nvme with the plugin: HAOH_NVME_CLI of the environment, else that of this build.
std::string nvme_program() {
    return environment("HAOH_NVME_CLI").value_or(HAOH_NVME_WITH_PLUGIN);
}

class NvmePlugin : public testing::Test {
  protected:
    struct Machine {
        ProgramDisk disk{{haoh_program(), nvme_program()}, ForeignSystem::from_environment()};
        LinuxHost host{"plugin-host", kKernel, disk.image()};
    };

    static void TearDownTestSuite() { shared().reset(); }

    void SetUp() override {
        HAOH_REQUIRE(why_no_guests({kKernel}));
        HAOH_REQUIRE(why_no_programs({haoh_program(), arraysim_program(), nvme_program()}));
        if (!shared())
            shared() = std::make_unique<Machine>();
        host().new_kmsg();
    }

    void TearDown() override {
        if (!shared())
            return;
        if (HasFailure())
            std::cerr << "--- the host's kernel messages of this test ---\n" << host().new_kmsg();
        host().disconnect_all();
        host().guest().must("dmesg -c >/dev/null");
        host().new_kmsg();
    }

    static LinuxHost& host() { return shared()->host; }
    static Guest& guest() { return shared()->host.guest(); }
    SimulatedArrays& arrays() { return *arrays_; }

    /// Serves a scenario, connects both arrays and waits until there is nothing new in sysfs.
    void connect(const std::string& name) {
        arrays_ = std::make_unique<SimulatedArrays>(scenario(name));
        for (const auto* array : {"a", "b"}) {
            ASSERT_EQ(host().connect(SimulatedArrays::kDefaultNqn, arrays_->port(array)).status, 0)
                << name;
            guest().wait_until(
                "before=$(ls /sys/class/nvme/*/ /sys/class/nvme-subsystem/*/ 2>/dev/null | cksum)\n"
                "usleep 300000\n"
                "[ \"$before\" = \"$(ls /sys/class/nvme/*/ /sys/class/nvme-subsystem/*/ "
                "2>/dev/null | cksum)\" ]",
                "the scan to end");
        }
    }

    struct Said {
        int status;
        std::string output;
        std::string errors;
    };
    /// `PROGRAM WORDS` in the guest, by root or by a user like any other.
    static Said run(const std::string& program, std::string_view words, bool as_root = true) {
        auto command = fmt::format("{} {}", ProgramDisk::command(program), words);
        if (!as_root) {
            guest().must("echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd");
            command = fmt::format("su -s /bin/sh nobody -c '{}'", command);
        }
        const auto result = guest().run(command + " 2>/tmp/errors", kPatience);
        return {result.status, result.output, guest().must("cat /tmp/errors")};
    }
    static Said nvme(std::string_view words, bool as_root = true) {
        return run("nvme", "haoh " + std::string(words), as_root);
    }
    static CheckReport report_of(const Said& said) {
        return parse_report(said.status, said.output, said.output + said.errors);
    }

    /// Both judge; what they find must be the same. \return what nvme said
    static CheckReport both_judge(int status_of_haoh) {
        const auto by_haoh = report_of(run("haoh", "check -o json"));
        auto by_nvme = report_of(nvme("check -o json"));
        EXPECT_EQ(by_haoh.status, status_of_haoh) << by_haoh;
        EXPECT_EQ(by_nvme.status, status_of_haoh == 0 ? 0 : 1) << by_nvme;
        EXPECT_EQ(by_nvme.findings, by_haoh.findings);
        EXPECT_EQ(by_nvme.verdict, by_haoh.verdict);
        EXPECT_EQ(by_nvme.outcomes, by_haoh.outcomes);
        EXPECT_EQ(by_nvme.unobserved, by_haoh.unobserved);
        return by_nvme;
    }

  private:
    static std::unique_ptr<Machine>& shared() {
        static std::unique_ptr<Machine> instance;
        return instance;
    }

    std::unique_ptr<SimulatedArrays> arrays_;
};

TEST_F(NvmePlugin, a_healthy_pair_ends_with_0) {
    connect("healthy_stretched_active_active");
    const auto report = both_judge(0);
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    const auto text = nvme("check");
    EXPECT_EQ(text.status, 0) << text.output << text.errors;
    EXPECT_THAT(text.errors, IsEmpty());

    const auto list = nvme("list");
    EXPECT_EQ(list.status, 0) << list.output << list.errors;
    for (const auto* word : {"nvme-subsys", "array-a", "array-b", "optimized", "/dev/nvme"})
        EXPECT_THAT(list.output, HasSubstr(word));
    // nvme itself is as it was.
    EXPECT_THAT(run("nvme", "list").output, HasSubstr("/dev/nvme"));
}

TEST_F(NvmePlugin, a_broken_pair_ends_with_1) {
    for (const auto* name : {"uuid_differs", "size_differs", "serial_differs"}) {
        SCOPED_TRACE(name);
        connect(name);
        const auto report = both_judge(1);
        EXPECT_THAT(report.findings_of("FAIL"), Not(IsEmpty())) << report;
        const auto text = nvme("check");
        EXPECT_EQ(text.status, 1);
        EXPECT_THAT(text.output, HasSubstr("FAIL"));
        host().disconnect_all();
    }
}

TEST_F(NvmePlugin, a_pair_of_which_half_is_lost_ends_with_1) {
    connect("healthy_stretched_active_active");
    arrays().command("down b");
    guest().wait_until("grep -q connecting /sys/class/nvme/nvme*/state", "the loss to be noticed",
                       kPatience);
    EXPECT_EQ(both_judge(3).verdict, "unknown");
}

TEST_F(NvmePlugin, devices_choose_what_is_looked_at) {
    connect("healthy_stretched_active_active");
    const auto device = host().wait_device(SimulatedArrays::kDefaultNqn, 1);
    for (const auto& word : {device, device.substr(5), std::string(SimulatedArrays::kDefaultNqn)}) {
        const auto said = nvme("check -o json " + word);
        EXPECT_EQ(said.status, 0) << word << ": " << said.output << said.errors;
    }
    // A link to a device is the device.
    guest().must(fmt::format("mkdir -p /dev/disk/by-id && ln -sf {} /dev/disk/by-id/some", device));
    EXPECT_EQ(nvme("check -o json /dev/disk/by-id/some").status, 0);
    for (const auto* word : {"/dev/nvme99n1", "nvme-subsys99", "nqn.2026-11.org.example:other"}) {
        const auto said = nvme(std::string("check ") + word);
        EXPECT_EQ(said.status, 1) << word;
        EXPECT_THAT(said.errors, HasSubstr("Error: ")) << word;
        EXPECT_THAT(said.output, IsEmpty()) << word;
        const auto object = nvme(std::string("check -o json ") + word);
        EXPECT_EQ(object.status, 1) << word;
        EXPECT_TRUE(json::parse(object.output).contains("error")) << object.output;
    }
}

TEST_F(NvmePlugin, without_root_it_tells_what_it_could_not_ask) {
    connect("size_differs");
    const auto said = nvme("check", false);
    EXPECT_EQ(said.status, 1) << said.output << said.errors;
    EXPECT_THAT(said.output, AnyOf(HasSubstr("root"), HasSubstr("ermission")));
    EXPECT_THAT(said.output, HasSubstr("host.path.size"));
    const auto set = nvme("policy set round-robin nvme-subsys0", false);
    EXPECT_EQ(set.status, 1);
    EXPECT_THAT(set.errors, HasSubstr("Error: "));
}

TEST_F(NvmePlugin, without_the_modules_it_says_so) {
    guest().must("modprobe -r nvme-tcp && modprobe -r nvme-fabrics && modprobe -r nvme-core\n"
                 "[ ! -e /sys/class/nvme ]");
    for (const auto* command : {"list", "check", "snapshot", "policy"}) {
        const auto said = nvme(command);
        EXPECT_EQ(said.status, 1) << command << said.output;
        EXPECT_THAT(said.errors, HasSubstr("Error: ")) << command;
    }
    EXPECT_EQ(nvme("rules").status, 0);
    guest().must("modprobe nvme-tcp");
    connect("healthy_stretched_active_active");
    EXPECT_EQ(nvme("check").status, 0);
}

TEST_F(NvmePlugin, policies_are_explained_and_set) {
    connect("healthy_stretched_active_active");
    const auto device = host().wait_device(SimulatedArrays::kDefaultNqn, 1);
    const auto explained = nvme("policy explain " + device);
    EXPECT_EQ(explained.status, 0) << explained.output << explained.errors;
    EXPECT_EQ(nvme("policy show --for=0 -o json").status, 0);

    const auto policy = [] {
        return guest().must("cat /sys/class/nvme-subsystem/nvme-subsys*/iopolicy");
    };
    ASSERT_EQ(policy(), "numa");
    EXPECT_EQ(nvme("policy set round-robin --dry-run " + device).status, 0);
    EXPECT_EQ(policy(), "numa");
    const auto set = nvme("policy set round-robin " + device);
    EXPECT_EQ(set.status, 0) << set.output << set.errors;
    EXPECT_THAT(set.output, HasSubstr("was numa"));
    EXPECT_EQ(policy(), "round-robin");
    const auto wrong = nvme("policy set no-such-policy -o json " + device);
    EXPECT_EQ(wrong.status, 1);
    EXPECT_TRUE(json::parse(wrong.output).contains("error")) << wrong.output;
    EXPECT_EQ(policy(), "round-robin");
}

TEST_F(NvmePlugin, events_are_told_until_it_is_interrupted) {
    connect("healthy_stretched_active_active");
    guest().must("rm -f /tmp/events /tmp/monitor-pid");
    const auto monitor =
        guest().start(fmt::format("{} haoh monitor -o json >/tmp/events 2>/tmp/errors &\n"
                                  "echo $! >/tmp/monitor-pid\nwait $!",
                                  ProgramDisk::command("nvme")));
    guest().wait_until("grep -q 1 /sys/kernel/tracing/instances/haoh-*/events/nvme/"
                       "nvme_async_event/enable",
                       "the monitor to hear trace events");
    arrays().command("ana b all inaccessible");
    guest().wait_until("grep -q '\"to\":\"inaccessible\"' /tmp/events", "the event", kPatience);
    guest().must("kill $(cat /tmp/monitor-pid)");
    const auto ended = guest().wait(monitor);
    EXPECT_EQ(ended.status, 0) << ended.output << guest().must("cat /tmp/errors");
    EXPECT_EQ(guest().run("ls -d /sys/kernel/tracing/instances/haoh-*").status, 1)
        << "its trace instance is left behind";
    std::istringstream lines(guest().must("cat /tmp/events"));
    for (std::string line; std::getline(lines, line);)
        EXPECT_EQ(json::parse(line).at("schema"), "haoh.event/1") << line;
}

TEST_F(NvmePlugin, a_snapshot_is_judged_like_the_host) {
    connect("uuid_differs");
    const auto here = report_of(nvme("check -o json"));
    EXPECT_EQ(nvme("snapshot -f /tmp/snapshot.json").status, 0);
    const auto later = report_of(run("haoh", "check -o json --snapshot /tmp/snapshot.json"));
    EXPECT_EQ(later.status, 1);
    EXPECT_EQ(later.findings, here.findings);
}

} // namespace
} // namespace haoh::test
