// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observation_cost.hpp"

#include "log_reader.hpp"

#include "model/observed_pages.hpp"

namespace haoh {

Spending::Cost cost_of(const Page& page) {
    return page.over_budget ? Spending::Cost{}
                            : Spending::Cost{page.bytes.size() + page.error.size(), 0};
}

Spending::Cost cost_of_ana_log(const Page& page) {
    Spending::Cost cost = cost_of(page);
    cost.objects = page.ok() ? ana_log_objects(page.bytes) : 0;
    return cost;
}

Spending::Cost cost_of_namespaces(std::size_t count) {
    // Of each its number as well, in the list of those that are active.
    return {count * (sizeof(NamespaceObservation) + sizeof(std::uint32_t)), count};
}

Spending::Cost cost_of(const ControllerObservation& controller) {
    Spending::Cost cost = cost_of_ana_log(controller.ana.log);
    for (const model::ControllerPage& row : model::kControllerPages) {
        cost += cost_of(controller.*row.page);
    }
    for (const auto& [feature, page] : controller.features) {
        cost += cost_of(page);
    }
    cost += cost_of_namespaces(controller.namespaces.size());
    for (const NamespaceObservation& path : controller.namespaces) {
        for (const model::PathPage& row : model::kPathPages) {
            cost += cost_of(path.*row.page);
        }
    }
    return cost;
}

} // namespace haoh
