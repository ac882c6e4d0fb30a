// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event.hpp>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

constexpr std::array<std::string_view, 4> kAccess{"no_path", "single_array", "no_optimized_path",
                                                  "restored"};

constexpr std::array<std::string_view, 7> kTroubles{"connection", "host_link", "ana",   "resize",
                                                    "refused",    "removal",   "absent"};

constexpr std::array kNamedSources{EventSource::trace, EventSource::udev,  EventSource::kmsg,
                                   EventSource::sysfs, EventSource::admin, EventSource::aen};

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

EventSource event_source(std::string_view name) {
    if (name.empty()) {
        return EventSource::none;
    }
    for (const EventSource source : kNamedSources) {
        if (to_string(source) == name) {
            return source;
        }
    }
    return name.starts_with("tcp://") ? EventSource::array : EventSource::other;
}

std::string_view to_string(Access access) {
    return kAccess.at(static_cast<std::size_t>(access));
}

std::optional<Access> parse_access(std::string_view text) {
    const auto found = std::ranges::find(kAccess, text);
    return found == kAccess.end() ? std::nullopt
                                  : std::optional(static_cast<Access>(found - kAccess.begin()));
}

std::string_view to_string(Trouble trouble) {
    return kTroubles.at(static_cast<std::size_t>(trouble));
}

std::optional<Trouble> parse_trouble(std::string_view text) {
    const auto found = std::ranges::find(kTroubles, text);
    return found == kTroubles.end()
               ? std::nullopt
               : std::optional(static_cast<Trouble>(found - kTroubles.begin()));
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
