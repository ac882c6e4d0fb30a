// SPDX-License-Identifier: LGPL-2.1-or-later
// The key "kernels" of haoh.observation/1: each state of an attribute, both ways.
#include <haoh/error.hpp>
#include <haoh/observation.hpp>

#include "unit/model/sample_kernel.hpp"
#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace haoh {
namespace {

using nlohmann::json;
using test::sample_kernel;
using testing::HasSubstr;

Observation with_kernel(KernelObservation kernel) {
    Observation out;
    out.kernels.push_back(std::move(kernel));
    return out;
}

json kernel_of(const Observation& observation, bool with_pages = true) {
    return json::parse(to_json(observation, with_pages))["kernels"][0];
}

std::string refusal(const json& snapshot) {
    try {
        static_cast<void>(observation_from_json(snapshot.dump(1), "host.json"));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::malformed);
        return error.what();
    }
    return {};
}

TEST(KernelJson, WhatIsWrittenIsReadBackTheSame) {
    std::mt19937_64 random(6);
    for (int i = 0; i < 100; ++i) {
        Observation observation = test::random_observation(random);
        observation.kernels = {test::random_kernel(random), test::random_kernel(random)};
        for (ControllerObservation& controller : observation.controllers) {
            controller.host = observation.kernels[0].host;
        }
        const std::string text = to_json(observation);
        ASSERT_EQ(observation_from_json(text, "random.json"), observation) << text;
        ASSERT_TRUE(diff(observation, observation).empty());
    }
}

TEST(KernelJson, EachStateOfAnAttributeHasAFormOfItsOwn) {
    Observation observation = with_kernel(sample_kernel("alpha", 1));
    KernelController& controller = observation.kernels[0].subsystems[0].controllers[0];
    controller.state = Attribute::of("live");
    controller.kato = Attribute{};
    controller.numa_node = Attribute::of("");
    controller.cntlid = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Permission denied"};
    controller.serial = {.state = Attribute::State::ok, .nul_padded = true, .text = "SN"};
    controller.model = {.state = Attribute::State::empty, .nul_padded = true, .text = ""};
    const json out = kernel_of(observation)["subsystems"][0]["controllers"][0];
    EXPECT_EQ(out["state"], "live");
    EXPECT_FALSE(out.contains("kato"));
    EXPECT_EQ(out["numa_node"], "");
    EXPECT_EQ(out["cntlid"], (json{{"error", "Permission denied"}}));
    EXPECT_EQ(out["serial"], (json{{"text", "SN"}, {"nul_padded", true}}));
    EXPECT_EQ(out["model"], (json{{"text", ""}, {"nul_padded", true}}));
    EXPECT_EQ(observation_from_json(to_json(observation), "host.json"), observation);
}

TEST(KernelJson, AnAttributeOfARecordedTreeSaysSoWhereItIs) {
    json written = json::parse(to_json(with_kernel(sample_kernel("alpha", 1))));
    json& iopolicy = written["kernels"][0]["subsystems"][0]["iopolicy"];
    const auto read = [&written] {
        return observation_from_json(written.dump(), "host.json").kernels[0].subsystems[0].iopolicy;
    };
    iopolicy = {{"text", "numa"}, {"nul_padded", false}};
    EXPECT_EQ(read(), Attribute::of("numa"));
    iopolicy = {{"text", "numa"}};
    EXPECT_EQ(read(), Attribute::of("numa"));
    iopolicy = {{"text", "numa"}, {"nul_padded", true}};
    EXPECT_TRUE(read().nul_padded);
    EXPECT_EQ(read().text, "numa");
    iopolicy = {{"error", "gone"}, {"nul_padded", true}};
    EXPECT_EQ(read().state, Attribute::State::unreadable);
    EXPECT_TRUE(read().nul_padded);
    iopolicy = {{"error", "gone"}};
    EXPECT_FALSE(read().nul_padded);
}

TEST(KernelJson, HasEachPartUnderItsName) {
    KernelObservation kernel = sample_kernel("alpha", 1);
    kernel.iopolicy = Attribute::of("queue-depth");
    kernel.messages = {{.microseconds = 17, .text = "nvme nvme1: a"},
                       {.microseconds = 1ULL << 53U, .text = "nvme nvme1: b"}};
    kernel.messages_error = "Operation not permitted";
    kernel.udev_rules = {"/etc/udev/rules.d/71.rules"};
    kernel.unread = {"nvme3: gone"};
    kernel.changed = {"nvme0", "nvme1"};
    kernel.stray_controllers.resize(1);
    kernel.stray_controllers[0].name = "nvme9";
    kernel.subsystems[0].namespaces[0].links = {"/dev/disk/by-id/nvme-uuid.1"};
    kernel.subsystems[0].namespaces[0].multipath = false;
    const json out = kernel_of(with_kernel(kernel));
    EXPECT_EQ(out["host"], "alpha");
    EXPECT_EQ(out["release"], "6.12.107-amd64");
    EXPECT_EQ(out["parameters"], (json{{"multipath", "Y"}, {"iopolicy", "queue-depth"}}));
    EXPECT_EQ(out["messages"], json::parse(R"([{"microseconds": 17, "text": "nvme nvme1: a"},
                              {"microseconds": "9007199254740992", "text": "nvme nvme1: b"}])"));
    EXPECT_EQ(out["messages_error"], "Operation not permitted");
    EXPECT_EQ(out["udev_rules"], json::array({"/etc/udev/rules.d/71.rules"}));
    EXPECT_EQ(out["unread"], json::array({"nvme3: gone"}));
    EXPECT_EQ(out["changed"], (json{"nvme0", "nvme1"}));
    EXPECT_EQ(out["stray_controllers"], json::parse(R"([{"name": "nvme9"}])"));
    const json& head = out["subsystems"][0]["namespaces"][0];
    EXPECT_EQ(head["links"], json::array({"/dev/disk/by-id/nvme-uuid.1"}));
    EXPECT_EQ(head["is_head"], false);
    EXPECT_EQ(head["paths"][1]["controller"], "nvme1");
    EXPECT_EQ(head["paths"][1]["name"], "nvme0c1n1");
}

TEST(KernelJson, OfTheFirstSnapshotsSaysNothingOfWhatChanged) {
    json written = json::parse(to_json(with_kernel(sample_kernel("alpha", 1))));
    written["kernels"][0].erase("changed");
    EXPECT_EQ(observation_from_json(written.dump(), "host.json").kernels[0],
              sample_kernel("alpha", 1));
    // Names that somebody wrote in another order are found as well.
    written["kernels"][0]["changed"] = {"nvme1", "nvme0n1", "nvme0"};
    const Observation read = observation_from_json(written.dump(), "host.json");
    for (const char* const name : {"nvme0", "nvme0n1", "nvme1"}) {
        EXPECT_TRUE(read.kernels[0].has_changed(name)) << name;
    }
}

TEST(KernelJson, PathsSayWhetherTheKernelUsesThem) {
    Observation observation = with_kernel(sample_kernel("alpha", 1));
    KernelSubsystem& subsystem = observation.kernels[0].subsystems[0];
    subsystem.namespaces[0].paths[1].size = Attribute::of("2048");
    KernelPath headless;
    headless.name = "nvme0c1n7";
    subsystem.headless.push_back(headless);
    for (const bool with_pages : {true, false}) {
        const json out = kernel_of(observation, with_pages)["subsystems"][0];
        const json& paths = out["namespaces"][0]["paths"];
        EXPECT_EQ(paths[0]["usable"], true);
        EXPECT_FALSE(paths[0].contains("why"));
        EXPECT_EQ(paths[1]["usable"], false);
        EXPECT_EQ(paths[1]["why"], "size 2048 of 4096 sectors");
        EXPECT_EQ(out["headless"][0]["why"], "no head");
    }
}

TEST(KernelJson, IsLeftOutWhereNoHostWasLookedAt) {
    const json out = json::parse(to_json(test::healthy_pair(1, 1)));
    EXPECT_FALSE(out.contains("kernels"));
    EXPECT_FALSE(out["controllers"][0].contains("host"));
}

TEST(KernelJson, RefusesDamageAndNamesItsPlace) {
    const json good = json::parse(to_json(with_kernel(sample_kernel("alpha", 1))));
    const std::vector<std::pair<const char*, json>> damages{
        {"/kernels/0/surplus", 1},
        {"/kernels/0/release", 6},
        {"/kernels/0/parameters/surplus", "Y"},
        {"/kernels/0/parameters/multipath/error", nullptr},
        {"/kernels/0/subsystems/0/iopolicy", 1},
        {"/kernels/0/subsystems/0/iopolicy", json{{"text", "x"}, {"error", "x"}}},
        {"/kernels/0/subsystems/0/iopolicy", json::object()},
        {"/kernels/0/subsystems/0/controllers/0/stat", "live"},
        {"/kernels/0/subsystems/0/namespaces/0/paths/0/controller", nullptr},
        {"/kernels/0/messages", json::array({{{"microseconds", "x"}, {"text", ""}}})},
        {"/kernels/0/messages", json::array({{{"microseconds", ""}, {"text", ""}}})},
        {"/kernels/0/messages", json::array({{{"microseconds", -1}, {"text", ""}}})},
        {"/kernels/0/messages", json::array({{{"microseconds", 1}, {"text", ""}, {"x", 1}}})},
        {"/kernels/0/subsystems/0/surplus", 1},
        {"/kernels/0/subsystems/0/namespaces/0/surplus", 1},
        {"/kernels/0/subsystems/0/namespaces/0/is_head", "yes"},
        {"/kernels/0/subsystems/0/namespaces/0/paths/0/surplus", 1},
        {"/kernels/0/subsystems/0/iopolicy", json{{"text", "x"}, {"surplus", 1}}},
        {"/kernels/0/subsystems/0/iopolicy", json{{"text", "x"}, {"nul_padded", "yes"}}},
    };
    for (const auto& [pointer, value] : damages) {
        json damaged = good;
        if (std::string_view(pointer).ends_with("/error")) {
            damaged["kernels"][0]["parameters"]["multipath"] = json{{"error", value}};
        } else {
            damaged[json::json_pointer(pointer)] = value;
        }
        EXPECT_THAT(refusal(damaged), HasSubstr("/kernels/0/")) << pointer;
    }
    EXPECT_EQ(refusal(good), "");
}

} // namespace
} // namespace haoh
