// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/inventory.hpp"

#include "sample.hpp"

#include <gtest/gtest.h>

namespace haoh::report {
namespace {

using test::healthy_pair;
using test::Sample;

using InventoryIds = std::vector<std::pair<std::string, std::string>>;

SubsystemArrays arrays_of(const Sample& sample) {
    return subsystems_of(sample.observation, sample.report.attributions).front();
}

TEST(Inventory, WritesSizesInBinaryUnits) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(512), "512 B");
    EXPECT_EQ(size_text(1024), "1.0 KiB");
    EXPECT_EQ(size_text((std::uint64_t{1} << 30U) - 1), "1.0 GiB");
    EXPECT_EQ(size_text(std::uint64_t{64} << 30U), "64.0 GiB");
    EXPECT_EQ(size_text(~std::uint64_t{0}), "16.0 EiB");
}

TEST(Inventory, TellsOnceWhatAllControllersTellAlike) {
    const Sample sample = healthy_pair(2);
    const auto fields = product_fields(arrays_of(sample));
    ASSERT_EQ(fields.size(), 3U);
    EXPECT_EQ(fields[0].name, "serial");
    EXPECT_EQ(fields[0].values, (std::vector<std::pair<std::string, std::string>>{{"SN0001", ""}}));
    const auto lines = namespace_lines(arrays_of(sample));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].size, "64.0 GiB");
    EXPECT_EQ(lines[0].block, "512 B");
    EXPECT_EQ(lines[0].told_by, "");
    ASSERT_EQ(lines[0].ids.size(), 2U);
    EXPECT_EQ(lines[0].ids[0].first, "uuid");
    EXPECT_EQ(lines[0].ids[1].first, "nguid");
}

TEST(Inventory, SaysWhoTellsWhatWhenControllersDisagree) {
    Sample sample = healthy_pair(2);
    test::change_uuid_on_array_b(sample, 2);
    nvme::IdentifyController data = sample.observation.controllers[3].identify_data();
    data.sn[5] = '9';
    sample.observation.controllers[3].identify = Page::of(nvme::encode(data));
    const auto fields = product_fields(arrays_of(sample));
    EXPECT_EQ(fields[0].values, (std::vector<std::pair<std::string, std::string>>{
                                    {"SN0001", "array-a and array-b controller 1001"},
                                    {"SN0009", "array-b controller 1002"}}));
    const auto lines = namespace_lines(arrays_of(sample));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].told_by, "");
    EXPECT_EQ(lines[1].nsid, 2U);
    EXPECT_EQ(lines[1].told_by, "array-a");
    EXPECT_EQ(lines[2].nsid, 2U);
    EXPECT_EQ(lines[2].told_by, "array-b");
    EXPECT_NE(lines[1].ids, lines[2].ids);
}

TEST(Inventory, FoldsNamespacesWithTheSamePaths) {
    const auto lines = path_lines(arrays_of(healthy_pair(1024)));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].nsids.size(), 512U);
    EXPECT_EQ(lines[0].groups, (std::set<std::uint32_t>{1}));
    EXPECT_EQ(lines[0].states, (std::vector<std::string>{"optimized", "inaccessible"}));
    EXPECT_EQ(lines[1].states, (std::vector<std::string>{"inaccessible", "optimized"}));
}

TEST(Inventory, TellsStatesOfControllersThatDiffer) {
    Sample sample = healthy_pair(2);
    sample.observation.controllers[1] = test::sample_controller("10.0.0.2", 2, false, 1);
    sample.observation.controllers[1].name = "tcp://10.0.0.2:4420 controller 2";
    const auto lines = path_lines(arrays_of(sample));
    ASSERT_EQ(lines.size(), 2U);
    // Half of one namespace is none: this one put NSID 1 into group 2.
    EXPECT_TRUE(lines[0].groups_differ);
    EXPECT_EQ(lines[0].states[0],
              "optimized in group 1 (controller 1), optimized in group 2 (controller 2)");
    EXPECT_EQ(lines[0].ana[0], nvme::AnaState::optimized);
    EXPECT_EQ(lines[1].states[0], "absent (controller 2), inaccessible (controller 1)");
    EXPECT_EQ(lines[1].ana[0], std::nullopt);
    EXPECT_EQ(lines[1].ana[1], nvme::AnaState::optimized);
    EXPECT_EQ(lines[1].states[1], "optimized");
}

TEST(Inventory, HasNoStateOfAnArrayWhoseControllersDiffer) {
    Sample sample = healthy_pair(1);
    ASSERT_EQ(path_lines(arrays_of(sample)).front().ana,
              (std::vector<std::optional<nvme::AnaState>>{nvme::AnaState::inaccessible,
                                                          nvme::AnaState::optimized}));
    sample.observation.controllers[1].ana = sample.observation.controllers[3].ana;
    const auto line = path_lines(arrays_of(sample)).front();
    EXPECT_EQ(line.states[0], "inaccessible (controller 1), optimized (controller 2)");
    EXPECT_EQ(line.ana[0], std::nullopt) << "not the one that is told first";
}

TEST(Inventory, SaysWhyAStateIsNotKnown) {
    Sample sample = healthy_pair(1);
    auto& controllers = sample.observation.controllers;
    controllers.erase(controllers.begin() + 1, controllers.begin() + 3);
    const auto state = [&] { return path_lines(arrays_of(sample)).front().states[0]; };
    EXPECT_EQ(state(), "inaccessible");
    const ControllerObservation whole = controllers[0];

    controllers[0].ana.stable = false;
    EXPECT_EQ(state(), "ANA log unstable");
    controllers[0] = whole;
    controllers[0].ana.log = Page::of_failure("timed out");
    EXPECT_EQ(state(), "ANA log not read");
    controllers[0] = whole;
    controllers[0].ana.log = Page::of(nvme::encode(nvme::AnaLog{}));
    EXPECT_EQ(state(), "not in the ANA log");
    controllers[0] = whole;
    controllers[0].ana = {};
    nvme::IdentifyController data = controllers[0].identify_data();
    data.cmic = 0;
    controllers[0].identify = Page::of(nvme::encode(data));
    EXPECT_EQ(state(), "attached, no ANA");
    controllers[0].identify = {}; // nobody knows whether it has ANA
    EXPECT_EQ(state(), "ANA log not read");
    controllers[0] = whole;
    controllers[0].namespaces.clear();
    EXPECT_EQ(state(), "absent");
    controllers[0].active_nsids.reset();
    EXPECT_EQ(state(), "not read");
}

TEST(Inventory, SaysThatAPageWasNotRead) {
    Sample sample = healthy_pair(1);
    for (ControllerObservation& controller : sample.observation.controllers) {
        controller.namespaces[0].identify = Page::of_failure("timed out");
        controller.namespaces[0].descriptors = {};
    }
    const auto lines = namespace_lines(arrays_of(sample));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].size, "not read");
    EXPECT_EQ(lines[0].block, "?");
    EXPECT_TRUE(lines[0].ids.empty());
}

TEST(Inventory, SaysThatTextsAndFormatsAreNone) {
    Sample sample = healthy_pair(1);
    sample.observation.controllers.resize(1);
    ControllerObservation& controller = sample.observation.controllers[0];
    nvme::IdentifyController data = controller.identify_data();
    data.sn.fill(' ');
    controller.identify = Page::of(nvme::encode(data));
    const auto fields = product_fields(arrays_of(sample));
    EXPECT_EQ(fields[0].values[0].first, "(blank)");
    EXPECT_EQ(fields[1].values[0].first, "ArrayOne 9000");
    const auto block = [&](std::uint8_t lbads, std::uint16_t ms) {
        nvme::IdentifyNamespace page = controller.namespaces[0].identify_data();
        page.lbaf[0] = {.ms = ms, .lbads = lbads, .rp = 0};
        controller.namespaces[0].identify = Page::of(nvme::encode(page));
        return namespace_lines(arrays_of(sample))[0].block;
    };
    EXPECT_EQ(block(0, 0), "?");
    EXPECT_EQ(block(9, 0), "512 B");
    EXPECT_EQ(block(12, 8), "4096+8 B");
    EXPECT_EQ(block(31, 0), "2147483648 B");
    EXPECT_EQ(block(32, 0), "?");
}

TEST(Inventory, TellsEachIdThatThereIsTheStrongestFirst) {
    Sample sample = healthy_pair(1);
    sample.observation.controllers.resize(1);
    NamespaceObservation& entry = sample.observation.controllers[0].namespaces[0];
    nvme::IdentifyNamespace page = entry.identify_data();
    page.eui64 = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};
    entry.identify = Page::of(nvme::encode(page));
    EXPECT_EQ(namespace_lines(arrays_of(sample))[0].ids,
              (InventoryIds{{"uuid", "5d0f9a61-1c7e-4b02-8a00-0000000001a5"},
                            {"nguid", "5d0f9a611c7e4b028a00000000000177"},
                            {"eui64", "0011223344556677"}}));
    entry.descriptors = {};
    page.nguid = {};
    entry.identify = Page::of(nvme::encode(page));
    EXPECT_EQ(namespace_lines(arrays_of(sample))[0].ids,
              (InventoryIds{{"eui64", "0011223344556677"}}));
}

TEST(Inventory, RoundsSizesAtTheEdgeOfAUnit) {
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1023 * 1024 + 512), "1023.5 KiB");
    EXPECT_EQ(size_text(1024 * 1024 - 52), "1023.9 KiB");
    EXPECT_EQ(size_text(1024 * 1024 - 51), "1.0 MiB") << "not 1024.0 KiB";
    EXPECT_EQ(size_text(std::uint64_t{3} << 39U), "1.5 TiB");
    EXPECT_EQ(size_text(std::uint64_t{1} << 50U), "1.0 PiB");
}

} // namespace
} // namespace haoh::report
