// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/host/down_addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace haoh::judge {

std::string place_of(const KernelController& controller) {
    const std::string_view address = controller.address_part("traddr");
    return address.empty() ? std::string()
                           : fmt::format("{} {}", controller.transport.value(), address);
}

std::vector<DownAddress> down_addresses(const Host& host) {
    struct Place {
        DownAddress address;
        std::set<const HostSubsystem*> subsystems;
    };
    std::map<std::string, Place> places;
    for (const HostSubsystem& subsystem : host.subsystems) {
        for (const HostController& controller : subsystem.controllers) {
            const std::string name = place_of(*controller.kernel);
            if (name.empty()) {
                continue;
            }
            Place& place = places[name];
            ++place.address.controllers;
            if (controller.kernel->state.ok() && !controller.kernel->live()) {
                place.address.down.push_back(&controller);
                place.subsystems.insert(&subsystem);
            }
        }
    }
    std::vector<DownAddress> out;
    for (auto& [name, place] : places) {
        if (place.subsystems.size() > 1) {
            place.address.place = name;
            place.address.subsystems = place.subsystems.size();
            out.push_back(std::move(place.address));
        }
    }
    return out;
}

bool is_down_with_others(const std::vector<DownAddress>& addresses,
                         const KernelController& controller) {
    if (!controller.state.ok() || controller.live()) {
        return false;
    }
    const std::string name = place_of(controller);
    const auto found = std::lower_bound(
        addresses.begin(), addresses.end(), name,
        [](const DownAddress& one, const std::string& wanted) { return one.place < wanted; });
    return found != addresses.end() && found->place == name;
}

} // namespace haoh::judge
