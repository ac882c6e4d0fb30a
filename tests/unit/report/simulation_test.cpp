// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/json_schema.hpp"
#include "support/process.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/simulation_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

/// Every optional key, and names that are hostile to terminals, JSON and XML.
SimulationResult result() {
    PolicyScenario scenario = parse_policy_scenario(R"(
title = "a < b & \"c\" \u0007\uFFFE\u202E"
[workload]
duration = "100ms"
depth = 4
[[path]]
array = "array <a>"
bandwidth = 500
concurrency = 2
[[path]]
array = "array-b"
deviation = "20us"
[[timeline]]
at = "20ms"
array = "array <a>"
action = "lose"
detected_after = "10ms"
[[timeline]]
at = "50ms"
array = "array <a>"
action = "return"
[[timeline]]
at = "70ms"
path = "array-b1"
ana_state = "inaccessible"
)",
                                                    "s.toml");
    scenario.paths[1].array = std::string{"b\xFF"};
    return simulate(scenario);
}

void expect_valid_simulation(const std::string& text) {
    EXPECT_EQ(test::schema_violations("simulation-1", text), "");
    EXPECT_EQ(test::undocumented_keys("simulation-1", text), "");
    for (const char byte : text) {
        EXPECT_TRUE(byte == '\n' || (byte >= 0x20 && byte < 0x7F));
    }
}

TEST(SimulationJson, HoldsAgainstTheSchema) {
    const SimulationResult simulated = result();
    const std::string text = to_json(simulated);
    expect_valid_simulation(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["schema"], "haoh.simulation/1");
    ASSERT_EQ(out["policies"].size(), simulated_policies().size());
    for (std::size_t i = 0; i < simulated.policies.size(); ++i) {
        const json& one = out["policies"][i];
        EXPECT_EQ(one["policy"], simulated.policies[i].policy);
        EXPECT_EQ(one["ios"], simulated.policies[i].ios);
        EXPECT_EQ(one["gaps_ns"].size(), 3U);
        EXPECT_EQ(one["p99_ns"], simulated.policies[i].p99.count());
    }
    EXPECT_EQ(out["timeline"][0]["detected_after_ns"], 10000000);
    EXPECT_EQ(out["paths"][0]["concurrency"], 2);
}

TEST(SimulationJson, HoldsForAnOpenWorkloadAndForNoIo) {
    PolicyScenario scenario = result().scenario;
    scenario.workload.mode = Workload::Mode::open;
    scenario.seed = UINT64_MAX;
    scenario.paths[0].state.ana = std::nullopt;
    for (SimulatedPath& path : scenario.paths) {
        path.state.live = false;
    }
    scenario.timeline.clear();
    const SimulationResult simulated = simulate(scenario);
    expect_valid_simulation(to_json(simulated));
    EXPECT_THAT(to_text(simulated), HasSubstr("numa"));
    EXPECT_THAT(to_svg(simulated), HasSubstr("0.0 MiB/s"));
}

TEST(SimulationSchema, RefusesWhatIsNoResult) {
    const json good = json::parse(to_json(result()));
    std::vector<std::pair<std::string, json>> values{{"/schema", "haoh.simulation/2"},
                                                     {"/workload/mode", "ajar"},
                                                     {"/workload/iops", 5},
                                                     {"/paths", json::array()},
                                                     {"/paths/0/distribution", "uniform"},
                                                     {"/policies/0/ios", -1},
                                                     {"/policies/0/cross_site_share", 1.5},
                                                     {"/timeline/0/path", "both"},
                                                     {"/timeline/2/ana_state", "good"}};
    for (const auto& [where, value] : values) {
        json wrong = good;
        wrong[json::json_pointer{where}] = value;
        EXPECT_NE(test::schema_violations("simulation-1", wrong.dump()), "") << where;
    }
}

TEST(SimulationText, PutsThePoliciesSideBySide) {
    PolicyScenario scenario = parse_policy_scenario(R"(
title = "two arrays"
policies = ["numa", "round-robin"]
[workload]
depth = 1
size = 1048576
duration = "1s"
[[path]]
array = "a"
latency = "100us"
[[path]]
array = "b"
latency = "100us"
[[timeline]]
at = "500ms"
array = "a"
ana_state = "non-optimized"
)",
                                                    "s.toml");
    EXPECT_EQ(to_text(simulate(scenario)), R"(two arrays
1 command outstanding of 1024 KiB, 0.0 % written, for 1.0 s

policy        IO/s   MiB/s     p50     p99   p99.9     gap  cross-site
numa         9,999  9999.0  100 us  100 us  100 us  100 us      50.0 %
round-robin  9,999  9999.0  100 us  100 us  100 us  100 us      75.0 %

policy       array    I/O   share
numa         a      5,000  50.0 %
             b      4,999  50.0 %
round-robin  a      2,500  25.0 %
             b      7,499  75.0 %

at 500.0 ms array a: non-optimized; longest gap after it:
  numa 100 us, round-robin 100 us
)");
}

TEST(SimulationText, IsSafeToPrint) {
    const SimulationResult simulated = result();
    for (const bool verbose : {false, true}) {
        const std::string text = to_text(simulated, {.width = 80, .verbose = verbose});
        EXPECT_THAT(text, Not(HasSubstr("\x07")));
        EXPECT_EQ(text.find("b\\xff") != std::string::npos, !verbose) << text;
        EXPECT_THAT(text, HasSubstr("at 20.0 ms array array <a>: lost, seen 10.0 ms later"));
        EXPECT_THAT(text, HasSubstr(verbose ? "array <a>1  " : "array <a>  "));
    }
}

/// What a parser of others says against a document; empty when it is well-formed XML.
std::string xml_complaints(const std::string& document) {
    const test::ScratchDirectory directory;
    const auto result =
        test::run_program({"python3", "-c",
                           "import sys, xml.etree.ElementTree as tree\n"
                           "root = tree.parse(sys.argv[1]).getroot()\n"
                           "assert root.tag == '{http://www.w3.org/2000/svg}svg', root.tag\n"
                           "assert root.findall('.//{http://www.w3.org/2000/svg}rect')",
                           directory.file("drawing.svg", document)},
                          std::chrono::minutes{2});
    const std::string said = result.standard_output + result.standard_error;
    return result.status == 0 ? said : said + "exit status " + std::to_string(result.status);
}

TEST(SimulationSvg, IsWellFormed) {
    const std::string svg = to_svg(result());
    EXPECT_EQ(xml_complaints(svg), "") << svg;
    EXPECT_NE(xml_complaints(svg.substr(0, svg.size() - 3)), "") << "the check itself";
    EXPECT_THAT(svg, HasSubstr("array &lt;a&gt;"));
    EXPECT_THAT(svg, HasSubstr("queue-depth"));
    EXPECT_EQ(xml_complaints(to_svg({})), "");
}

PolicyResult drawn_result(const std::string& policy, double read, double write,
                          std::vector<SimulatedShare> arrays) {
    PolicyResult out;
    out.policy = policy;
    out.read_mib_s = read;
    out.write_mib_s = write;
    out.p99 = 250us;
    out.arrays = std::move(arrays);
    return out;
}

TEST(SimulationSvg, BarsAreAsLongAsThroughputAndAsWideAsShares) {
    SimulationResult result;
    result.scenario.title = "a title";
    result.policies = {drawn_result("numa", 150, 50, {{"a", 30, 0.75}, {"", 10, 0.25}}),
                       drawn_result("latency", 100, 0, {{"a", 0, 0}, {"", 7, 1}})};
    // All of 380 for 200 MiB/s; 34 a line, below a head of 70 and above an edge of 30.
    EXPECT_EQ(to_svg(result), R"(<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="760" height="168" viewBox="0 0 760 168" font-family="sans-serif" font-size="13">
  <rect width="760" height="168" fill="white"/>
  <text x="10" y="24" font-size="16" font-weight="bold">a title</text>
  <rect x="140.0" y="38" width="20.0" height="20" fill="#0072B2"><title>a</title></rect>
  <text x="166" y="53">a</text>
  <rect x="189.0" y="38" width="20.0" height="20" fill="#E69F00"><title>-</title></rect>
  <text x="215" y="53">-</text>
  <text x="10" y="85">numa</text>
  <rect x="140.0" y="70" width="285.0" height="20" fill="#0072B2"><title>a: 75.0 %</title></rect>
  <rect x="425.0" y="70" width="95.0" height="20" fill="#E69F00"><title>-: 25.0 %</title></rect>
  <text x="528" y="85">200.0 MiB/s, p99 250 us</text>
  <text x="10" y="119">latency</text>
  <rect x="140.0" y="104" width="190.0" height="20" fill="#E69F00"><title>-: 100.0 %</title></rect>
  <text x="338" y="119">100.0 MiB/s, p99 250 us</text>
</svg>
)");
}

TEST(SimulationSvg, WhatDoesNotFitIsLeftOutOfTheLegend) {
    SimulationResult result;
    std::vector<SimulatedShare> arrays;
    for (char name = 'a'; name < 'n'; ++name) { // 13, of one letter each
        arrays.push_back({std::string(1, name), 1, 0});
    }
    result.policies = {drawn_result("numa", 0, 0, arrays)};
    const std::string svg = to_svg(result);
    EXPECT_THAT(svg, HasSubstr(">Path selection policies</text>"));
    // From 140 on, 49 for each, as long as one begins before 660.
    EXPECT_THAT(svg, HasSubstr("<rect x=\"630.0\" y=\"38\" width=\"20.0\" height=\"20\" "
                               "fill=\"#56B4E9\"><title>k</title>"));
    EXPECT_THAT(svg, Not(HasSubstr("<title>l</title>")));
    EXPECT_THAT(svg, HasSubstr("<title>l: 0.0 %</title>")) << "and yet it has its bar";
    arrays.resize(2);
    arrays[0].name = std::string(40, 'x'); // room for 30 of these
    result.policies[0].arrays = arrays;
    EXPECT_THAT(to_svg(result), HasSubstr("<rect x=\"450.0\" y=\"38\""));
    arrays.assign(11, {std::string(), 1, 0}); // 140 + 10 * 52 is 660: too far to the right
    for (SimulatedShare& one : arrays) {
        one.name = "xy";
    }
    arrays[0].name = "xx";
    result.policies[0].arrays = arrays;
    EXPECT_THAT(to_svg(result), Not(HasSubstr("<rect x=\"720.0\" y=\"38\"")));
}

TEST(SimulationSvg, TextsAreXml) {
    SimulationResult result;
    result.scenario.title = "a & b < c > \"d\" \uFFFD\uFFFE\uFFFF\x01 e";
    EXPECT_THAT(to_svg(result), HasSubstr(">a &amp; b &lt; c &gt; &quot;d&quot; "
                                          "\uFFFD\\xef\\xbf\\xbe\\xef\\xbf\\xbf\\x01 e</text>"));
}

TEST(SimulationText, SaysWhatAWorkloadAndItsTimelineAre) {
    SimulationResult result;
    Workload& workload = result.scenario.workload;
    workload.depth = 2;
    workload.write_share = 0.3;
    result.scenario.timeline.resize(3);
    result.scenario.timeline[0].action = TimelineEntry::Action::lose;
    result.scenario.timeline[0].array = "a";
    result.scenario.timeline[1].at = 2s;
    result.scenario.timeline[1].action = TimelineEntry::Action::return_back;
    result.scenario.timeline[1].path = "a1";
    result.scenario.timeline[2].path = "a2";
    result.scenario.timeline[2].state = nvme::AnaState::inaccessible;
    PolicyResult one;
    one.policy = "numa";
    one.iops = 1234.5;
    one.ios = 1;
    one.p50 = 1us;
    one.p99 = 2us;
    one.p999 = 3us;
    one.longest_gap = 4us;
    one.cross_site_share = 0.001;
    one.paths = {{"a1", 2000, 0.0009}, {"", 1, 0}};
    one.gaps = {5us, 6us, 7us};
    result.policies = {one};
    EXPECT_EQ(to_text(result, {.verbose = true}),
              R"(2 commands outstanding of 4 KiB, 30.0 % written, for 10.0 s

policy   IO/s  MiB/s   p50   p99  p99.9   gap  cross-site
numa    1,235    0.0  1 us  2 us   3 us  4 us       0.1 %

policy  path    I/O   share
numa    a1    2,000  <0.1 %
        -         1   0.0 %

at 0 us array a: lost, seen 5.0 s later; longest gap after it:
  numa 5 us
at 2.0 s path a1: back; longest gap after it:
  numa 6 us
at 0 us path a2: inaccessible; longest gap after it:
  numa 7 us
)");
    result.policies[0].policy = "a policy with a rather longer name";
    EXPECT_THAT(to_text(result, {.width = 40}),
                HasSubstr("  a policy with a rather longer name 5\n  us\n"));
    result.policies[0].policy = "numa";
    result.policies[0].ios = 0;
    result.policies[0].refused = 1;
    EXPECT_THAT(to_text(result), HasSubstr("numa    1,235    0.0    -    -      -  4 us"));
    EXPECT_THAT(to_text(result, {.width = 60}),
                HasSubstr("\nnuma: more I/O came than could be served; 1 command was not\n"
                          "  simulated\n\n"));
}

TEST(SimulationJson, HoldsWhatWasSimulated) {
    const SimulationResult simulated = result();
    const json out = json::parse(to_json(simulated));
    const std::vector<SimulatedPath>& paths = simulated.scenario.paths;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const json& path = out["paths"][i];
        EXPECT_EQ(path["latency_ns"], paths[i].latency.mean.count());
        EXPECT_EQ(path["deviation_ns"], paths[i].latency.deviation.count());
        EXPECT_EQ(path["numa_node"], paths[i].numa_node);
        EXPECT_EQ(path["weight"], paths[i].weight);
        EXPECT_EQ(path["usable"], true);
        EXPECT_EQ(path["ana_state"], "optimized");
    }
    EXPECT_EQ(out["paths"][0]["bandwidth_mib_s"], 500.0);
    EXPECT_FALSE(out["paths"][1].contains("bandwidth_mib_s")) << "no limit";
    EXPECT_FALSE(out["paths"][1].contains("concurrency")) << "no limit";
    const Workload& workload = simulated.scenario.workload;
    EXPECT_EQ(out["workload"]["mode"], "closed");
    EXPECT_EQ(out["workload"]["depth"], 4);
    EXPECT_EQ(out["workload"]["size"], workload.size);
    EXPECT_EQ(out["workload"]["duration_ns"], 100000000);
    EXPECT_EQ(out["workload"]["warmup_ns"], workload.warmup.count());
    EXPECT_EQ(out["timeline"][0]["at_ns"], 20000000);
    EXPECT_EQ(out["timeline"][0]["action"], "lose");
    EXPECT_EQ(out["timeline"][1]["action"], "return");
    EXPECT_EQ(out["timeline"][2]["ana_state"], "inaccessible");
    EXPECT_EQ(out["timeline"][2]["path"], "array-b1");
    PolicyResult one;
    one.policy = "numa";
    one.ios = 1;
    one.iops = 2;
    one.read_mib_s = 3;
    one.write_mib_s = 4;
    one.mean = 5ns;
    one.p50 = 6ns;
    one.p99 = 7ns;
    one.p999 = 8ns;
    one.max = 9ns;
    one.cross_site_share = 0.5;
    one.cross_site_mib_s = 10;
    one.longest_gap = 11ns;
    one.retried = 12;
    one.waited = 13;
    one.unfinished = 14;
    one.refused = 15;
    one.paths = {{"a1", 3, 0.25}, {"b1", 9, 0.75}};
    one.arrays = {{"a", 12, 1}};
    SimulationResult made;
    made.policies = {one};
    EXPECT_EQ(json::parse(to_json(made))["policies"][0],
              (json{{"policy", "numa"},
                    {"ios", 1},
                    {"iops", 2.0},
                    {"mib_s", 7.0},
                    {"read_mib_s", 3.0},
                    {"write_mib_s", 4.0},
                    {"mean_ns", 5},
                    {"p50_ns", 6},
                    {"p99_ns", 7},
                    {"p999_ns", 8},
                    {"max_ns", 9},
                    {"paths",
                     {{{"name", "a1"}, {"ios", 3}, {"share", 0.25}},
                      {{"name", "b1"}, {"ios", 9}, {"share", 0.75}}}},
                    {"arrays", json::array({{{"name", "a"}, {"ios", 12}, {"share", 1.0}}})},
                    {"cross_site_share", 0.5},
                    {"cross_site_mib_s", 10.0},
                    {"longest_gap_ns", 11},
                    {"gaps_ns", json::array()},
                    {"retried", 12},
                    {"waited", 13},
                    {"unfinished", 14},
                    {"refused", 15}}));
    made.scenario.workload.mode = Workload::Mode::open;
    made.scenario.workload.iops = 1234;
    const json open = json::parse(to_json(made))["workload"];
    EXPECT_EQ(open["mode"], "open");
    EXPECT_EQ(open["iops"], 1234.0);
    EXPECT_FALSE(open.contains("depth"));
    EXPECT_THAT(to_text(made), HasSubstr("1,234 commands a second of 4 KiB"));
    made.scenario.workload.size = 1000;
    made.scenario.workload.write_share = 0.0001;
    EXPECT_THAT(to_text(made), HasSubstr("of 1000 bytes, <0.1 % written"));
    EXPECT_THAT(to_text(made), HasSubstr("15 commands was not simulated"));
}

} // namespace
} // namespace haoh
