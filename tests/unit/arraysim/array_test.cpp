// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/array.hpp>
#include <arraysim/scenario_builder.hpp>

#include <haoh/nvme/id_list.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

/// An array of a scenario, with volumes of its own.
class Fixture {
  public:
    explicit Fixture(Scenario scenario, std::size_t index = 0)
        : array(scenario, index, 1, [this](const std::string& name) {
              auto& volume = volumes[name];
              if (!volume) {
                  volume = std::make_shared<Volume>();
              }
              return volume;
          }) {}

    std::map<std::string, std::shared_ptr<Volume>> volumes;
    Array array;
};

nvme::IdentifyNamespace page(const Array& array, std::uint32_t nsid) {
    return nvme::decode_identify_namespace(array.identify_namespace(*array.find(nsid), 0));
}

TEST(Array, TheDefaultsAreHealthyAndModern) {
    Fixture fixture(ScenarioBuilder().array("a").build());
    const Array& array = fixture.array;
    const auto id = nvme::decode_identify_controller(array.identify_controller(5));
    EXPECT_EQ(id.cntlid, 5);
    EXPECT_EQ(id.ver, 0x00020000U);
    EXPECT_TRUE(id.ana());
    EXPECT_GE(id.mnan, 1U);
    EXPECT_LE(id.mnan, id.nn);
    EXPECT_NE(id.kas, 0);
    EXPECT_NE(id.anatt, 0);
    EXPECT_EQ(array.property(nvme::property::vs), 0x00020000U);
    EXPECT_TRUE(nvme::Capabilities{.raw = array.capabilities()}.io_command_sets());
    const auto ns = page(array, 1);
    EXPECT_EQ(ns.size_bytes(), kDefaultNamespaceSize);
    EXPECT_EQ(ns.nmic, nvme::nmic::shared);
    EXPECT_EQ(ns.anagrpid, 1U);
    const auto ids = nvme::decode_id_descriptors(array.descriptors(*array.find(1)));
    EXPECT_TRUE(ids.problems.empty());
    EXPECT_NE(ids.find(nvme::IdType::uuid), nullptr);
    EXPECT_NE(ids.find(nvme::IdType::nguid), nullptr);
    EXPECT_NE(ids.find(nvme::IdType::csi), nullptr);
}

TEST(Array, TwoArraysGiveANamespaceTheSameIdentityAndDifferentNamespacesDifferentOnes) {
    NamespaceSpec many;
    many.count = 3;
    const Scenario scenario = ScenarioBuilder().ns(many).array("a").array("b").build();
    Fixture a(scenario, 0);
    Fixture b(scenario, 1);
    EXPECT_EQ(a.array.descriptors(*a.array.find(2)), b.array.descriptors(*b.array.find(2)));
    EXPECT_EQ(a.array.identify_namespace(*a.array.find(2), 0),
              b.array.identify_namespace(*b.array.find(2), 0));
    EXPECT_NE(a.array.descriptors(*a.array.find(2)), a.array.descriptors(*a.array.find(3)));
}

TEST(Array, WhatAnArrayChangesStaysItsOwn) {
    NamespaceSpec many;
    many.count = 3;
    const Scenario scenario = ScenarioBuilder()
                                  .ns(many)
                                  .array("a")
                                  .array("b")
                                  .field("sn", std::string("B"))
                                  .ns_field(2, "noiob", std::uint64_t{8})
                                  .without_ns(3)
                                  .build();
    Fixture a(scenario, 0);
    Fixture b(scenario, 1);
    EXPECT_EQ(a.array.identity().sn[0], 'H');
    EXPECT_EQ(b.array.identity().sn[0], 'B');
    EXPECT_EQ(page(a.array, 2).noiob, 0);
    EXPECT_EQ(page(b.array, 2).noiob, 8);
    EXPECT_EQ(b.array.find(3), nullptr);
    EXPECT_EQ(nvme::decode_namespace_list(b.array.active_namespaces(0)).nsids,
              (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(nvme::decode_namespace_list(a.array.active_namespaces(2)).nsids,
              (std::vector<std::uint32_t>{3}));
}

TEST(Array, InaccessiblePathsReportNoCapacity) {
    Fixture fixture(ScenarioBuilder().array("a").ana(nvme::AnaState::inaccessible).build());
    const auto ns = page(fixture.array, 1);
    EXPECT_EQ(ns.nuse, 0U);
    EXPECT_TRUE(nvme::all_zero(ns.nvmcap));
    EXPECT_NE(ns.nsze, 0U);
    EXPECT_TRUE(fixture.array.set_ana(1, nvme::AnaState::optimized));
    EXPECT_NE(page(fixture.array, 1).nuse, 0U);
}

TEST(Array, TheAnaLogListsGroupsInOrderWithTheirMembers) {
    NamespaceSpec spread;
    spread.count = 6;
    spread.ana_groups = 3;
    Fixture fixture(ScenarioBuilder().ns(spread).array("a").ana(2, nvme::AnaState::change).build());
    const auto log = nvme::decode_ana_log(fixture.array.ana_log(0, false));
    EXPECT_TRUE(log.problems.empty());
    ASSERT_EQ(log.groups.size(), 3U);
    EXPECT_EQ(log.nagd, 3);
    EXPECT_EQ(log.groups[1].agid, 2U);
    EXPECT_EQ(log.groups[1].state, nvme::AnaState::change);
    EXPECT_EQ(log.groups[1].nsids, (std::vector<std::uint32_t>{2, 5}));
    const auto short_log = nvme::decode_ana_log(fixture.array.ana_log(0, true));
    ASSERT_EQ(short_log.groups.size(), 3U);
    EXPECT_TRUE(short_log.groups[1].nsids.empty());
}

TEST(Array, ChangeCountsRiseWithTheContentOnly) {
    Fixture fixture(ScenarioBuilder().array("a").build());
    Array& array = fixture.array;
    const std::uint64_t before = array.ana_chgc();
    EXPECT_FALSE(array.set_ana(1, nvme::AnaState::optimized));
    EXPECT_EQ(array.ana_chgc(), before);
    EXPECT_TRUE(array.set_ana(1, nvme::AnaState::inaccessible));
    EXPECT_EQ(array.ana_chgc(), before + 1);
    EXPECT_EQ(array.groups().at(1).chgc, 2U);
}

TEST(Array, APortMayHaveAStateOfItsOwn) {
    PortSpec other;
    other.ana[1] = nvme::AnaState::non_optimized;
    Fixture fixture(ScenarioBuilder().array("a").port({}).port(other).build());
    EXPECT_EQ(fixture.array.state_of(1, 0), nvme::AnaState::optimized);
    EXPECT_EQ(fixture.array.state_of(1, 1), nvme::AnaState::non_optimized);
}

TEST(Array, ControllerIdsComeFromTheRangeAndAreUsedAgainLast) {
    Fixture fixture(ScenarioBuilder().array("a").cntlids(7, 9).build());
    Array& array = fixture.array;
    EXPECT_EQ(array.take_cntlid(), 7);
    array.release_cntlid(7);
    EXPECT_EQ(array.take_cntlid(), 8);
    EXPECT_EQ(array.take_cntlid(), 9);
    EXPECT_EQ(array.take_cntlid(), 7);
    EXPECT_FALSE(array.take_cntlid());
    EXPECT_FALSE(array.take_cntlid(8));
    EXPECT_FALSE(array.take_cntlid(99));
}

TEST(Array, RangesOfTwoArraysAreDisjointByDefault) {
    const Scenario scenario = ScenarioBuilder().array("a").array("b").build();
    Fixture a(scenario, 0);
    Fixture b(scenario, 1);
    EXPECT_EQ(a.array.take_cntlid(), 1);
    EXPECT_GE(*b.array.take_cntlid(), 1024);
}

TEST(Array, ResizingChangesTheReportedSize) {
    Fixture fixture(ScenarioBuilder().array("a").build());
    fixture.array.resize_namespace(1, 1U << 20U);
    EXPECT_EQ(page(fixture.array, 1).nsze, 2048U);
    EXPECT_EQ(page(fixture.array, 1).ncap, 2048U);
}

TEST(Array, AnOldVersionHasNoIoCommandSets) {
    Fixture fixture(ScenarioBuilder().version(0x00010300).array("a").build());
    EXPECT_FALSE(nvme::Capabilities{.raw = fixture.array.capabilities()}.io_command_sets());
    EXPECT_FALSE(fixture.array.property(nvme::property::crto));
    const auto ids = nvme::decode_id_descriptors(fixture.array.descriptors(*fixture.array.find(1)));
    EXPECT_EQ(ids.find(nvme::IdType::csi), nullptr);
}

} // namespace
} // namespace haoh::arraysim
