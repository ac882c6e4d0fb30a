// SPDX-License-Identifier: LGPL-2.1-or-later
// What a controller's change count tells beyond the transitions that were seen.
#include "monitor/fusion.hpp"

#include "monitor/find_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::monitor {

void Fusion::count_transition(Controller& controller, const Path& path, const PathAnaState& state) {
    // One transition of a group is one, however many namespaces it has.
    if (!path.ana_grpid) {
        ++controller.seen;
        return;
    }
    PathAnaState& group = controller.group_states[*path.ana_grpid];
    if (group != state) {
        group = state;
        ++controller.seen;
    }
}

void Fusion::see_change_count(const std::string& host, const std::string& controller,
                              std::uint64_t count, const Occasion& occasion) {
    Controller* const one = find_value(world_of(host).controllers, controller);
    if (one == nullptr) {
        return;
    }
    const std::uint64_t seen = std::exchange(one->seen, 0);
    const auto before = std::exchange(one->change_count, count);
    // A count that went back is that of another array, or of one that was started anew.
    if (!before || count < *before) {
        return;
    }
    if (count - *before <= seen) {
        one->seen = seen - (count - *before); // later than the log
        return;
    }
    Event& event = add_controller(EventKind::ana_coalesced, host, controller, *one, occasion);
    event.change_count = count;
    event.transitions = count - *before - seen;
    event.text = fmt::format("change count {} to {}, {} seen", *before, count, seen);
    coalesced_ += event.transitions;
}

void Fusion::forget_change_count(const std::string& host, const std::string& controller) {
    if (Controller* const one = find_value(world_of(host).controllers, controller)) {
        one->change_count.reset(); // what was seen counts for none then
    }
}

bool Fusion::agrees(const std::string& host, const std::string& controller,
                    const nvme::AnaLog& log) const {
    const World* const world = find_value(worlds_, host);
    if (world == nullptr) {
        return false;
    }
    const std::map<std::uint32_t, AnaPlace> places = places_of(log);
    return std::all_of(world->heads.begin(), world->heads.end(), [&](const auto& one) {
        const Path* const path = find_value(one.second.paths, controller);
        const AnaPlace* const place = find_value(places, one.first.nsid);
        return path == nullptr || place == nullptr || PathAnaState(place->state) == path->ana_state;
    });
}

} // namespace haoh::monitor
