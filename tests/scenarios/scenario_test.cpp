// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves each scenario of this folder, asks the arrays as `haoh check` does, and holds the report
// against what the scenario expects: every FAIL and WARN, no other, and the notes that it names.

#include <arraysim/scenario_parser.hpp>
#include <arraysim/server.hpp>

#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/fabric.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace haoh {
namespace {

namespace fs = std::filesystem;
using arraysim::ExpectedFinding;
using arraysim::ExpectSpec;
using arraysim::Scenario;

constexpr std::chrono::seconds kGrace{10}; ///< beyond the scenario's own time

std::vector<fs::path> scenario_files() {
    std::vector<fs::path> files;
    for (const fs::path folder : {HAOH_SCENARIOS, HAOH_EXAMPLES}) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".toml") {
                continue;
            }
            // Among the examples there are other TOML files than scenarios.
            if (folder == HAOH_EXAMPLES) {
                std::ifstream file(entry.path());
                const std::string text{std::istreambuf_iterator<char>(file), {}};
                if (text.find("[[array]]") == std::string::npos) {
                    continue;
                }
            }
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string case_name(const testing::TestParamInfo<fs::path>& info) {
    std::string name = info.param.parent_path().filename() == "examples" ? "example_" : "";
    for (const char c : info.param.stem().string()) {
        name.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
    }
    return name;
}

ObserveOptions observe_options(const Scenario& scenario, const arraysim::Server& server) {
    ObserveOptions options;
    options.connect.host = {.hostnqn = "nqn.2014-08.org.nvmexpress:uuid:"
                                       "11111111-2222-4333-8444-555555555555",
                            .hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555"),
                            .source = "test"};
    options.subsysnqn = scenario.check.nqn.value_or(scenario.nqn);
    options.connect.header_digest = scenario.check.digests;
    options.connect.data_digest = scenario.check.digests;
    options.timeout = scenario.check.timeout;
    options.connect.timeout =
        std::min<std::chrono::milliseconds>(options.connect.timeout, scenario.check.timeout / 2);
    const auto& wanted = scenario.check.targets;
    std::set<std::string> taken;
    for (const arraysim::ServedPort& port : server.ports()) {
        if (wanted.empty()) {
            options.targets.push_back(port.address);
        } else if (std::find(wanted.begin(), wanted.end(), port.array) != wanted.end() &&
                   taken.insert(port.array).second) {
            options.targets.push_back(port.address);
        }
    }
    return options;
}

struct Outcome {
    Observation observation;
    Report report;
    int exit{};
};

/// \throws Error or a failure when the observation does not end in time
Outcome run_scenario(const Scenario& scenario, const std::string& origin) {
    const Config config = parse_config(scenario.check.config, origin + ": check.config");
    boost::asio::io_context context(1);
    arraysim::Simulator simulator(scenario, arraysim::Clock::now());
    arraysim::Server server(context.get_executor(), simulator);
    server.start();

    Outcome outcome;
    bool done = false;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, observe(observe_options(scenario, server)),
                          [&](std::exception_ptr error, Observation observation) {
                              failure = std::move(error);
                              outcome.observation = std::move(observation);
                              done = true;
                              context.stop();
                          });
    context.run_for(scenario.check.timeout + kGrace);
    if (!done) {
        throw Error(Errc::timed_out, "observe", origin);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    outcome.report = check(outcome.observation, {.config = config, .rules = {}, .kernel = {}});
    outcome.exit =
        exit_status(outcome.report, config.fail_on, !outcome.observation.controllers.empty());
    return outcome;
}

bool matches(const ExpectedFinding& expected, const Finding& finding) {
    if (expected.rule != finding.rule || expected.verdict != to_string(finding.verdict)) {
        return false;
    }
    return !expected.nsid || finding.nsid == expected.nsid ||
           std::find(finding.nsids.begin(), finding.nsids.end(), *expected.nsid) !=
               finding.nsids.end();
}

std::string describe(const ExpectedFinding& expected) {
    return fmt::format("{} {}{}", expected.verdict, expected.rule,
                       expected.nsid ? fmt::format(" nsid {}", *expected.nsid) : "");
}

std::string describe(const Finding& finding) {
    std::string text = fmt::format("{} {}", to_string(finding.verdict), finding.rule);
    if (finding.nsid) {
        text += fmt::format(" nsid {}", *finding.nsid);
    }
    text += fmt::format(": {}", finding.what);
    for (const FindingValue& value : finding.values) {
        text += fmt::format("\n        {}{}{}: {}", value.site, value.site.empty() ? "" : " ",
                            value.controller, value.value);
    }
    return text;
}

/// What differs, one line each; empty when the report is as expected.
std::string difference(const ExpectSpec& expect, const Outcome& outcome) {
    const Report& report = outcome.report;
    std::string text;
    const auto line = [&text](const std::string& what) { text += "    " + what + "\n"; };
    if (outcome.exit != expect.exit) {
        line(fmt::format("exit status {}, expected {}", outcome.exit, expect.exit));
    }
    if (to_string(report.verdict) != expect.verdict) {
        line(fmt::format("verdict {}, expected {}", to_string(report.verdict), expect.verdict));
    }
    if (to_string(report.model) != expect.model) {
        line(fmt::format("model {}, expected {}", to_string(report.model), expect.model));
    }
    const auto found = [&report](const ExpectedFinding& expected) {
        return std::any_of(report.findings.begin(), report.findings.end(),
                           [&](const Finding& finding) { return matches(expected, finding); });
    };
    for (const auto* const list : {&expect.findings, &expect.notes}) {
        for (const ExpectedFinding& expected : *list) {
            if (!found(expected)) {
                line("missing:    " + describe(expected));
            }
        }
    }
    const auto expected_by_any = [&expect](const Finding& finding) {
        const auto match = [&](const ExpectedFinding& one) { return matches(one, finding); };
        return std::any_of(expect.findings.begin(), expect.findings.end(), match);
    };
    for (const Finding& finding : report.findings) {
        const bool matters = finding.verdict == Verdict::fail || finding.verdict == Verdict::warn;
        if (matters && !expected_by_any(finding)) {
            line("unexpected: " + describe(finding));
        }
    }
    const std::size_t unobserved = expect.unobserved.value_or(0);
    if (report.unobserved.size() != unobserved) {
        line(fmt::format("{} things could not be observed, expected {}", report.unobserved.size(),
                         unobserved));
    }
    if (!text.empty()) {
        for (const Unobserved& missing : report.unobserved) {
            line(fmt::format("not observed: {}", missing.error));
        }
        for (const Finding& finding : report.findings) {
            if (finding.verdict == Verdict::note || finding.verdict == Verdict::unknown) {
                line(fmt::format("(also there: {})", describe(finding)));
            }
        }
        for (const ControllerObservation& controller : outcome.observation.controllers) {
            for (const std::string& unread : controller.unread) {
                line(fmt::format("({} unread: {})", controller.name, unread));
            }
        }
    }
    return text;
}

class ScenarioTest : public testing::TestWithParam<fs::path> {};

TEST_P(ScenarioTest, GetsItsExpectedVerdict) {
    const Scenario scenario = arraysim::load_scenario(GetParam());
    ASSERT_TRUE(scenario.expect) << GetParam() << " has no [expect]";
    const Outcome outcome = run_scenario(scenario, GetParam().filename().string());
    const std::string text = difference(*scenario.expect, outcome);
    EXPECT_TRUE(text.empty()) << GetParam().filename() << " (" << scenario.title << "):\n" << text;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ScenarioTest, testing::ValuesIn(scenario_files()), case_name);

TEST(ScenarioFolder, HasScenariosOfDefectsAndHealthyOnes) {
    std::size_t healthy = 0;
    std::size_t defective = 0;
    for (const fs::path& file : scenario_files()) {
        const Scenario scenario = arraysim::load_scenario(file);
        EXPECT_FALSE(scenario.title.empty()) << file;
        ASSERT_TRUE(scenario.expect) << file;
        (scenario.expect->findings.empty() && scenario.expect->exit == 0 ? healthy : defective)++;
    }
    EXPECT_GE(healthy, 10U);
    EXPECT_GE(defective, 70U);
}

// The comparison itself must be able to fail.
TEST(ScenarioDifference, NamesWhatIsMissingAndWhatIsTooMuch) {
    ExpectSpec expect;
    expect.findings.push_back({.verdict = "fail", .rule = "ns.uuid.equal", .nsid = 2});
    Outcome outcome;
    outcome.report.verdict = Verdict::pass;
    outcome.report.model = Model::stretched;
    EXPECT_NE(difference(expect, outcome).find("missing:    fail ns.uuid.equal nsid 2"),
              std::string::npos);

    Finding finding;
    finding.rule = "ns.uuid.equal";
    finding.verdict = Verdict::fail;
    finding.nsid = 2;
    outcome.report.findings.push_back(finding);
    EXPECT_EQ(difference(expect, outcome), "");

    outcome.report.findings.front().nsid = 3;
    EXPECT_NE(difference(expect, outcome).find("unexpected: fail ns.uuid.equal nsid 3"),
              std::string::npos);
}

} // namespace
} // namespace haoh
