// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/scenario_builder.hpp"

#include <arraysim/arrays/array.hpp>

#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/id_list.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

using nvme::Bytes;

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

TEST(Array, TransfersAreBoundedByMdtsAndByOurselves) {
    const auto bound = [](std::uint64_t mdts, std::uint64_t mpsmin = 0) {
        const std::uint64_t cap = 127 | 1ULL << 37 | mpsmin << 48;
        Fixture fixture(ScenarioBuilder()
                            .field("mdts", mdts)
                            .property(nvme::property::cap, cap)
                            .array("a")
                            .build());
        return fixture.array.max_transfer();
    };
    EXPECT_EQ(bound(1), 8192U); // 2^MDTS pages of 4 KiB
    EXPECT_EQ(bound(8), 1U << 20);
    EXPECT_EQ(bound(1, 1), 16384U); // pages of 8 KiB
    EXPECT_EQ(bound(9), 2U << 20);
    for (const std::uint64_t much : {0U, 10U, 11U, 20U, 255U}) { // 0: no bound
        EXPECT_EQ(bound(much), 4U << 20) << much;
    }
}

TEST(Array, WhatItSaysOfANamespaceStandsOnWhatAllSay) {
    NamespaceSpec all;
    all.count = 2;
    all.size = 8U << 20U;
    all.block_size = 4096;
    all.nguid = nvme::Nguid{1};
    all.eui64 = nvme::Eui64{2};
    all.uuid = nvme::Uuid{3};
    all.ana_group = 4;
    all.data = "five";
    all.identify["noiob"] = {6, 0};
    all.identify["npwg"] = {7, 0};
    all.nvm["elbaf0"] = {8, 0, 0, 0};
    all.independent["nstat"] = {9};
    NamespaceSpec other;
    other.nsid = 2;
    const auto shown = [&](const NamespaceSpec& over) {
        Scenario scenario = ScenarioBuilder().ns(all).array("a").ns(over).build();
        Fixture fixture(scenario);
        ArrayNamespace ns = *fixture.array.find(2);
        ns.volume.reset();
        return ns;
    };
    const ArrayNamespace base = shown(other);
    EXPECT_EQ(base.size, 8U << 20U);
    EXPECT_EQ(base.block_size, 4096U);
    EXPECT_EQ(base.nguid, nvme::Nguid{1});
    EXPECT_EQ(base.eui64, nvme::Eui64{2});
    EXPECT_EQ(base.uuid, nvme::Uuid{3});
    EXPECT_EQ(base.group, 4U);
    EXPECT_EQ(base.data, "five");
    EXPECT_FALSE(base.descriptors);
    EXPECT_EQ(base.geometry.noiob, 6);

    other.size = 16U << 20U;
    other.block_size = 512;
    other.nguid = nvme::Nguid{11};
    other.eui64 = nvme::Eui64{12};
    other.uuid = nvme::Uuid{13};
    other.ana_group = 14;
    other.data = "fifteen";
    other.descriptors.emplace();
    other.identify["noiob"] = {16, 0};
    other.nvm["lbstm"] = {1, 0, 0, 0, 0, 0, 0, 0};
    other.independent["nmic"] = {0};
    const ArrayNamespace over = shown(other);
    EXPECT_EQ(over.size, 16U << 20U);
    EXPECT_EQ(over.block_size, 512U);
    EXPECT_EQ(over.nguid, nvme::Nguid{11});
    EXPECT_EQ(over.eui64, nvme::Eui64{12});
    EXPECT_EQ(over.uuid, nvme::Uuid{13});
    EXPECT_EQ(over.group, 14U);
    EXPECT_EQ(over.data, "fifteen");
    EXPECT_TRUE(over.descriptors);
    EXPECT_EQ(over.geometry.noiob, 16);
    EXPECT_EQ(over.geometry.npwg, 7) << "what it does not say stays";
    EXPECT_EQ(over.nvm.size(), 2U);
    EXPECT_EQ(over.independent.size(), 2U);
}

TEST(Array, SeveralNamespacesMayDifferOrBeNew) {
    NamespaceSpec all;
    all.count = 4;
    NamespaceSpec some;
    some.nsid = 3;
    some.count = 3;
    some.ana_group = 10;
    some.ana_groups = 2;
    NamespaceSpec gone;
    gone.nsid = 1;
    gone.count = 2;
    gone.absent = true;
    Fixture fixture(ScenarioBuilder().ns(all).array("a").ns(some).ns(gone).build());
    EXPECT_EQ(nvme::decode_namespace_list(fixture.array.active_namespaces(0)).nsids,
              (std::vector<std::uint32_t>{3, 4, 5}));
    EXPECT_EQ(fixture.array.group_of(3), 10U);
    EXPECT_EQ(fixture.array.group_of(4), 11U);
    EXPECT_EQ(fixture.array.group_of(5), 10U);
    EXPECT_EQ(fixture.array.group_of(1), 0U);
    EXPECT_EQ(fixture.array.find(5)->uuid.size(), 16U);
    EXPECT_FALSE(fixture.array.remove_namespace(1));
    EXPECT_TRUE(fixture.array.remove_namespace(3));
}

TEST(Array, SaysItsOwnPropertiesOverThoseOfTheSubsystem) {
    Fixture fixture(ScenarioBuilder()
                        .property(nvme::property::crto, 5)
                        .property(nvme::property::cap, 0x7F)
                        .array("a")
                        .property(nvme::property::crto, 6)
                        .build());
    EXPECT_EQ(fixture.array.property(nvme::property::crto), 6U);
    EXPECT_EQ(fixture.array.property(nvme::property::cap), 0x7FU);
    EXPECT_EQ(fixture.array.capabilities(), 0x7FU);
    EXPECT_FALSE(fixture.array.property(nvme::property::cc));
    // Ready within ten seconds (500 ms each), as CAP.TO says.
    EXPECT_EQ(Fixture(ScenarioBuilder().array("a").build()).array.property(nvme::property::crto),
              20U);
}

TEST(Array, ResizingOverridesWhatTheScenarioSaidOfTheSize) {
    Fixture fixture(ScenarioBuilder()
                        .ns_field(1, "nsze", std::uint64_t{10})
                        .ns_field(1, "ncap", std::uint64_t{11})
                        .ns_field(1, "nuse", std::uint64_t{12})
                        .array("a")
                        .build());
    EXPECT_EQ(page(fixture.array, 1).nsze, 10U);
    EXPECT_EQ(page(fixture.array, 1).ncap, 11U);
    EXPECT_EQ(page(fixture.array, 1).nuse, 12U);
    fixture.array.resize_namespace(1, 1U << 20U);
    EXPECT_EQ(page(fixture.array, 1).nsze, 2048U);
    EXPECT_EQ(page(fixture.array, 1).ncap, 2048U);
    EXPECT_EQ(page(fixture.array, 1).nuse, 2048U);
    EXPECT_EQ(nvme::load_le<std::uint64_t>(page(fixture.array, 1).nvmcap, 0), 1U << 20);
}

TEST(Array, ANamespaceThatMovesChangesBothGroups) {
    NamespaceSpec two;
    two.count = 2;
    two.ana_groups = 2;
    Fixture fixture(ScenarioBuilder().ns(two).array("a").build());
    Array& array = fixture.array;
    const std::uint64_t before = array.ana_chgc();
    EXPECT_EQ(before, 1U);
    array.set_namespace_field(1, "anagrpid", {2, 0, 0, 0});
    EXPECT_EQ(array.groups().at(1).chgc, 2U);
    EXPECT_EQ(array.groups().at(2).chgc, 2U);
    EXPECT_EQ(array.ana_chgc(), before + 1);
    EXPECT_EQ(page(array, 1).anagrpid, 2U);
    array.set_namespace_field(1, "uuid", Bytes(16, 0x42));
    const auto ids = nvme::decode_id_descriptors(array.descriptors(*array.find(1)));
    EXPECT_EQ(ids.find(nvme::IdType::uuid)->nid, Bytes(16, 0x42));
    EXPECT_EQ(array.ana_chgc(), before + 1);
    EXPECT_TRUE(array.remove_namespace(1));
    EXPECT_EQ(array.groups().at(2).chgc, 3U);
    EXPECT_EQ(array.ana_chgc(), before + 2);
    NamespaceSpec back;
    back.ana_group = 7;
    array.put_namespace(back);
    EXPECT_EQ(array.groups().at(7).chgc, 2U);
    EXPECT_EQ(array.ana_chgc(), before + 3);
}

TEST(Array, AStateOfAllIsThatOfGroupsToComeToo) {
    Fixture fixture(ScenarioBuilder().array("a").build());
    Array& array = fixture.array;
    EXPECT_FALSE(array.set_all_ana(nvme::AnaState::optimized));
    EXPECT_TRUE(array.set_all_ana(nvme::AnaState::inaccessible));
    EXPECT_EQ(array.state_of(1, 0), nvme::AnaState::inaccessible);
    EXPECT_EQ(array.state_of(99, 0), nvme::AnaState::inaccessible);
    EXPECT_TRUE(array.set_ana(3, nvme::AnaState::change));
    EXPECT_EQ(array.state_of(3, 0), nvme::AnaState::change);
    EXPECT_EQ(array.state_of(3, 50), nvme::AnaState::change);
}

TEST(Array, ControllerIdsComeAsTheyAreGiven) {
    const auto ids = [](const Scenario& scenario, std::size_t index = 0) {
        Fixture fixture(scenario, index);
        std::vector<std::uint16_t> all;
        while (const auto id = fixture.array.take_cntlid()) {
            all.push_back(*id);
        }
        return all;
    };
    EXPECT_EQ(ids(ScenarioBuilder()
                      .array("a")
                      .cntlids(1, 2)
                      .with([](ArraySpec& spec) {
                          spec.cntlids = {9, 3, 5};
                      })
                      .build()),
              (std::vector<std::uint16_t>{9, 3, 5}));
    const auto from = ids(
        ScenarioBuilder().array("a").with([](ArraySpec& spec) { spec.cntlid_min = 100; }).build());
    EXPECT_EQ(from.front(), 100);
    EXPECT_EQ(from.back(), 1123);
    Scenario many;
    many.arrays.resize(kMaxArrays);
    const auto second = ids(many, 1);
    EXPECT_EQ(second.front(), 1025);
    EXPECT_EQ(second.back(), 2048);
    EXPECT_EQ(ids(many, kMaxArrays - 1).back(), 0xFFEF) << "the last that is an ID";
}

TEST(Array, DescriptorsAreThoseThatThereAre) {
    using nvme::IdType;
    const auto types = [](const NamespaceSpec& spec, std::uint32_t version) {
        Fixture fixture(ScenarioBuilder().version(version).ns(spec).array("a").build());
        std::vector<unsigned> list;
        const Bytes bytes = fixture.array.descriptors(*fixture.array.find(1));
        for (const auto& descriptor : nvme::decode_id_descriptors(bytes).descriptors) {
            list.push_back(descriptor.nidt);
        }
        return list;
    };
    NamespaceSpec spec;
    EXPECT_EQ(types(spec, 0x00010400), (std::vector<unsigned>{2, 3})); // NGUID, UUID
    spec.eui64 = nvme::Eui64{1};
    EXPECT_EQ(types(spec, 0x00020000), (std::vector<unsigned>{1, 2, 3, 4}));
    spec.nguid = nvme::Nguid{};
    spec.uuid = nvme::Uuid{};
    EXPECT_EQ(types(spec, 0x00020000), (std::vector<unsigned>{1, 4})); // EUI-64, command set
}

TEST(Array, AListOfNamespacesHoldsOneThousandAndTwentyFour) {
    NamespaceSpec many;
    many.count = 1026;
    Fixture fixture(ScenarioBuilder().ns(many).array("a").build());
    const auto first = nvme::decode_namespace_list(fixture.array.active_namespaces(0)).nsids;
    ASSERT_EQ(first.size(), 1024U);
    EXPECT_EQ(first.back(), 1024U);
    EXPECT_EQ(nvme::decode_namespace_list(fixture.array.active_namespaces(1024)).nsids,
              (std::vector<std::uint32_t>{1025, 1026}));
}

TEST(Array, TheIndependentPageFollowsTheOtherOne) {
    Fixture fixture(ScenarioBuilder()
                        .ns_field(1, "nsfeat", std::uint64_t{0xFF})
                        .ns_field(1, "nmic", std::uint64_t{3})
                        .ns_field(1, "rescap", std::uint64_t{4})
                        .ns_field(1, "fpi", std::uint64_t{5})
                        .ns_field(1, "anagrpid", std::uint64_t{6})
                        .ns_field(1, "nsattr", std::uint64_t{1})
                        .ns_field(1, "nvmsetid", std::uint64_t{8})
                        .ns_field(1, "endgid", std::uint64_t{9})
                        .array("a")
                        .build());
    const auto read = [&fixture] {
        return nvme::decode_identify_namespace_independent(
            fixture.array.identify_independent(*fixture.array.find(1), 0));
    };
    EXPECT_EQ(read().nsfeat, 0x08) << "UIDREUSE";
    EXPECT_EQ(read().nmic, 3);
    EXPECT_EQ(read().rescap, 4);
    EXPECT_EQ(read().fpi, 5);
    EXPECT_EQ(read().anagrpid, 6U);
    EXPECT_EQ(read().nsattr, 1);
    EXPECT_EQ(read().nvmsetid, 8);
    EXPECT_EQ(read().endgid, 9);
    EXPECT_EQ(read().nstat, 1) << "ready";
}

TEST(Array, TheGivenAnaLogIsTakenLiterally) {
    Fixture fixture(ScenarioBuilder()
                        .array("a")
                        .ana_log({{.agid = 2, .state = 0x35, .nsids = {3, 1}},
                                  {.agid = 1, .state = 1, .nsids = {1}, .chgc = 9}})
                        .build());
    fixture.array.bump_ana_count();
    const auto log = nvme::decode_ana_log(fixture.array.ana_log(0, false));
    EXPECT_EQ(log.chgc, 2U);
    EXPECT_EQ(log.nagd, 2);
    ASSERT_EQ(log.groups.size(), 2U);
    EXPECT_EQ(log.groups[0].agid, 2U);
    EXPECT_EQ(log.groups[0].state_byte, 0x35);
    EXPECT_EQ(log.groups[0].chgc, 2U) << "the array's";
    EXPECT_EQ(log.groups[0].nsids, (std::vector<std::uint32_t>{3, 1}));
    EXPECT_EQ(log.groups[1].chgc, 9U);
    const auto brief = nvme::decode_ana_log(fixture.array.ana_log(0, true));
    ASSERT_EQ(brief.groups.size(), 2U);
    EXPECT_TRUE(brief.groups[0].nsids.empty());
}

TEST(Array, FaultsCountTheirMatchesOnTheirPort) {
    FaultSpec fault;
    fault.kind = FaultKind::not_ready;
    fault.port = 1;
    fault.when = {.first = 2, .last = 2};
    Fixture fixture(ScenarioBuilder().array("a").port({}).port({}).fault(fault).build());
    Array& array = fixture.array;
    EXPECT_FALSE(array.strikes(FaultKind::not_ready, 1));
    EXPECT_FALSE(array.strikes(FaultKind::not_ready, 0));
    EXPECT_FALSE(array.strikes(FaultKind::moving_ana_count, 1));
    EXPECT_TRUE(array.strikes(FaultKind::not_ready, 1));
    EXPECT_FALSE(array.strikes(FaultKind::not_ready, 1));
}

TEST(Array, PathsThatAreLostHaveNoCapacityEither) {
    PortSpec lost;
    lost.ana[1] = nvme::AnaState::persistent_loss;
    PortSpec changing;
    changing.ana[1] = nvme::AnaState::change;
    Fixture fixture(ScenarioBuilder().array("a").port({}).port(lost).port(changing).build());
    const auto nuse = [&fixture](std::size_t port) {
        return nvme::decode_identify_namespace(
                   fixture.array.identify_namespace(*fixture.array.find(1), port))
            .nuse;
    };
    EXPECT_EQ(nuse(0), 131072U);
    EXPECT_EQ(nuse(1), 0U);
    EXPECT_EQ(nuse(2), 131072U);
}

} // namespace
} // namespace haoh::arraysim
