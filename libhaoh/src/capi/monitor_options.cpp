// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/monitor_options.hpp"

#include "capi/config.hpp"
#include "capi/source.hpp"
#include "capi/versioned.hpp"

#include <fmt/format.h>

#include <utility>

namespace haoh::capi {
namespace {

constexpr std::uint32_t kMonitorFlags = HAOH_MONITOR_NO_ANA_LOG | HAOH_MONITOR_NO_IDENTITY;

void set_time(std::chrono::milliseconds& out, std::uint32_t given) {
    out = given == 0 ? out : std::chrono::milliseconds{given};
}

} // namespace

MonitorOptions monitor_options_of(const haoh_source* source, const haoh_monitor_options* options) {
    constexpr std::size_t kFirst = offsetof(haoh_monitor_options, queue) + sizeof(std::size_t);
    constexpr std::uint32_t kShortestPoll = 10;
    MonitorOptions out = monitor_options(source_of(source));
    if (options == nullptr) {
        return out;
    }
    const haoh_monitor_options given = taken(*options, kFirst, "struct haoh_monitor_options");
    if ((given.flags & ~kMonitorFlags) != 0) {
        throw Error(Errc::unsupported, "use", fmt::format("monitor flags {:#x}", given.flags),
                    "this libhaoh does not know all of them");
    }
    if (given.poll_interval_ms != 0 && given.poll_interval_ms < kShortestPoll) {
        throw Error(Errc::invalid_argument, "use",
                    fmt::format("a poll interval of {} ms", given.poll_interval_ms),
                    "it is too short", fmt::format("say {} or more", kShortestPoll));
    }
    Config config = config_of(given.config);
    out.sites = std::move(config.sites);
    out.profile = config.profile;
    set_time(out.poll_interval, given.poll_interval_ms);
    set_time(out.scan_interval, given.scan_interval_ms);
    set_time(out.retry_interval, given.retry_interval_ms);
    out.connect.detect = std::chrono::milliseconds{given.detect_ms};
    require_detection(out.connect.detect);
    out.queue = given.queue == 0 ? out.queue : given.queue;
    out.read_ana_log = (given.flags & HAOH_MONITOR_NO_ANA_LOG) == 0;
    out.read_identity = (given.flags & HAOH_MONITOR_NO_IDENTITY) == 0;
    return out;
}

} // namespace haoh::capi
