// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/namespace_place.hpp"

#include <algorithm>

namespace haoh::report {

std::vector<PictureCell> cells_of(const std::vector<NamespacePlace>& places, std::size_t arrays) {
    std::vector<PictureCell> cells(arrays);
    for (std::size_t index = 0; index < cells.size(); ++index) {
        PictureCell& cell = cells[index];
        if (index >= places.size()) {
            cell = {.text = "absent", .there = false, .joined = false};
            continue;
        }
        const NamespacePlace& place = places[index];
        const bool told = !place.problems.empty() && !place.usable();
        cell.text = told                  ? *place.problems.begin()
                    : !place.told.empty() ? place.told
                    : !place.seen.empty() ? place.seen
                                          : "absent";
        cell.there = place.usable();
        cell.joined = index > 0 && !place.apart() && !places[index - 1].apart() &&
                      places[index - 1].traits == place.traits;
    }
    return cells;
}

void tell_traits(std::vector<PictureCell>& cells, const std::vector<NamespacePlace>& places) {
    for (std::size_t index = 0; index < cells.size() && index < places.size(); ++index) {
        for (const std::string& trait : places[index].traits) {
            const bool everywhere = std::ranges::all_of(places, [&](const NamespacePlace& other) {
                return other.traits.empty() ||
                       std::ranges::find(other.traits, trait) != other.traits.end();
            });
            if (!everywhere && cells[index].value.empty()) {
                cells[index].value = trait;
            }
        }
    }
}

std::string size_of(const std::vector<NamespacePlace>& places) {
    for (const NamespacePlace& place : places) {
        if (!place.traits.empty()) {
            return place.traits.front();
        }
    }
    return {};
}

} // namespace haoh::report
