// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/numa.hpp>

#include "base/number_text.hpp"

#include <algorithm>
#include <system_error>

namespace haoh {

namespace {

std::optional<unsigned> parse_node(std::string_view text) {
    const auto value = base::parse_number<unsigned>(text);
    return value && *value < kMostNumaNodes ? value : std::nullopt;
}

} // namespace

unsigned NumaTopology::distance(unsigned from, unsigned to) const {
    const auto index_of = [this](unsigned wanted) {
        return static_cast<std::size_t>(
            std::find_if(nodes.begin(), nodes.end(),
                         [wanted](const NumaNode& one) { return one.node == wanted; }) -
            nodes.begin());
    };
    const std::size_t row = index_of(from);
    const std::size_t column = index_of(to);
    return row < nodes.size() && column < nodes[row].distances.size() ? nodes[row].distances[column]
                                                                      : kLocalDistance;
}

std::optional<std::vector<unsigned>> parse_node_list(std::string_view text) {
    std::vector<unsigned> nodes;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(','));
        if (part.size() + 1 == text.size()) {
            return std::nullopt; // a comma at the end
        }
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        const std::size_t dash = part.find('-');
        const auto first = parse_node(part.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : parse_node(part.substr(dash + 1));
        if (!first || !last || *last < *first || (!nodes.empty() && nodes.back() >= *first)) {
            return std::nullopt;
        }
        for (unsigned node = *first; node <= *last; ++node) {
            nodes.push_back(node);
        }
    }
    return nodes;
}

} // namespace haoh
