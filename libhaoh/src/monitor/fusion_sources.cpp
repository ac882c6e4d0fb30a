// SPDX-License-Identifier: LGPL-2.1-or-later
// What events come from: sources that are lost and restored.
#include "monitor/fusion.hpp"

#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::monitor {

namespace {

std::string limit_text(std::chrono::milliseconds time) {
    constexpr std::int64_t kSecond = 1000;
    return time.count() % kSecond == 0 ? fmt::format("{} s", time.count() / kSecond)
                                       : fmt::format("{} ms", time.count());
}

} // namespace

void Fusion::expect_source(std::string_view name) {
    MonitorStatus::Source& source = sources_[std::string(name)];
    source.name = name;
    source.pending = true;
    if (std::ranges::find(order_, name) == order_.end()) {
        order_.emplace_back(name);
    }
}

bool Fusion::expects_source() const {
    return std::any_of(sources_.begin(), sources_.end(),
                       [](const auto& source) { return source.second.pending; });
}

void Fusion::lose_source(std::string_view name, const SourceProblem& why, const Moment& now) {
    MonitorStatus::Source& source = sources_[std::string(name)];
    const bool first = source.name.empty() || std::exchange(source.pending, false);
    source.name = name;
    const std::string problem = base::safe_text(why.text());
    if (!first && !source.healthy && source.problem == problem) {
        return;
    }
    source.healthy = false;
    source.problem = problem;
    ++source.lost;
    Event& event = add(EventKind::source_lost, {}, {.observed = now, .cause = {}, .source = name});
    event.text = problem;
    event.advised = !why.advice.empty();
}

void Fusion::restore_source(std::string_view name, const Moment& now) {
    MonitorStatus::Source& source = sources_[std::string(name)];
    const bool first = source.name.empty() || std::exchange(source.pending, false);
    source.name = name;
    if (!first && !source.healthy) {
        add(EventKind::source_restored, {}, {.observed = now, .cause = {}, .source = name});
    }
    source.healthy = true;
    source.problem.clear();
}

void Fusion::tell_absence(std::string text, const Moment& now) {
    Event& event =
        add(EventKind::source_lost, {}, {.observed = now, .cause = {}, .source = kMonitorSource});
    event.text = std::move(text);
    event.advised = true; // there is nothing to be done
}

void Fusion::see_late(std::string_view name, const LateAnswer& late, const Moment& now) {
    const Moment sent = Moment::at(late.sent.time_since_epoch(), now);
    Event& event =
        add(EventKind::source_late, {}, {.observed = now, .cause = sent, .source = name});
    event.to = late.answered ? kAnswered : kLate;
    event.text = base::safe_text(late.answered ? fmt::format("{} was answered", late.command)
                                               : fmt::format("no answer to {}, given up after {}",
                                                             late.command, limit_text(late.limit)));
}

} // namespace haoh::monitor
