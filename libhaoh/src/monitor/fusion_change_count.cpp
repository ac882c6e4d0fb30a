// SPDX-License-Identifier: LGPL-2.1-or-later
// What a controller's change count tells beyond the transitions that were seen.
#include "monitor/fusion.hpp"

#include "monitor/find_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::monitor {

namespace {

/// Readings in a row after a transition with the count of before: a log may be read before its count
/// is, and then the next one has it.
constexpr unsigned kUnmoved = 3;

} // namespace

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
    // Namespaces that come and go move the count as well: perhaps each, perhaps all at once.
    const std::uint64_t moved = std::exchange(one->moved, 0);
    const auto before = std::exchange(one->change_count, count);
    // A count that went back is that of another array, or of one that was started anew.
    if (!before || count < *before) {
        one->unmoved = 0;
        return;
    }
    const std::uint64_t counted = count - *before;
    one->unmoved = counted == 0 && seen > 0 ? one->unmoved + 1 : 0;
    if (one->unmoved >= (count == 0 ? 1U : kUnmoved)) {
        if (!std::exchange(one->count_useless, true)) {
            Event& event =
                add_controller(EventKind::ana_coalesced, host, controller, *one, occasion);
            event.change_count = count;
            event.text = fmt::format("its change count stays {}", count);
        }
        return;
    }
    if (counted <= seen) {
        one->seen = seen - counted; // later than the log
        return;
    }
    const std::uint64_t missed = counted - seen;
    if (missed <= moved) {
        return;
    }
    Event& event = add_controller(EventKind::ana_coalesced, host, controller, *one, occasion);
    event.change_count = count;
    event.transitions = missed - moved;
    event.text = fmt::format("change count {} to {}, {} seen", *before, count, seen + moved);
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
