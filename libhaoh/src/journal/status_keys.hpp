// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The keys of `haoh.status/1` and of `haoh.journal/1`, for writing and for reading.
#pragma once

#include "journal/event_keys.hpp"

#include <haoh/journal.hpp>
#include <haoh/monitor_status.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace haoh::journal {

inline constexpr std::string_view kStatusSchema = "haoh.status/1";
inline constexpr std::string_view kJournalSchema = "haoh.journal/1";

/// As those of an event.
inline void require_all_keys(const MonitorStatus::Controller& one) {
    [[maybe_unused]] const auto& [host, name, subsysnqn, array, address, state, hostnqn, hostid] =
        one;
}
inline void require_all_keys(const MonitorStatus::Path& one) {
    [[maybe_unused]] const auto& [controller, name, ana_state, use, transitions, last_change] = one;
    [[maybe_unused]] const auto& [kind, detail, other_size] = one.use;
}
inline void require_all_keys(const MonitorStatus::Namespace& one) {
    [[maybe_unused]] const auto& [host, subsysnqn, nsid, device, bytes, identity, access, paths] =
        one;
}
inline void require_all_keys(const MonitorStatus::Subsystem& one) {
    [[maybe_unused]] const auto& [host, subsysnqn, identity, verdict] = one;
}
inline void require_all_keys(const MonitorStatus::Source& one) {
    [[maybe_unused]] const auto& [name, healthy, problem, pending, lost] = one;
}
inline void require_all_keys(const MonitorStatus& status) {
    [[maybe_unused]] const auto& [began, now, sources, subsystems, controllers, namespaces, events,
                                  coalesced, ana_latency, queue_merged, queue_dropped, detection] =
        status;
    [[maybe_unused]] const auto& [counts, sum] = status.ana_latency;
}
inline void require_all_keys(const JournalEntry& entry) {
    [[maybe_unused]] const auto& [kind, sequence, lost, status] = entry;
}

/// The names are those of the enumerators. A switch, so that the compiler names the one that has none.
[[nodiscard]] std::string_view name_of(PathUse::Kind kind);
[[nodiscard]] std::optional<PathUse::Kind> parse_path_use(std::string_view name);
[[nodiscard]] std::optional<Verdict> parse_verdict(std::string_view name);
[[nodiscard]] std::string_view name_of(JournalEntry::Kind kind);
[[nodiscard]] std::optional<JournalEntry::Kind> parse_entry_kind(std::string_view name);

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<MonitorStatus::Source>& source) {
    keys.text("name", source.name);
    keys.truth("healthy", source.healthy);
    keys.message("problem", source.problem);
    keys.flag("pending", source.pending);
    keys.count("lost", source.lost);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<MonitorStatus::Subsystem>& subsystem) {
    constexpr auto verdict_name = [](Verdict verdict) { return to_string(verdict); };
    keys.text("host", subsystem.host);
    keys.text("subsysnqn", subsystem.subsysnqn);
    keys.text("identity", subsystem.identity);
    keys.named("verdict", subsystem.verdict, verdict_name, parse_verdict);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<MonitorStatus::Controller>& controller) {
    keys.text("host", controller.host);
    keys.text("name", controller.name);
    keys.text("subsysnqn", controller.subsysnqn);
    keys.text("site", controller.array);
    keys.text("address", controller.address);
    keys.word("state", controller.state);
    keys.text("hostnqn", controller.hostnqn);
    keys.text("hostid", controller.hostid);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<MonitorStatus::Path>& path) {
    constexpr auto use_name = [](PathUse::Kind kind) { return name_of(kind); };
    keys.text("controller", path.controller);
    keys.text("path", path.name);
    keys.ana_state("ana_state", "ana_state_unread", path.ana_state);
    keys.named("use", path.use.kind, use_name, parse_path_use);
    keys.text("detail", path.use.detail);
    keys.flag("other_size", path.use.other_size);
    keys.count("transitions", path.transitions);
    keys.moment("changed", "changed_monotonic_ns", path.last_change, Fraction::nanoseconds);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<MonitorStatus::Namespace>& one) {
    keys.text("host", one.host);
    keys.text("subsysnqn", one.subsysnqn);
    keys.number("nsid", one.nsid);
    keys.text("device", one.device);
    keys.count("bytes", one.bytes);
    keys.text("identity", one.identity);
    keys.object("access", one.access);
    keys.list("paths", one.paths);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<LatencyHistogram>& histogram) {
    keys.numbers("counts", histogram.counts);
    keys.duration("sum_ns", histogram.sum);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<MonitorStatus>& status) {
    constexpr auto kind_name = [](EventKind kind) { return to_string(kind); };
    keys.schema(kStatusSchema);
    keys.moment("time", "monotonic_ns", status.now, Fraction::nanoseconds);
    keys.moment("began", "began_monotonic_ns", status.began, Fraction::nanoseconds);
    keys.list("sources", status.sources);
    keys.list("subsystems", status.subsystems);
    keys.list("controllers", status.controllers);
    keys.list("namespaces", status.namespaces);
    keys.counts("events", status.events, kind_name, parse_event_kind);
    keys.count("coalesced", status.coalesced);
    keys.object("ana_latency", status.ana_latency);
    keys.count("queue_merged", status.queue_merged);
    keys.count("queue_dropped", status.queue_dropped);
    keys.duration("detection_ns", status.detection);
}

template <typename Keys>
void keys_of(Keys& keys, typename Keys::template Of<JournalEntry>& entry) {
    constexpr auto entry_name = [](JournalEntry::Kind kind) { return name_of(kind); };
    keys.schema(kJournalSchema);
    keys.named("entry", entry.kind, entry_name, parse_entry_kind);
    keys.number("sequence", entry.sequence);
    keys.count("lost", entry.lost);
    keys.object("status", entry.status);
}

} // namespace haoh::journal
