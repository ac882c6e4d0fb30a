// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves each scenario of this folder, asks the arrays as `haoh check` does, and holds the report
// against what the scenario expects: every finding with verdict, severity, namespaces and what it
// says of each array, and no other.

#include "comparison.hpp"

#include <arraysim/scenario/scenario_parser.hpp>
#include <arraysim/serve/server.hpp>

#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/fabric.hpp>
#include <haoh/waivers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace haoh {
namespace {

namespace fs = std::filesystem;
using arraysim::ExpectedFinding;
using arraysim::ExpectedReport;
using arraysim::ExpectedValue;
using arraysim::ExpectSpec;
using arraysim::Scenario;
using scenarios::difference;
using scenarios::said;

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

/// The subsystem of findings that name none; by discovery the first one.
std::string asked_subsystem(const Scenario& scenario) {
    const std::string nqn = scenario.check.nqn.value_or(scenario.nqn);
    return nqn.empty() ? scenario.nqn : nqn;
}

ObserveOptions observe_options(const Scenario& scenario, const arraysim::Server& server) {
    ObserveOptions options;
    options.connect.host = {.hostnqn = "nqn.2014-08.org.nvmexpress:uuid:"
                                       "11111111-2222-4333-8444-555555555555",
                            .hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555"),
                            .origin = "test"};
    options.subsysnqn = scenario.check.nqn.value_or(scenario.nqn);
    options.connect.header_digest = scenario.check.digests;
    options.connect.data_digest = scenario.check.digests;
    options.timeout = scenario.check.timeout;
    options.connect.timeout =
        std::min<std::chrono::milliseconds>(options.connect.timeout, scenario.check.timeout / 2);
    const auto& wanted = scenario.check.targets;
    std::map<std::string, std::size_t> ports;
    for (const arraysim::ServedPort& port : server.ports()) {
        const std::size_t number = ++ports[port.array];
        const std::string name =
            number == 1 ? port.array : port.array + " " + std::to_string(number);
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) {
            options.targets.push_back(port.address);
        }
    }
    return options;
}

/// \throws Error or a failure when the observation does not end in time
ExpectedReport run_scenario(const Scenario& scenario, const std::string& origin) {
    const Config config = parse_config(scenario.check.config, origin + ": check.config");
    boost::asio::io_context context(1);
    arraysim::Simulator simulator(scenario, arraysim::Clock::now());
    arraysim::Server server(context.get_executor(), simulator);
    server.start();
    const ObserveOptions options = observe_options(scenario, server);

    bool done = false;
    Observation observation;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, observe(options),
                          [&](std::exception_ptr error, Observation result) {
                              failure = std::move(error);
                              observation = std::move(result);
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
    Report report = check(observation, {.config = config, .rules = {}, .kernel = {}});
    if (!scenario.check.waivers.empty()) {
        const Day day = parse_day(scenario.check.as_of).value();
        waive(report, observation,
              parse_waivers(scenario.check.waivers, origin + ": check.waivers", day), day);
    }
    return said(report, observation, config, {.ports = server.ports(), .asked = options.targets});
}

class ScenarioTest : public testing::TestWithParam<fs::path> {};

TEST_P(ScenarioTest, SaysWhatIsExpectedAndNothingElse) {
    const Scenario scenario = arraysim::load_scenario(GetParam());
    ASSERT_TRUE(scenario.expect) << GetParam() << " has no [expect]";
    const ExpectSpec& expect = *scenario.expect;
    const std::string name = GetParam().filename().string();
    const std::string subsystem = asked_subsystem(scenario);
    const ExpectedReport report = run_scenario(scenario, name);
    const std::string wrong = difference(expect.report, report, subsystem);
    if (!expect.today) {
        EXPECT_TRUE(wrong.empty()) << name << " (" << scenario.title << "):\n" << wrong;
        return;
    }
    RecordProperty("expected_failure", expect.known_fault);
    EXPECT_FALSE(wrong.empty()) << name << ": all is said that is expected: remove known_fault and "
                                << "[expect.today]";
    const std::string today = difference(*expect.today, report, subsystem);
    EXPECT_TRUE(today.empty()) << name << " (" << scenario.title
                               << "): neither what is expected nor what was said so far:\n"
                               << today;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ScenarioTest, testing::ValuesIn(scenario_files()), case_name);

TEST(ScenarioFolder, HasScenariosOfDefectsAndHealthyOnes) {
    std::size_t healthy = 0;
    std::size_t defective = 0;
    for (const fs::path& file : scenario_files()) {
        const Scenario scenario = arraysim::load_scenario(file);
        EXPECT_FALSE(scenario.title.empty()) << file;
        ASSERT_TRUE(scenario.expect) << file;
        const ExpectedReport& report = scenario.expect->report;
        (report.findings.empty() && report.exit == 0 ? healthy : defective)++;
    }
    EXPECT_GE(healthy, 25U);
    EXPECT_GE(defective, 205U);
}

/// Whether a finding of the rule is that two values differ.
bool compares(const Rule& rule) {
    if (rule.id == "disc.entry.asqsz" || rule.id == "disc.entry.subtype") {
        return false; // each entry of a discovery log by itself, in the class of its field
    }
    if (rule.id == "conn.auth.dhchap_equal") {
        return false; // where it is demanded there is no controller that has a value
    }
    return rule.rule_class == RuleClass::eqs || rule.rule_class == RuleClass::eqn ||
           rule.rule_class == RuleClass::dom;
}

/// What every expectation of the tree has to be: exact, and able to tell the arrays apart.
void expect_exact(const fs::path& file, const ExpectedReport& report) {
    for (const ExpectedFinding& finding : report.findings) {
        const std::string where = file.filename().string() + ": " + finding.rule;
        EXPECT_FALSE(finding.values.empty() && finding.what.empty())
            << where << ": values or what, else it may be about anything";
        const Rule* const rule = find_rule(finding.rule);
        ASSERT_NE(rule, nullptr) << where << " is no rule";
        std::set<std::string> texts;
        for (const ExpectedValue& value : finding.values) {
            texts.insert(value.text);
        }
        EXPECT_TRUE(!compares(*rule) || texts.size() >= 2)
            << where << ": a rule that compares names values that differ";
    }
}

TEST(ScenarioFolder, ExpectsExactly) {
    for (const fs::path& file : scenario_files()) {
        const Scenario scenario = arraysim::load_scenario(file);
        ASSERT_TRUE(scenario.expect) << file;
        EXPECT_FALSE(scenario.expect->loose) << file << ": write [[expect.finding]]";
        // What is right may need a rule that there is not yet, or one that does not compare.
        expect_exact(file, scenario.expect->today.value_or(scenario.expect->report));
    }
}

} // namespace
} // namespace haoh
