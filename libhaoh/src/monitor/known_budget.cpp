// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/known_budget.hpp"

namespace haoh::monitor {

KnownBudget::Array& KnownBudget::array_of(const Name& array, const Budget& budget) {
    Array& one = arrays_[array];
    if (!one.known) {
        one = {.known = std::make_shared<Spending>(budget),
               .reading = std::make_shared<Spending>(budget)};
    }
    return one;
}

std::shared_ptr<Spending> KnownBudget::reading(const Name& array, const Budget& budget) {
    return std::make_shared<Spending>(array_of(array, budget).reading);
}

std::optional<BudgetPart> KnownBudget::replace(const Name& controller, const Name& array,
                                               const Budget& budget, Spending::Cost cost) {
    const auto before = known_.find(controller);
    if (before != known_.end()) {
        array_of(before->second.array, budget).known->give_back(before->second.cost);
    }
    const auto lacking = array_of(array, budget).known->take(cost);
    if (!lacking) {
        known_.insert_or_assign(controller, Known{.array = array, .cost = cost});
    } else if (before != known_.end()) {
        // It was given back a moment ago, so there is room.
        static_cast<void>(array_of(before->second.array, budget).known->take(before->second.cost));
    }
    return lacking;
}

void KnownBudget::forget(const Name& controller) {
    const auto found = known_.find(controller);
    if (found == known_.end()) {
        return;
    }
    const auto array = arrays_.find(found->second.array);
    array->second.known->give_back(found->second.cost);
    // A reading that is on its way has its own part of the account.
    if (array->second.known->held() == Spending::Cost{}) {
        arrays_.erase(array);
    }
    known_.erase(found);
}

Spending::Cost KnownBudget::held(const Name& array) const {
    const auto found = arrays_.find(array);
    return found == arrays_.end() ? Spending::Cost{} : found->second.known->held();
}

} // namespace haoh::monitor
