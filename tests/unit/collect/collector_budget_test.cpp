// SPDX-License-Identifier: LGPL-2.1-or-later
// What is read of a controller, and of several, when there is not room for all of it.
#include "fake_controller.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace haoh::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CollectorBudget : public testing::Test {
  protected:
    ControllerObservation collect(FakeController& controller) {
        CollectOptions options;
        options.spending = spending;
        return run(context, collect_controller(controller, std::move(options)));
    }
    FakeController controller(std::uint32_t namespaces) {
        return {context.get_executor(), namespaces};
    }
    void allow(Budget budget) { spending = std::make_shared<Spending>(budget); }

    static std::size_t count(const ControllerObservation& seen, BudgetPart part) {
        std::size_t pages = 0;
        for (const NamespaceObservation& one : seen.namespaces) {
            for (const Page* page : {&one.identify, &one.descriptors, &one.nvm, &one.independent}) {
                pages += page->over_budget == part ? 1U : 0U;
            }
        }
        return pages;
    }

    boost::asio::io_context context;
    std::shared_ptr<Spending> spending{std::make_shared<Spending>(Budget{})};
};

TEST_F(CollectorBudget, AHealthyControllerIsReadWholeAndCostsWhatIsKept) {
    FakeController one = controller(100);
    const ControllerObservation seen = collect(one);
    EXPECT_THAT(seen.unread, IsEmpty());
    EXPECT_THAT(seen.namespaces, SizeIs(100));
    EXPECT_EQ(spending->held().objects, 100U + 101U) << "namespaces; a group and what is in it";
    EXPECT_GT(spending->held().bytes, 100 * sizeof(NamespaceObservation));
    EXPECT_LT(spending->held().bytes, 100 * (sizeof(NamespaceObservation) + 1024))
        << "without the zeros at the ends of pages";
}

TEST_F(CollectorBudget, TheDefaultHasRoomForTheLargestArrays) {
    FakeController one = controller(1024);
    static_cast<void>(collect(one));
    const Budget budget;
    EXPECT_LT(256 * spending->held().objects, budget.objects);
    EXPECT_LT(256 * spending->held().bytes, budget.bytes);
}

TEST_F(CollectorBudget, ReadingAgainCostsNoMore) {
    FakeController still = controller(50);
    static_cast<void>(collect(still));
    const Spending::Cost once = spending->held();
    allow(Budget{});
    FakeController moving = controller(50);
    moving.before = [&moving](const nvme::AdminCommand& command, std::size_t) {
        if (command.opcode == nvme::opcode::get_log_page) {
            ++moving.ana.chgc;
        }
        return std::optional<nvme::AdminResult>{};
    };
    const ControllerObservation seen = collect(moving);
    EXPECT_FALSE(seen.ana.stable);
    EXPECT_EQ(seen.ana.attempts, 3U);
    EXPECT_EQ(spending->held(), once);
}

TEST_F(CollectorBudget, BytesThatAreUsedUpLeaveTheRestUnreadForThatReason) {
    FakeController whole = controller(200);
    static_cast<void>(collect(whole));
    const std::uint64_t names = 200 * (sizeof(NamespaceObservation) + sizeof(std::uint32_t));
    allow({.bytes = names + (spending->held().bytes - names) / 2, .objects = 1000});
    FakeController one = controller(200);
    const ControllerObservation seen = collect(one);
    EXPECT_TRUE(seen.identify.ok());
    ASSERT_TRUE(seen.active_nsids);
    EXPECT_THAT(seen.namespaces, SizeIs(200));
    EXPECT_TRUE(seen.namespaces.front().identify.ok()) << "what was read stays";
    const Page& last = seen.namespaces.back().identify;
    EXPECT_EQ(last.state, Page::State::failed);
    EXPECT_EQ(last.over_budget, BudgetPart::bytes);
    EXPECT_GT(count(seen, BudgetPart::bytes), 100U);
    EXPECT_THAT(seen.unread, Contains(HasSubstr("look at one subsystem at a time")));
    EXPECT_LT(one.commands, whole.commands) << "and is not even asked for";
    EXPECT_LE(spending->held().bytes, spending->budget().bytes);
}

TEST_F(CollectorBudget, AListOfNamespacesIsReadAsAWholeOrNotAtAll) {
    allow({.bytes = std::uint64_t{1} << 20U, .objects = 150});
    FakeController one = controller(200);
    one.ana.groups.clear(); // which costs objects as well
    one.ana.nagd = 0;
    const ControllerObservation seen = collect(one);
    EXPECT_EQ(seen.active_nsids, std::nullopt) << "some of them would look like all";
    EXPECT_THAT(seen.namespaces, IsEmpty());
    EXPECT_THAT(seen.unread, Contains(HasSubstr("200 active namespaces: 150 namespaces and")));
    EXPECT_TRUE(seen.identify.ok());
    EXPECT_TRUE(seen.ana.log.ok()) << "the rest is read";
    EXPECT_TRUE(seen.controller_list.state != Page::State::failed);
    allow({.bytes = std::uint64_t{1} << 20U, .objects = 200});
    EXPECT_THAT(collect(one).unread, IsEmpty());
}

TEST_F(CollectorBudget, AnAnaLogThatHasNoRoomIsUnreadAndNotCutShort) {
    FakeController one = controller(2);
    std::vector<std::uint32_t> nsids(4000);
    std::iota(nsids.begin(), nsids.end(), 1U);
    one.ana = one_group_log(nsids);
    one.identify.mnan = one.identify.nn = 4000;
    EXPECT_TRUE(collect(one).ana.log.ok());
    for (const Budget budget :
         {Budget{.bytes = 12000, .objects = 9000}, Budget{.bytes = 90000, .objects = 3000}}) {
        allow(budget);
        const ControllerObservation seen = collect(one);
        EXPECT_EQ(seen.ana.log.state, Page::State::failed);
        EXPECT_TRUE(seen.ana.log.over_budget);
        EXPECT_THAT(seen.unread, Contains(HasSubstr("ANA log: ")));
        EXPECT_THAT(seen.namespaces, SizeIs(2)) << "the rest has room";
        EXPECT_TRUE(seen.namespaces.back().identify.ok());
    }
}

TEST_F(CollectorBudget, TheTimeIsAPartOfIt) {
    FakeController one = controller(3);
    CollectOptions options;
    options.deadline = std::chrono::steady_clock::now();
    const ControllerObservation seen = run(context, collect_controller(one, std::move(options)));
    EXPECT_EQ(seen.identify.over_budget, BudgetPart::time);
    EXPECT_THAT(seen.unread, Contains(HasSubstr("the time for this target was over")));
}

TEST_F(CollectorBudget, ControllersOfOneTargetShareIt) {
    constexpr std::uint64_t kObjects = 1000;
    allow({.bytes = std::uint64_t{64} << 20U, .objects = kObjects});
    std::size_t whole = 0;
    std::size_t kept = 0;
    for (int number = 0; number < 40; ++number) {
        FakeController one = controller(100);
        const ControllerObservation seen = collect(one);
        EXPECT_TRUE(seen.identify.ok());
        EXPECT_EQ(seen.unread.empty(), seen.active_nsids.has_value() && seen.ana.log.ok());
        whole += seen.unread.empty() ? 1U : 0U;
        kept += seen.namespaces.size();
    }
    EXPECT_EQ(whole, 4U) << "those that came first: 201 objects each";
    EXPECT_LE(kept, kObjects);
    EXPECT_LE(spending->held().objects, kObjects);
}

TEST_F(CollectorBudget, LongErrorsCostWhatTheyTake) {
    allow({.bytes = 300000, .objects = 2000});
    FakeController one = controller(500);
    one.before = [](const nvme::AdminCommand& command,
                    std::size_t) -> std::optional<nvme::AdminResult> {
        if (command.opcode == nvme::opcode::identify &&
            static_cast<std::uint8_t>(command.cdw[0]) == nvme::cns::identify_namespace) {
            throw Error(Errc::command_failed, "run", "it", std::string(2000, 'x'));
        }
        return {};
    };
    const ControllerObservation seen = collect(one);
    EXPECT_GT(count(seen, BudgetPart::bytes), 0U);
    std::uint64_t held = 0;
    for (const NamespaceObservation& path : seen.namespaces) {
        held += path.identify.error.size();
    }
    EXPECT_LT(held, 350000U);
}

TEST_F(CollectorBudget, ADiscoveryLogThatHasNoRoomIsAnError) {
    FakeController one = controller(1);
    one.discovery.entries.resize(500);
    one.discovery.numrec = 500;
    const auto read = [&] {
        CollectOptions options;
        options.spending = spending;
        return run(context, collect_discovery_log(one, std::move(options)));
    };
    EXPECT_TRUE(read().log.ok());
    EXPECT_EQ(spending->held().objects, 501U) << "header and entries";
    for (const Budget budget :
         {Budget{.bytes = 100000, .objects = 1000}, Budget{.bytes = 1000000, .objects = 400}}) {
        allow(budget);
        try {
            static_cast<void>(read());
            ADD_FAILURE() << "it was read";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::too_large);
            EXPECT_THAT(error.what(), HasSubstr("kept of one target"));
        }
        EXPECT_EQ(spending->held(), Spending::Cost{});
    }
}

} // namespace
} // namespace haoh::test
