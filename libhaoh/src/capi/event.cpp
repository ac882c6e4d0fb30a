// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/event.hpp"

#include "capi/call.hpp"
#include "capi/safe_copy.hpp"
#include "capi/style.hpp"
#include "capi/versioned.hpp"

#include <haoh/event_report.hpp>

#include <utility>

namespace haoh::capi {
namespace {

/// A switch, so that the compiler names the kind that C does not have.
constexpr haoh_event_kind kind_of(EventKind kind) {
    switch (kind) {
    case EventKind::ana_change:
        return HAOH_EVENT_ANA_CHANGE;
    case EventKind::ana_coalesced:
        return HAOH_EVENT_ANA_COALESCED;
    case EventKind::aen:
        return HAOH_EVENT_AEN;
    case EventKind::path_added:
        return HAOH_EVENT_PATH_ADDED;
    case EventKind::path_lost:
        return HAOH_EVENT_PATH_LOST;
    case EventKind::path_refused:
        return HAOH_EVENT_PATH_REFUSED;
    case EventKind::controller_state:
        return HAOH_EVENT_CONTROLLER_STATE;
    case EventKind::namespace_added:
        return HAOH_EVENT_NAMESPACE_ADDED;
    case EventKind::namespace_removed:
        return HAOH_EVENT_NAMESPACE_REMOVED;
    case EventKind::namespace_resized:
        return HAOH_EVENT_NAMESPACE_RESIZED;
    case EventKind::namespace_read_only:
        return HAOH_EVENT_NAMESPACE_READ_ONLY;
    case EventKind::identity_changed:
        return HAOH_EVENT_IDENTITY_CHANGED;
    case EventKind::access:
        return HAOH_EVENT_ACCESS;
    case EventKind::anatt_exceeded:
        return HAOH_EVENT_ANATT_EXCEEDED;
    case EventKind::source_lost:
        return HAOH_EVENT_SOURCE_LOST;
    case EventKind::source_restored:
        return HAOH_EVENT_SOURCE_RESTORED;
    case EventKind::source_late:
        return HAOH_EVENT_SOURCE_LATE;
    }
    return {};
}

constexpr bool kSameOrder = [] {
    for (std::size_t index = 0; index < kEventKinds; ++index) {
        if (static_cast<std::size_t>(kind_of(static_cast<EventKind>(index))) != index) {
            return false;
        }
    }
    return true;
}();
static_assert(kSameOrder, "haoh.h promises the order of haoh/event.hpp");

Event safe_copy(Event event) {
    make_safe(event.source, event.host, event.subsysnqn, event.controller, event.array,
              event.device, event.path, event.from, event.to, event.rule, event.text);
    return event;
}

haoh_event_info info_of(const Event& event) {
    haoh_event_info out HAOH_EVENT_INFO_INIT;
    out.kind = kind_of(event.kind);
    out.name = to_string(event.kind).data(); // which a NUL ends
    out.sequence = event.sequence;
    out.monotonic_ns = event.observed.monotonic.count();
    out.wall_ns = event.observed.wall.count();
    if (const auto latency = event.latency()) {
        out.latency_ns = latency->count();
    }
    out.source = event.source.c_str();
    out.host = event.host.c_str();
    out.subsysnqn = event.subsysnqn.c_str();
    out.controller = event.controller.c_str();
    out.site = event.array.c_str();
    out.nsid = event.nsid.value_or(0);
    out.device = event.device.c_str();
    out.path = event.path.c_str();
    out.from = event.from.c_str();
    out.to = event.to.c_str();
    out.ana_grpid = event.ana_grpid.value_or(0);
    out.change_count = event.change_count.value_or(0);
    out.transitions = event.transitions;
    out.rule = event.rule.c_str();
    out.text = event.text.c_str();
    const AccessCounts access = event.access.value_or(AccessCounts{});
    out.paths = access.paths;
    out.usable = access.usable;
    out.optimized = access.optimized;
    out.arrays = access.arrays;
    out.ready = access.ready;
    out.trouble = event.trouble ? to_string(*event.trouble).data() : ""; // which a NUL ends
    if (event.lasting) {
        out.lasting_ns = event.lasting->count();
    }
    return out;
}

} // namespace
} // namespace haoh::capi

haoh_event::haoh_event(haoh::Event happened)
    : event{std::move(happened)}, told{haoh::capi::safe_copy(event)} {}

int haoh_event_get(const haoh_event* event, haoh_event_info* info, haoh_error** error) {
    return haoh::capi::status_of(error, [&] {
        constexpr size_t kFirst = offsetof(haoh_event_info, arrays) + sizeof(uint32_t);
        const haoh_event& known = haoh::capi::object(event, "haoh_event *");
        haoh::capi::give(info, haoh::capi::info_of(known.told), kFirst, "struct haoh_event_info");
        return 0;
    });
}

char* haoh_event_render(const haoh_event* event, int format, const haoh_style* style,
                        haoh_error** error) {
    return haoh::capi::pointer_of(error, [&] {
        const auto& chosen = haoh::capi::chosen_format(haoh::event_formats(), format);
        const haoh::TextStyle look = haoh::capi::text_style(style);
        const haoh_event& known = haoh::capi::object(event, "haoh_event *");
        return haoh::capi::rendered(chosen, look, known.event);
    });
}

void haoh_event_free(haoh_event* event) {
    haoh::capi::free_handle(event);
}
