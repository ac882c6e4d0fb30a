// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/replay.hpp>

#include "fake_controller.hpp"

#include <haoh/collector.hpp>

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

} // namespace
} // namespace haoh::test
