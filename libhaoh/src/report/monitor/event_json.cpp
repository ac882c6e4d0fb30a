// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event_report.hpp>

#include "base/json_text.hpp"
#include "report/text/json.hpp"
#include "report/text/time_text.hpp"

namespace haoh {
namespace {

using report::Json;
using report::put_text;

/// CLOCK_MONOTONIC begins at boot, so that no moment is before 0; a caller's own clock might be.
Json nanoseconds_json(std::chrono::nanoseconds time) {
    return time.count() < 0 ? Json(time.count())
                            : base::exact_number(static_cast<std::uint64_t>(time.count()));
}

} // namespace

std::string to_json(const Event& event) {
    Json out{{"schema", "haoh.event/1"},
             {"sequence", base::exact_number(event.sequence)},
             {"event", to_string(event.kind)},
             {"time", report::rfc3339(event.observed.wall)},
             {"monotonic_ns", nanoseconds_json(event.observed.monotonic)}};
    if (event.cause) {
        const Moment& cause = *event.cause;
        out["cause_time"] = report::rfc3339(cause.wall);
        out["cause_monotonic_ns"] = nanoseconds_json(cause.monotonic);
        out["latency_us"] = std::chrono::floor<std::chrono::microseconds>(event.observed.monotonic -
                                                                          cause.monotonic)
                                .count();
    }
    put_text(out, "source", event.source);
    put_text(out, "host", event.host);
    put_text(out, "subsysnqn", event.subsysnqn);
    put_text(out, "controller", event.controller);
    put_text(out, "site", event.array);
    if (event.nsid) {
        out["nsid"] = *event.nsid;
    }
    put_text(out, "device", event.device);
    put_text(out, "path", event.path);
    put_text(out, "from", event.from);
    put_text(out, "to", event.to);
    if (event.ana_grpid) {
        out["ana_grpid"] = *event.ana_grpid;
    }
    if (event.change_count) {
        out["change_count"] = base::exact_number(*event.change_count);
    }
    if (event.transitions > 0) {
        out["transitions"] = base::exact_number(event.transitions);
    }
    put_text(out, "rule", event.rule);
    if (event.access) {
        out["access"] = {{"paths", event.access->paths},
                         {"usable", event.access->usable},
                         {"optimized", event.access->optimized},
                         {"arrays", event.access->arrays},
                         {"ready", event.access->ready}};
    }
    put_text(out, "trouble", std::string(to_string(event.trouble)));
    if (event.lasting) {
        out["lasting_us"] = std::chrono::floor<std::chrono::microseconds>(*event.lasting).count();
    }
    put_text(out, "text", event.text);
    return out.dump(-1, ' ', true) + '\n';
}

} // namespace haoh
