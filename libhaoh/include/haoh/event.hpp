// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Event: something that changed on the way from a host to its namespaces, or on an array.
#pragma once

#include <haoh/visibility.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// One moment on two clocks: CLOCK_MONOTONIC, which no step of the time disturbs, and the time of
/// day (since 1970, UTC).
struct Moment {
    std::chrono::nanoseconds monotonic{};
    std::chrono::nanoseconds wall{};

    bool operator==(const Moment&) const = default;
    [[nodiscard]] static Moment now();
    /// The same moment, known by its monotonic time alone: as far before `now` as it was.
    [[nodiscard]] static Moment at(std::chrono::nanoseconds monotonic, const Moment& now);
};

/// The names are those of `haoh.event/1` and never change their meaning. What each of them tells is in
/// `event_kind_infos`, and so in `haoh monitor --help`.
enum class EventKind : std::uint8_t {
    ana_change,
    ana_coalesced,
    aen,
    path_added,
    path_lost,
    path_refused,
    controller_state,
    namespace_added,
    namespace_removed,
    namespace_resized,
    namespace_read_only,
    identity_changed,
    access,
    anatt_exceeded,
    source_lost,
    source_restored,
    source_late,
};
inline constexpr std::size_t kEventKinds = 17;

/// What a kind of event is called, and what it tells.
struct EventKindInfo {
    EventKind kind{};
    std::string_view name;    ///< "ana_change", with a NUL behind it
    std::string_view meaning; ///< one clause; keys of `haoh.event/1` are between backticks
};
/// In the order of the enumeration.
[[nodiscard]] std::span<const EventKindInfo> event_kind_infos();
[[nodiscard]] std::string_view to_string(EventKind kind); ///< "ana_change"
[[nodiscard]] std::optional<EventKind> parse_event_kind(std::string_view text);

/// How well a namespace can be reached, worst first.
enum class Access : std::uint8_t {
    no_path,           ///< no usable path: I/O waits or fails
    single_array,      ///< paths to several arrays were known, and only one could still serve
    no_optimized_path, ///< usable paths are all non-optimized
    restored,          ///< none of these
};
[[nodiscard]] std::string_view to_string(Access access); ///< "no_path"
[[nodiscard]] std::optional<Access> parse_access(std::string_view text);

/// Paths to a namespace by what they are good for.
struct AccessCounts {
    unsigned paths{};
    unsigned usable{};    ///< optimized or non-optimized, of a live controller, of the right size
    unsigned optimized{}; ///< of the usable ones
    unsigned arrays{};    ///< known to have a path, or expected to
    unsigned ready{};     ///< arrays with a path that is usable or would be after an ANA change

    bool operator==(const AccessCounts&) const = default;
    [[nodiscard]] Access access() const;
};

/// Why a namespace cannot be reached as it should be.
enum class Trouble : std::uint8_t {
    connection, ///< a controller is not live
    host_link, ///< no controller is, of several arrays: what they have in common is this host's network
    ana,       ///< the ANA states of paths
    resize,  ///< paths have another size than the namespace
    refused, ///< paths lead to what Linux makes no path of
    removal, ///< paths are gone
    absent,  ///< an array that is expected has not been there since the monitor began
};
[[nodiscard]] std::string_view to_string(Trouble trouble); ///< "connection"
[[nodiscard]] std::optional<Trouble> parse_trouble(std::string_view text);

/// Where events come from.
enum class EventSource : std::uint8_t {
    none,  ///< it was not said
    trace, ///< the kernel's trace events
    udev,  ///< its uevents
    kmsg,  ///< its log
    sysfs, ///< states that were read
    admin, ///< admin commands through a host's devices
    aen,   ///< asynchronous events of an array that is asked directly
    array, ///< such an array itself, by its address: "tcp://10.0.0.1:4420"
    other,
};
/// "trace"; empty for those that have no one name.
[[nodiscard]] constexpr std::string_view to_string(EventSource source) {
    switch (source) {
    case EventSource::trace:
        return "trace";
    case EventSource::udev:
        return "udev";
    case EventSource::kmsg:
        return "kmsg";
    case EventSource::sysfs:
        return "sysfs";
    case EventSource::admin:
        return "admin";
    case EventSource::aen:
        return "aen";
    case EventSource::none:
    case EventSource::array:
    case EventSource::other:
        break;
    }
    return {};
}
/// Of `Event::source`.
[[nodiscard]] EventSource event_source(std::string_view name);

/// `Event::source` of a `source_lost` that tells how many events were left out because nobody took them.
inline constexpr std::string_view kQueueSource = "events";
/// Of one that tells for how long the monitor itself did not run: it was stopped, or its machine slept.
/// Nothing restores it, it is over.
inline constexpr std::string_view kMonitorSource = "monitor";

/// What `from` and `to` say of a path without ANA, and of `namespace_read_only`.
inline constexpr std::string_view kNoAna = "no ANA";
inline constexpr std::string_view kReadOnly = "read-only";
inline constexpr std::string_view kWritable = "writable";
/// What `to` says of `source_late`.
inline constexpr std::string_view kLate = "late";
inline constexpr std::string_view kAnswered = "answered";

/// Texts are empty and numbers absent where they say nothing of this kind of event. Names are as they
/// came, `text` is safe to print (safe_text.hpp).
struct Event {
    EventKind kind{};
    std::uint64_t sequence{}; ///< 1, 2, ... of one monitor, without a gap
    Moment observed;          ///< when it was known
    /// When what led to it happened, as far as that was told: an AEN, an uevent, a kernel message.
    std::optional<Moment> cause;
    std::string source; ///< "trace", "udev", "kmsg", "sysfs", "admin", "aen"
    std::string host;   ///< node name; empty for an array that was asked directly
    std::string subsysnqn;
    std::string controller; ///< "nvme1", "tcp://10.0.0.1:4420 controller 12"
    std::string array;      ///< of the controller, where it is known
    std::optional<std::uint32_t> nsid;
    std::string device; ///< "nvme0n1"
    std::string path;   ///< "nvme0c1n1"
    std::string from;
    std::string to;
    std::optional<std::uint32_t> ana_grpid;
    std::optional<std::uint64_t> change_count; ///< of the ANA log
    /// Transitions in this event: 1, or more where the change count tells of some that were too
    /// short to be seen.
    std::uint64_t transitions{};
    std::string rule;                   ///< id in `haoh rules`
    std::optional<AccessCounts> access; ///< of the namespace, after an `access` event
    /// Of an `access` event: what changed last for the worse, where that is known.
    std::optional<Trouble> trouble{};
    /// Of an `access` event: since when access is not what it should be, without a break; of
    /// "restored" how long it was not. Of `anatt_exceeded` since when the path is in that state.
    std::optional<std::chrono::nanoseconds> lasting{};
    std::string text; ///< one clause for people, where the rest does not say it
    bool advised{};   ///< `text` ends in what to do

    bool operator==(const Event&) const = default;
    /// From cause to observation; nullopt when the cause is not known.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> latency() const;
};

} // namespace haoh
