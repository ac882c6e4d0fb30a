// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The keys of `haoh.event/1`, for writing and for reading.
#pragma once

#include "journal/key_writer.hpp"

#include <haoh/event.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace haoh::journal {

inline constexpr std::string_view kEventSchema = "haoh.event/1";

/// Does not compile when the event has another number of members: each needs a key below.
inline void require_all_keys(const Event& event) {
    [[maybe_unused]] const auto& [kind, sequence, observed, cause, source, host, subsysnqn,
                                  controller, array, nsid, device, path, from, to, ana_grpid,
                                  change_count, transitions, rule, access, trouble, lasting, text,
                                  advised] = event;
}
inline void require_all_keys(const AccessCounts& counts) {
    [[maybe_unused]] const auto& [paths, usable, optimized, arrays, ready] = counts;
}

[[nodiscard]] inline std::optional<std::int64_t> latency_us(const Event& event) {
    const auto latency = event.latency();
    return latency ? std::optional(std::chrono::floor<std::chrono::microseconds>(*latency).count())
                   : std::nullopt;
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<AccessCounts>& counts) {
    keys.number("paths", counts.paths);
    keys.number("usable", counts.usable);
    keys.number("optimized", counts.optimized);
    keys.number("arrays", counts.arrays);
    keys.number("ready", counts.ready);
}

/// In the order in which people read them.
template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<Event>& event) {
    constexpr auto kind_name = [](EventKind kind) { return to_string(kind); };
    constexpr auto trouble_name = [](Trouble trouble) { return to_string(trouble); };
    keys.schema(kEventSchema);
    keys.number("sequence", event.sequence);
    keys.named("event", event.kind, kind_name, parse_event_kind);
    keys.moment("time", "monotonic_ns", event.observed, Fraction::microseconds);
    keys.moment("cause_time", "cause_monotonic_ns", event.cause, Fraction::microseconds);
    keys.derived("latency_us", latency_us(event));
    keys.text("source", event.source);
    keys.text("host", event.host);
    keys.text("subsysnqn", event.subsysnqn);
    keys.text("controller", event.controller);
    keys.text("site", event.array);
    keys.number("nsid", event.nsid);
    keys.text("device", event.device);
    keys.text("path", event.path);
    keys.text("from", event.from);
    keys.text("to", event.to);
    keys.number("ana_grpid", event.ana_grpid);
    keys.number("change_count", event.change_count);
    keys.count("transitions", event.transitions);
    keys.text("rule", event.rule);
    keys.object("access", event.access);
    keys.named("trouble", event.trouble, trouble_name, parse_trouble);
    keys.duration("lasting_ns", event.lasting);
    keys.message("text", event.text);
    keys.flag("advised", event.advised);
}

} // namespace haoh::journal
