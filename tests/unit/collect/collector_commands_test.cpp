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

} // namespace
} // namespace haoh::test
