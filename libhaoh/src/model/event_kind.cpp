// SPDX-License-Identifier: LGPL-2.1-or-later
// All kinds of events there are. What names them asks this table: JSON, `--until` and `--help`, the
// metrics, the C interface; the schema, the man page and the completions are held to it.
#include <haoh/event.hpp>

#include <algorithm>
#include <array>

namespace haoh {
namespace {

/// A switch, so that the compiler names the kind that has no row. \return no name: there is no such kind
constexpr EventKindInfo row_of(EventKind kind) {
    const auto row = [kind](std::string_view name, std::string_view meaning) {
        return EventKindInfo{.kind = kind, .name = name, .meaning = meaning};
    };
    switch (kind) {
    case EventKind::ana_change:
        return row("ana_change", "the ANA state of one path, `from`, `to`");
    case EventKind::ana_coalesced:
        return row("ana_coalesced",
                   "`transitions` that nobody saw, told by the change count alone");
    case EventKind::aen:
        return row("aen", "an asynchronous event of a controller, `to` is its kind");
    case EventKind::path_added:
        return row("path_added", "a path is there, `to` is its ANA state");
    case EventKind::path_lost:
        return row("path_lost", "a path is gone, `from` is its ANA state");
    case EventKind::path_refused:
        return row("path_refused", "the kernel made no path of a namespace, or no controller where "
                                   "there is no `nsid`; of an array that is asked directly: Linux "
                                   "would make no path that can be used");
    case EventKind::controller_state:
        return row("controller_state",
                   "the state of a controller, `from`, `to` as in sysfs, \"lost\" for one that is "
                   "gone");
    case EventKind::namespace_added:
        return row("namespace_added", "a namespace is there");
    case EventKind::namespace_removed:
        return row("namespace_removed", "a namespace is gone");
    case EventKind::namespace_resized:
        return row("namespace_resized", "the size of a namespace, `from`, `to` in bytes");
    case EventKind::namespace_read_only:
        return row("namespace_read_only",
                   "whether a namespace can be written, `from`, `to` are writable or read-only");
    case EventKind::identity_changed:
        return row("identity_changed", "what a controller says of itself is not what it said");
    case EventKind::access:
        return row("access", "what is left of the ways to a namespace");
    case EventKind::anatt_exceeded:
        return row("anatt_exceeded",
                   "a path is in the ANA state change longer than its controller allows");
    case EventKind::source_lost:
        return row("source_lost", "events may be missed from here on");
    case EventKind::source_restored:
        return row("source_restored", "and from here on no longer");
    case EventKind::source_late:
        return row(
            "source_late",
            "an answer of an array is late, half of its time is over; `to` is answered when it "
            "came after all");
    }
    return {};
}

constexpr auto kKinds = [] {
    std::array<EventKindInfo, kEventKinds> rows{};
    for (std::size_t index = 0; index < rows.size(); ++index) {
        rows[index] = row_of(static_cast<EventKind>(index));
    }
    return rows;
}();

static_assert(std::ranges::none_of(kKinds,
                                   [](const EventKindInfo& row) { return row.name.empty(); }) &&
                  row_of(static_cast<EventKind>(kEventKinds)).name.empty(),
              "kEventKinds is the number of kinds");

} // namespace

std::span<const EventKindInfo> event_kind_infos() {
    return kKinds;
}

std::string_view to_string(EventKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind)).name;
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
    const auto found = std::ranges::find(kKinds, text, &EventKindInfo::name);
    return found == kKinds.end() ? std::nullopt : std::optional(found->kind);
}

} // namespace haoh
