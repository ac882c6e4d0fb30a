// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What each path selection policy would make of a workload: a discrete-event simulation. The same
/// scenario gives the same result on every run; nothing here does I/O or looks at a clock.
///
/// The model of a path: a link that carries one command's data after the other, at `bandwidth`; then
/// up to `concurrency` commands served at once, others waiting in their order; each takes a time from
/// the path's distribution. ANA changes are known to the host at once, and commands on their way
/// complete. An array that is lost answers nothing: the host goes on until `detected_after`, then all
/// that hangs is sent again down other paths.
#pragma once

#include <haoh/check.hpp>
#include <haoh/kernel.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/policy/path_table.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// How long a path takes for a command, without waiting.
struct LatencyDistribution {
    enum class Kind : std::uint8_t { constant, normal, lognormal };
    Kind kind{Kind::constant};
    std::chrono::nanoseconds mean{std::chrono::microseconds{200}}; ///< 1 us to 60 s
    /// Standard deviation of the times themselves. Normal times stop at a tenth of the mean.
    std::chrono::nanoseconds deviation{};

    bool operator==(const LatencyDistribution&) const = default;
};
[[nodiscard]] std::string_view to_string(LatencyDistribution::Kind kind); ///< "lognormal"

/// A path of a scenario.
struct SimulatedPath {
    std::string name{};  ///< unique
    std::string array{}; ///< may be empty
    LatencyDistribution latency{};
    double bandwidth{};     ///< MiB/s; 0: no limit
    unsigned concurrency{}; ///< commands served at once; 0: no limit
    PathState state{};      ///< at the beginning
    int numa_node{-1};
    std::uint16_t weight{1};

    bool operator==(const SimulatedPath&) const = default;
};

/// What is sent, how much of it, and for how long.
struct Workload {
    enum class Mode : std::uint8_t {
        closed, ///< always `depth` commands outstanding
        open,   ///< `iops` commands a second arrive, at random (Poisson)
    };
    Mode mode{Mode::closed};
    unsigned depth{32};       ///< 1 to 65536
    double iops{10000};       ///< 1 to 10^8
    std::uint32_t size{4096}; ///< bytes of each command, 1 to 2^30
    double write_share{};     ///< 0 to 1; writes cost what reads cost, they are only counted apart
    std::chrono::nanoseconds duration{std::chrono::seconds{10}}; ///< measured; 1 ms to 1 h
    std::chrono::nanoseconds warmup{};                           ///< before it; 0 to 1 h

    bool operator==(const Workload&) const = default;
};

/// Something that happens by itself; at one moment in the order of the scenario.
struct TimelineEntry {
    enum class Action : std::uint8_t {
        ana,         ///< the paths are in `state` from now on
        lose,        ///< they answer nothing any more
        return_back, ///< they answer, and the host is connected again
    };
    std::chrono::nanoseconds at{}; ///< from the end of the warm-up
    Action action{Action::ana};
    std::string array{}; ///< all its paths; empty: `path`
    std::string path{};
    nvme::AnaState state{nvme::AnaState::optimized};
    std::chrono::nanoseconds detected_after{std::chrono::seconds{5}}; ///< the kernel's keep alive

    bool operator==(const TimelineEntry&) const = default;
};

/// A scenario as TOML; a time is "250us", "30ms", "5s" or a number of seconds. All keys but
/// `[[path]]` have defaults, which are those of the structures.
///
///     title = "array b is farther away"
///     seed = 1
///     local_array = "a"                 # for site-affinity and cross-site traffic
///     policies = ["numa", "latency"]    # all of them where the key is absent
///     [workload]
///     mode = "closed"                   # "open"
///     depth = 32                        # with "open": iops = 10000
///     size = 4096
///     write_share = 0.3
///     duration = "10s"
///     warmup = "1s"
///     [[path]]                          # in the order in which they were connected
///     name = "a1"                       # else array and number
///     array = "a"
///     latency = "200us"
///     distribution = "lognormal"        # "constant", "normal"
///     deviation = "50us"
///     bandwidth = 1000                  # MiB/s
///     concurrency = 64
///     ana_state = "optimized"           # as in sysfs
///     numa_node = 0
///     weight = 1
///     [[timeline]]
///     at = "2s"
///     array = "a"                       # or path = "a1"
///     action = "lose"                   # "return", or ana_state = "inaccessible"
///     detected_after = "5s"
struct PolicyScenario {
    std::string title{};
    std::uint64_t seed{1};
    std::string local_array{};           ///< empty: that of the first path
    std::vector<std::string> policies{}; ///< empty: all of `simulated_policies`
    Workload workload{};
    std::vector<SimulatedPath>
        paths{}; ///< in the order of their arrival, 1 to PathTable::kMaxPaths
    std::vector<TimelineEntry> timeline{};

    bool operator==(const PolicyScenario&) const = default;
};

/// "numa", "round-robin", "queue-depth", "site-affinity", "latency", "weighted", "spdk-round-robin".
[[nodiscard]] std::span<const std::string_view> simulated_policies();

/// \param origin the file's name for messages
/// \throws Error (malformed) that names file, line and key
[[nodiscard]] PolicyScenario parse_policy_scenario(std::string_view text, std::string_view origin);

/// The paths of one namespace of a host as they are now, with latencies that are assumed (lognormal,
/// 200 us with a deviation of 50 us): sysfs shows none. The order is that of the controllers'
/// instances: sysfs does not show that of arrival either.
/// \param head  "nvme0n1"
/// \throws Error (not_found) that lists what there is; (invalid_argument) when it has no path
[[nodiscard]] PolicyScenario scenario_of(const KernelObservation& kernel, std::string_view head,
                                         const Attributions& attributions);

/// A part of the completed I/O.
struct SimulatedShare {
    std::string name{}; ///< path or array
    std::uint64_t ios{};
    double share{}; ///< of all, 0 to 1

    bool operator==(const SimulatedShare&) const = default;
};

/// What one policy made of it, in the measured time.
struct PolicyResult {
    std::string policy{};
    std::uint64_t ios{}; ///< completed
    double iops{};
    double read_mib_s{};
    double write_mib_s{};
    /// From submission to completion, with waiting and repetition; exact to 1 %. 0 without I/O.
    std::chrono::nanoseconds mean{};
    std::chrono::nanoseconds p50{};
    std::chrono::nanoseconds p99{};
    std::chrono::nanoseconds p999{};
    std::chrono::nanoseconds max{};
    std::vector<SimulatedShare> paths{};  ///< in the scenario's order
    std::vector<SimulatedShare> arrays{}; ///< in the order of their first path
    double cross_site_share{};            ///< of the I/O: through other arrays than the local one
    double cross_site_mib_s{};
    std::chrono::nanoseconds longest_gap{};       ///< without any completion
    std::vector<std::chrono::nanoseconds> gaps{}; ///< the same from each timeline entry to the next
    std::uint64_t retried{};                      ///< sent again, because they hung
    std::uint64_t waited{};                       ///< times that there was no path for an I/O
    std::uint64_t unfinished{};                   ///< outstanding at the end
    std::uint64_t refused{}; ///< open workload: 262144 were outstanding already

    [[nodiscard]] double mib_s() const { return read_mib_s + write_mib_s; }
    bool operator==(const PolicyResult&) const = default;
};

/// What each policy made of a scenario.
struct SimulationResult {
    PolicyScenario scenario{};
    std::vector<PolicyResult> policies{}; ///< as in the scenario

    bool operator==(const SimulationResult&) const = default;
};

/// Threading: pure. \throws Error (invalid_argument) for values out of their range, unknown policies,
/// paths and arrays
[[nodiscard]] SimulationResult simulate(const PolicyScenario& scenario);

} // namespace haoh
