// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/known_budget.hpp"

#include "collect/log_reader.hpp"

namespace haoh::monitor {

Spending::Cost cost_of(const ControllerObservation& controller) {
    Spending::Cost cost;
    const auto add = [&cost](const Page& page) {
        cost.bytes += page.bytes.size() + page.error.size();
    };
    for (const Page* page :
         {&controller.identify, &controller.io_command_sets, &controller.controller_list,
          &controller.supported_logs, &controller.ana.log}) {
        add(*page);
    }
    if (controller.ana.log.ok()) {
        cost.objects += ana_log_objects(controller.ana.log.bytes);
    }
    for (const NamespaceObservation& path : controller.namespaces) {
        for (const Page* page : {&path.identify, &path.descriptors, &path.nvm, &path.independent}) {
            add(*page);
        }
    }
    cost.bytes += controller.namespaces.size() * sizeof(NamespaceObservation);
    cost.objects += controller.namespaces.size();
    return cost;
}

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
