// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths that are in the state "change" for longer than ANATT.
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
                             {.observed = now, .cause = path.last_change, .source = "clock"});
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
        for (const auto& [key, head] : world.heads) {
            for (const auto& [name, path] : head.paths) {
                if (const auto limit = anatt_of(world, path)) {
                    const auto at =
                        path.last_change->monotonic + *limit + std::chrono::milliseconds(1);
                    next = next ? std::min(*next, at) : at;
                }
            }
        }
    }
    return next;
}

} // namespace haoh::monitor
