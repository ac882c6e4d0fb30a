// SPDX-License-Identifier: LGPL-2.1-or-later
// Writer and reader of haoh.observation/1 together, and what the writer promises to scripts.
#include <haoh/observation.hpp>

#include "support/growth.hpp"
#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace haoh {
namespace {

using nlohmann::json;
using test::healthy_pair;

TEST(ObservationJson, WhatIsWrittenIsReadBackTheSame) {
    std::mt19937_64 random(20260131);
    for (int i = 0; i < 200; ++i) {
        const Observation observation = test::random_observation(random);
        const std::string text = to_json(observation);
        const Observation again = observation_from_json(text, "random.json");
        ASSERT_EQ(again, observation) << "round " << i << "\n" << text;
        ASSERT_EQ(to_json(again), text);
    }
}

TEST(ObservationJson, AHealthyPairIsReadBackTheSame) {
    const Observation pair = healthy_pair(4, 5);
    EXPECT_EQ(observation_from_json(to_json(pair), "pair.json"), pair);
}

TEST(ObservationJson, AnEmptyObservationIsReadBackTheSame) {
    EXPECT_EQ(observation_from_json(to_json({}), "empty.json"), Observation{});
    EXPECT_EQ(observation_from_json(to_json({}, false), "empty.json"), Observation{});
}

TEST(ObservationJson, TextIsAsciiAndEndsInABrace) {
    Observation observation = healthy_pair(1, 1);
    observation.controllers[0].unread = {"caf\u00e9 \xff\xfe \x01 \x7f"};
    const std::string text = to_json(observation);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c == '\n' || (c >= ' ' && c < '\x7f'); }));
    EXPECT_EQ(text.back(), '}');
    EXPECT_EQ(json::parse(text)["controllers"][0]["unread"][0], "caf\u00e9 \\xff\\xfe \x01 \x7f");
}

TEST(ObservationJson, ListingHasTheSameShapeWithoutThePages) {
    const Observation pair = healthy_pair(2, 3);
    json snapshot = json::parse(to_json(pair));
    const json listing = json::parse(to_json(pair, false));
    for (json& controller : snapshot["controllers"]) {
        EXPECT_EQ(controller.erase("pages"), 1U);
        for (json& path : controller["namespaces"]) {
            EXPECT_EQ(path.erase("pages"), 1U);
        }
    }
    EXPECT_EQ(snapshot, listing);
}

TEST(ObservationJson, ControllersHaveTheNamesOfSysfs) {
    const json controller = json::parse(to_json(healthy_pair(2, 1), false))["controllers"][1];
    EXPECT_EQ(controller["name"], "tcp://10.2.0.1:4420 controller 1001");
    EXPECT_EQ(controller["transport"], "tcp");
    EXPECT_EQ(controller["traddr"], "10.2.0.1");
    EXPECT_EQ(controller["trsvcid"], "4420");
    EXPECT_EQ(controller["cntlid"], 1001);
    EXPECT_EQ(controller["serial"], "CZ3D4F5G6H");
    EXPECT_EQ(controller["model"], "Example Stretch Array");
    EXPECT_EQ(controller["firmware_rev"], "7.2.1");
    EXPECT_EQ(controller["properties"]["cap"], "0x000000203c01007f");
    EXPECT_EQ(controller["properties"]["vs"], "0x00020100");
    EXPECT_EQ(controller["identify"]["nanagrpid"], 128);
    EXPECT_EQ(controller["identify"]["ieee"], "a937e0");
    EXPECT_EQ(controller["identify"]["tnvmcap"], "0");
    EXPECT_EQ(controller["supported_logs"],
              (json{"0x00", "0x01", "0x02", "0x03", "0x04", "0x05", "0x0c"}));
    EXPECT_EQ(controller["active_nsids"], json::array({1}));
    EXPECT_EQ(controller["controller_list"], (json{1, 1001}));
    EXPECT_EQ(controller["features"]["0x0b"], 0x900);
    EXPECT_EQ(controller["ana"]["groups"][0]["ana_state"], "non-optimized");
}

TEST(ObservationJson, NamespacesHaveIdsSizesAndAnaState) {
    const json path =
        json::parse(to_json(healthy_pair(1, 2), false))["controllers"][0]["namespaces"][1];
    EXPECT_EQ(path["nsid"], 2);
    EXPECT_EQ(path["uuid"], "5b1c0d1e-772a-4c3d-9e10-000002000000");
    EXPECT_EQ(path["nguid"], "60014381025d9a11a937e02402000000");
    EXPECT_EQ(path["eui64"], nullptr);
    EXPECT_EQ(path["csi"], 0);
    EXPECT_EQ(path["nsze"], 0x10000000);
    EXPECT_EQ(path["logical_block_size"], 512);
    EXPECT_EQ(path["metadata_bytes"], 0);
    EXPECT_EQ(path["ana_grpid"], 1);
    EXPECT_EQ(path["ana_state"], "optimized");
}

TEST(ObservationJson, SubsystemsListNamespacesWithTheirPaths) {
    const json subsystems = json::parse(to_json(healthy_pair(2, 2), false))["subsystems"];
    ASSERT_EQ(subsystems.size(), 1U);
    EXPECT_EQ(subsystems[0]["controllers"],
              (json{"tcp://10.1.0.1:4420 controller 1", "tcp://10.2.0.1:4420 controller 1001"}));
    ASSERT_EQ(subsystems[0]["namespaces"].size(), 2U);
    const json& first = subsystems[0]["namespaces"][0];
    EXPECT_EQ(first["nsid"], 1);
    EXPECT_EQ(first["uuid"], "5b1c0d1e-772a-4c3d-9e10-000001000000");
    ASSERT_EQ(first["paths"].size(), 2U);
    EXPECT_EQ(first["paths"][0]["ana_state"], "optimized");
    EXPECT_EQ(first["paths"][1]["ana_state"], "non-optimized");
}

TEST(ObservationJson, ControllersThatDisagreeOnIdsHaveANamespaceEach) {
    Observation pair = healthy_pair(2, 1);
    nvme::IdentifyNamespace id = pair.controllers[1].namespaces[0].identify_data();
    id.eui64 = {1, 2, 3, 4, 5, 6, 7, 8};
    pair.controllers[1].namespaces[0].identify = Page::of(nvme::encode(id));
    const json namespaces = json::parse(to_json(pair, false))["subsystems"][0]["namespaces"];
    ASSERT_EQ(namespaces.size(), 2U);
    EXPECT_EQ(namespaces[0]["eui64"], nullptr);
    EXPECT_EQ(namespaces[1]["eui64"], "0102030405060708");
    EXPECT_EQ(namespaces[1]["paths"][0]["controller"], pair.controllers[1].name);
}

TEST(ObservationJson, SubsystemsKeepTheOrderInWhichTheyAppear) {
    Observation pair = healthy_pair(3, 0);
    pair.controllers[1].subsysnqn = "nqn.another";
    const json subsystems = json::parse(to_json(pair, false))["subsystems"];
    ASSERT_EQ(subsystems.size(), 2U);
    EXPECT_EQ(subsystems[1]["subsysnqn"], "nqn.another");
    EXPECT_EQ(subsystems[0]["controllers"].size(), 2U);
}

TEST(ObservationJson, AnaStateOfAnUnstableLogIsUnknown) {
    Observation pair = healthy_pair(1, 1);
    pair.controllers[0].ana.stable = false;
    const json path = json::parse(to_json(pair, false))["controllers"][0]["namespaces"][0];
    EXPECT_EQ(path["ana_state"], nullptr);
}

TEST(ObservationJson, AnaGroupsHaveWhatTheLogSays) {
    Observation seen = healthy_pair(1, 4);
    nvme::AnaLog log;
    log.chgc = 21;
    log.nagd = 2;
    log.groups = {{.agid = 3,
                   .chgc = 17,
                   .state = nvme::AnaState::optimized,
                   .state_byte = 1,
                   .nsids = {1, 4}},
                  {.agid = 8,
                   .chgc = 20,
                   .state = nvme::AnaState::inaccessible,
                   .state_byte = 3,
                   .nsids = {2}}};
    seen.controllers[0].ana.log = Page::of(nvme::encode(log));
    seen.controllers[0].ana.attempts = 2;
    EXPECT_EQ(json::parse(to_json(seen))["controllers"][0]["ana"],
              json::parse(R"({"stable": true, "attempts": 2, "chgc": 21, "groups": [
                  {"ana_grpid": 3, "ana_state": "optimized", "chgc": 17, "nsids": [1, 4]},
                  {"ana_grpid": 8, "ana_state": "inaccessible", "chgc": 20, "nsids": [2]}]})"));
}

TEST(ObservationJson, NumbersBeyondExactOnesAreStrings) {
    Observation pair = healthy_pair(1, 2);
    nvme::IdentifyNamespace id;
    id.nsze = (1ULL << 53U) - 1;
    id.nuse = 1ULL << 53U;
    pair.controllers[0].namespaces[0].identify = Page::of(nvme::encode(id));
    const json path = json::parse(to_json(pair, false))["controllers"][0]["namespaces"][0];
    EXPECT_EQ(path["nsze"], 9007199254740991);
    EXPECT_EQ(path["nuse"], "9007199254740992");
}

TEST(ObservationJson, PagesAreHexadecimalWithoutTrailingZeros) {
    Observation pair = healthy_pair(1, 1);
    NamespaceObservation& path = pair.controllers[0].namespaces[0];
    path.nvm = Page::of_status({.value = 0x4002});
    path.independent = Page::of_failure("no answer in 5 s");
    nvme::Bytes longer(4100);
    longer[0] = 4;
    path.descriptors = Page::of(longer);
    const json pages = json::parse(to_json(pair))["controllers"][0]["namespaces"][0]["pages"];
    EXPECT_THAT(pages["identify"].get<std::string>(), testing::StartsWith("0000001000000000"));
    EXPECT_EQ(pages["nvm"]["status"], "0x4002");
    EXPECT_EQ(pages["nvm"]["text"], nvme::describe({.value = 0x4002}));
    EXPECT_EQ(pages["independent"]["error"], "no answer in 5 s");
    EXPECT_EQ(pages["descriptors"], (json{{"length", 4100}, {"bytes", "04"}}));
}

TEST(ObservationJson, AThousandNamespacesAreNotAThousandLinesOfNsids) {
    const std::string text = to_json(healthy_pair(1, 1024), false);
    const std::size_t begin = text.find("\"active_nsids\"");
    ASSERT_NE(begin, std::string::npos);
    EXPECT_NE(text.substr(begin, text.find('\n', begin) - begin).find("1024]"), std::string::npos);
}

TEST(ObservationJson, TakesEightTimesAsLongForEightTimesAsMuch) {
    const auto there_and_back = [](const Observation& observation) {
        return [&observation] {
            EXPECT_EQ(observation_from_json(to_json(observation), "big.json"), observation);
        };
    };
    // As many paths to a namespace, and eight times the namespaces; a quadratic step would take
    // 64 times as long.
    const Observation some = healthy_pair(8, 16);
    const Observation many = healthy_pair(8, 128);
    EXPECT_LT(test::growth(there_and_back(some), there_and_back(many)), test::kMostForEightTimes);
    // And eight times the controllers of one subsystem.
    const Observation wide = healthy_pair(64, 16);
    EXPECT_LT(test::growth(there_and_back(some), there_and_back(wide)), test::kMostForEightTimes);
}

} // namespace
} // namespace haoh
