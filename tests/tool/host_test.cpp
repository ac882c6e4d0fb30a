// SPDX-License-Identifier: LGPL-2.1-or-later
// A host as a source: by its recorded observation, and which sources go together.
#include "simulated_arrays.hpp"

#include "support/sysfs_tree.hpp"
#include "unit/report/sample_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A snapshot of a host, listed.
class Host : public ::testing::Test {
  protected:
    ScratchDirectory directory;

    std::string snapshot_of(const Sample& sample) const {
        return directory.file("host.json", to_json(sample.observation));
    }
    ProgramResult list(const Sample& sample, std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"list", "--snapshot", snapshot_of(sample)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return haoh(arguments);
    }
};

TEST_F(Host, is_listed_as_its_kernel_has_it) {
    const ProgramResult result = list(healthy_host());
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.standard_output, StartsWith("alpha: Linux 6.12.107-amd64\n"));
    EXPECT_THAT(result.standard_output, HasSubstr("/dev/nvme0n1"));
    EXPECT_THAT(result.standard_error, IsEmpty());
}

TEST_F(Host, without_root_is_listed_and_exits_with_3) {
    const ProgramResult result = list(host_without_root());
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.standard_output, HasSubstr("nvme3  controller 1002"));
    EXPECT_THAT(result.standard_output, HasSubstr("Permission denied"));
    const ProgramResult judged = haoh({"check", "--snapshot", directory.path("host.json")});
    EXPECT_NE(judged.status, 4) << judged.standard_output << judged.standard_error;
}

TEST_F(Host, recorded_with_large_pages_is_judged_as_any_other) {
    for (const std::size_t page : {4096U, 65536U}) {
        SysfsTree tree;
        tree.nul_padded(page).add_subsystem("nqn.2026-01.io.example:pair", 2, 1);
        const ProgramResult result = haoh({"check", "--sysroot", tree.root()});
        EXPECT_EQ(result.status, 3) << result.standard_error;
        EXPECT_THAT(result.standard_output, Not(HasSubstr("FAIL"))) << page;
        EXPECT_THAT(result.standard_output, Not(HasSubstr("host.ns.usable_path"))) << page;
    }
}

TEST_F(Host, with_an_unreadable_attribute_exits_with_3) {
    Sample sample = healthy_host();
    path_of(sample, 1, 1).ana_state = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Input/output error"};
    EXPECT_EQ(list(sample).status, 3);
}

TEST_F(Host, without_a_subsystem_exits_with_4_and_says_so) {
    Sample sample = healthy_host();
    sample.observation.controllers.clear();
    sample.observation.kernels[0].subsystems.clear();
    const ProgramResult result = list(sample);
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.standard_output, HasSubstr("no NVMe subsystem"));
    for (const char* command : {"check", "snapshot"}) {
        const ProgramResult other = haoh({command, "--snapshot", directory.path("host.json")});
        EXPECT_EQ(other.status, 4) << command;
        EXPECT_THAT(other.standard_error, HasSubstr("no NVMe subsystem")) << command;
    }
}

TEST_F(Host, of_which_json_keeps_the_kernel_and_says_what_is_usable) {
    const ProgramResult result = list(healthy_host(), {"-o", "json"});
    EXPECT_EQ(result.status, 0);
    const auto out = nlohmann::json::parse(result.standard_output);
    const auto& paths = out["kernels"][0]["subsystems"][0]["namespaces"][0]["paths"];
    EXPECT_EQ(paths[0]["usable"], true);
    EXPECT_EQ(paths[2]["why"], "ANA inaccessible");
    EXPECT_EQ(out["controllers"][0]["host"], "alpha");
}

TEST_F(Host, is_drawn) {
    const ProgramResult dot = list(healthy_host(), {"-o", "dot"});
    EXPECT_EQ(dot.status, 0);
    EXPECT_THAT(dot.standard_output, StartsWith("digraph"));

    const std::string list_svg =
        std::string{HAOH_PROGRAM} + " list -o svg --snapshot '" + directory.path("host.json") + "'";
    const ProgramResult without =
        run_program({"sh", "-c", "PATH=/nonexistent; " + list_svg}, std::chrono::seconds{60});
    EXPECT_EQ(without.status, 4);
    EXPECT_THAT(without.standard_error, HasSubstr("install the package graphviz"));
    EXPECT_THAT(without.standard_output, IsEmpty());

    // Programs in the place of dot: what fails, what reads nothing.
    for (const char* script : {"#!/bin/sh\nexit 3\n", "#!/bin/sh\ncat > /dev/null\nkill -9 $$\n"}) {
        const std::string program = directory.file("dot", script);
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        const ProgramResult failing =
            run_program({"sh", "-c", "PATH=\"" + directory.path("") + ":$PATH\"; " + list_svg},
                        std::chrono::seconds{60});
        EXPECT_EQ(failing.status, 4);
        EXPECT_THAT(failing.standard_error, HasSubstr("Graphviz"));
    }

    const ProgramResult svg = run_program({"sh", "-c", list_svg}, std::chrono::seconds{60});
    if (svg.status == 4 && svg.standard_error.find("not installed") != std::string::npos) {
        GTEST_SKIP() << "Graphviz is not installed";
    }
    EXPECT_EQ(svg.status, 0) << svg.standard_error;
    EXPECT_THAT(svg.standard_output, StartsWith("<?xml"));
}

TEST_F(Host, is_merged_with_another) {
    Sample beta = healthy_host();
    beta.observation.kernels[0].host = "beta";
    for (ControllerObservation& controller : beta.observation.controllers) {
        controller.host = "beta";
    }
    const std::string other = directory.file("beta.json", to_json(beta.observation));
    const ProgramResult result = list(healthy_host(), {"--snapshot", other});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.standard_output, HasSubstr("\nbeta: Linux"));
}

/// A host of that name, with connections of its own.
Observation host_named(const std::string& name, const std::string& nqn, const std::string& id) {
    Observation out = healthy_host().observation;
    out.kernels[0].host = name;
    out.kernels[0].node = name;
    for (KernelController& controller : out.kernels[0].subsystems[0].controllers) {
        controller.hostnqn = Attribute::of(nqn);
        controller.hostid = Attribute::of(id);
    }
    for (ControllerObservation& controller : out.controllers) {
        controller.host = name;
    }
    return out;
}

TEST_F(Host, that_is_another_one_to_the_arrays_is_a_fail_that_names_both) {
    const auto judged = [&](const Observation& first, const Observation& second, bool machine) {
        const std::string one = directory.file("one.json", to_json(first));
        const std::string two = directory.file("two.json", to_json(second));
        std::vector<std::string> words{"check",  "--snapshot",          one, "--snapshot", two,
                                       "--rule", "host.identity.unique"};
        if (machine) {
            words.insert(words.end(), {"-o", "json"});
        }
        return haoh(words);
    };
    const Observation alpha = host_named("alpha", "nqn.2026-01.io.example:a", "id-a");
    const Observation clone = host_named("beta", "nqn.2026-01.io.example:a", "id-b");
    const Observation same_id = host_named("beta", "nqn.2026-01.io.example:b", "id-a");
    const ProgramResult text = judged(alpha, clone, false);
    EXPECT_EQ(text.status, 1) << text.standard_error;
    EXPECT_THAT(text.standard_output,
                HasSubstr("alpha and beta have one host NQN: nqn.2026-01.io.example:a"));
    const auto report = nlohmann::json::parse(judged(alpha, clone, true).standard_output);
    const auto& finding = report.at("findings").at(0);
    EXPECT_EQ(finding.at("rule"), "host.identity.unique");
    EXPECT_EQ(finding.at("values").at(0).at("host"), "alpha");
    EXPECT_EQ(finding.at("values").at(1).at("host"), "beta");
    const ProgramResult by_id = judged(alpha, same_id, false);
    EXPECT_EQ(by_id.status, 1);
    EXPECT_THAT(by_id.standard_output, HasSubstr("alpha and beta have one host ID: id-a"));
    EXPECT_NE(judged(alpha, host_named("beta", "nqn.2026-01.io.example:b", "id-b"), false).status,
              1);
}

TEST_F(Host, of_one_name_with_another_stays_another) {
    const std::string one = directory.file(
        "one.json", to_json(host_named("localhost", "nqn.2026-01.io.example:a", "id-a")));
    Observation second = host_named("localhost", "nqn.2026-01.io.example:b", "id-b");
    for (KernelController& controller : second.kernels[0].subsystems[0].controllers) {
        controller.state = Attribute::of("connecting");
        std::string address(controller.address.value()); // it has another one, and so no connection
        address.replace(address.find("src_addr=10.9.0.1"), std::string::npos, "src_addr=10.9.0.2");
        controller.address = Attribute::of(address);
    }
    const std::string two = directory.file("two.json", to_json(second));
    const ProgramResult result =
        haoh({"check", "--snapshot", one, "--snapshot", two, "-o", "json"});
    const auto report = nlohmann::json::parse(result.standard_output);
    ASSERT_EQ(report.at("hosts").size(), 2U);
    EXPECT_NE(report.at("hosts").at(0), report.at("hosts").at(1));
    bool told = false;
    for (const auto& finding : report.at("findings")) {
        told = told || (report.at("hosts").at(1) == finding.value("host", "") &&
                        finding.at("verdict") != "note");
    }
    EXPECT_TRUE(told) << "the trouble of the second one is not lost";
}

TEST_F(Host, snapshot_tells_names_from_the_file) {
    const std::string in = snapshot_of(host_without_root());
    const std::string out = directory.path("out.json");
    EXPECT_EQ(haoh({"snapshot", "--snapshot", in, out}).status, 3);
    EXPECT_TRUE(std::filesystem::exists(out));
    const ProgramResult two = haoh({"snapshot", "--snapshot", in, out, "another.json"});
    EXPECT_EQ(two.status, 2);
    EXPECT_THAT(two.standard_error, HasSubstr("'another.json'"));
    for (const char* name : {"nvme0", "/dev/nvme0n1", "nvme-subsys3", "nqn.2026-01.example:x"}) {
        const ProgramResult result = haoh({"snapshot", "--snapshot", in, name, out});
        EXPECT_EQ(result.status, 2) << name;
        EXPECT_THAT(result.standard_error, HasSubstr(std::string{"'"} + name + "'"));
    }
    const ProgramResult to_device = haoh({"snapshot", "--snapshot", in, "/dev/stdout"});
    EXPECT_THAT(to_device.standard_output, StartsWith("{"));
}

TEST_F(Host, snapshot_says_of_how_many_hosts_it_is) {
    Sample beta = healthy_host();
    beta.observation.kernels[0].host = "beta";
    for (ControllerObservation& controller : beta.observation.controllers) {
        controller.host = "beta";
    }
    const std::string other = directory.file("beta.json", to_json(beta.observation));
    const std::string in = snapshot_of(healthy_host());
    const std::string out = directory.path("out.json");
    EXPECT_EQ(haoh({"snapshot", "--snapshot", in, out}).standard_error,
              "haoh: 1 host and 4 controllers written to " + out + "\n");
    EXPECT_EQ(haoh({"snapshot", "--snapshot", in, "--snapshot", other, out}).standard_error,
              "haoh: 2 hosts and 8 controllers written to " + out + "\n");
    EXPECT_THAT(haoh({"list", "--snapshot", out}).standard_output, HasSubstr("\nbeta: Linux"));
}

TEST_F(Host, names_go_with_no_other_source) {
    const std::string in = snapshot_of(healthy_host());
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"list", "nvme0", "-t", "tcp://192.0.2.1"}, "--nqn"},
        {{"check", "nvme0", "--snapshot", in}, "--sysroot"},
        {{"list", "pair.json"}, "--snapshot FILE"},
        {{"list", "nvme0c1n1"}, "nvmeNnM"},
        {{"list", "nvme"}, "nvmeNnM"},
        {{"list", "/dev/sda"}, "nvmeNnM"},
        {{"list", "--nqn", "nqn.2026-01.com.example:x"}, "--target"},
    };
    for (const auto& [arguments, message] : cases) {
        const ProgramResult result = haoh(arguments);
        EXPECT_EQ(result.status, 2) << ::testing::PrintToString(arguments);
        EXPECT_THAT(result.standard_error, HasSubstr(message));
        EXPECT_THAT(result.standard_error, Not(HasSubstr("\n\n")));
    }
}

} // namespace
} // namespace haoh::test
