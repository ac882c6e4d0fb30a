// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/supported_logs.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

namespace status = nvme::status;
namespace lid = nvme::lid;
using nvme::Bytes;

class LogCommandTest : public testing::Test {
  protected:
    LogCommandTest() : simulator(pair(), kStart), admin(simulator, 0) {}

    static Scenario pair() {
        NamespaceSpec many;
        many.count = 20;
        many.ana_groups = 4;
        return ScenarioBuilder().ns(many).array("a").array("b").build();
    }

    Simulator simulator;
    Admin admin;
};

TEST_F(LogCommandTest, EverySupportedLogPageCanBeRead) {
    const auto logs = nvme::decode_supported_logs(admin.run(log_page(0x00, 1024)).data);
    std::size_t count = 0;
    for (unsigned page = 0; page < 256; ++page) {
        const bool readable = admin.run(log_page(static_cast<std::uint8_t>(page), 512)).status.ok();
        EXPECT_EQ(readable, logs.supports(static_cast<std::uint8_t>(page))) << page;
        count += readable ? 1U : 0U;
    }
    EXPECT_EQ(count, 7U); // 00h to 05h and 0Ch
}

TEST_F(LogCommandTest, ALogReadInPartsIsTheLogReadAtOnce) {
    constexpr std::uint32_t kLength = 16 + 4 * 32 + 20 * 4;
    const Bytes whole = admin.run(log_page(lid::ana, kLength)).data;
    Bytes parts;
    for (std::uint64_t offset = 0; offset < kLength; offset += 32) {
        const Bytes part = admin.run(log_page(lid::ana, 32, true, offset)).data;
        parts.insert(parts.end(), part.begin(), part.end());
    }
    EXPECT_EQ(parts, whole);
    EXPECT_EQ(nvme::decode_ana_log(whole).groups.size(), 4U);
}

TEST_F(LogCommandTest, BeyondItsEndALogIsZerosAndThenInvalid) {
    const std::size_t length =
        nvme::decode_ana_log(admin.run(log_page(lid::ana, 4096)).data).length;
    const Reply tail = admin.run(log_page(lid::ana, 64, true, length));
    EXPECT_TRUE(tail.status.ok());
    EXPECT_TRUE(nvme::all_zero(tail.data));
    EXPECT_EQ(admin.run(log_page(lid::ana, 64, true, length + 4)).status.code(),
              status::invalid_field);
}

TEST_F(LogCommandTest, OffsetsMustBeDwordsAndLengthsThatOfTheSgl) {
    auto command = log_page(lid::ana, 64);
    command.cdw[2] = 2;
    EXPECT_EQ(admin.run(command).status.code(), status::invalid_field);
    command = log_page(lid::ana, 64);
    command.data_in = 128;
    EXPECT_EQ(admin.run(command).status.code(), status::sgl_length_invalid);
    command = log_page(lid::ana, 64);
    command.cdw[4] = 1U << 23; // offset type: index
    EXPECT_EQ(admin.run(command).status.code(), status::invalid_field);
    EXPECT_EQ(admin.run(log_page(lid::ana, 2U << 20U)).status.code(), status::invalid_field);
}

TEST_F(LogCommandTest, TheAnaLogWithoutNamespacesHasTheSameGroups) {
    const auto full = nvme::decode_ana_log(admin.run(log_page(lid::ana, 4096)).data);
    const auto brief = nvme::decode_ana_log(
        admin.run(nvme::get_log_page_command(lid::ana, 0, 4096, nvme::kAllNamespaces, true, 1))
            .data);
    ASSERT_EQ(brief.groups.size(), full.groups.size());
    for (std::size_t i = 0; i < full.groups.size(); ++i) {
        EXPECT_EQ(brief.groups[i].agid, full.groups[i].agid);
        EXPECT_EQ(brief.groups[i].state, full.groups[i].state);
        EXPECT_TRUE(brief.groups[i].nsids.empty());
    }
}

TEST_F(LogCommandTest, ChangedNamespacesAreListedUntilTheLogIsReadWithoutRetaining) {
    simulator.run(parse_control("namespace resize a 3 8MiB"), kStart);
    simulator.run(parse_control("namespace remove a 5"), kStart);
    for (const bool retain : {true, false}) {
        const Bytes log = admin.run(log_page(lid::changed_namespaces, 4096, retain)).data;
        EXPECT_EQ(nvme::load_le<std::uint32_t>(log, 0), 3U);
        EXPECT_EQ(nvme::load_le<std::uint32_t>(log, 4), 5U);
        EXPECT_EQ(nvme::load_le<std::uint32_t>(log, 8), 0U);
    }
    EXPECT_TRUE(nvme::all_zero(admin.run(log_page(lid::changed_namespaces, 4096)).data));
}

TEST_F(LogCommandTest, MoreThan1024ChangedNamespacesAreAllOfThem) {
    NamespaceSpec many;
    many.count = 1025;
    Simulator large(ScenarioBuilder().ns(many).array("a").build(), kStart);
    Admin queue(large, 0);
    for (unsigned nsid = 1; nsid <= 1025; ++nsid) {
        large.run(control::RemoveNamespace{"a", nsid}, kStart);
    }
    EXPECT_EQ(
        nvme::load_le<std::uint32_t>(queue.run(log_page(lid::changed_namespaces, 4096)).data, 0),
        0xFFFFFFFFU);
}

TEST_F(LogCommandTest, AnArrayWithoutAnaHasNoAnaLog) {
    Simulator plain(ScenarioBuilder().field("cmic", std::uint64_t{3}).array("a").build(), kStart);
    Admin queue(plain, 0);
    EXPECT_EQ(queue.run(log_page(lid::ana, 512)).status.code(), status::invalid_log_page);
    EXPECT_FALSE(
        nvme::decode_supported_logs(queue.run(log_page(0x00, 1024)).data).supports(lid::ana));
}

TEST_F(LogCommandTest, TheDispersedLogNamesItsSubsystems) {
    Simulator dispersed(ScenarioBuilder()
                            .array("a")
                            .with([](ArraySpec& spec) {
                                spec.dispersed = std::vector<std::string>{"nqn.one", "nqn.two"};
                            })
                            .build(),
                        kStart);
    Admin queue(dispersed, 0);
    const Bytes log = queue.run(log_page(lid::dispersed_namespaces, 768)).data;
    EXPECT_EQ(nvme::load_le<std::uint64_t>(log, 8), 2U);
    EXPECT_EQ(log.at(256 + 4), 'o');
    EXPECT_EQ(log.at(512 + 4), 't');
}

class DiscoveryLogTest : public testing::Test {
  protected:
    /// The log of an array.
    static nvme::DiscoveryLog read(Simulator& simulator, std::size_t array,
                                   std::string_view hostnqn = kHostNqn) {
        Queue queue(simulator, array);
        EXPECT_TRUE(
            queue.connect(nvme::kDiscoveryNqn, 0, nvme::kDynamicController, hostnqn).status.ok());
        EXPECT_EQ(queue.enable(), 1U);
        return nvme::decode_discovery_log(queue.run(log_page(lid::discovery, 8192)).data);
    }
};

TEST_F(DiscoveryLogTest, ListsThePortsOfAllArraysOfTheSubsystem) {
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .port({})
                            .port({})
                            .array("b")
                            .array("other")
                            .nqn("nqn.2026-01.io.example:other")
                            .build(),
                        kStart);
    simulator.set_address(0, 0, "127.0.0.1", 1111, false);
    simulator.set_address(0, 1, "::1", 2222, true);
    const auto log = read(simulator, 0);
    EXPECT_TRUE(log.problems.empty());
    ASSERT_EQ(log.entries.size(), 3U);
    EXPECT_EQ(log.entries[0].traddr, "127.0.0.1");
    EXPECT_EQ(log.entries[0].trsvcid, "1111");
    EXPECT_EQ(log.entries[0].adrfam, 1);
    EXPECT_EQ(log.entries[1].adrfam, 2);
    EXPECT_EQ(log.entries[0].portid, 1);
    EXPECT_EQ(log.entries[1].portid, 2);
    EXPECT_EQ(log.entries[2].portid, 3);
    EXPECT_EQ(log.entries[0].cntlid, nvme::kDynamicController);
    EXPECT_EQ(read(simulator, 2).entries.size(), 1U);
}

TEST_F(DiscoveryLogTest, MayListTheArraysOwnPortsOnly) {
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .with([](ArraySpec& spec) { spec.discovery = Scope::own; })
                            .array("b")
                            .build(),
                        kStart);
    EXPECT_EQ(read(simulator, 0).entries.size(), 1U);
    EXPECT_EQ(read(simulator, 1).entries.size(), 2U);
}

TEST_F(DiscoveryLogTest, ShowsAHostOnlyWhatItMayConnect) {
    Simulator simulator(
        ScenarioBuilder().array("a").array("b").allowed_hosts({"nqn.friend"}).build(), kStart);
    EXPECT_EQ(read(simulator, 0).entries.size(), 1U);
    EXPECT_EQ(read(simulator, 0, "nqn.friend").entries.size(), 2U);
}

TEST_F(DiscoveryLogTest, AnAdvertisedAddressReplacesTheRealOne) {
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .with([](ArraySpec& spec) { spec.advertise = "10.0.2.2"; })
                            .build(),
                        kStart);
    simulator.set_address(0, 0, "127.0.0.1", 1111, false);
    EXPECT_EQ(read(simulator, 0).entries.at(0).traddr, "10.0.2.2");
}

TEST(LogContents, SayWhichCommandsThereAre) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    const Reply reply = admin.run(log_page(nvme::lid::commands_supported, 4096));
    ASSERT_EQ(reply.data.size(), 4096U);
    // Base 2.3, Commands Supported and Effects: CSUPP is bit 0, LBCC bit 1; admin, then I/O.
    nvme::Bytes expected(4096);
    for (const std::size_t opcode : {0x02U, 0x06U, 0x08U, 0x09U, 0x0AU, 0x0CU, 0x18U}) {
        expected[4 * opcode] = 1;
    }
    for (const std::size_t opcode : {0x00U, 0x02U, 0x05U, 0x0DU, 0x0EU, 0x11U, 0x15U}) {
        expected[1024 + 4 * opcode] = 1;
    }
    for (const std::size_t opcode : {0x01U, 0x08U, 0x09U}) {
        expected[1024 + 4 * opcode] = 3;
    }
    EXPECT_EQ(nvme::to_hex(reply.data), nvme::to_hex(expected));
}

TEST(LogContents, SayThatTheDeviceIsWell) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    const nvme::Bytes log = admin.run(log_page(nvme::lid::smart, 512)).data;
    EXPECT_EQ(log.at(0), 0) << "no critical warning";
    const auto kelvin = nvme::load_le<std::uint16_t>(log, 1);
    EXPECT_GE(kelvin, 273);
    EXPECT_LE(kelvin, 273 + 70);
    EXPECT_EQ(log.at(3), 100) << "percent of spare blocks";
    EXPECT_EQ(log.at(4), 10) << "percent below which there is a warning";
    EXPECT_TRUE(nvme::all_zero(nvme::slice(log, 5, 507)));
}

TEST(LogContents, SayWhichFirmwareRuns) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    const Reply reply = admin.run(log_page(nvme::lid::firmware_slot, 512));
    nvme::Bytes expected(512);
    expected[0] = 1; // slot 1 is active
    const auto& revision = simulator.array(0).identity().fr;
    std::copy(revision.begin(), revision.end(), expected.begin() + 8);
    EXPECT_EQ(nvme::to_hex(reply.data), nvme::to_hex(expected));
}

TEST(DiscoveryIdentity, IsThatOfADirectDiscoveryController) {
    Simulator simulator(ScenarioBuilder().version(0x00020100).array("a").build(), kStart);
    Queue discovery(simulator, 0);
    const Reply connected = discovery.connect(nvme::kDiscoveryNqn);
    ASSERT_TRUE(connected.status.ok());
    ASSERT_EQ(discovery.enable(), 1U);
    const nvme::IdentifyController id = nvme::decode_identify_controller(
        discovery.run(identify(nvme::cns::identify_controller)).data);
    EXPECT_EQ(id.cntlid, connected.dword01 & 0xFFFFU);
    EXPECT_EQ(id.ver, 0x00020100U);
    EXPECT_EQ(id.subsystem_nqn(), nvme::kDiscoveryNqn);
    EXPECT_EQ(id.cntrltype, 2U);
    EXPECT_EQ(id.dctype, 1U);
    EXPECT_EQ(id.oaes, nvme::oaes::discovery_log_change);
    EXPECT_EQ(id.ctratt, nvme::ctratt::host_id_128);
    EXPECT_EQ(id.lpa & 0x04U, 0x04U) << "logs are read in parts";
    EXPECT_EQ(id.sqes, 0x66U);
    EXPECT_EQ(id.cqes, 0x44U);
    EXPECT_EQ(id.ioccsz, 4U) << "capsules of 64 bytes";
    EXPECT_EQ(id.iorcsz, 1U);
    EXPECT_EQ(id.maxcmd, 128U);
    EXPECT_EQ(id.kas, 10U);
    EXPECT_EQ(id.sgls & 3U, 1U);
    const auto log = discovery.run(log_page(nvme::lid::error_information, (id.elpe + 1U) * 64U));
    EXPECT_TRUE(log.status.ok());
    for (unsigned request = 0; request <= id.aerl; ++request) {
        EXPECT_FALSE(discovery.take(discovery.submit(nvme::async_event_request_command())));
    }
    EXPECT_EQ(discovery.run(nvme::async_event_request_command()).status.code(),
              nvme::status::aer_limit_exceeded);
}

TEST(ControllerConfiguration, IsFatalWhereAControllerCannotRunWithIt) {
    // CC: EN, CSS 6:4, MPS 10:7, AMS 13:11, IOSQES 19:16, IOCQES 23:20.
    const auto csts = [](std::uint32_t cc) {
        Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
        Queue queue(simulator, 0);
        EXPECT_TRUE(queue.connect(simulator.array(0).nqn()).status.ok());
        EXPECT_TRUE(queue.run(nvme::property_set_command(nvme::property::cc, 4, cc)).status.ok());
        return queue.run(nvme::property_get_command(nvme::property::csts, 4)).dword01;
    };
    EXPECT_EQ(csts(0x00460001), 1U);
    EXPECT_EQ(csts(0x00460061), 1U) << "all command sets";
    EXPECT_EQ(csts(0x00460000), 0U) << "not enabled";
    for (const std::uint32_t cc : {0x00560001U, 0x00360001U, 0x00470001U, 0x00450001U, 0x00460011U,
                                   0x00460071U, 0x00460801U, 0x00460081U}) {
        EXPECT_EQ(csts(cc), 2U) << std::hex << cc;
    }
}

} // namespace
} // namespace haoh::arraysim::test
