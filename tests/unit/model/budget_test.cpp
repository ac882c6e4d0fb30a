// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/budget.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace haoh {
namespace {

using testing::HasSubstr;

TEST(Spending, TakesAllOfWhatThereIsRoomForOrNothing) {
    Spending spending({.bytes = 100, .objects = 3});
    EXPECT_EQ(spending.take({.bytes = 60, .objects = 1}), std::nullopt);
    EXPECT_EQ(spending.take({.bytes = 41, .objects = 1}), BudgetPart::bytes);
    EXPECT_EQ(spending.take({.bytes = 1, .objects = 3}), BudgetPart::objects);
    EXPECT_EQ(spending.held(), (Spending::Cost{.bytes = 60, .objects = 1}));
    EXPECT_EQ(spending.take({.bytes = 40, .objects = 2}), std::nullopt) << "to the last";
    EXPECT_EQ(spending.take({}), std::nullopt);
    spending.give_back({.bytes = 60, .objects = 1});
    EXPECT_EQ(spending.take({.bytes = 60, .objects = 1}), std::nullopt);
}

TEST(Spending, NoNumberIsSoLargeThatItFits) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    Spending spending({.bytes = 100, .objects = 3});
    EXPECT_EQ(spending.take({.bytes = 50, .objects = 0}), std::nullopt);
    EXPECT_EQ(spending.take({.bytes = kMost, .objects = 0}), BudgetPart::bytes);
    EXPECT_EQ(spending.take({.bytes = kMost - 49, .objects = 0}), BudgetPart::bytes);
    EXPECT_EQ(spending.take({.bytes = 0, .objects = kMost}), BudgetPart::objects);
}

TEST(Spending, APartGivesBackWhatItHoldsWhenItEnds) {
    const auto whole = std::make_shared<Spending>(Budget{.bytes = 100, .objects = 3});
    {
        Spending first(whole);
        Spending second(whole);
        EXPECT_EQ(first.take({.bytes = 60, .objects = 1}), std::nullopt);
        EXPECT_EQ(second.take({.bytes = 60, .objects = 1}), BudgetPart::bytes) << "in sum";
        EXPECT_EQ(second.take({.bytes = 40, .objects = 2}), std::nullopt);
        EXPECT_EQ(second.held(), (Spending::Cost{.bytes = 40, .objects = 2}));
        first.give_back({.bytes = 10, .objects = 1});
        EXPECT_EQ(whole->held(), (Spending::Cost{.bytes = 90, .objects = 2}));
    }
    EXPECT_EQ(whole->held(), Spending::Cost{});
}

TEST(Spending, SaysWhatIsUsedUpAndWhatToDo) {
    const Spending defaults(Budget{});
    EXPECT_EQ(defaults.problem(BudgetPart::bytes),
              "512 MiB of answers are kept of one target, and no more; look at one subsystem at a "
              "time");
    EXPECT_THAT(defaults.problem(BudgetPart::objects), HasSubstr("1048576 namespaces and entries"));
    EXPECT_THAT(defaults.problem(BudgetPart::time), HasSubstr("the time for this target was over"));
    EXPECT_THAT(Spending({.bytes = 1000, .objects = 1}).problem(BudgetPart::bytes),
                HasSubstr("1000 bytes of answers"));
}

TEST(BudgetPart, HasANameThatLeadsBackToIt) {
    for (const BudgetPart part : {BudgetPart::time, BudgetPart::bytes, BudgetPart::objects}) {
        EXPECT_EQ(parse_budget_part(to_string(part)), part);
    }
    EXPECT_EQ(parse_budget_part("money"), std::nullopt);
    EXPECT_EQ(parse_budget_part(""), std::nullopt);
}

} // namespace
} // namespace haoh
