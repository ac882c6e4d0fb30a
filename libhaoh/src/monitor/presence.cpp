// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/presence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace haoh::monitor {

namespace {

std::chrono::nanoseconds read(::clockid_t clock) {
    ::timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

Presence::Clocks Presence::Clocks::now() {
    // In this order: what lies between the two would count as sleep in the other one.
    const auto boot = read(CLOCK_BOOTTIME);
    return {.monotonic = read(CLOCK_MONOTONIC), .boot = boot};
}

std::optional<Presence::Gap> Presence::see(const Clocks& now) {
    const auto before = std::exchange(last_, now);
    if (!before) {
        return std::nullopt;
    }
    const auto passed = now.boot - before->boot;
    if (passed - kBeat < kShortestGap) {
        return std::nullopt;
    }
    returned_ = now.monotonic;
    const auto slept = passed - (now.monotonic - before->monotonic);
    return Gap{.length = passed - kBeat, .slept = std::max(slept, std::chrono::nanoseconds{})};
}

bool Presence::has_returned() const {
    return returned_ && last_->monotonic - *returned_ < kAftermath;
}

bool Presence::excuses(std::chrono::nanoseconds began) const {
    return has_returned() && began < *returned_;
}

std::string describe(const Presence::Gap& gap) {
    constexpr std::chrono::seconds kSleep{1};
    return fmt::format("it did not run for {:.1f} s{}: what changed back meanwhile was not seen",
                       seconds(gap.length),
                       gap.slept < kSleep ? ""
                                          : fmt::format(", of which its machine slept {:.1f} s",
                                                        seconds(gap.slept)));
}

} // namespace haoh::monitor
