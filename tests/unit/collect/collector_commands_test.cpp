// SPDX-License-Identifier: LGPL-2.1-or-later
// What a controller says of its commands is read where it says that it has it.
#include "fake_controller.hpp"

#include <haoh/collector.hpp>
#include <haoh/nvme/supported_logs.hpp>

#include <gtest/gtest.h>

namespace haoh::test {
namespace {

class CollectorOfCommands : public ::testing::Test {
  protected:
    ControllerObservation collect(FakeController& controller) {
        return run(context_, collect_controller(controller, {}));
    }
    FakeController controller(std::uint32_t namespaces) {
        return FakeController{context_.get_executor(), namespaces};
    }

    boost::asio::io_context context_{1};
};

TEST_F(CollectorOfCommands, asks_for_what_commands_do_where_that_is_told) {
    FakeController older = controller(1);
    older.identify.ver = 0x00010100;
    EXPECT_EQ(collect(older).nvm_controller.state, Page::State::not_read) << "has two bits for CNS";
    for (const std::uint8_t lpa : std::vector<std::uint8_t>{0, 2, 0x2C, 0x2E}) {
        FakeController fake = controller(1);
        fake.identify.lpa = lpa;
        EXPECT_EQ(collect(fake).commands_log.ok(), (lpa & 2U) != 0) << int{lpa};
    }
}

TEST_F(CollectorOfCommands, asks_for_firmware_slots_where_there_are_some) {
    struct Row {
        bool lists_logs;
        bool listed;
        std::uint16_t oacs;
        bool asked;
    };
    for (const Row& row : {Row{true, true, 0, true}, Row{true, false, 4, false},
                           Row{false, false, 4, true}, Row{false, false, 0, false}}) {
        FakeController fake = controller(1);
        fake.identify.oacs = row.oacs;
        fake.before = [&row](const nvme::AdminCommand& command,
                             std::size_t) -> std::optional<nvme::AdminResult> {
            if (command.opcode != nvme::opcode::get_log_page ||
                (command.cdw[0] & 0xFFU) != nvme::lid::supported_logs) {
                return std::nullopt;
            }
            nvme::AdminResult result;
            if (!row.lists_logs) {
                result.status = nvme::Status{nvme::status::invalid_log_page | nvme::status::dnr};
                return result;
            }
            nvme::SupportedLogs logs;
            logs.lids[nvme::lid::firmware_slot] = row.listed ? 1 : 0;
            result.data = nvme::encode(logs);
            return result;
        };
        EXPECT_EQ(collect(fake).firmware_log.ok(), row.asked)
            << row.lists_logs << row.listed << row.oacs;
    }
}

TEST_F(CollectorOfCommands, asks_for_lists_where_there_is_something_to_list) {
    FakeController plain = controller(2);
    const ControllerObservation without = collect(plain);
    EXPECT_EQ(without.allocated_nsids.state, Page::State::not_read);
    EXPECT_EQ(without.domain_list.state, Page::State::not_read);
    EXPECT_EQ(without.namespaces.at(0).controllers.state, Page::State::not_read);
    FakeController managed = controller(2);
    managed.identify.oacs = 1U << 3U;
    const ControllerObservation with = collect(managed);
    EXPECT_TRUE(with.allocated_nsids.ok());
    EXPECT_TRUE(with.namespaces.at(1).controllers.ok());
    EXPECT_EQ(with.domain_list.state, Page::State::not_read);
    EXPECT_EQ(managed.identify_counts[nvme::cns::namespace_controllers], 2U);
    FakeController divided = controller(2);
    divided.identify.ctratt = nvme::ctratt::multi_domain;
    EXPECT_TRUE(collect(divided).domain_list.ok());
    // That Linux as a target goes down by it.
    constexpr std::uint8_t kCommandSetNamespaces = 0x07;
    for (FakeController* const fake : {&plain, &managed, &divided}) {
        EXPECT_EQ(fake->identify_counts[kCommandSetNamespaces], 0U);
    }
}

TEST_F(CollectorOfCommands, asks_for_features_with_data_where_the_controller_has_them) {
    FakeController plain = controller(1);
    const ControllerObservation without = collect(plain);
    EXPECT_FALSE(without.features.contains(nvme::fid::host_id));
    EXPECT_FALSE(without.features.contains(nvme::fid::host_behavior));
    FakeController modern = controller(1);
    modern.identify.ctratt = nvme::ctratt::host_id_128 | nvme::ctratt::extended_lba_formats;
    const ControllerObservation with = collect(modern);
    EXPECT_EQ(with.features.at(nvme::fid::host_id).whole(), nvme::Bytes(16, 0x5A));
    EXPECT_EQ(with.features.at(nvme::fid::host_behavior).whole(), nvme::Bytes(512, 0x5A));
    EXPECT_TRUE(with.unread.empty());
    FakeController discovery = controller(1);
    discovery.identify.ctratt = modern.identify.ctratt;
    discovery.identify.cntrltype = static_cast<std::uint8_t>(nvme::ControllerType::discovery);
    EXPECT_FALSE(collect(discovery).features.contains(nvme::fid::host_id));
}

} // namespace
} // namespace haoh::test
