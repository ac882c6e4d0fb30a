// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/known_budget.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

constexpr Budget kBudget{.bytes = 1000, .objects = 10};
const KnownBudget::Name kArray{"", "tcp://10.0.0.1:4420"};
const KnownBudget::Name kOther{"", "tcp://10.0.0.2:4420"};

Spending::Cost cost(std::uint64_t bytes, std::uint64_t objects) {
    return {.bytes = bytes, .objects = objects};
}

TEST(KnownBudget, WhatIsKnownOfAnArrayIsBoundedInSum) {
    KnownBudget known;
    EXPECT_EQ(known.replace({"", "a"}, kArray, kBudget, cost(600, 4)), std::nullopt);
    EXPECT_EQ(known.replace({"", "b"}, kArray, kBudget, cost(600, 4)), BudgetPart::bytes);
    EXPECT_EQ(known.replace({"", "b"}, kArray, kBudget, cost(10, 7)), BudgetPart::objects);
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(known.replace({"", "b"}, kOther, kBudget, cost(600, 4)), std::nullopt)
        << "what one array has costs no other its room";
    EXPECT_EQ(known.held(kArray), cost(600, 4));
    EXPECT_EQ(known.held(kOther), cost(600, 4));
}

TEST(KnownBudget, ALaterReadingTakesThePlaceOfTheOneBefore) {
    KnownBudget known;
    for (int reading = 0; reading < 100; ++reading) {
        EXPECT_EQ(known.replace({"", "a"}, kArray, kBudget, cost(900, 9)), std::nullopt);
    }
    EXPECT_EQ(known.held(kArray), cost(900, 9));
    EXPECT_EQ(known.replace({"", "a"}, kArray, kBudget, cost(1001, 9)), BudgetPart::bytes);
    EXPECT_EQ(known.held(kArray), cost(900, 9)) << "the one before is still there";
    EXPECT_EQ(known.replace({"", "a"}, kArray, kBudget, cost(10, 1)), std::nullopt);
    EXPECT_EQ(known.replace({"", "b"}, kArray, kBudget, cost(900, 9)), std::nullopt);
}

TEST(KnownBudget, WhatIsForgottenCostsNothing) {
    KnownBudget known;
    for (int number = 0; number < 100; ++number) {
        const KnownBudget::Name name{"host", "nvme" + std::to_string(number)};
        EXPECT_EQ(known.replace(name, kArray, kBudget, cost(900, 9)), std::nullopt);
        known.forget(name);
        known.forget(name);
    }
    EXPECT_EQ(known.size(), 0U);
    EXPECT_EQ(known.held(kArray), Spending::Cost{});
}

TEST(KnownBudget, ReadingsShareOneMoreBudgetWhileTheyAreUnderWay) {
    KnownBudget known;
    EXPECT_EQ(known.replace({"", "a"}, kArray, kBudget, cost(900, 9)), std::nullopt);
    auto first = known.reading(kArray, kBudget);
    const auto second = known.reading(kArray, kBudget);
    EXPECT_EQ(first->take(cost(900, 9)), std::nullopt) << "beside what is known";
    EXPECT_EQ(second->take(cost(900, 9)), BudgetPart::objects);
    EXPECT_EQ(known.reading(kOther, kBudget)->take(cost(900, 9)), std::nullopt);
    first.reset();
    EXPECT_EQ(second->take(cost(900, 9)), std::nullopt);
}

} // namespace
} // namespace haoh::monitor
