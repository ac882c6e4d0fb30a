// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

namespace fid = nvme::fid;
namespace status = nvme::status;
using nvme::Bytes;

constexpr std::uint8_t kNotificationMask = 0x82;
constexpr std::uint8_t kPersistence = 0x83;
constexpr std::uint8_t kWriteProtection = 0x84;
constexpr std::uint16_t kRefused = status::invalid_field | status::dnr;

nvme::AdminCommand get(std::uint8_t feature, std::uint32_t nsid = 0, std::uint32_t bytes = 0) {
    return nvme::get_features_command(feature, nsid, 0, bytes);
}

nvme::AdminCommand set_with(std::uint8_t feature, Bytes data) {
    nvme::AdminCommand command = set_features(feature, 0);
    command.data_out = std::move(data);
    return command;
}

/// A controller of the first of two arrays.
struct Host {
    explicit Host(ScenarioBuilder builder = {})
        : simulator(builder.array("a").array("b").build(), kStart), admin(simulator, 0) {}

    std::uint16_t status_of(const nvme::AdminCommand& command) {
        return admin.run(command).status.value;
    }
    std::uint64_t value_of(const nvme::AdminCommand& command) {
        const Reply reply = admin.run(command);
        EXPECT_TRUE(reply.status.ok()) << nvme::describe(command);
        return reply.dword01;
    }

    Simulator simulator;
    Admin admin;
};

TEST(FeaturesCommand, KeepsWhatItWasGiven) {
    Host host(ScenarioBuilder().field("vwc", std::uint64_t{7}));
    for (const std::uint8_t feature : std::vector<std::uint8_t>{0x01, 0x02, 0x04, 0x05, 0x0A}) {
        EXPECT_EQ(host.value_of(get(feature)), 0U) << int{feature};
        host.value_of(set_features(feature, 0x10U + feature));
        EXPECT_EQ(host.value_of(get(feature)), 0x10U + feature) << int{feature};
    }
    EXPECT_EQ(host.value_of(get(fid::volatile_write_cache)), 1U) << "on, as Linux expects it";
    host.value_of(set_features(fid::volatile_write_cache, 2));
    EXPECT_EQ(host.value_of(get(fid::volatile_write_cache)), 0U) << "one bit";
    host.value_of(set_features(fid::volatile_write_cache, 1));
    EXPECT_EQ(host.value_of(get(fid::volatile_write_cache)), 1U);
    host.value_of(set_features(kNotificationMask, 6, 1));
    EXPECT_EQ(host.value_of(get(kNotificationMask, 1)), 6U);
    host.value_of(set_features(kPersistence, 3, 1));
    EXPECT_EQ(host.value_of(get(kPersistence, 1)), 1U) << "one bit";
    host.value_of(set_features(kPersistence, 2, 1));
    EXPECT_EQ(host.value_of(get(kPersistence, 1)), 0U);

    Host without(ScenarioBuilder().field("vwc", std::uint64_t{6}));
    EXPECT_EQ(without.status_of(set_features(fid::volatile_write_cache, 1)), kRefused);
    EXPECT_EQ(without.status_of(get(fid::volatile_write_cache)), kRefused);
}

TEST(FeaturesCommand, KeepsDataOfTheRightLength) {
    Host host;
    Bytes behavior(512);
    behavior[0] = 1;
    behavior[511] = 9;
    host.value_of(set_with(fid::host_behavior, behavior));
    EXPECT_EQ(host.admin.run(get(fid::host_behavior, 0, 512)).data, behavior);
    for (const std::uint32_t length : {256U, 1024U}) {
        EXPECT_EQ(host.status_of(get(fid::host_behavior, 0, length)),
                  status::sgl_length_invalid | status::dnr);
        EXPECT_EQ(host.status_of(set_with(fid::host_behavior, Bytes(length))),
                  status::sgl_length_invalid | status::dnr);
        EXPECT_EQ(host.status_of(set_with(fid::timestamp, Bytes(length))),
                  status::sgl_length_invalid | status::dnr);
    }
    EXPECT_EQ(host.status_of(get(fid::host_id, 0, 8)), status::sgl_length_invalid | status::dnr);
    EXPECT_EQ(host.admin.run(get(fid::timestamp, 0, 8)).data.at(6), 0U) << "nobody has set it";
}

TEST(FeaturesCommand, GrantsQueuesUpToItsLimitAndOnlyBeforeTheFirst) {
    Host host;
    EXPECT_EQ(host.value_of(set_features(fid::number_of_queues, 0x00010002)), 0x00010002U);
    EXPECT_EQ(host.value_of(set_features(fid::number_of_queues, 0x0000000F)), 0x0000000FU);
    EXPECT_EQ(host.value_of(set_features(fid::number_of_queues, 0x00100010)), 0x000F000FU);
    EXPECT_EQ(host.value_of(get(fid::number_of_queues)), 0x000F000FU);
    EXPECT_EQ(host.status_of(set_features(fid::number_of_queues, 0x0000FFFF)), kRefused);
    EXPECT_EQ(host.status_of(set_features(fid::number_of_queues, 0xFFFF0000)), kRefused);
    EXPECT_EQ(host.value_of(set_features(fid::number_of_queues, 0xFFFEFFFE)), 0x000F000FU);
    Io queue(host.simulator, 0, host.admin.cntlid);
    EXPECT_EQ(host.status_of(set_features(fid::number_of_queues, 1)),
              status::command_sequence_error | status::dnr);

    Host one;
    one.simulator.array(0).spec().io_queues = 0; // there is always one of each
    EXPECT_EQ(one.value_of(set_features(fid::number_of_queues, 0x00050005)), 0U);
}

TEST(FeaturesCommand, ProtectsANamespaceAgainstWritingUntilThatIsPermanent) {
    Host host;
    const auto protect = [](std::uint32_t value) {
        return set_features(kWriteProtection, value, 1);
    };
    EXPECT_EQ(host.value_of(get(kWriteProtection, 1)), 0U);
    host.value_of(protect(1));
    EXPECT_EQ(host.value_of(get(kWriteProtection, 1)), 1U);
    host.value_of(protect(1));
    host.value_of(protect(0));
    EXPECT_EQ(host.value_of(get(kWriteProtection, 1)), 0U);
    for (const std::uint32_t value : {2U, 3U, 7U}) {
        EXPECT_EQ(host.status_of(protect(value)), kRefused);
    }
    host.simulator.array(0).find(1)->volume->write_protect = 3;
    EXPECT_EQ(host.status_of(protect(0)), 0x10E | status::dnr) << "Feature Not Changeable";
    Host without(ScenarioBuilder().field("nwpc", std::uint64_t{0}));
    EXPECT_EQ(without.status_of(protect(1)), kRefused);
}

TEST(FeaturesCommand, ReachesANamespaceAsItsAnaStateAllows) {
    Host host;
    const std::vector<std::pair<nvme::AnaState, std::uint16_t>> states{
        {nvme::AnaState::optimized, status::success},
        {nvme::AnaState::non_optimized, status::success},
        {nvme::AnaState::inaccessible, status::ana_inaccessible},
        {nvme::AnaState::persistent_loss, status::ana_persistent_loss},
        {nvme::AnaState::change, status::ana_transition}};
    for (const auto& [state, code] : states) {
        host.simulator.array(0).set_all_ana(state);
        for (const auto& command :
             {get(kNotificationMask, 1), get(kPersistence, 1), get(kWriteProtection, 1),
              set_features(kPersistence, 0, 1), set_features(kWriteProtection, 0, 1)}) {
            EXPECT_EQ(host.status_of(command), code) << nvme::to_string(state);
        }
    }
    for (const auto& command :
         {get(kNotificationMask, 9), get(kPersistence, 9), get(kWriteProtection, 9),
          set_features(kPersistence, 0, 9), set_features(kWriteProtection, 0, 9)}) {
        EXPECT_EQ(host.status_of(command), status::invalid_namespace | status::dnr);
    }
    Host without(ScenarioBuilder().field("cmic", std::uint64_t{3}));
    without.simulator.array(0).set_all_ana(nvme::AnaState::inaccessible);
    EXPECT_EQ(without.status_of(get(kWriteProtection, 1)), status::success) << "there is no ANA";
}

TEST(FeaturesCommand, HasNoValuesButTheCurrentOnes) {
    Host host;
    for (const std::uint8_t select : std::vector<std::uint8_t>{1, 2, 3}) {
        EXPECT_EQ(host.status_of(nvme::get_features_command(0x05, 0, select)), kRefused);
    }
    Queue discovery(host.simulator, 0);
    ASSERT_TRUE(discovery.connect(nvme::kDiscoveryNqn).status.ok());
    ASSERT_EQ(discovery.enable(), 1U);
    for (const std::uint8_t feature : {fid::async_event_configuration, fid::keep_alive_timer}) {
        EXPECT_TRUE(discovery.run(get(feature)).status.ok());
        EXPECT_TRUE(discovery.run(set_features(feature, 0)).status.ok());
    }
    EXPECT_EQ(discovery.run(get(0x05)).status.value, kRefused);
    EXPECT_EQ(discovery.run(set_features(0x05, 0)).status.value, kRefused);
}

TEST(FeaturesCommand, RoundsTheKeepAliveTimeUpToTheGranularity) {
    const auto kept = [](std::uint64_t kas, std::uint32_t kato) {
        Host host(ScenarioBuilder().field("kas", kas));
        host.value_of(set_features(fid::keep_alive_timer, kato));
        return host.value_of(get(fid::keep_alive_timer));
    };
    EXPECT_EQ(kept(10, 0), 0U);
    EXPECT_EQ(kept(10, 1), 1000U);
    EXPECT_EQ(kept(10, 1000), 1000U);
    EXPECT_EQ(kept(10, 1001), 2000U);
    EXPECT_EQ(kept(0, 1234), 1234U);
    EXPECT_EQ(kept(10, 0xFFFFFFFF), 0xFFFFFFFFU);
}

} // namespace
} // namespace haoh::arraysim::test
