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

} // namespace
} // namespace haoh::arraysim::test
