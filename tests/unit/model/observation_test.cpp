// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>

namespace haoh {
namespace {

using nvme::Bytes;

constexpr nvme::Eui64 kEui64{1, 2, 3, 4, 5, 6, 7, 8};
constexpr nvme::Nguid kNguid{0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80,
                             0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0, 0xF0, 0x01};
constexpr nvme::Uuid kUuid{0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0x47, 0xA8,
                           0x89, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0};

nvme::IdDescriptor descriptor(nvme::IdType type, nvme::ByteView nid) {
    return {.nidt = static_cast<std::uint8_t>(type), .nid = Bytes(nid.begin(), nid.end())};
}

NamespaceObservation with_descriptors(const std::vector<nvme::IdDescriptor>& descriptors) {
    NamespaceObservation path;
    path.descriptors = Page::of(nvme::encode(descriptors));
    return path;
}

Page identify_with(const nvme::Nguid& nguid, const nvme::Eui64& eui64) {
    nvme::IdentifyNamespace id;
    id.nsze = 1;
    id.nguid = nguid;
    id.eui64 = eui64;
    return Page::of(nvme::encode(id));
}

TEST(Page, KeepsBytesWithoutTrailingZerosAndTheirNumber) {
    const Page page = Page::of(Bytes{0, 1, 2, 0, 0});
    EXPECT_TRUE(page.ok());
    EXPECT_EQ(page.bytes, (Bytes{0, 1, 2}));
    EXPECT_EQ(page.length, 5U);
    EXPECT_EQ(page.whole(), (Bytes{0, 1, 2, 0, 0}));
    EXPECT_EQ(page.bytes.capacity(), 3U);
}

TEST(Page, OfNoBytesAndOfZerosOnlyDifferInTheirLength) {
    EXPECT_EQ(Page::of({}).whole(), Bytes{});
    EXPECT_EQ(Page::of(Bytes(4)).whole(), Bytes(4));
    EXPECT_NE(Page::of({}), Page::of(Bytes(4)));
}

TEST(Page, WithoutLengthIsWholeAsItIs) {
    Page page;
    page.bytes = {1, 2};
    EXPECT_EQ(page.whole(), (Bytes{1, 2}));
}

TEST(Page, ThatIsNotAnAnswerIsNotOk) {
    EXPECT_FALSE(Page{}.ok());
    EXPECT_EQ(Page{}.state, Page::State::not_read);
    EXPECT_EQ(Page::of_status({.value = 2}).state, Page::State::status);
    EXPECT_EQ(Page::of_failure("no answer").state, Page::State::failed);
    EXPECT_FALSE(Page::of_status({.value = 2}).ok());
    EXPECT_FALSE(Page::of_failure("no answer").ok());
    EXPECT_EQ(Page::of_status({.value = 2}).status.value, 2);
    EXPECT_EQ(Page::of_failure("no answer").error, "no answer");
}

TEST(Page, OfAnAnswerThatEndedEarlyFailed) {
    const Bytes half(2048, 0xAB);
    EXPECT_EQ(Page::of_answer(Bytes{}, 4096), Page::of_failure("0 of 4,096 bytes came"));
    EXPECT_EQ(Page::of_answer(half, 4096), Page::of_failure("2,048 of 4,096 bytes came"));
    EXPECT_THAT(Page::of_answer(half, 4096).bytes, testing::IsEmpty()) << "nobody decodes them";
    EXPECT_EQ(Page::of_answer(half, 2048), Page::of(half));
    EXPECT_EQ(Page::of_answer(half, 2047), Page::of(half));
}

TEST(Page, SaysWhyItFailedInWordsThatAreSafeToPrint) {
    EXPECT_EQ(Page::of_failure("\x1b]0;x\x07").error, "\\x1b]0;x\\x07");
}

TEST(NamespaceIds, ComeFromTheDescriptors) {
    const nvme::NamespaceIds ids =
        with_descriptors(
            {descriptor(nvme::IdType::eui64, kEui64), descriptor(nvme::IdType::nguid, kNguid),
             descriptor(nvme::IdType::uuid, kUuid), descriptor(nvme::IdType::csi, Bytes{2})})
            .ids();
    EXPECT_EQ(ids.eui64, kEui64);
    EXPECT_EQ(ids.nguid, kNguid);
    EXPECT_EQ(ids.uuid, kUuid);
    EXPECT_EQ(ids.csi, 2);
}

TEST(NamespaceIds, ThatTheDescriptorsLeaveOutComeFromIdentifyNamespace) {
    NamespaceObservation path = with_descriptors({descriptor(nvme::IdType::uuid, kUuid)});
    path.identify = identify_with(kNguid, kEui64);
    EXPECT_EQ(path.ids().uuid, kUuid);
    EXPECT_EQ(path.ids().nguid, kNguid);
    EXPECT_EQ(path.ids().eui64, kEui64);
}

TEST(NamespaceIds, OfTheDescriptorsGoBeforeThoseOfIdentifyNamespace) {
    const nvme::Nguid other{9};
    NamespaceObservation path = with_descriptors({descriptor(nvme::IdType::nguid, kNguid)});
    path.identify = identify_with(other, {});
    EXPECT_EQ(path.ids().nguid, kNguid);
    EXPECT_EQ(path.ids().eui64, std::nullopt);
    path = with_descriptors({descriptor(nvme::IdType::eui64, kEui64)});
    path.identify = identify_with({}, nvme::Eui64{9});
    EXPECT_EQ(path.ids().eui64, kEui64);
    EXPECT_EQ(path.ids().nguid, std::nullopt);
}

TEST(NamespaceIds, ThatAreZeroInADescriptorComeFromIdentifyNamespace) {
    NamespaceObservation path = with_descriptors({descriptor(nvme::IdType::nguid, Bytes(16))});
    path.identify = identify_with(kNguid, {});
    EXPECT_EQ(path.ids().nguid, kNguid);
}

TEST(NamespaceIds, OfATypeThatComesTwiceAreThoseOfTheLast) {
    const nvme::Uuid other{1};
    const NamespaceObservation path = with_descriptors(
        {descriptor(nvme::IdType::uuid, other), descriptor(nvme::IdType::uuid, kUuid)});
    EXPECT_EQ(path.ids().uuid, kUuid);
}

TEST(NamespaceIds, BehindADescriptorOfWrongLengthAreNotSeen) {
    const NamespaceObservation path = with_descriptors(
        {descriptor(nvme::IdType::eui64, kEui64), descriptor(nvme::IdType::nguid, Bytes(8, 1)),
         descriptor(nvme::IdType::uuid, kUuid)});
    EXPECT_EQ(path.ids().eui64, kEui64);
    EXPECT_EQ(path.ids().nguid, std::nullopt);
    EXPECT_EQ(path.ids().uuid, std::nullopt);
}

// core.c: nvme_process_ns_desc wants each type's own length, and nvme_identify_ns_descs ends where one
// has none.
TEST(NamespaceIds, BehindADescriptorOfEachTypesWrongLengthAreNotSeen) {
    const std::vector<std::pair<nvme::IdType, std::size_t>> types{{nvme::IdType::eui64, 8},
                                                                  {nvme::IdType::nguid, 16},
                                                                  {nvme::IdType::uuid, 16},
                                                                  {nvme::IdType::csi, 1}};
    for (const auto& [type, right] : types) {
        const bool is_uuid = type == nvme::IdType::uuid;
        const nvme::IdDescriptor behind = is_uuid ? descriptor(nvme::IdType::nguid, kNguid)
                                                  : descriptor(nvme::IdType::uuid, kUuid);
        for (const std::size_t length : {std::size_t{0}, right - 1, right, right + 1}) {
            const nvme::IdDescriptor first = descriptor(type, Bytes(length, 7));
            const nvme::NamespaceIds ids = with_descriptors({first, behind}).ids();
            const bool seen = is_uuid ? ids.nguid.has_value() : ids.uuid.has_value();
            EXPECT_EQ(seen, length == right) << nvme::to_string(type) << " of " << length;
            EXPECT_EQ(ids.csi, type == nvme::IdType::csi && length == right ? 7 : 0);
        }
    }
    EXPECT_FALSE(with_descriptors({{.nidt = 77, .nid = {}}, descriptor(nvme::IdType::uuid, kUuid)})
                     .ids()
                     .any())
        << "one without a length ends the list, whatever its type";
}

TEST(NamespaceIds, BehindADescriptorOfAnUnknownTypeAreSeen) {
    const NamespaceObservation path =
        with_descriptors({{.nidt = 77, .nid = Bytes(5, 1)}, descriptor(nvme::IdType::uuid, kUuid)});
    EXPECT_EQ(path.ids().uuid, kUuid);
}

TEST(NamespaceIds, ThatEndInZerosSurviveThePage) {
    nvme::Uuid uuid = kUuid;
    std::fill(uuid.begin() + 8, uuid.end(), std::uint8_t{0});
    const NamespaceObservation path = with_descriptors({descriptor(nvme::IdType::uuid, uuid)});
    EXPECT_EQ(path.ids().uuid, uuid);
    const nvme::IdDescriptorList list = path.id_descriptors();
    EXPECT_TRUE(list.problems.empty());
    ASSERT_EQ(list.descriptors.size(), 1U);
    EXPECT_EQ(list.descriptors[0].nid, Bytes(uuid.begin(), uuid.end()));
}

TEST(NamespaceIds, OfNothingAreNone) {
    EXPECT_FALSE(NamespaceObservation{}.ids().any());
    EXPECT_EQ(NamespaceObservation{}.ids().csi, 0);
    EXPECT_TRUE(NamespaceObservation{}.id_descriptors().descriptors.empty());
    EXPECT_TRUE(NamespaceObservation{}.id_descriptors().problems.empty());
}

TEST(NamespaceIds, OfBytesWithoutSenseEnd) {
    NamespaceObservation path;
    path.descriptors = Page::of(Bytes(4096, 0xFF));
    EXPECT_FALSE(path.ids().any());
    path.descriptors = Page::of(Bytes{3});
    EXPECT_FALSE(path.ids().any());
}

TEST(ControllerObservation, FindsANamespaceByItsNsid) {
    ControllerObservation controller;
    for (const std::uint32_t nsid : {2U, 5U, 9U}) {
        controller.namespaces.emplace_back().nsid = nsid;
    }
    ASSERT_NE(controller.find_namespace(5), nullptr);
    EXPECT_EQ(controller.find_namespace(5)->nsid, 5U);
    EXPECT_EQ(controller.find_namespace(1), nullptr);
    EXPECT_EQ(controller.find_namespace(6), nullptr);
    EXPECT_EQ(controller.find_namespace(10), nullptr);
    controller.namespaces.emplace_back().nsid = 10;
    EXPECT_NE(controller.find_namespace(10), nullptr);
    controller.namespaces.pop_back();
    EXPECT_EQ(controller.find_namespace(10), nullptr) << "it was there, and is gone";
}

TEST(ControllerObservation, KnowsWhetherItsTargetIsWhereItAnswers) {
    ControllerObservation one;
    one.transport = "tcp";
    one.traddr = "fd00::1";
    one.trsvcid = "4420";
    EXPECT_EQ(one.address_text(), "tcp://[fd00::1]:4420");
    one.target = "tcp://[fd00::1]:4420";
    EXPECT_TRUE(one.at_target());
    one.traddr = "10.0.0.1";
    EXPECT_EQ(one.address_text(), "tcp://10.0.0.1:4420");
    EXPECT_FALSE(one.at_target()) << "a log named this port";
    one.target = "tcp://10.0.0.1:8009";
    EXPECT_FALSE(one.at_target());
}

TEST(ControllerObservation, HasPropertiesThatWereRead) {
    ControllerObservation controller;
    controller.properties[nvme::property::vs] = 0x00020100;
    EXPECT_EQ(controller.property(nvme::property::vs), 0x00020100U);
    EXPECT_EQ(controller.property(nvme::property::cap), std::nullopt);
}

TEST(ControllerObservation, KnowsWhereTheAnaLogPutsEachNamespace) {
    nvme::AnaLog log;
    log.nagd = 2;
    log.groups = {{.agid = 1,
                   .chgc = 0,
                   .state = nvme::AnaState::optimized,
                   .state_byte = 1,
                   .nsids = {1, 0x100}},
                  {.agid = 7,
                   .chgc = 0,
                   .state = nvme::AnaState::inaccessible,
                   .state_byte = 3,
                   .nsids = {1, 0x0A000000, 0x10}}};
    ControllerObservation controller;
    controller.ana.log = Page::of(nvme::encode(log));
    const auto places = controller.ana_places();
    ASSERT_EQ(places.size(), 4U);
    EXPECT_EQ(places.at(1), (AnaPlace{.agid = 7, .state = nvme::AnaState::inaccessible}));
    EXPECT_EQ(places.at(0x100), (AnaPlace{.agid = 1, .state = nvme::AnaState::optimized}));
    EXPECT_EQ(places.at(0x10).agid, 7U);

    controller.ana.stable = false;
    EXPECT_TRUE(controller.ana_places().empty());
    controller.ana.stable = true;
    controller.ana.log.state = Page::State::failed; // whatever bytes came before it failed
    EXPECT_TRUE(controller.ana_places().empty());
    controller.ana = {.log = Page::of_failure("lost"), .stable = true, .attempts = 1};
    EXPECT_TRUE(controller.ana_places().empty());
}

TEST(ControllerObservation, ListsTheControllersOfTheSubsystem) {
    ControllerObservation controller;
    EXPECT_TRUE(controller.subsystem_controllers().cntlids.empty());
    EXPECT_TRUE(controller.subsystem_controllers().problems.empty()) << "nothing was asked for";
    const std::vector<std::uint16_t> cntlids{1, 0x200};
    controller.controller_list = Page::of(nvme::encode_controller_list(cntlids));
    EXPECT_EQ(controller.subsystem_controllers().cntlids, cntlids);
    EXPECT_TRUE(controller.subsystem_controllers().problems.empty());
}

TEST(ControllerObservation, OfWhichNothingIsKnownIsDynamicAndItsLogIsNotInDoubt) {
    const ControllerObservation controller;
    EXPECT_EQ(controller.connection.requested_cntlid, 0xFFFF) << "Fabrics 1.1, 3.3: dynamic";
    EXPECT_FALSE(controller.connection.header_digest || controller.connection.data_digest ||
                 controller.connection.sq_flow_control_disabled);
    EXPECT_TRUE(controller.ana.stable);
    EXPECT_EQ(controller.ana.attempts, 0U);
    EXPECT_EQ(controller.active_nsids, std::nullopt) << "not an empty list";
    EXPECT_TRUE(DiscoveryObservation{}.stable);
}

TEST(IdentifyData, IsThatOfIdentifyAndOfNoOtherPage) {
    NamespaceObservation path = with_descriptors({descriptor(nvme::IdType::uuid, kUuid)});
    nvme::IdentifyNamespace id;
    id.nsze = 77;
    path.identify = Page::of(nvme::encode(id));
    path.nvm = path.independent = Page::of(Bytes(4096, 0xEE));
    EXPECT_EQ(path.identify_data().nsze, 77U);
    path.identify = Page{};
    EXPECT_EQ(path.identify_data().nsze, 0U);
    ControllerObservation controller;
    nvme::IdentifyController of_controller;
    of_controller.cntlid = 78;
    controller.identify = Page::of(nvme::encode(of_controller));
    controller.io_command_sets = controller.controller_list = Page::of(Bytes(4096, 0xEE));
    EXPECT_EQ(controller.identify_data().cntlid, 78);
}

TEST(Observation, HasTheKernelThroughWhichAControllerWasAsked) {
    Observation seen;
    seen.kernels.resize(3);
    seen.kernels[0].host = ""; // a tree that says no name
    seen.kernels[1].host = "alpha";
    seen.kernels[2].host = "beta";
    ControllerObservation controller;
    EXPECT_EQ(seen.kernel_of(controller), nullptr) << "asked directly";
    controller.host = "beta";
    EXPECT_EQ(seen.kernel_of(controller), &seen.kernels[2]);
    controller.host = "alpha";
    EXPECT_EQ(seen.kernel_of(controller), &seen.kernels[1]);
    controller.host = "gamma";
    EXPECT_EQ(seen.kernel_of(controller), nullptr);
}

TEST(DiscoveryObservation, DecodesEveryEntryOfItsLog) {
    nvme::DiscoveryLog log;
    log.genctr = 3;
    log.numrec = 1;
    log.entries.resize(1);
    log.entries[0].trtype = 3;
    log.entries[0].subnqn = "nqn.a";
    const DiscoveryObservation discovery{
        .target = "t", .address = "a", .log = Page::of(nvme::encode(log)), .stable = true};
    ASSERT_EQ(discovery.entries().entries.size(), 1U);
    EXPECT_EQ(discovery.entries().entries[0].subnqn, "nqn.a");
}

TEST(HealthyPair, IsWellFormedInEveryStructure) {
    for (const ControllerObservation& controller : test::healthy_pair(2, 300).controllers) {
        EXPECT_TRUE(controller.ana_log().problems.empty());
        EXPECT_TRUE(controller.subsystem_controllers().problems.empty());
        EXPECT_EQ(controller.ana_places().size(), 300U);
        for (const NamespaceObservation& path : controller.namespaces) {
            EXPECT_TRUE(path.id_descriptors().problems.empty()) << path.nsid;
            EXPECT_TRUE(path.ids().uuid && path.ids().nguid);
        }
    }
}

} // namespace
} // namespace haoh
