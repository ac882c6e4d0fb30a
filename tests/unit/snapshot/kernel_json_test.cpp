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
    for (int i = 0; i < 300; ++i) {
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
