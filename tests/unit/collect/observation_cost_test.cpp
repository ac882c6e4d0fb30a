// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collect/observation_cost.hpp"

#include "fake_controller.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace haoh::test {
namespace {

Spending::Cost cost(std::uint64_t bytes, std::uint64_t objects) {
    return {.bytes = bytes, .objects = objects};
}

TEST(ObservationCost, OfAPageIsWhatIsKeptOfIt) {
    EXPECT_EQ(cost_of(Page{}), cost(0, 0));
    EXPECT_EQ(cost_of(Page::of(nvme::Bytes(50, 1))), cost(50, 0));
    EXPECT_EQ(cost_of(Page::of_failure("0123456789")), cost(10, 0));
    EXPECT_EQ(cost_of(Page::of_budget(BudgetPart::bytes)), cost(0, 0)) << "nothing is kept";
}

TEST(ObservationCost, OfAControllerIsThatOfItsPagesAndPlaces) {
    ControllerObservation seen;
    EXPECT_EQ(cost_of(seen), Spending::Cost{});
    seen.identify = Page::of(nvme::Bytes(100, 1));
    EXPECT_EQ(cost_of(seen), cost(100, 0));
    seen.namespaces.resize(3);
    seen.namespaces[2].identify = Page::of(nvme::Bytes(50, 1));
    seen.namespaces[1].nvm = Page::of_failure("0123456789");
    Spending::Cost expected = cost_of_namespaces(3);
    EXPECT_EQ(expected.objects, 3U);
    EXPECT_GE(expected.bytes, 3 * sizeof(NamespaceObservation));
    expected += cost(160, 0);
    EXPECT_EQ(cost_of(seen), expected);
    nvme::AnaLog log;
    log.nagd = 1;
    log.groups.push_back({.agid = 1,
                          .chgc = 0,
                          .state = nvme::AnaState::optimized,
                          .state_byte = 1,
                          .nsids = {1, 2, 3}});
    const nvme::Bytes bytes = nvme::encode(log);
    seen.ana.log = Page::of(bytes);
    EXPECT_EQ(cost_of(seen).objects, 3U + 4U);
}

class ObservationCostOfAReading : public testing::Test {
  protected:
    ControllerObservation collect(FakeController& controller) {
        CollectOptions options;
        options.spending = spending;
        return run(context, collect_controller(controller, std::move(options)));
    }
    boost::asio::io_context context;
    std::shared_ptr<Spending> spending{std::make_shared<Spending>(Budget{})};
};

/// What a monitor counts of a reading is what the reading has paid.
TEST_F(ObservationCostOfAReading, IsTheSameWhileItIsReadAndOnceItIsKnown) {
    FakeController healthy{context.get_executor(), 30};
    const ControllerObservation seen = collect(healthy);
    EXPECT_EQ(spending->held(), cost_of(seen));
    EXPECT_GT(spending->held().objects, 30U);
}

TEST_F(ObservationCostOfAReading, IsTheSameOfWhatFails) {
    for (const std::uint8_t opcode : {nvme::opcode::identify, nvme::opcode::get_log_page,
                                      nvme::opcode::get_features, nvme::opcode::fabrics}) {
        SCOPED_TRACE(int{opcode});
        spending = std::make_shared<Spending>(Budget{});
        FakeController failing{context.get_executor(), 30};
        failing.before = [opcode](const nvme::AdminCommand& command,
                                  std::size_t) -> std::optional<nvme::AdminResult> {
            // Of Identify those of namespaces: without a controller there is nothing else.
            const bool of_controller = command.opcode == nvme::opcode::identify &&
                                       (command.cdw[0] & 0xFFU) == nvme::cns::identify_controller;
            if (command.opcode == opcode && !of_controller) {
                throw Error(make_error_code(Errc::command_failed), "run", "it", "it does not work");
            }
            return std::nullopt;
        };
        const ControllerObservation seen = collect(failing);
        EXPECT_EQ(spending->held(), cost_of(seen));
    }
}

} // namespace
} // namespace haoh::test
