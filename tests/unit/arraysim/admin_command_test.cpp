// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <haoh/nvme/domain_list.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

namespace status = nvme::status;
namespace cns = nvme::cns;
using nvme::Bytes;

class AdminCommandTest : public testing::Test {
  protected:
    AdminCommandTest() : simulator(pair(), kStart), admin(simulator, 0) {}

    static Scenario pair() {
        NamespaceSpec two;
        two.count = 2;
        return ScenarioBuilder().ns(two).array("a").array("b").build();
    }

    std::uint64_t get_property(std::uint32_t offset, unsigned size = 4) {
        return admin.run(nvme::property_get_command(offset, size)).dword01;
    }

    Simulator simulator;
    Admin admin;
};

TEST_F(AdminCommandTest, PropertiesTellCapabilitiesVersionAndState) {
    EXPECT_EQ(get_property(nvme::property::cap, 8), simulator.array(0).capabilities());
    EXPECT_EQ(get_property(nvme::property::vs), 0x00020000U);
    EXPECT_EQ(get_property(nvme::property::csts), 1U);
    EXPECT_NE(get_property(nvme::property::crto), 0U);
}

TEST_F(AdminCommandTest, UnknownPropertiesAndWrongSizesAreInvalid) {
    EXPECT_EQ(admin.run(nvme::property_get_command(0x30, 4)).status.code(), status::invalid_field);
    EXPECT_EQ(admin.run(nvme::property_get_command(nvme::property::cap, 4)).status.code(),
              status::invalid_field);
    EXPECT_EQ(admin.run(nvme::property_set_command(nvme::property::vs, 4, 1)).status.code(),
              status::invalid_field);
}

TEST_F(AdminCommandTest, APropertyIsReadInItsOwnSize) {
    const std::uint16_t invalid = status::invalid_field | status::dnr;
    for (const std::uint32_t offset :
         {nvme::property::vs, nvme::property::cc, nvme::property::csts, nvme::property::crto}) {
        EXPECT_TRUE(admin.run(nvme::property_get_command(offset, 4)).status.ok()) << offset;
        EXPECT_EQ(admin.run(nvme::property_get_command(offset, 8)).status.value, invalid);
    }
    for (std::uint32_t size = 2; size < 8; ++size) { // reserved values of ATTRIB
        for (const std::uint32_t offset : {nvme::property::vs, nvme::property::cap}) {
            auto get = nvme::property_get_command(offset, 4);
            get.cdw[0] = size;
            EXPECT_EQ(admin.run(get).status.value, invalid) << size;
        }
    }
    EXPECT_EQ(get_property(nvme::property::cc), 0x00460001U) << "as the host wrote it";
    const auto set = [this](std::uint32_t offset, unsigned size) {
        return admin.run(nvme::property_set_command(offset, size, 0x00460001)).status.value;
    };
    EXPECT_EQ(set(nvme::property::cc, 4), status::success);
    EXPECT_EQ(set(nvme::property::cc, 8), invalid);
    EXPECT_EQ(set(nvme::property::csts, 4), invalid);
    EXPECT_EQ(get_property(nvme::property::csts), 1U);
}

TEST_F(AdminCommandTest, AResetEndsQueuesAndRequestsAndForgetsFeatures) {
    Io io(simulator, 0, admin.cntlid);
    ASSERT_TRUE(admin.run(set_features(nvme::fid::async_event_configuration, 0x900)).status.ok());
    ASSERT_TRUE(admin.run(set_features(nvme::fid::keep_alive_timer, 5000)).status.ok());
    for (unsigned request = 0; request < 4; ++request) {
        (void)admin.submit(nvme::async_event_request_command());
    }
    simulator.run(parse_control("namespace resize a 1 8MiB"), kStart);
    ASSERT_TRUE(admin.run(nvme::property_set_command(nvme::property::cc, 4, 0)).status.ok());
    EXPECT_TRUE(io.session().closing());
    EXPECT_FALSE(admin.session().closing());
    ASSERT_EQ(admin.enable(), 1U);
    const auto feature = [this](std::uint8_t fid) {
        return admin.run(nvme::get_features_command(fid)).dword01;
    };
    EXPECT_EQ(feature(nvme::fid::async_event_configuration), 0U);
    EXPECT_EQ(feature(nvme::fid::keep_alive_timer), 5000U) << "of the connection";
    EXPECT_TRUE(nvme::all_zero(admin.run(log_page(nvme::lid::changed_namespaces, 4096)).data));
    for (unsigned request = 0; request < 4; ++request) {
        EXPECT_FALSE(admin.take(admin.submit(nvme::async_event_request_command())));
    }
    Io again(simulator, 0, admin.cntlid); // the same queue identifier
}

TEST_F(AdminCommandTest, EnablingStartsTheKeepAliveTimeAnew) {
    using namespace std::chrono_literals;
    Queue queue(simulator, 0);
    const std::string nqn = simulator.array(0).nqn();
    ASSERT_TRUE(queue.connect(nqn, 0, nvme::kDynamicController, kHostNqn, 2000).status.ok());
    EXPECT_EQ(simulator.next_deadline(), kStart + 2s);
    queue.at(kStart + 1s);
    ASSERT_EQ(queue.enable(), 1U);
    EXPECT_EQ(simulator.next_deadline(), kStart + 3s);
    // Written again it is enabled as before.
    queue.at(kStart + 2s);
    EXPECT_EQ(queue.enable(), 1U);
    EXPECT_EQ(simulator.next_deadline(), kStart + 3s);
}

TEST_F(AdminCommandTest, EitherKindOfShutdownCompletes) {
    for (const std::uint32_t kind : {1U, 2U}) { // CC.SHN
        Queue queue(simulator, 0);
        ASSERT_TRUE(queue.connect(simulator.array(0).nqn()).status.ok());
        ASSERT_EQ(queue.enable(), 1U);
        const std::uint32_t cc = 0x00460001U | kind << 14U;
        EXPECT_TRUE(queue.run(nvme::property_set_command(nvme::property::cc, 4, cc)).status.ok());
        EXPECT_EQ(queue.run(nvme::property_get_command(nvme::property::csts, 4)).dword01, 0x9U);
    }
}

TEST(ControllerConfiguration, MustFitTheCapabilitiesOfTheArray) {
    const auto csts = [](const ScenarioBuilder& builder, std::uint32_t cc, bool discovery = false) {
        Simulator simulator(builder.build(), kStart);
        Queue queue(simulator, 0);
        const std::string nqn =
            discovery ? std::string(nvme::kDiscoveryNqn) : simulator.array(0).nqn();
        EXPECT_TRUE(queue.connect(nqn).status.ok());
        EXPECT_TRUE(queue.run(nvme::property_set_command(nvme::property::cc, 4, cc)).status.ok());
        return queue.run(nvme::property_get_command(nvme::property::csts, 4)).dword01;
    };
    // Pages of 8 to 16 KiB: MPSMIN 1 (bits 51:48), MPSMAX 2 (bits 55:52).
    const std::uint64_t cap = 127 | 1ULL << 37 | 1ULL << 48 | 2ULL << 52;
    const auto pages = ScenarioBuilder().property(nvme::property::cap, cap).array("a");
    const std::pair<std::uint32_t, std::uint64_t> sizes[] = {{0, 2}, {1, 1}, {2, 1}, {3, 2}};
    for (const auto& [mps, expected] : sizes) {
        EXPECT_EQ(csts(pages, 0x00460001U | mps << 7U), expected) << mps;
    }
    // All command sets, where there are no others.
    const auto old = ScenarioBuilder().version(0x00010400).array("a");
    EXPECT_EQ(csts(old, 0x00460001), 1U);
    EXPECT_EQ(csts(old, 0x00460061), 2U);
    // A discovery controller has no I/O queues whose entries had a size.
    const auto plain = ScenarioBuilder().array("a");
    EXPECT_EQ(csts(plain, 0x00000001, true), 1U);
    EXPECT_EQ(csts(plain, 0x00000801, true), 2U);
}

TEST_F(AdminCommandTest, DisablingResetsAndShuttingDownCompletes) {
    EXPECT_TRUE(admin.run(nvme::property_set_command(nvme::property::cc, 4, 0)).status.ok());
    EXPECT_EQ(get_property(nvme::property::csts), 0U);
    EXPECT_EQ(admin.run(identify(cns::identify_controller)).status.code(),
              status::command_sequence_error);
    EXPECT_EQ(admin.enable(), 1U);
    EXPECT_TRUE(admin.run(nvme::property_set_command(nvme::property::cc, 4, 0x464001)).status.ok());
    EXPECT_EQ(get_property(nvme::property::csts), 0x9U); // ready, shutdown complete
}

TEST_F(AdminCommandTest, AnImpossibleConfigurationIsFatal) {
    Queue queue(simulator, 0);
    ASSERT_TRUE(queue.connect(simulator.array(0).nqn()).status.ok());
    // Queue entries of sizes that no controller has.
    EXPECT_TRUE(queue.run(nvme::property_set_command(nvme::property::cc, 4, 1)).status.ok());
    EXPECT_EQ(queue.run(nvme::property_get_command(nvme::property::csts, 4)).dword01, 2U);
}

TEST_F(AdminCommandTest, IdentifyControllerNamesThisController) {
    const auto id =
        nvme::decode_identify_controller(admin.run(identify(cns::identify_controller)).data);
    EXPECT_EQ(id.cntlid, admin.cntlid);
    EXPECT_EQ(id.subsystem_nqn(), simulator.array(0).nqn());
}

TEST_F(AdminCommandTest, IdentifyListsNamespacesAndDescribesThem) {
    const Reply list = admin.run(identify(cns::active_namespaces));
    EXPECT_EQ(nvme::decode_namespace_list(list.data).nsids, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_TRUE(admin.run(identify(cns::identify_namespace, 1)).status.ok());
    EXPECT_TRUE(admin.run(identify(cns::namespace_descriptors, 2)).status.ok());
    EXPECT_TRUE(admin.run(identify(cns::command_set_namespace, 1)).status.ok());
    const auto independent = nvme::decode_identify_namespace_independent(
        admin.run(identify(cns::independent_namespace, 1)).data);
    EXPECT_EQ(independent.anagrpid, 1U);
    EXPECT_EQ(independent.nstat, 1);
    EXPECT_TRUE(admin.run(identify(0x1C)).status.ok());
    EXPECT_TRUE(admin.run(identify(cns::command_set_controller)).status.ok());
}

TEST_F(AdminCommandTest, AnInactiveNamespaceIsAPageOfZerosAndNothingElse) {
    const Reply page = admin.run(identify(cns::identify_namespace, 77));
    EXPECT_TRUE(page.status.ok());
    EXPECT_TRUE(nvme::all_zero(page.data));
    EXPECT_EQ(page.data.size(), 4096U);
    EXPECT_EQ(admin.run(identify(cns::namespace_descriptors, 77)).status.code(),
              status::invalid_namespace);
    EXPECT_EQ(admin.run(identify(cns::identify_namespace, 5000)).status.code(),
              status::invalid_namespace);
    EXPECT_EQ(admin.run(identify(cns::identify_namespace, 0)).status.code(),
              status::invalid_namespace);
    EXPECT_EQ(admin.run(identify(cns::active_namespaces, 0xFFFFFFFE)).status.code(),
              status::invalid_namespace);
}

TEST_F(AdminCommandTest, ListsThatGoWithAFeatureAreThereWithIt) {
    EXPECT_EQ(admin.run(identify(cns::allocated_namespaces)).status.code(), status::invalid_field);
    EXPECT_EQ(admin.run(identify(cns::domains)).status.code(), status::invalid_field);
    Simulator other(ScenarioBuilder()
                        .array("a")
                        .field("oacs", std::uint64_t{0x08})
                        .field("ctratt", std::uint64_t{0x401})
                        .field("domainid", std::uint64_t{1})
                        .array("b")
                        .field("ctratt", std::uint64_t{0x401})
                        .field("domainid", std::uint64_t{2})
                        .build(),
                    kStart);
    Admin one(other, 0);
    EXPECT_EQ(nvme::decode_namespace_list(one.run(identify(cns::allocated_namespaces)).data).nsids,
              (std::vector<std::uint32_t>{1}));
    const auto domains = nvme::decode_domain_list(one.run(identify(cns::domains)).data);
    ASSERT_EQ(domains.size(), 2U);
    EXPECT_EQ(domains[0].domainid, 1U);
    EXPECT_EQ(domains[1].domainid, 2U);
}

TEST_F(AdminCommandTest, ControllersOfBothArraysAreListed) {
    Admin other(simulator, 1);
    const auto all =
        nvme::decode_controller_list(admin.run(identify(cns::subsystem_controllers)).data);
    EXPECT_EQ(all.cntlids, (std::vector<std::uint16_t>{admin.cntlid, other.cntlid}));
    const auto attached =
        nvme::decode_controller_list(other.run(identify(cns::namespace_controllers, 1)).data);
    EXPECT_EQ(attached.cntlids, all.cntlids);
    simulator.array(1).spec().controller_list = Scope::own;
    EXPECT_EQ(
        nvme::decode_controller_list(other.run(identify(cns::subsystem_controllers)).data).cntlids,
        (std::vector<std::uint16_t>{other.cntlid}));
}

TEST_F(AdminCommandTest, ControllersAreListedFromTheOneThatIsAskedFor) {
    Admin second(simulator, 0);
    Admin third(simulator, 0);
    const auto from = [this](std::uint8_t page, std::uint32_t cntid) {
        auto command = identify(page, page == cns::namespace_controllers ? 1 : 0);
        command.cdw[0] |= cntid << 16U;
        return nvme::decode_controller_list(admin.run(command).data).cntlids;
    };
    for (const std::uint8_t page : {cns::subsystem_controllers, cns::namespace_controllers}) {
        EXPECT_EQ(from(page, 0).size(), 3U);
        EXPECT_EQ(from(page, second.cntlid),
                  (std::vector<std::uint16_t>{second.cntlid, third.cntlid}));
        EXPECT_TRUE(from(page, third.cntlid + 1U).empty());
    }
    EXPECT_EQ(admin.run(identify(cns::namespace_controllers, 9)).status.value,
              status::invalid_namespace | status::dnr);
}

TEST(IdentifyCommand, AListHoldsAsManyControllersAsAPageHasRoomFor) {
    Simulator simulator(ScenarioBuilder().array("a").cntlids(1, 2048).build(), kStart);
    Admin queue(simulator, 0);
    for (unsigned id = 2; id <= 2048; ++id) {
        ASSERT_TRUE(simulator.array(0).take_cntlid());
    }
    const auto list =
        nvme::decode_controller_list(queue.run(identify(cns::subsystem_controllers)).data);
    EXPECT_TRUE(list.problems.empty());
    ASSERT_EQ(list.cntlids.size(), 2047U); // 4096 bytes: a count and 2047 identifiers
    EXPECT_EQ(list.cntlids.back(), 2047);
}

TEST_F(AdminCommandTest, NamespacesUpToTheLastAreIdentified) {
    const std::uint32_t nn = simulator.array(0).identity().nn;
    EXPECT_TRUE(admin.run(identify(cns::identify_namespace, nn)).status.ok());
    EXPECT_EQ(admin.run(identify(cns::identify_namespace, nn + 1)).status.value,
              status::invalid_namespace | status::dnr);
    EXPECT_TRUE(admin.run(identify(cns::active_namespaces, 0xFFFFFFFD)).status.ok());
    // Another command set than NVM.
    for (const std::uint8_t page : {cns::command_set_namespace, cns::command_set_controller}) {
        auto command = identify(page, page == cns::command_set_namespace ? 1 : 0);
        EXPECT_TRUE(admin.run(command).status.ok());
        command.cdw[1] = 2U << 24U;
        EXPECT_EQ(admin.run(command).status.value, status::invalid_field | status::dnr);
    }
    // One combination of command sets: NVM.
    const Bytes sets = admin.run(identify(0x1C)).data;
    EXPECT_EQ(sets.at(0), 1);
    EXPECT_TRUE(nvme::all_zero(nvme::slice(sets, 1, 4095)));
    EXPECT_TRUE(nvme::all_zero(admin.run(identify(cns::command_set_controller)).data));
}

TEST_F(AdminCommandTest, UnknownCnsValuesAndWrongLengthsAreRefused) {
    EXPECT_EQ(admin.run(identify(0x55)).status.code(), status::invalid_field);
    auto command = identify(cns::identify_controller);
    command.data_in = 512;
    EXPECT_EQ(admin.run(command).status.code(), status::sgl_length_invalid);
}

TEST_F(AdminCommandTest, AnOldArrayKnowsOnlyOldPages) {
    Simulator old(ScenarioBuilder().version(0x00010300).array("a").build(), kStart);
    Admin queue(old, 0);
    EXPECT_TRUE(queue.run(identify(cns::namespace_descriptors, 1)).status.ok());
    EXPECT_EQ(queue.run(identify(cns::independent_namespace, 1)).status.code(),
              status::invalid_field);
    EXPECT_EQ(queue.run(identify(cns::command_set_namespace, 1)).status.code(),
              status::invalid_field);
    EXPECT_EQ(queue.run(log_page(nvme::lid::supported_logs, 1024)).status.code(),
              status::invalid_log_page);
}

TEST_F(AdminCommandTest, FeaturesAreKeptAndGivenBack) {
    EXPECT_EQ(admin.run(set_features(nvme::fid::number_of_queues, 0x00FF00FF)).dword01,
              0x000F000FU); // sixteen at most
    EXPECT_TRUE(admin.run(set_features(nvme::fid::async_event_configuration, 0x900)).status.ok());
    EXPECT_EQ(admin.run(nvme::get_features_command(nvme::fid::async_event_configuration)).dword01,
              0x900U);
    EXPECT_TRUE(admin.run(set_features(0x05, 7)).status.ok());
    EXPECT_EQ(admin.run(nvme::get_features_command(0x05)).dword01, 7U);
    const Reply hostid = admin.run(nvme::get_features_command(nvme::fid::host_id, 0, 0, 16));
    EXPECT_EQ(hostid.dword01, 1U);
    EXPECT_EQ(hostid.data.at(0), 0x11);
}

TEST_F(AdminCommandTest, KeepAliveTimeIsRoundedUpToItsGranularity) {
    EXPECT_TRUE(admin.run(set_features(nvme::fid::keep_alive_timer, 1500)).status.ok());
    EXPECT_EQ(admin.run(nvme::get_features_command(nvme::fid::keep_alive_timer)).dword01, 2000U);
}

TEST_F(AdminCommandTest, TimestampsAreTakenAndRunOn) {
    auto command = set_features(nvme::fid::timestamp, 0);
    command.data_out = Bytes{0x00, 0x10, 0, 0, 0, 0, 0, 0};
    EXPECT_TRUE(admin.run(command).status.ok());
    admin.at(admin.now() + std::chrono::milliseconds(16));
    const Reply reply = admin.run(nvme::get_features_command(nvme::fid::timestamp, 0, 0, 8));
    EXPECT_EQ(nvme::load_le<std::uint32_t>(reply.data, 0), 0x1010U);
    EXPECT_EQ(reply.data.at(6), 2);
}

TEST_F(AdminCommandTest, WhatAFeatureCannotDoIsRefused) {
    EXPECT_EQ(admin.run(set_features(nvme::fid::host_id, 0)).status.code(),
              status::command_sequence_error);
    EXPECT_EQ(admin.run(set_features(0x7E, 0)).status.code(), status::invalid_field);
    EXPECT_EQ(admin.run(nvme::get_features_command(0x7E)).status.code(), status::invalid_field);
    EXPECT_EQ(admin.run(nvme::get_features_command(nvme::fid::volatile_write_cache)).status.code(),
              status::invalid_field); // there is none
    auto saved = set_features(nvme::fid::async_event_configuration, 0);
    saved.cdw[0] |= 1U << 31;
    EXPECT_EQ(admin.run(saved).status.code(), status::feature_not_saveable);
}

TEST_F(AdminCommandTest, WriteProtectionHoldsOnBothArraysAndIsAnnounced) {
    constexpr std::uint8_t kWriteProtection = 0x84;
    Admin other(simulator, 1);
    ASSERT_TRUE(other.run(set_features(nvme::fid::async_event_configuration, 0x100)).status.ok());
    const std::uint16_t event = other.submit(nvme::async_event_request_command());
    EXPECT_TRUE(admin.run(set_features(kWriteProtection, 1, 2)).status.ok());
    const auto page =
        nvme::decode_identify_namespace(other.run(identify(cns::identify_namespace, 2)).data);
    EXPECT_EQ(page.nsattr, 1);
    const auto reply = other.take(event);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(
        nvme::decode_async_event(static_cast<std::uint32_t>(reply->dword01)).namespace_attribute());
}

TEST_F(AdminCommandTest, AbortEndsAnEventRequest) {
    const std::uint16_t event = admin.submit(nvme::async_event_request_command());
    nvme::AdminCommand abort;
    abort.opcode = nvme::opcode::abort;
    abort.cdw[0] = std::uint32_t{event} << 16U;
    EXPECT_EQ(admin.run(abort).dword01, 0U);
    const auto reply = admin.take(event);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status.code(), status::abort_requested);
    EXPECT_EQ(admin.run(abort).dword01, 1U); // nothing left to abort
}

TEST_F(AdminCommandTest, AbortNamesTheQueueAndTheCommand) {
    const std::uint16_t event = admin.submit(nvme::async_event_request_command());
    nvme::AdminCommand abort;
    abort.opcode = nvme::opcode::abort;
    for (const std::uint32_t other :
         {std::uint32_t{event} << 16U | 1U, (std::uint32_t{event} + 100U) << 16U}) {
        abort.cdw[0] = other;
        const Reply reply = admin.run(abort);
        EXPECT_TRUE(reply.status.ok());
        EXPECT_EQ(reply.dword01, 1U);
        EXPECT_FALSE(admin.take(event));
    }
}

TEST_F(AdminCommandTest, MoreEventRequestsThanTheLimitAreRefused) {
    for (int i = 0; i < 4; ++i) {
        EXPECT_FALSE(admin.take(admin.submit(nvme::async_event_request_command())));
    }
    EXPECT_EQ(admin.run(nvme::async_event_request_command()).status.value,
              status::aer_limit_exceeded | status::dnr);
}

TEST_F(AdminCommandTest, UnknownOpcodesAreRefused) {
    nvme::AdminCommand command;
    command.opcode = 0x80;
    EXPECT_EQ(admin.run(command).status.value, status::invalid_opcode | status::dnr);
    command.opcode = nvme::opcode::fabrics;
    command.nsid = nvme::fctype::disconnect;
    EXPECT_EQ(admin.run(command).status.value, status::invalid_field | status::dnr);
    // Connected it is already.
    EXPECT_EQ(admin.run(nvme::connect_command({})).status.value,
              status::command_sequence_error | status::dnr);
}

TEST_F(AdminCommandTest, ADiscoveryControllerDoesNothingElse) {
    Queue discovery(simulator, 0);
    ASSERT_TRUE(discovery.connect(nvme::kDiscoveryNqn).status.ok());
    ASSERT_EQ(discovery.enable(), 1U);
    const auto id =
        nvme::decode_identify_controller(discovery.run(identify(cns::identify_controller)).data);
    EXPECT_EQ(id.cntrltype, 2);
    EXPECT_EQ(discovery.run(identify(cns::active_namespaces)).status.code(), status::invalid_field);
    EXPECT_EQ(discovery.run(log_page(nvme::lid::ana, 4096)).status.code(),
              status::invalid_log_page);
    EXPECT_EQ(discovery.run(set_features(nvme::fid::number_of_queues, 0)).status.code(),
              status::invalid_field);
}

} // namespace
} // namespace haoh::arraysim::test
