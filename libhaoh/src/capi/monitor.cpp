// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/call.hpp"
#include "capi/event.hpp"
#include "capi/monitor_options.hpp"
#include "capi/monitor_thread.hpp"
#include "capi/safe_copy.hpp"
#include "capi/style.hpp"
#include "capi/versioned.hpp"

#include <haoh/event_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

struct haoh_monitor : haoh::capi::Handle<0x68616f06U> {
    explicit haoh_monitor(haoh::MonitorOptions options) : thread{std::move(options)} {}
    haoh::capi::MonitorThread thread;
    std::atomic<unsigned> callbacks{}; ///< under way
};

/// A path of the status, with whose it is.
struct haoh_path_list : haoh::capi::Handle<0x68616f08U> {
    struct Entry {
        const haoh::MonitorStatus::Namespace* head;
        const haoh::MonitorStatus::Path* path;
        const haoh::MonitorStatus::Controller* controller; ///< nullptr: gone
        std::string state;                                 ///< of the controller, safe to print
        std::string ana_state;                             ///< likewise
    };
    haoh::MonitorStatus status;
    std::vector<Entry> entries; ///< into `status`
};

namespace haoh::capi {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kMonitorType = "haoh_monitor *";

/// \param timeout_ms  negative: for ever
std::optional<Clock::time_point> deadline_of(int timeout_ms) {
    return timeout_ms < 0 ? std::nullopt
                          : std::optional{Clock::now() + std::chrono::milliseconds{timeout_ms}};
}

void fill(haoh_path_list& out) {
    std::map<std::pair<std::string_view, std::string_view>, const MonitorStatus::Controller*> known;
    for (const MonitorStatus::Controller& one : out.status.controllers) {
        known.emplace(std::pair{std::string_view(one.host), std::string_view(one.name)}, &one);
    }
    for (const MonitorStatus::Namespace& head : out.status.namespaces) {
        for (const MonitorStatus::Path& path : head.paths) {
            const auto found = known.find({head.host, path.controller});
            const MonitorStatus::Controller* const controller =
                found == known.end() ? nullptr : found->second;
            const ControllerState state =
                controller == nullptr ? ControllerState::lost : controller->state;
            out.entries.push_back({.head = &head,
                                   .path = &path,
                                   .controller = controller,
                                   .state = safe_text(state.text()),
                                   .ana_state = safe_text(path.ana_state.text())});
        }
    }
    // Only now: what belongs together is told by names as they are.
    for (MonitorStatus::Controller& one : out.status.controllers) {
        make_safe(one.array);
    }
    for (MonitorStatus::Namespace& head : out.status.namespaces) {
        make_safe(head.host, head.subsysnqn, head.device);
        for (MonitorStatus::Path& path : head.paths) {
            make_safe(path.name, path.controller);
        }
    }
}

haoh_path_info info_of(const haoh_path_list::Entry& entry) {
    haoh_path_info out HAOH_PATH_INFO_INIT;
    out.host = entry.head->host.c_str();
    out.subsysnqn = entry.head->subsysnqn.c_str();
    out.nsid = entry.head->nsid;
    out.device = entry.head->device.c_str();
    out.path = entry.path->name.c_str();
    out.controller = entry.path->controller.c_str();
    out.controller_state = entry.state.c_str();
    out.site = entry.controller == nullptr ? "" : entry.controller->array.c_str();
    out.ana_state = entry.ana_state.c_str();
    out.usable = entry.path->use.usable() ? 1 : 0;
    return out;
}

int run(haoh_monitor& monitor, int timeout_ms, haoh_event_fn callback, void* user_data) {
    const auto deadline = deadline_of(timeout_ms);
    while (std::optional<Event> event = monitor.thread.next(deadline)) {
        const haoh_event handle(std::move(*event));
        ++monitor.callbacks;
        const int wish = callback(user_data, &handle);
        --monitor.callbacks;
        if (wish != 0) {
            return 1;
        }
    }
    return 0;
}

} // namespace
} // namespace haoh::capi

using haoh::capi::kMonitorType;
using haoh::capi::object;
using haoh::capi::pointer_of;
using haoh::capi::status_of;

haoh_monitor* haoh_monitor_new(const haoh_source* source, const haoh_monitor_options* options,
                               haoh_error** error) {
    return pointer_of(
        error, [&] { return new haoh_monitor(haoh::capi::monitor_options_of(source, options)); });
}

int haoh_monitor_start(haoh_monitor* monitor, haoh_error** error) {
    return status_of(error, [&] {
        object(monitor, kMonitorType).thread.start();
        return 0;
    });
}

int haoh_monitor_fd(const haoh_monitor* monitor) {
    return status_of(nullptr, [&] { return object(monitor, kMonitorType).thread.descriptor(); });
}

int haoh_monitor_next(haoh_monitor* monitor, int timeout_ms, haoh_event** event,
                      haoh_error** error) {
    return status_of(error, [&] {
        if (event == nullptr) {
            throw haoh::Error(haoh::Errc::invalid_argument, "take", "an event",
                              "there is no place for it: NULL");
        }
        *event = nullptr;
        auto next = object(monitor, kMonitorType).thread.next(haoh::capi::deadline_of(timeout_ms));
        if (next) {
            *event = new haoh_event(std::move(*next));
        }
        return next ? 1 : 0;
    });
}

int haoh_monitor_run(haoh_monitor* monitor, int timeout_ms, haoh_event_fn callback, void* user_data,
                     haoh_error** error) {
    return status_of(error, [&] {
        if (callback == nullptr) {
            throw haoh::Error(haoh::Errc::invalid_argument, "call", "haoh_event_fn", "it is NULL");
        }
        return haoh::capi::run(object(monitor, kMonitorType), timeout_ms, callback, user_data);
    });
}

int haoh_monitor_running(const haoh_monitor* monitor) {
    const haoh_monitor* known = haoh::capi::usable(monitor);
    return known != nullptr && known->thread.running() ? 1 : 0;
}

int haoh_monitor_stop(haoh_monitor* monitor, haoh_error** error) {
    return status_of(error, [&] {
        object(monitor, kMonitorType).thread.stop();
        return 0;
    });
}

int haoh_monitor_status(haoh_monitor* monitor, haoh_error** error) {
    return status_of(error, [&]() -> int {
        const auto status = object(monitor, kMonitorType).thread.status();
        const bool whole = !status.sources.empty() && // else it is still starting
                           std::all_of(status.sources.begin(), status.sources.end(),
                                       [](const auto& source) { return source.healthy; });
        return whole ? HAOH_STATUS_OK : HAOH_STATUS_INCOMPLETE;
    });
}

haoh_path_list* haoh_monitor_paths(haoh_monitor* monitor, haoh_error** error) {
    return pointer_of(error, [&] {
        auto out = std::make_unique<haoh_path_list>();
        out->status = object(monitor, kMonitorType).thread.status();
        haoh::capi::fill(*out);
        return out.release();
    });
}

size_t haoh_path_list_count(const haoh_path_list* list) {
    const haoh_path_list* known = haoh::capi::usable(list);
    return known == nullptr ? 0 : known->entries.size();
}

int haoh_path_list_get(const haoh_path_list* list, size_t index, haoh_path_info* info,
                       haoh_error** error) {
    return status_of(error, [&] {
        constexpr size_t kFirst = offsetof(haoh_path_info, usable) + sizeof(int);
        const auto& entry = haoh::capi::at(object(list, "haoh_path_list *").entries, index, "path");
        haoh::capi::give(info, haoh::capi::info_of(entry), kFirst, "struct haoh_path_info");
        return 0;
    });
}

void haoh_path_list_free(haoh_path_list* list) {
    haoh::capi::free_handle(list);
}

char* haoh_monitor_metrics(haoh_monitor* monitor, haoh_error** error) {
    return pointer_of(error, [&] {
        return haoh::capi::text_for_c(
            haoh::to_metrics(object(monitor, kMonitorType).thread.status()));
    });
}

char* haoh_monitor_summary(haoh_monitor* monitor, const haoh_style* style, haoh_error** error) {
    return pointer_of(error, [&] {
        const haoh::TextStyle look = haoh::capi::text_style(style);
        return haoh::capi::text_for_c(
            haoh::summary_text(object(monitor, kMonitorType).thread.status(), {}, look));
    });
}

void haoh_monitor_free(haoh_monitor* monitor) {
    haoh_monitor* known = haoh::capi::usable(monitor);
    if (known != nullptr && known->callbacks == 0) {
        delete known;
    }
}
