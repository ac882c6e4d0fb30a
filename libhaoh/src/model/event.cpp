// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event.hpp>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

constexpr std::array<std::string_view, kEventKinds> kKinds{"ana_change",
                                                           "ana_coalesced",
                                                           "aen",
                                                           "path_added",
                                                           "path_lost",
                                                           "path_refused",
                                                           "controller_state",
                                                           "namespace_added",
                                                           "namespace_removed",
                                                           "namespace_resized",
                                                           "namespace_read_only",
                                                           "identity_changed",
                                                           "access",
                                                           "anatt_exceeded",
                                                           "source_lost",
                                                           "source_restored"};

constexpr std::array<std::string_view, 4> kAccess{"no_path", "single_array", "no_optimized_path",
                                                  "restored"};

template <typename Enum, std::size_t Count>
std::optional<Enum> parse(const std::array<std::string_view, Count>& names, std::string_view text) {
    const auto found = std::find(names.begin(), names.end(), text);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<Enum>(found - names.begin()));
}

template <typename Clock>
std::chrono::nanoseconds since_epoch() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch());
}

} // namespace

Moment Moment::now() {
    return {.monotonic = since_epoch<std::chrono::steady_clock>(),
            .wall = since_epoch<std::chrono::system_clock>()};
}

Moment Moment::at(std::chrono::nanoseconds monotonic, const Moment& now) {
    return {.monotonic = monotonic, .wall = now.wall - (now.monotonic - monotonic)};
}

std::string_view to_string(EventKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
    return parse<EventKind>(kKinds, text);
}

std::string_view to_string(Access access) {
    return kAccess.at(static_cast<std::size_t>(access));
}

std::optional<Access> parse_access(std::string_view text) {
    return parse<Access>(kAccess, text);
}

Access AccessCounts::access() const {
    if (usable == 0) {
        return Access::no_path;
    }
    if (arrays > 1 && ready < 2) {
        return Access::single_array;
    }
    return optimized == 0 ? Access::no_optimized_path : Access::restored;
}

std::optional<std::chrono::nanoseconds> Event::latency() const {
    return cause ? std::optional(observed.monotonic - cause->monotonic) : std::nullopt;
}

} // namespace haoh
