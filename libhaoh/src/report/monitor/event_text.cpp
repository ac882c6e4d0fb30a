// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event_report.hpp>

#include <haoh/controller_state.hpp>

#include "base/number_text.hpp"

#include "report/list/inventory.hpp"
#include "report/monitor/event_group.hpp"
#include "report/text/text.hpp"
#include "report/text/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace haoh {
namespace report {
namespace {

constexpr std::size_t kMaxEventRanges = 8; ///< runs of NSIDs in one line

/// "nvme0" of "nvme0n1": what the namespaces of one subsystem have in common.
std::string_view device_family(std::string_view device) {
    if (!device.starts_with("nvme")) {
        return device;
    }
    const std::size_t end = device.find_last_not_of("0123456789");
    const bool head = end + 1 < device.size() && device[end] == 'n';
    return head ? device.substr(0, end) : device;
}

/// "nvme0n1 nsid 1", "nvme0 nsid 1-4096", or the NQN where there is no device.
std::string object_of(const EventGroup& group, bool verbose) {
    const Event& event = group.first;
    const bool several = group.nsids.size() > 1;
    std::string out = safe_text(several ? device_family(event.device) : event.device);
    // A controller says which subsystem it is of; a namespace without a device does not.
    if (verbose || (out.empty() && event.controller.empty())) {
        out += (out.empty() || event.subsysnqn.empty() ? "" : " ") + safe_text(event.subsysnqn);
    }
    if (!group.nsids.empty()) {
        const std::vector<std::uint32_t> nsids(group.nsids.begin(), group.nsids.end());
        out += fmt::format("{}nsid {}", out.empty() ? "" : " ", ranges(nsids, kMaxEventRanges));
    }
    return out;
}

std::string controller_of(const Event& event) {
    std::string out = safe_text(event.controller);
    if (!event.array.empty()) {
        out += fmt::format("{}({})", out.empty() ? "" : " ", safe_text(event.array));
    }
    return out;
}

std::string size_of(const std::string& bytes) {
    const auto value = base::parse_number<std::uint64_t>(bytes);
    return value ? fmt::format("{} ({} bytes)", size_text(*value), grouped(*value))
                 : safe_text(bytes);
}

std::string change_of(const Event& event) {
    const std::string to = safe_text(event.to);
    return event.from.empty() ? to : fmt::format("{} -> {}", safe_text(event.from), to);
}

std::string in_parentheses(std::string_view text) {
    return text.empty() ? std::string{} : fmt::format(" ({})", safe_text(text));
}

std::string after_colon(std::string_view text) {
    return text.empty() ? std::string{} : ": " + safe_text(text);
}

std::string state_of(std::string_view state) {
    return state.empty()     ? std::string{}
           : state == kNoAna ? fmt::format(", {}", kNoAna)
                             : ", ANA " + safe_text(state);
}

/// What to do when a source is lost, and what is still seen without it.
std::string_view advice_of(EventSource source) {
    switch (source) {
    case EventSource::trace:
        return "AENs are not seen; ANA changes are found by polling. Run as root (CAP_SYS_ADMIN) "
               "with tracefs at /sys/kernel/tracing";
    case EventSource::udev:
        return "paths that come and go are found by scanning. Check that systemd-udevd runs and "
               "that this network namespace gets uevents";
    case EventSource::kmsg:
        return "paths that the kernel refuses are not explained. Run as root (CAP_SYSLOG) with "
               "/dev/kmsg readable";
    case EventSource::sysfs:
        return "states are unknown. Check that /sys is mounted and readable";
    case EventSource::array:
        return "this array is not watched. Check that it answers: haoh list -t ADDR:PORT; it is "
               "tried again";
    case EventSource::none:
    case EventSource::admin:
    case EventSource::aen:
    case EventSource::other:
        break;
    }
    return "Run as root (CAP_SYS_ADMIN) and check that the controllers answer";
}

Spans source_lost(const Event& event) {
    Spans out{{fmt::format("SOURCE LOST {}", safe_text(event.source)), Tone::fail},
              {after_colon(event.text)}};
    if (!event.advised) {
        out.push_back({fmt::format("; {}", advice_of(event_source(event.source)))});
    }
    return out;
}

/// What to do about it.
std::string_view advice_of(Trouble trouble) {
    switch (trouble) {
    case Trouble::connection:
        return "check the controller's address and its array: haoh list";
    case Trouble::host_link:
        return "no controller of any array is live: check this host's own network first";
    case Trouble::ana:
        return "the array decides on ANA states: check whether somebody moved or stopped it there";
    case Trouble::resize:
        return "paths of another size get no I/O: finish the resize on every array, then rescan";
    case Trouble::refused:
        return "do not write before haoh check says why";
    case Trouble::removal:
        return "check on the array whether the namespace is still mapped to this host";
    case Trouble::absent:
        return "check that the array is up and connect it: haoh check says how";
    }
    return {};
}

std::string trouble_text(const Event& event) {
    return event.trouble ? fmt::format("; {}", advice_of(*event.trouble)) : std::string{};
}

Spans access(const Event& event) {
    const AccessCounts counts = event.access.value_or(AccessCounts{});
    const std::optional<Access> now = parse_access(event.to);
    std::string before = event.from.empty() || parse_access(event.from) == Access::restored
                             ? std::string{}
                             : fmt::format(", was {}", safe_text(event.from));
    std::string numbers;
    if (event.access) {
        numbers = fmt::format(": {} of {} usable, {} optimized", counts.usable,
                              count_of(counts.paths, "path"), counts.optimized);
        if (counts.arrays > 0) {
            numbers +=
                fmt::format(", {} of {} ready", counts.ready, count_of(counts.arrays, "array"));
        }
    }
    if (!now) {
        return {{"access " + safe_text(event.to), Tone::warn}, {numbers + before}};
    }
    // A fresh trouble has no length yet.
    const bool lasts = event.lasting && event.lasting->count() > 0;
    const std::string length = lasts ? long_duration_text(*event.lasting) : std::string{};
    const std::string since = lasts ? " for " + length + " so far" : std::string{};
    const std::string why = in_parentheses(event.text) + trouble_text(event);
    switch (*now) {
    case Access::no_path:
        return {{"NO PATH LEFT", Tone::fail},
                {numbers + before + since + "; I/O waits or fails" + why}};
    case Access::single_array:
        return {{"ONLY ONE ARRAY LEFT", Tone::warn},
                {numbers + before + since + "; if it fails too, access is lost" + why}};
    case Access::no_optimized_path:
        return {{"NO OPTIMIZED PATH", Tone::warn},
                {numbers + before + since + "; I/O takes the longer way" + why}};
    case Access::restored:
        return {{"ACCESS RESTORED", Tone::pass},
                {numbers + before + (lasts ? " for " + length : std::string{})}};
    }
    return {};
}

Spans path_refused(const Event& event) {
    const bool path = event.nsid.has_value();
    const std::string_view who =
        event.source == to_string(EventSource::kmsg)
            ? (path ? " by the kernel" : " by the kernel, with all its paths")
            : ", Linux makes none that can be used";
    Spans out{{path ? "PATH REFUSED" : "CONTROLLER REFUSED", Tone::fail},
              {std::string(who)},
              {after_colon(event.text)}};
    if (!event.rule.empty()) {
        out.push_back(
            {fmt::format("; rule {0}, see: haoh check, haoh rules {0}", safe_text(event.rule))});
    }
    return out;
}

std::string times(const Event& event) {
    return event.transitions > 1 ? fmt::format(" ({} times)", grouped(event.transitions))
                                 : std::string{};
}

Spans ana_coalesced(const Event& event) {
    std::string text =
        event.transitions == 0
            ? std::string("ANA transitions too short to be seen cannot be told")
            : fmt::format("{} too short to be seen", count_of(event.transitions, "ANA transition"));
    if (!event.text.empty()) {
        text += in_parentheses(event.text);
    } else if (event.change_count) {
        text += fmt::format(" (change count {})", *event.change_count);
    }
    return {{std::move(text), Tone::warn}};
}

Tone tone_of(const ControllerState& state) {
    switch (state.kind()) {
    case ControllerState::live:
        return Tone::plain;
    case ControllerState::lost:
    case ControllerState::dead:
        return Tone::fail;
    default:
        return Tone::warn;
    }
}

Spans what_of(const Event& event, bool several) {
    const std::string path = several ? "paths" : "path " + safe_text(event.path);
    switch (event.kind) {
    case EventKind::ana_change:
        return {{fmt::format("ANA {}{}{}", change_of(event), times(event),
                             in_parentheses(event.text))}};
    case EventKind::ana_coalesced:
        return ana_coalesced(event);
    case EventKind::aen:
        return {{fmt::format("AEN {}{}", safe_text(event.to), times(event)), Tone::faint}};
    case EventKind::path_added:
        return {{path + " added" + state_of(event.to) + in_parentheses(event.text)}};
    case EventKind::path_lost:
        return {{path + " lost", Tone::warn},
                {event.from.empty() ? "" : ", was" + state_of(event.from).substr(1)},
                {in_parentheses(event.text)}};
    case EventKind::path_refused:
        return path_refused(event);
    case EventKind::controller_state:
        return {{"controller " + change_of(event), tone_of(ControllerState::of(event.to))},
                {in_parentheses(event.text)}};
    case EventKind::namespace_added:
        return {{"namespace added" + in_parentheses(event.text)}};
    case EventKind::namespace_removed:
        return {{"namespace removed", Tone::warn}, {in_parentheses(event.text)}};
    case EventKind::namespace_resized:
        return {{fmt::format("resized from {} to {}", size_of(event.from), size_of(event.to)),
                 Tone::warn},
                {in_parentheses(event.text)}};
    case EventKind::namespace_read_only:
        return {{"now " + change_of(event), event.to == kReadOnly ? Tone::warn : Tone::plain},
                {in_parentheses(event.text)}};
    case EventKind::identity_changed:
        return {{"IDENTITY CHANGED", Tone::fail},
                {after_colon(event.text) + "; run haoh check before data is written"}};
    case EventKind::access:
        return access(event);
    case EventKind::anatt_exceeded:
        return {{"STUCK in ANA state change", Tone::warn},
                {event.text.empty() ? ", longer than ANATT allows" : ", " + safe_text(event.text)}};
    case EventKind::source_lost:
        return source_lost(event);
    case EventKind::source_restored:
        return {{"source restored", Tone::pass},
                {" " + safe_text(event.source) + in_parentheses(event.text)}};
    case EventKind::source_late:
        return {event.to == kAnswered ? Span{"source answers", Tone::pass}
                                      : Span{"SOURCE LATE", Tone::warn},
                {" " + safe_text(event.source) + after_colon(event.text)}};
    }
    return {};
}

/// What a latency counts from.
std::string_view cause_of(const Event& event) {
    if (event.kind == EventKind::anatt_exceeded) {
        return "it began";
    }
    if (event.kind == EventKind::aen) {
        return "it came";
    }
    if (event.kind == EventKind::source_late) {
        return "the command";
    }
    const EventSource source = event_source(event.source);
    if (source == EventSource::udev) {
        return "the uevent";
    }
    if (source == EventSource::kmsg) {
        return "the kernel message";
    }
    const bool of_ana = event.kind == EventKind::ana_change ||
                        event.kind == EventKind::ana_coalesced || event.kind == EventKind::access;
    return of_ana ? "the AEN" : "the first sign";
}

std::string latency_of(const EventGroup& group) {
    if (!group.fastest) {
        return {};
    }
    const std::string fastest = duration_text(*group.fastest);
    const std::string slowest = duration_text(*group.slowest);
    return fmt::format("   {} after {}",
                       fastest == slowest ? fastest : fmt::format("{} to {}", fastest, slowest),
                       cause_of(group.first));
}

bool near(const std::optional<Moment>& one, const std::optional<Moment>& other,
          std::chrono::nanoseconds moment) {
    if (!one || !other) {
        return !one && !other;
    }
    return std::chrono::abs(one->monotonic - other->monotonic) <= moment;
}

} // namespace

EventGroup::EventGroup(const Event& event) : first{event} {
    add(event);
}

void EventGroup::add(const Event& event) {
    last = event.observed.monotonic;
    if (event.nsid) {
        nsids.insert(*event.nsid);
    }
    if (const auto latency = event.latency()) {
        fastest = std::min(fastest.value_or(*latency), *latency);
        slowest = std::max(slowest.value_or(*latency), *latency);
    }
}

bool EventGroup::takes(const Event& event, std::chrono::nanoseconds moment) const {
    // What the line does not say may differ: path, group, change count, the numbers of the moment.
    return event.nsid && first.nsid && !nsids.contains(*event.nsid) && event.kind == first.kind &&
           event.observed.monotonic - last <= moment && near(event.cause, first.cause, moment) &&
           event.source == first.source && event.host == first.host &&
           event.subsysnqn == first.subsysnqn && event.controller == first.controller &&
           event.array == first.array &&
           device_family(event.device) == device_family(first.device) && event.from == first.from &&
           event.to == first.to && event.transitions == first.transitions &&
           event.rule == first.rule && event.access == first.access &&
           event.trouble == first.trouble && event.text == first.text;
}

std::string line_of(const EventGroup& group, const TextStyle& style) {
    const Event& event = group.first;
    Spans line{{style.verbose ? rfc3339(event.observed.wall) : time_of_day(event.observed.wall),
                Tone::faint}};
    const auto add = [&line](std::string text, Tone tone) {
        if (!text.empty()) {
            line.push_back({"  "});
            line.push_back({std::move(text), tone});
        }
    };
    add(object_of(group, style.verbose), Tone::strong);
    add(controller_of(event), Tone::plain);
    line.push_back({"  "});
    std::ranges::move(what_of(event, group.nsids.size() > 1), std::back_inserter(line));
    line.push_back({latency_of(group), Tone::faint});
    const bool told = event.kind == EventKind::source_lost ||
                      event.kind == EventKind::source_restored ||
                      event.kind == EventKind::source_late || event.source.empty();
    if (style.verbose && !told) {
        line.push_back({fmt::format("  [{}]", safe_text(event.source)), Tone::faint});
    }
    TextWriter writer{style.width, style.color};
    writer.line(0, line);
    return std::move(writer).take();
}

} // namespace report

std::string event_line(const Event& event, const TextStyle& style) {
    return line_of(report::EventGroup{event}, style);
}

} // namespace haoh
