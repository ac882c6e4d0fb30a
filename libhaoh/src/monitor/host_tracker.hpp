// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a monitor does about this host's kernel, without I/O, coroutines or a clock: fed hints that
/// something changed and what was read then, it tells the core, and yields what is to be done next
/// and when.
#pragma once

#include "host/kernel_log_follower.hpp"
#include "host/path_states.hpp"
#include "host/trace_record.hpp"
#include "host/uevent_monitor.hpp"
#include "linux/kernel_event_message.hpp"
#include "monitor/backoff.hpp"
#include "monitor/monitor_core.hpp"
#include "monitor/source_problem.hpp"

#include <haoh/error.hpp>
#include <haoh/kernel.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::monitor {

/// The time, and what can be read without waiting.
class HostReadings {
  public:
    HostReadings() = default;
    HostReadings(const HostReadings&) = delete;
    HostReadings& operator=(const HostReadings&) = delete;
    virtual ~HostReadings() = default;

    [[nodiscard]] virtual Moment now() = 0;
    /// From now on sweeps are over the states in this.
    virtual void watch(const KernelObservation& kernel) = 0;
    [[nodiscard]] virtual std::vector<host::StateChange> sweep() = 0;
    [[nodiscard]] virtual std::vector<host::StateChange> sweep(std::string_view controller) = 0;
    /// Another controller may have this name from now on.
    virtual void forget(const std::string& controller) = 0;
};

/// Something that takes its time; it is answered in the tracker.
struct HostJob {
    enum class Kind : std::uint8_t {
        scan,           ///< `scanned`, `scan_failed`
        read_log,       ///< of a controller: `log_read`, `log_not_read`
        identify,       ///< a controller: `identified`, `not_identified`
        follow_trace,   ///< `opened`, and `take` as often as something comes, and `lost` at last
        follow_uevents, ///< likewise
        follow_kmsg,    ///< likewise
    };
    Kind kind{};
    std::string controller;

    bool operator==(const HostJob&) const = default;
};

/// Name of the source that a job is for, as in Event::source.
[[nodiscard]] std::string_view source_of(HostJob::Kind kind);

class HostTracker {
  public:
    struct Abilities {
        bool sources{};    ///< hints come: this machine, no recorded tree
        bool logs{};       ///< ANA logs can be read
        bool identities{}; ///< controllers can be asked who they are
    };

    HostTracker(MonitorCore& core, HostReadings& readings, Abilities abilities);

    /// What there is at first.
    void begin(KernelObservation kernel);
    /// Does what is due and can be done at once. \return what else is to be done
    [[nodiscard]] std::vector<HostJob> turn();
    /// When the next turn is due, on the monotonic clock; each answer and each hint may change it.
    [[nodiscard]] std::chrono::nanoseconds next() const;

    /// The last scan.
    [[nodiscard]] const KernelObservation& kernel() const { return kernel_; }

    void take(const std::vector<host::TraceInput>& inputs);
    void take(const host::Uevents& received);
    void take(const host::FollowedMessages& received);
    /// Of a source that is followed.
    void opened(HostJob::Kind kind);
    void lost(HostJob::Kind kind, const SourceProblem& problem);

    void scanned(KernelObservation kernel);
    void scan_failed(const Error& error);
    void log_read(const std::string& controller, nvme::AnaLog log);
    void log_not_read(const std::string& controller, const SourceProblem& problem);
    void identified(const std::string& controller, ControllerObservation seen);
    void not_identified(const std::string& controller, const SourceProblem& problem);

  private:
    using Time = std::chrono::nanoseconds;

    /// Why one looks at a controller again and again for a while.
    struct Look {
        Occasion hint;
        std::uint64_t number{}; ///< of the hint
        Time until{};
        Time due{};
        std::size_t step{}; ///< of the pauses, which become longer
        bool running{};
        bool reading{};                  ///< the ANA log is on its way
        std::uint64_t read_for{};        ///< number of the hint for which it is
        std::optional<nvme::AnaLog> log; ///< read since the hint, not yet compared
        Time read_again{};
    };
    struct Attempt {
        Time due{};
        Backoff backoff;
    };

    void take(const host::TraceInput& input);
    void take(const host::Uevent& event);
    void take(const linux_kernel::KernelEventMessage& message);
    void take(const std::vector<host::StateChange>& changes, const Occasion& otherwise);
    void take(KernelObservation kernel, const Occasion& occasion);
    /// Some of what a source had to tell was lost, and it goes on.
    void miss(std::string_view source, std::string_view why, const Moment& now);
    void sweep(const std::string& controller);
    void look(const std::string& controller, const Occasion& hint);
    void look_at_all(const Occasion& hint);
    void look_at(const std::string& controller, Look& look, std::vector<HostJob>& jobs);
    void compare_log(const std::string& controller, Look& look);
    void poll();
    void schedule_poll();
    void ask_for_scan(const Occasion& hint);
    void scan_if_due(std::vector<HostJob>& jobs);
    void ask_for_identity(const std::string& controller);
    /// Of controllers that are gone.
    void forget_identities();
    void identify_if_due(std::vector<HostJob>& jobs);
    [[nodiscard]] bool can_be_identified(const std::string& controller);
    [[nodiscard]] Occasion occasion_for(const std::string& controller,
                                        const Moment& observed) const;
    [[nodiscard]] Fusion& fusion() { return core_.fusion(); }

    MonitorCore& core_;
    HostReadings& readings_;
    Abilities abilities_;
    KernelObservation kernel_;
    bool tree_changed_{true}; ///< something that was watched is gone, or nothing is watched yet
    std::map<std::string, Look> looks_;
    std::uint64_t hints_{};
    Time polled_{};
    Time poll_due_{};
    Time scan_due_{};
    std::optional<Occasion> scan_hint_;
    std::size_t scans_left_{}; ///< of a hint
    bool scanning_{};
    std::map<HostJob::Kind, Attempt> sources_;
    std::map<std::string, Attempt> identities_; ///< when they are to be read, if ever
    std::optional<std::string> identifying_;
};

} // namespace haoh::monitor
