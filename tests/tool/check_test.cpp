// SPDX-License-Identifier: LGPL-2.1-or-later
#include "simulated_arrays.hpp"

#include "support/pty.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <tuple>

#include <sys/utsname.h>

namespace haoh::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const char* const kOtherUuid =
    "[[array.namespace]]\nnsid = 2\nuuid = \"11111111-2222-4333-8444-555555555555\"\n";

std::vector<std::string> both(const SimulatedArrays& arrays, const std::string& command = "check") {
    return {command, "-t", arrays.target("a"), "-t", arrays.target("b"), "--nqn", kPairNqn};
}

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::vector<std::string> failed_rules(const json& report) {
    std::vector<std::string> rules;
    for (const json& finding : report.at("findings")) {
        if (finding.at("verdict") == "fail") {
            rules.push_back(finding.at("rule"));
        }
    }
    return rules;
}

TEST(Check, a_healthy_pair_passes_quietly) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ProgramResult text = haoh(both(arrays));
    EXPECT_EQ(text.status, 0) << text.standard_output << text.standard_error;
    EXPECT_THAT(text.standard_output, StartsWith("PASS"));

    const json report = json::parse(haoh(with(both(arrays), {"-o", "json"})).standard_output);
    EXPECT_EQ(report.at("schema"), "haoh.report/1");
    EXPECT_EQ(report.at("verdict"), "pass");
    EXPECT_EQ(report.at("model"), "stretched");
    EXPECT_THAT(report.at("unobserved"), IsEmpty());
}

TEST(Check, a_differing_uuid_fails_with_that_rule_alone_and_both_values) {
    const SimulatedArrays arrays{pair_with_b(kOtherUuid)};
    const ProgramResult text = haoh(both(arrays));
    EXPECT_EQ(text.status, 1);
    EXPECT_THAT(text.standard_output,
                AllOf(StartsWith("FAIL"), HasSubstr("11111111-2222-4333-8444-555555555555"),
                      HasSubstr("array-a"), HasSubstr("array-b")));

    const ProgramResult machine = haoh(with(both(arrays), {"-o", "json"}));
    EXPECT_EQ(machine.status, 1);
    const json report = json::parse(machine.standard_output);
    EXPECT_THAT(failed_rules(report), ElementsAre("ns.uuid.equal"));
    EXPECT_EQ(report.at("findings").at(0).at("nsid"), 2);
}

TEST(Check, only_the_rules_asked_for_are_judged) {
    const SimulatedArrays arrays{pair_with_b(kOtherUuid)};
    EXPECT_EQ(haoh(with(both(arrays), {"--rule", "ctrl.*"})).status, 0);
    EXPECT_EQ(haoh(with(both(arrays), {"--rule", "ctrl.*", "--rule", "ns.uuid.*"})).status, 1);
}

TEST(Check, warnings_fail_only_when_asked_to) {
    const SimulatedArrays arrays{pair_with_b("[array.subsystem]\nanatt = 120\n")};
    const ProgramResult lenient = haoh(both(arrays));
    EXPECT_EQ(lenient.status, 0);
    EXPECT_THAT(lenient.standard_output, HasSubstr("ana.anatt.equal"));
    EXPECT_EQ(haoh(with(both(arrays), {"--fail-on", "warn"})).status, 1);
}

TEST(Check, options_come_before_the_configuration_and_leave_the_rest_of_it) {
    // A namespace that has another size on array b fails, unless a resize is under way.
    const SimulatedArrays arrays{pair_with_b("[[array.namespace]]\nnsid = 2\nsize = \"80 MiB\"\n")};
    const ScratchDirectory directory;
    const std::string resize = directory.file("resize.toml", "[check]\nwindow = \"resize\"\n");
    const std::string strict =
        directory.file("strict.toml", "[check]\nwindow = \"resize\"\nfail_on = \"warn\"\n");
    const std::vector<std::pair<std::vector<std::string>, int>> all{
        {{}, 1},
        {{"--window", "resize"}, 0},
        {{"--window", "upgrade"}, 1},
        {{"--window", "resize", "--fail-on", "warn"}, 1},
        {{"--config", resize}, 0},
        {{"--config", resize, "--fail-on", "fail"}, 0},
        {{"--config", resize, "--profile", "stretched"}, 0},
        {{"--config", resize, "--window", "upgrade"}, 1},
        {{"--config", resize, "--window", "none"}, 1},
        {{"--window", "none"}, 1},
        {{"--config", strict}, 1},
        {{"--config", strict, "--window", "resize"}, 1},
        {{"--config", strict, "--fail-on", "fail"}, 0},
    };
    for (const auto& [more, status] : all) {
        const ProgramResult result = haoh(with(both(arrays), more));
        EXPECT_EQ(result.status, status)
            << ::testing::PrintToString(more) << result.standard_output;
    }
    // And the report says what came of it.
    const json judged = json::parse(haoh(with(both(arrays), {"-o", "json", "--config", strict,
                                                             "--window", "none", "--rule", "ns.*"}))
                                        .standard_output)
                            .at("judged");
    EXPECT_EQ(judged.at("window"), "none");
    EXPECT_EQ(judged.at("fail_on"), "warn");
    EXPECT_EQ(judged.at("config_file"), strict);
    EXPECT_EQ(judged.at("rules").at("selected"), (json{"ns.*"}));
    EXPECT_GT(judged.at("rules").at("left_out"), 100);
    EXPECT_THAT(haoh(with(both(arrays), {"--config", strict})).standard_output,
                ::testing::HasSubstr("judged with window resize, fail_on warn, "));
    // The profile says what is expected: several subsystems, where there is one.
    for (const auto& [profile, model, expected] : {std::tuple{"auto", "stretched", false},
                                                   {"single", "single", false},
                                                   {"stretched", "stretched", false},
                                                   {"dispersed", "stretched", true}}) {
        const json report = json::parse(
            haoh(with(both(arrays), {"-o", "json", "--profile", profile})).standard_output);
        EXPECT_EQ(report.at("model"), model) << profile;
        EXPECT_EQ(report.at("findings").dump().find("model.detect") != std::string::npos, expected)
            << profile;
    }
}

TEST(Check, sites_of_the_configuration_name_the_arrays) {
    const SimulatedArrays arrays{
        pair_with_b(std::string{"cntlid_min = 2001\ncntlid_max = 2999\n"} + kOtherUuid)};
    const ScratchDirectory directory;
    const std::string config = directory.file(
        "haoh.toml", "[[site]]\nname = \"berlin\"\ncntlids = [2001, 2999]\n"
                     "[[site]]\nname = \"potsdam\"\naddresses = [\"127.0.0.0/8\"]\n");
    const ProgramResult result = haoh(with(both(arrays), {"--config", config}));
    EXPECT_EQ(result.status, 1) << result.standard_error;
    EXPECT_THAT(result.standard_output, AllOf(HasSubstr("berlin"), HasSubstr("potsdam")));
}

TEST(Check, one_array_down_is_never_a_pass_and_the_other_is_still_judged) {
    const SimulatedArrays healthy{healthy_scenario()};
    const std::vector<std::string> half{
        "check", "-t", healthy.target("a"), "-t", closed_target(), "--nqn", kPairNqn};
    const ProgramResult unknown = haoh(half);
    EXPECT_EQ(unknown.status, 3) << unknown.standard_output;
    EXPECT_THAT(unknown.standard_output, AllOf(StartsWith("UNKNOWN"), HasSubstr("refused")));

    const SimulatedArrays broken{pair_with_b("[array.subsystem]\nmnan = 0\n")};
    const ProgramResult judged =
        haoh({"check", "-t", closed_target(), "-t", broken.target("b"), "--nqn", kPairNqn});
    EXPECT_EQ(judged.status, 1) << judged.standard_output;
    EXPECT_THAT(judged.standard_output, HasSubstr("ctrl.mnan.valid"));
}

TEST(Check, nothing_observed_exits_with_4_and_says_why_in_time) {
    const SilentPeer silent;
    const ProgramResult result =
        haoh({"check", "-t", closed_target(), "-t", silent.target(), "--nqn", kPairNqn, "--timeout",
              "300", "--command-timeout", "0.5"});
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.standard_output + result.standard_error,
                AllOf(HasSubstr("refused"), HasSubstr(silent.target())));
    EXPECT_LT(result.duration, std::chrono::seconds{60});
}

TEST(Check, an_unknown_subsystem_and_a_host_that_is_not_allowed_are_told_apart) {
    const SimulatedArrays arrays{pair_with_b("allowed_hosts = [\"nqn.2014-08.org.nvmexpress:uuid:"
                                             "00000000-0000-4000-8000-000000000001\"]\n")};
    const ProgramResult unknown =
        haoh({"check", "-t", arrays.target("a"), "--nqn", "nqn.2026-11.io.example:other"});
    EXPECT_EQ(unknown.status, 4);
    EXPECT_THAT(unknown.standard_output, HasSubstr("nqn.2026-11.io.example:other"));

    const ProgramResult refused = haoh(both(arrays));
    EXPECT_EQ(refused.status, 3);
    EXPECT_THAT(refused.standard_output, HasSubstr("host"));
}

TEST(Check, an_array_that_hangs_while_it_is_read_is_bounded_by_the_timeout) {
    const SimulatedArrays arrays{pair_with_b("[[array.fault]]\nkind = \"stall\"\n"
                                             "answer = \"identify-namespace\"\n")};
    const ProgramResult result =
        haoh(with(both(arrays), {"--timeout", "3", "--command-timeout", "0.5"}));
    EXPECT_EQ(result.status, 3) << result.standard_output;
    EXPECT_LT(result.duration, std::chrono::seconds{60});
}

TEST(Check, digests_are_used_when_asked_for) {
    const SimulatedArrays arrays{healthy_scenario()};
    EXPECT_EQ(haoh(with(both(arrays), {"--hdr-digest", "--data-digest"})).status, 0);
}

TEST(Check, no_second_connection_is_made_when_none_is_wanted) {
    const SimulatedArrays arrays{healthy_scenario()};
    const auto probed = [&](const std::vector<std::string>& more) {
        const json listed = json::parse(
            haoh(with(both(arrays, "list"), with({"-o", "json"}, more))).standard_output);
        std::size_t count = 0;
        for (const json& controller : listed.at("controllers")) {
            count += controller.at("probed_cntlids").size();
        }
        return count;
    };
    EXPECT_GT(probed({}), 0U);
    EXPECT_EQ(probed({"--no-probe"}), 0U);
}

TEST(Check, a_generated_host_name_is_told) {
    const SimulatedArrays arrays{healthy_scenario()};
    EXPECT_EQ(haoh(both(arrays)).standard_error.find("no host NQN in /etc/nvme/hostnqn") !=
                  std::string::npos,
              !std::filesystem::exists("/etc/nvme/hostnqn"));
    EXPECT_THAT(haoh(with(both(arrays), {"--hostnqn", "nqn.2014-08.org.nvmexpress:uuid:"
                                                      "8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11"}))
                    .standard_error,
                IsEmpty());
}

TEST(Check, progress_is_shown_to_who_looks_and_wants_it) {
    const SimulatedArrays arrays{healthy_scenario()};
    for (const bool quiet : {false, true}) {
        const Pty terminal;
        std::vector<std::string> words = both(arrays);
        words.insert(words.begin(), HAOH_PROGRAM);
        if (quiet) {
            words.emplace_back("-q");
        }
        Process process{words, {.standard_output = -1, .standard_error = terminal.slave()}};
        EXPECT_EQ(process.wait_for(std::chrono::seconds{60}), 0);
        const std::string shown = terminal.shown();
        EXPECT_EQ(shown.find("reading  " + arrays.target("a")) != std::string::npos ||
                      shown.find("reading  " + arrays.target("b")) != std::string::npos,
                  !quiet)
            << shown;
        EXPECT_EQ(shown.find("\r\x1b[K\r\x1b[K") != std::string::npos, false);
        EXPECT_EQ(shown.ends_with("\r\x1b[K"), !quiet) << "nothing of it is left";
    }
}

TEST(Check, a_kernel_may_be_named) {
    const SimulatedArrays arrays{pair_with_b(kOtherUuid)};
    for (const char* release : {"6.1", "6.12"}) {
        const ProgramResult result = haoh(with(both(arrays), {"--kernel", release, "-o", "json"}));
        EXPECT_EQ(result.status, 1) << result.standard_error;
        EXPECT_THAT(result.standard_output, HasSubstr(std::string{release}));
    }
    EXPECT_EQ(haoh(with(both(arrays), {"--kernel", "yesterday"})).status, 2);
    EXPECT_THAT(haoh(with(both(arrays), {"--kernel", "5.14.0-570.el9.x86_64"})).standard_output,
                HasSubstr("Linux 5.14 of EL 9: the path of the array that came later is refused"));
    // Of this one nothing is known, and that is said.
    const ProgramResult unknown = haoh(with(both(arrays), {"--kernel", "5.15.0-101-generic"}));
    EXPECT_EQ(unknown.status, 1) << unknown.standard_error;
    EXPECT_THAT(unknown.standard_output,
                HasSubstr("Linux 5.15 of Ubuntu: not known; Linux 6.1 of kernel.org, the nearest"));
}

TEST(Check, the_kernel_is_that_of_this_machine_where_none_was_observed) {
    const SimulatedArrays arrays{healthy_scenario()};
    ::utsname machine{};
    ASSERT_EQ(::uname(&machine), 0);
    const json running = json::parse(haoh(with(both(arrays), {"-o", "json"})).standard_output);
    EXPECT_EQ(running.at("kernel"), machine.release);
    const json named =
        json::parse(haoh(with(both(arrays), {"-o", "json", "--kernel", "6.1"})).standard_output);
    EXPECT_EQ(named.at("kernel"), "6.1");
}

TEST(Check, each_window_relaxes_its_own_rules) {
    // Versions may differ in an upgrade and in a migration, firmware in an upgrade only.
    const SimulatedArrays version{pair_with_b("[array.subsystem]\nversion = \"2.1\"\n")};
    const SimulatedArrays firmware{pair_with_b("[array.subsystem]\nfirmware = \"9.9\"\n")};
    const ScratchDirectory directory;
    const std::string one_site =
        directory.file("haoh.toml", "[[site]]\nname = \"all\"\naddresses = [\"127.0.0.0/8\"]\n");
    const auto verdict_of = [&](const SimulatedArrays& arrays, const std::string& window,
                                const std::string& rule) {
        std::vector<std::string> words =
            with(both(arrays), {"-o", "json", "--rule", rule, "--config", one_site});
        if (!window.empty()) {
            words = with(words, {"--window", window});
        }
        const json findings = json::parse(haoh(words).standard_output).at("findings");
        return findings.empty() ? std::string{"none"}
                                : findings.at(0).at("verdict").get<std::string>();
    };
    EXPECT_EQ(verdict_of(version, "", "ctrl.ver.domain"), "warn");
    EXPECT_EQ(verdict_of(version, "upgrade", "ctrl.ver.domain"), "note");
    EXPECT_EQ(verdict_of(version, "migration", "ctrl.ver.domain"), "note");
    EXPECT_EQ(verdict_of(version, "resize", "ctrl.ver.domain"), "warn");
    EXPECT_EQ(verdict_of(firmware, "", "ctrl.fr.domain"), "warn");
    EXPECT_EQ(verdict_of(firmware, "upgrade", "ctrl.fr.domain"), "note");
    EXPECT_EQ(verdict_of(firmware, "migration", "ctrl.fr.domain"), "warn");
}

/// Array a, and a site that no controller is of.
std::string wrong_sites(const ScratchDirectory& directory, const SimulatedArrays& arrays) {
    return directory.file("haoh.toml", "[[site]]\nname = \"east\"\naddresses = [\"" +
                                           arrays.target("a").substr(6) +
                                           "\"]\n[[site]]\nname = \"west\"\n"
                                           "addresses = [\"10.9.0.0/16\"]\n");
}

TEST(Check, refuses_a_site_that_fits_nothing_and_says_what_was_seen) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string config = wrong_sites(directory, arrays);
    for (const char* command : {"check", "list"}) {
        const ProgramResult result = haoh(with(both(arrays, command), {"--config", config}));
        EXPECT_EQ(result.status, 2) << command;
        EXPECT_THAT(result.standard_output, IsEmpty());
        EXPECT_THAT(result.standard_error,
                    AllOf(HasSubstr("haoh.toml:4: site \"west\""), HasSubstr("10.9.0.0/16"),
                          HasSubstr(arrays.target("b").substr(6)),
                          Not(HasSubstr(arrays.target("a").substr(6)))));
    }
    const std::string file = directory.path("pair.json");
    ASSERT_EQ(haoh({"snapshot", "-t", arrays.target("a"), "-t", arrays.target("b"), "--nqn",
                    kPairNqn, file})
                  .status,
              0);
    EXPECT_EQ(haoh({"check", "--snapshot", file, "--config", config}).status, 2);
}

TEST(Check, tells_a_site_whose_array_is_down_or_was_not_asked) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string config = wrong_sites(directory, arrays);
    const ProgramResult one =
        haoh({"check", "-t", arrays.target("a"), "--nqn", kPairNqn, "--config", config});
    EXPECT_EQ(one.status, 3) << one.standard_error;
    EXPECT_THAT(one.standard_output, HasSubstr("expect.site"));
    const std::string right = directory.file(
        "right.toml", "[[site]]\nname = \"east\"\naddresses = [\"" + arrays.target("a").substr(6) +
                          "\"]\n[[site]]\nname = \"west\"\naddresses = [\"" +
                          arrays.target("b").substr(6) + "\"]\n");
    EXPECT_EQ(haoh(with(both(arrays), {"--config", right})).status, 0);
    arrays.send({"down", "b"});
    const ProgramResult down = haoh(with(both(arrays), {"--config", right, "--timeout", "5"}));
    EXPECT_EQ(down.status, 3) << down.standard_error;
    EXPECT_THAT(down.standard_output,
                AllOf(HasSubstr(arrays.target("b")), Not(HasSubstr("expect.site"))));
}

TEST(List, shows_subsystem_namespaces_and_paths) {
    const SimulatedArrays arrays{healthy_scenario()};
    arrays.send({"ana", "b", "1", "inaccessible"});
    const ProgramResult text = haoh(both(arrays, "list"));
    EXPECT_EQ(text.status, 0) << text.standard_error;
    EXPECT_THAT(text.standard_output, AllOf(HasSubstr(kPairNqn), HasSubstr("64.0 MiB"),
                                            HasSubstr("optimized"), HasSubstr("inaccessible")));
    const json listed =
        json::parse(haoh(with(both(arrays, "list"), {"-o", "json"})).standard_output);
    EXPECT_EQ(listed.at("schema"), "haoh.observation/1");
}

TEST(List, takes_sites_from_the_configuration) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string config =
        directory.file("haoh.toml", "[[site]]\nname = \"berlin\"\naddresses = [\"127.0.0.0/8\"]\n");
    for (const char* format : {"text", "dot"}) {
        const ProgramResult plain = haoh(with(both(arrays, "list"), {"-o", format}));
        EXPECT_THAT(plain.standard_output, AllOf(HasSubstr("array-a"), HasSubstr("array-b")));
        const ProgramResult named =
            haoh(with(both(arrays, "list"), {"-o", format, "--config", config}));
        EXPECT_THAT(named.standard_output, AllOf(HasSubstr("berlin"), Not(HasSubstr("array-a"))));
    }
}

TEST(List, says_more_and_in_colour_when_asked) {
    const SimulatedArrays arrays{healthy_scenario()};
    const std::string text = haoh(both(arrays, "list")).standard_output;
    const std::string more = haoh(with(both(arrays, "list"), {"-v"})).standard_output;
    EXPECT_GT(more.size(), text.size());
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << "nobody looks";
    const std::string coloured =
        haoh(with(both(arrays, "list"), {"--color", "always"})).standard_output;
    EXPECT_NE(coloured.find('\x1b'), std::string::npos);
}

TEST(List, follows_the_discovery_log_without_an_nqn) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ProgramResult result = haoh({"list", "-t", arrays.target("a")});
    EXPECT_EQ(result.status, 0) << result.standard_output << result.standard_error;
    EXPECT_THAT(result.standard_output, HasSubstr(kPairNqn));
}

} // namespace
} // namespace haoh::test
