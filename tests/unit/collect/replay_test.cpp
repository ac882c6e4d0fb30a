// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/replay.hpp>

#include "fake_controller.hpp"

#include <haoh/collector.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/id_list.hpp>

#include <gtest/gtest.h>

namespace haoh::test {
namespace {

ControllerObservation replayed(boost::asio::io_context& context,
                               const ControllerObservation& seen) {
    const std::unique_ptr<AdminChannel> channel = replay(seen, context.get_executor());
    ControllerObservation again = run(context, collect_controller(*channel, {}));
    again.name = seen.name;
    again.ana.attempts = seen.ana.attempts;
    return again;
}

TEST(Replay, gives_the_same_observation_again) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 1500};
    const ControllerObservation seen = run(context, collect_controller(fake, {}));
    EXPECT_EQ(replayed(context, seen), seen);
}

TEST(Replay, refuses_what_the_controller_refused) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 3};
    fake.before = [](const nvme::AdminCommand& command,
                     std::size_t) -> std::optional<nvme::AdminResult> {
        if (command.opcode == nvme::opcode::identify &&
            (command.cdw[0] & 0xFFU) == nvme::cns::independent_namespace) {
            nvme::AdminResult refused;
            refused.status.value = nvme::status::invalid_field | nvme::status::dnr;
            return refused;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = run(context, collect_controller(fake, {}));
    ASSERT_EQ(seen.namespaces.at(0).independent.state, Page::State::status);
    EXPECT_EQ(replayed(context, seen), seen);
}

TEST(Replay, keeps_an_unsorted_namespace_list_as_it_was_sent) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 3};
    fake.nsids = {2, 1, 3};
    const ControllerObservation seen = run(context, collect_controller(fake, {}));
    EXPECT_FALSE(seen.active_problems.empty());
    EXPECT_EQ(replayed(context, seen), seen);
}

class ReplayedCommand : public ::testing::Test {
  protected:
    nvme::AdminResult answer(const nvme::AdminCommand& command) {
        const std::unique_ptr<AdminChannel> channel = replay(recorded, context_.get_executor());
        return run(context_, channel->submit(command));
    }
    /// The status that a command gets; data only comes with success.
    std::uint16_t status(const nvme::AdminCommand& command) {
        const nvme::AdminResult result = answer(command);
        EXPECT_TRUE(result.data.empty());
        return result.status.value;
    }

    ControllerObservation recorded;

  private:
    boost::asio::io_context context_{1};
};

constexpr std::uint16_t kDnr = nvme::status::dnr;

TEST_F(ReplayedCommand, gets_the_page_that_it_asks_for) {
    NamespaceObservation& path = recorded.namespaces.emplace_back();
    path.nsid = 9;
    const std::vector<std::tuple<Page*, nvme::AdminCommand>> pages{
        {&recorded.identify, nvme::identify_command(0x01, 0)},
        {&recorded.controller_list, nvme::identify_command(0x13, 0)},
        {&recorded.io_command_sets, nvme::identify_command(0x1C, 0)},
        {&path.identify, nvme::identify_command(0x00, 9)},
        {&path.descriptors, nvme::identify_command(0x03, 9)},
        {&path.nvm, nvme::identify_command(0x05, 9)},
        {&path.independent, nvme::identify_command(0x08, 9)},
        {&recorded.ana.log, nvme::get_log_page_command(0x0C, 0, 64)},
        {&recorded.supported_logs, nvme::get_log_page_command(0x00, 0, 1024)},
        {&recorded.nvm_controller, nvme::identify_command(0x06, 0)},
        {&recorded.commands_log, nvme::get_log_page_command(0x05, 0, 4096)},
        {&recorded.firmware_log, nvme::get_log_page_command(0x03, 0, 512)},
        {&recorded.allocated_nsids, nvme::identify_command(0x10, 0)},
        {&recorded.domain_list, nvme::identify_command(0x18, 0)},
        {&path.controllers, nvme::identify_command(0x12, 9)},
        {&recorded.features[0x81], nvme::get_host_id_command()}};
    std::uint8_t mark = 0;
    for (const auto& [page, command] : pages) {
        *page = Page::of(nvme::Bytes{0x00, ++mark});
    }
    mark = 0;
    for (const auto& [page, command] : pages) {
        const nvme::AdminResult result = answer(command);
        EXPECT_TRUE(result.status.ok());
        ASSERT_EQ(result.data.size(), command.data_in) << nvme::describe(command);
        EXPECT_EQ(result.data[1], ++mark) << nvme::describe(command);
    }
}

TEST_F(ReplayedCommand, gets_the_part_of_a_log_that_it_asks_for) {
    recorded.ana.log = Page::of(nvme::Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9});
    EXPECT_EQ(answer(nvme::get_log_page_command(0x0C, 4, 8)).data,
              (nvme::Bytes{5, 6, 7, 8, 9, 0, 0, 0}));
    EXPECT_EQ(answer(nvme::get_log_page_command(0x0C, 1ULL << 32U, 4)).data, nvme::Bytes(4));
}

TEST_F(ReplayedCommand, gets_values_of_features_and_properties_without_data) {
    recorded.features[0x0F] = Page::of(nvme::Bytes{0x10, 0x27, 0x00, 0x00});
    recorded.properties[nvme::property::cap] = 0x123456789ABCDEF0;
    const nvme::AdminResult feature = answer(nvme::get_features_command(0x0F));
    EXPECT_TRUE(feature.status.ok());
    EXPECT_EQ(feature.dword01, 0x2710U);
    EXPECT_TRUE(feature.data.empty());
    const nvme::AdminResult property = answer(nvme::property_get_command(nvme::property::cap, 8));
    EXPECT_TRUE(property.status.ok());
    EXPECT_EQ(property.dword01, 0x123456789ABCDEF0U);
    EXPECT_TRUE(property.data.empty());
}

TEST_F(ReplayedCommand, is_refused_as_it_was_or_by_why_there_is_no_page) {
    const nvme::AdminCommand identify = nvme::identify_controller_command();
    EXPECT_EQ(status(identify), nvme::status::invalid_field | kDnr) << "never read";
    recorded.identify = Page::of_failure("timed out");
    EXPECT_EQ(status(identify), nvme::status::internal_error | kDnr);
    nvme::Status refused;
    refused.value = 0x0303; // ANA transition: may be tried again
    recorded.identify = Page::of_status(refused);
    EXPECT_EQ(status(identify), 0x0303);
    recorded.features[0x0F] = recorded.identify;
    EXPECT_EQ(status(nvme::get_features_command(0x0F)), 0x0303);
}

TEST_F(ReplayedCommand, is_refused_where_nothing_was_recorded) {
    recorded.namespaces.emplace_back().nsid = 9;
    EXPECT_EQ(status(nvme::identify_command(0x00, 8)), nvme::status::invalid_namespace | kDnr);
    EXPECT_EQ(status(nvme::identify_command(0x7F, 9)), nvme::status::invalid_field | kDnr);
    EXPECT_EQ(status(nvme::identify_command(0x02, 0)), nvme::status::internal_error | kDnr);
    EXPECT_EQ(status(nvme::get_log_page_command(0x02, 0, 512)),
              nvme::status::invalid_log_page | kDnr);
    EXPECT_EQ(status(nvme::get_features_command(0x0F)), nvme::status::invalid_field | kDnr);
    EXPECT_EQ(status(nvme::property_get_command(nvme::property::cap, 8)),
              nvme::status::invalid_field | kDnr);
    recorded.properties[nvme::property::cc] = 1;
    EXPECT_EQ(status(nvme::property_set_command(nvme::property::cc, 4, 0)),
              nvme::status::invalid_opcode | kDnr);
    EXPECT_EQ(status(nvme::keep_alive_command()), nvme::status::invalid_opcode | kDnr);
}

TEST_F(ReplayedCommand, gets_the_namespaces_behind_the_one_that_it_names) {
    recorded.active_nsids = {5, 3, 8};
    const auto nsids = [&](std::uint32_t after) {
        return nvme::decode_namespace_list(answer(nvme::identify_command(0x02, after)).data).nsids;
    };
    EXPECT_EQ(nsids(0), (std::vector<std::uint32_t>{5, 3, 8}));
    EXPECT_EQ(nsids(3), std::vector<std::uint32_t>{8});
    EXPECT_EQ(nsids(8), std::vector<std::uint32_t>{});
    EXPECT_EQ(nsids(4), std::vector<std::uint32_t>{});
}

} // namespace
} // namespace haoh::test
