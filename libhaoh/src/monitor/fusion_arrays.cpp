// SPDX-License-Identifier: LGPL-2.1-or-later
// Which array a controller is on, and which arrays are expected.
#include "monitor/fusion.hpp"

#include "monitor/find_value.hpp"

#include <algorithm>
#include <utility>

namespace haoh::monitor {

void Fusion::set_array(const std::string& host, const std::string& controller,
                       std::string_view array) {
    World& world = world_of(host);
    Controller* const one = find_value(world.controllers, controller);
    if (one == nullptr || one->array == array) {
        return;
    }
    const std::string before = std::exchange(one->array, std::string(array));
    const auto [first, last] = heads_of(world, one->subsysnqn);
    for (auto here = first; here != last; ++here) {
        auto& [key, head] = *here;
        if (!head.paths.contains(controller)) {
            continue;
        }
        const bool others =
            std::any_of(head.paths.begin(), head.paths.end(), [&](const auto& path) {
                const Controller* const other = find_value(world.controllers, path.first);
                return other != nullptr && other->array == before;
            });
        if (!others) {
            head.arrays.erase(before);
        }
        head.arrays.insert(std::string(array));
        world.touched.insert(key);
    }
}

void Fusion::expect_arrays(const std::string& host, const std::string& subsysnqn,
                           Expected expected) {
    World& world = world_of(host);
    Expected& known = world.expected[subsysnqn];
    if (known == expected) {
        return;
    }
    known = std::move(expected);
    const auto [first, last] = heads_of(world, subsysnqn);
    for (auto head = first; head != last; ++head) {
        world.touched.insert(head->first);
    }
}

} // namespace haoh::monitor
