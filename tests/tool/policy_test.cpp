// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh policy` on recorded trees, and what it refuses.
#include "simulated_arrays.hpp"

#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Policy : public ::testing::Test {
  protected:
    Policy() {
        tree.add_subsystem("nqn.2026-01.io.example:pair", 2, 1);
        tree.set("sys/kernel/osrelease", "6.12.107-amd64\n");
        tree.set("sys/module/nvme_core/parameters/iopolicy", "numa\n");
        tree.set(SysfsTree::path(0, 0, 1) + "/stat", "1 0 8 0 2 0 16 0 0 0 0\n");
        tree.set(SysfsTree::path(0, 1, 1) + "/stat", "1 0 8 0 2 0 16 0 0 0 0\n");
    }

    ProgramResult policy(std::vector<std::string> words) const {
        words.insert(words.begin(), "policy");
        words.insert(words.end(), {"--sysroot", tree.root()});
        return haoh(words);
    }
    /// Of the tool's JSON, held against its schema.
    nlohmann::json json(std::vector<std::string> words) const {
        words.insert(words.end(), {"-o", "json"});
        const ProgramResult result = policy(words);
        EXPECT_THAT(result.standard_error, IsEmpty());
        const std::string file = directory.file("policy.json", result.standard_output);
        const ProgramResult valid =
            run_program({"python3", HAOH_SOURCE_DIR "/tests/schema/validate.py",
                         HAOH_SOURCE_DIR "/docs/schema/policy-1.schema.json", file},
                        std::chrono::seconds{60});
        EXPECT_EQ(valid.status, 0) << valid.standard_error;
        return nlohmann::json::parse(result.standard_output);
    }

    SysfsTree tree;
    ScratchDirectory directory;
};

TEST_F(Policy, list_is_of_the_recorded_release) {
    EXPECT_EQ(json({"list"})["policies"][2]["offered"], true);
    tree.set("sys/kernel/osrelease", "6.1.176\n");
    EXPECT_EQ(json({"list"})["policies"][2]["offered"], false);
    const ProgramResult text = policy({"list"});
    EXPECT_EQ(text.status, 0);
    EXPECT_THAT(text.standard_output, HasSubstr("not here: from Linux 6.11 on"));
    tree.set("sys/kernel/osrelease", "5.14.0-570.12.1.el9_6.x86_64\n");
    EXPECT_EQ(json({"list"})["policies"][2]["offered"], true);
    tree.set("sys/kernel/osrelease", "6.8.0-45-generic\n");
    EXPECT_TRUE(json({"list"})["policies"][2]["offered"].is_null());
    EXPECT_THAT(policy({"list"}).standard_output,
                HasSubstr("not known of this kernel: from Linux 6.11 on"));
}

TEST_F(Policy, show_tells_where_io_goes) {
    const ProgramResult text = policy({"show", "--for", "10ms"});
    EXPECT_EQ(text.status, 0) << text.standard_error;
    EXPECT_THAT(text.standard_output,
                AllOf(HasSubstr("nvme-subsys0: numa"), HasSubstr("(nsid 11), node 0: nvme0"),
                      HasSubstr("0 requests")));
    const auto shown = json({"show", "--for", "10ms"});
    EXPECT_EQ(shown["subsystems"][0]["shares"].size(), 2U);
    EXPECT_EQ(shown["default_policy"], "numa");
    EXPECT_EQ(json({"show", "--for", "0"})["measured_ms"], 0);
    EXPECT_EQ(policy({"show", "--for", "soon"}).status, 2);
    EXPECT_EQ(policy({"show", "nvme7"}).status, 4);
}

TEST_F(Policy, show_without_a_subsystem_exits_with_4) {
    const SysfsTree empty;
    EXPECT_EQ(haoh({"policy", "show", "--for", "0", "--sysroot", empty.root()}).status, 4);
}

TEST_F(Policy, what_cannot_be_read_exits_with_3) {
    EXPECT_EQ(policy({"explain", "nvme0n1"}).status, 0);
    tree.make_directory(SysfsTree::subsystem(0) + "/iopolicy");
    EXPECT_EQ(policy({"show", "--for", "0"}).status, 3);
    EXPECT_EQ(policy({"explain", "nvme0n1"}).status, 3);
}

TEST_F(Policy, a_path_that_cannot_be_read_is_not_one_that_fails) {
    for (const unsigned controller : {0U, 1U}) {
        const std::string file = SysfsTree::path(0, controller, 1) + "/ana_state";
        tree.remove(file).make_directory(file);
    }
    const ProgramResult unknown = policy({"explain", "nvme0n1"});
    EXPECT_EQ(unknown.status, 3);
    EXPECT_THAT(unknown.standard_output, HasSubstr("ANA state not readable"));
    tree.make_directory("sys/kernel/hostname");
    const ProgramResult shown = policy({"show", "--for", "0"});
    EXPECT_EQ(shown.status, 3);
    EXPECT_THAT(shown.standard_error, HasSubstr("haoh: not read: the host's name: Is a directory"));
}

TEST_F(Policy, show_is_of_what_is_named_and_measures_for_so_long) {
    tree.add_subsystem("nqn.2026-01.io.example:other", 2, 1);
    EXPECT_EQ(json({"show", "--for", "0"})["subsystems"].size(), 2U);
    const auto one = json({"show", "--for", "20ms", "nvme-subsys1"});
    ASSERT_EQ(one["subsystems"].size(), 1U);
    EXPECT_EQ(one["subsystems"][0]["subsystem"], "nvme-subsys1");
    EXPECT_GE(one["measured_ms"], 20);
    EXPECT_GE(json({"show"})["measured_ms"], 1000) << "a second unless told otherwise";
}

TEST_F(Policy, show_takes_sites_from_the_configuration) {
    const std::string config =
        directory.file("haoh.toml", "[[site]]\nname = \"berlin\"\naddresses = [\"10.0.0.1/32\"]\n");
    EXPECT_THAT(policy({"show", "--for", "10ms"}).standard_output, Not(HasSubstr("berlin")));
    EXPECT_THAT(policy({"show", "--for", "10ms", "--config", config}).standard_output,
                HasSubstr("berlin"));
}

TEST_F(Policy, explain_names_the_path) {
    tree.set(SysfsTree::path(0, 0, 1) + "/ana_state", "non-optimized\n");
    const ProgramResult text = policy({"explain", "/dev/nvme0n1"});
    EXPECT_EQ(text.status, 0) << text.standard_error;
    EXPECT_THAT(text.standard_output,
                AllOf(StartsWith("nvme0n1 (nsid 11) of nvme-subsys0, policy numa\n"),
                      HasSubstr("node 0: nvme0c1n1; it is the only optimized path")));
    const auto explained = json({"explain", "nvme0n1"});
    EXPECT_EQ(explained["nodes"][0]["takes"][0], "nvme0c1n1");
    EXPECT_EQ(explained["losses"].size(), 2U);
}

TEST_F(Policy, explain_takes_sites_from_the_configuration) {
    const std::string config =
        directory.file("haoh.toml", "[[site]]\nname = \"berlin\"\naddresses = [\"10.0.0.1/32\"]\n"
                                    "[[site]]\nname = \"bonn\"\naddresses = [\"10.0.0.2/32\"]\n");
    const auto explained = json({"explain", "nvme0n1", "--config", config});
    EXPECT_EQ(explained["losses"][0]["name"], "berlin");
    EXPECT_EQ(explained["losses"][0]["nodes"][0]["takes"][0], "nvme0c1n1");
}

TEST_F(Policy, explain_exits_with_1_when_io_has_no_way) {
    for (unsigned i = 0; i < 2; ++i) {
        tree.set(SysfsTree::path(0, i, 1) + "/ana_state", "inaccessible\n");
    }
    const ProgramResult text = policy({"explain", "nvme0n1"});
    EXPECT_EQ(text.status, 1);
    EXPECT_THAT(text.standard_output, HasSubstr("I/O waits"));
}

TEST_F(Policy, explain_of_what_is_not_there_exits_with_4) {
    EXPECT_EQ(policy({"explain", "nvme7n1"}).status, 4);
    EXPECT_EQ(policy({"explain", "sda"}).status, 2);
    // A subsystem, but no device.
    EXPECT_EQ(policy({"explain", "nvme0"}).status, 4);
}

TEST_F(Policy, set_refuses_what_it_cannot_mean) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"set", "service-time", "nvme0"}, "no release of Linux has such a policy"},
        {{"set", "numa"}, "--default"},
        {{"set", "numa", "--force"}, "it does not say what for"},
        {{"set", "numa", "nvme0", "--default"}, "not there yet"},
        {{"set"}, "policy"},
        {{"sett"}, "there is no command 'policy sett'"},
        {{}, "subcommand"},
    };
    for (auto [words, message] : cases) {
        words.insert(words.begin(), "policy");
        const ProgramResult result = haoh(words);
        EXPECT_EQ(result.status, 2) << ::testing::PrintToString(words);
        EXPECT_THAT(result.standard_error, HasSubstr(message));
    }
    // This machine has no such subsystem, whoever runs the test.
    EXPECT_EQ(haoh({"policy", "set", "numa", "nqn.2026-01.io.example:nowhere"}).status, 4);
}

TEST_F(Policy, set_leaves_the_rules_of_others_alone) {
    const std::string rules = directory.file("71-maker.rules", "# of the maker\n");
    const ProgramResult result =
        haoh({"policy", "set", "numa", "--udev-rule", rules, "nqn.2026-01.io.example:nowhere"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.standard_error, HasSubstr("was not written by haoh policy set"));
    std::string line;
    std::ifstream file(rules);
    std::getline(file, line);
    EXPECT_EQ(line, "# of the maker");
}

TEST(PolicySimulate, compares_policies_on_a_scenario) {
    const ScratchDirectory directory;
    const std::string scenario = directory.file("far.toml", R"(title = "array b is far"
local_array = "a"
[workload]
depth = 8
duration = "200ms"
[[path]]
array = "a"
latency = "200us"
[[path]]
array = "b"
latency = "30ms"
)");
    const ProgramResult result = haoh({"policy", "simulate", scenario, "-o", "json", "--policy",
                                       "numa", "--policy", "round-robin"});
    ASSERT_EQ(result.status, 0) << result.standard_error;
    const nlohmann::json told = nlohmann::json::parse(result.standard_output);
    EXPECT_EQ(told.at("schema"), "haoh.simulation/1");
    ASSERT_EQ(told.at("policies").size(), 2U);
    EXPECT_GT(told.at("policies")[0].at("iops"), told.at("policies")[1].at("iops"))
        << "one near path is better than turns with a far one";
    EXPECT_EQ(haoh({"policy", "simulate", scenario, "-o", "json", "--policy", "numa", "--policy",
                    "round-robin"})
                  .standard_output,
              result.standard_output);
    EXPECT_EQ(haoh({"policy", "simulate", scenario}).status, 0);
    EXPECT_EQ(haoh({"policy", "simulate", scenario, "-o", "svg"}).standard_output.substr(0, 5),
              "<?xml");
}

TEST_F(Policy, simulate_takes_a_device_of_the_host) {
    const std::string config =
        directory.file("haoh.toml", "[[site]]\nname = \"berlin\"\naddresses = [\"10.0.0.1/32\"]\n"
                                    "[[site]]\nname = \"bonn\"\naddresses = [\"10.0.0.2/32\"]\n");
    tree.add_subsystem("nqn.2026-01.io.example:other", 4, 1);
    for (const char* device : {"nvme0n1", "/dev/nvme0n1"}) {
        const ProgramResult result =
            policy({"simulate", device, "-o", "json", "--policy", "numa", "--config", config});
        ASSERT_EQ(result.status, 0) << result.standard_error;
        const auto told = nlohmann::json::parse(result.standard_output);
        EXPECT_EQ(told.at("policies").size(), 1U);
        EXPECT_EQ(told.at("policies")[0].at("paths").size(), 2U) << "those of its subsystem alone";
        EXPECT_THAT(result.standard_output, AllOf(HasSubstr("berlin"), HasSubstr("bonn")));
    }
    EXPECT_THAT(policy({"simulate", "nvme0n1", "--policy", "numa"}).standard_output,
                Not(HasSubstr("berlin")));
    EXPECT_EQ(policy({"simulate", "nvme7n1"}).status, 4);
}

TEST(PolicySimulate, a_scenario_may_have_a_mebibyte_and_a_seed) {
    const ScratchDirectory directory;
    std::string text = "seed = 7\ntitle = \"one\"\n[workload]\nduration = \"50ms\"\n"
                       "[[path]]\narray = \"a\"\nlatency = \"1ms\"\ndeviation = \"500us\"\n#";
    text.resize(std::size_t{1} << 20U, 'x');
    const std::string scenario = directory.file("large.toml", text);
    const auto result_of = [&](const std::vector<std::string>& more) {
        std::vector<std::string> words{"policy", "simulate", scenario, "-o",
                                       "json",   "--policy", "numa"};
        words.insert(words.end(), more.begin(), more.end());
        const ProgramResult result = haoh(words);
        EXPECT_EQ(result.status, 0) << result.standard_error;
        return nlohmann::json::parse(result.standard_output);
    };
    const nlohmann::json seven = result_of({});
    EXPECT_EQ(seven.at("seed"), 7);
    EXPECT_EQ(result_of({"--seed", "7"}), seven);
    const nlohmann::json eight = result_of({"--seed", "8"});
    EXPECT_EQ(eight.at("seed"), 8);
    EXPECT_NE(eight.at("policies"), seven.at("policies"));
    EXPECT_EQ(haoh({"policy", "simulate", directory.file("larger.toml", text + "x")}).status, 2);
}

TEST(PolicySimulate, names_what_is_wrong) {
    const ScratchDirectory directory;
    const std::string scenario = directory.file("bad.toml", "[[path]]\nlatncy = \"1ms\"\n");
    const ProgramResult unknown_key = haoh({"policy", "simulate", scenario});
    EXPECT_EQ(unknown_key.status, 2);
    EXPECT_THAT(unknown_key.standard_error, ::testing::HasSubstr("latncy"));
    const std::string good = directory.file("good.toml", "[[path]]\narray = \"a\"\n");
    const ProgramResult unknown_policy = haoh({"policy", "simulate", good, "--policy", "fastest"});
    EXPECT_EQ(unknown_policy.status, 2);
    EXPECT_THAT(unknown_policy.standard_error, ::testing::HasSubstr("fastest"));
    EXPECT_EQ(haoh({"policy", "simulate", "/nonexistent.toml"}).status, 2);
}

} // namespace
} // namespace haoh::test
