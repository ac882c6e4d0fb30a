// SPDX-License-Identifier: LGPL-2.1-or-later
// What only time tells: paths that are in the state "change" for longer than ANATT, and sizes that
// did not follow.
#include "monitor/fusion.hpp"

#include "monitor/find_value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::monitor {

void Fusion::set_anatt(const std::string& host, const std::string& controller, unsigned seconds) {
    if (Controller* const one = find_value(world_of(host).controllers, controller)) {
        one->anatt = seconds;
    }
}

std::optional<std::chrono::seconds> Fusion::anatt_of(const World& world, const Path& path) {
    const Controller* const controller = find_value(world.controllers, path.controller);
    if (!path.in_change() || path.anatt_exceeded || controller == nullptr ||
        controller->anatt == 0) {
        return std::nullopt;
    }
    return std::chrono::seconds(controller->anatt);
}

void Fusion::pass_time(const Moment& now) {
    for (auto& [host, world] : worlds_) {
        for (auto& [key, head] : world.heads) {
            for (auto& [name, path] : head.paths) {
                const auto limit = anatt_of(world, path);
                if (!limit || now.monotonic - path.last_change->monotonic <= *limit) {
                    continue;
                }
                path.anatt_exceeded = true;
                Event& event =
                    add_path(EventKind::anatt_exceeded, host, key, path,
                             {.observed = now, .cause = path.last_change, .source = kClock});
                event.from = "change";
                event.lasting = now.monotonic - path.last_change->monotonic;
                event.text = fmt::format("longer than the {} s of ANATT", limit->count());
            }
        }
    }
}

std::optional<std::chrono::nanoseconds> Fusion::next_deadline() const {
    std::optional<std::chrono::nanoseconds> next;
    for (const auto& [host, world] : worlds_) {
        const auto add = [&next](std::chrono::nanoseconds limit_over) {
            const auto at = limit_over + std::chrono::milliseconds(1);
            next = next ? std::min(*next, at) : at;
        };
        for (const auto& [key, head] : world.heads) {
            if (head.resized) {
                add(head.resized->monotonic + kSizesTime);
            }
            for (const auto& [name, path] : head.paths) {
                if (const auto limit = anatt_of(world, path)) {
                    add(path.last_change->monotonic + *limit);
                }
            }
        }
    }
    return next;
}

} // namespace haoh::monitor
