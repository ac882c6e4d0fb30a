// SPDX-License-Identifier: LGPL-2.1-or-later
#include "discovery_walk.hpp"

#include "model/discovery_port.hpp"

#include "stream_controller.hpp"

#include <haoh/collector.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace haoh::fabric {

namespace asio = boost::asio;

namespace {

using nvme::DiscoveryEntry;

constexpr std::uint8_t kTreqSecureMask = 0x03;
constexpr std::uint8_t kTreqSecureRequired = 0x01;
/// Logs beyond this many subsystem ports are an attack or a mistake; `observe` has its own bound.
constexpr std::uint32_t kMaxLogBytes = 4U << 20U;
/// Who mends so many entries that cannot be followed looks at the array's configuration, not here.
constexpr std::size_t kMaxUnusableTold = 64;

bool is_tcp(const DiscoveryEntry& entry) {
    return entry.trtype == static_cast<std::uint8_t>(nvme::TransportType::tcp);
}

bool is_a(const DiscoveryEntry& entry, nvme::SubsystemType type) {
    return entry.subtype == static_cast<std::uint8_t>(type);
}

} // namespace

DiscoveredPorts sort_entries(const nvme::DiscoveryLog& log, const Address& target) {
    DiscoveredPorts ports;
    const std::string target_name = to_string(target);
    std::set<Unobserved> told;
    const auto unusable = [&](const DiscoveryEntry& entry, std::string error,
                              UnobservedReason reason) {
        Unobserved line{.object = model::port_object(entry),
                        .target = target_name,
                        .subsysnqn =
                            is_a(entry, nvme::SubsystemType::nvm) ? entry.subnqn : std::string{},
                        .error = std::move(error),
                        .reason = reason};
        if (told.insert(line).second) {
            ports.unusable.push_back(std::move(line));
        }
    };
    std::set<std::string> with_tcp;
    for (const DiscoveryEntry& entry : log.entries) {
        if (is_tcp(entry) && is_a(entry, nvme::SubsystemType::nvm)) {
            with_tcp.insert(entry.subnqn);
        }
    }
    std::set<SubsystemPort> seen;
    for (const DiscoveryEntry& entry : log.entries) {
        const bool nvm = is_a(entry, nvme::SubsystemType::nvm);
        if (!nvm && !is_a(entry, nvme::SubsystemType::referral)) {
            continue; // the discovery subsystem itself, or a kind that is not known
        }
        if (!is_tcp(entry)) {
            if (nvm && !with_tcp.contains(entry.subnqn)) {
                unusable(
                    entry,
                    fmt::format("reach {} at {}: it is offered over {} only; haoh asks over TCP",
                                nvme::printable(entry.subnqn), model::port_words(entry),
                                to_string(static_cast<nvme::TransportType>(entry.trtype))),
                    UnobservedReason::unsupported);
            }
            continue;
        }
        SubsystemPort port;
        try {
            port.address = model::port_address(entry);
            port.address.host_traddr = target.host_traddr;
        } catch (const Error& error) {
            unusable(entry, error.what(), UnobservedReason::unusable_entry);
            continue;
        }
        if ((entry.treq & kTreqSecureMask) == kTreqSecureRequired) {
            unusable(entry,
                     fmt::format("connect to {}: the discovery log says that this port demands "
                                 "TLS, which haoh does not speak; offer a port without it",
                                 to_string(port.address)),
                     UnobservedReason::unsupported);
            continue;
        }
        port.subsysnqn = entry.subnqn;
        if (nvm) {
            port.cntlid = entry.cntlid;
        } else if (port.subsysnqn.empty()) {
            port.subsysnqn = nvme::kDiscoveryNqn;
        }
        if (seen.insert(port).second) {
            (nvm ? ports.subsystems : ports.referrals).push_back(std::move(port));
        }
    }
    return ports;
}

asio::awaitable<DiscoveryObservation> read_discovery_log(Address address, ConnectOptions options,
                                                         Deadline deadline,
                                                         std::shared_ptr<Spending> spending) {
    if (options.subsysnqn.empty()) {
        options.subsysnqn = nvme::kDiscoveryNqn;
    }
    options.cntlid = nvme::kDynamicController;
    options.keep_alive = {};
    options.detect = {};
    CollectOptions collect;
    collect.deadline = deadline.at;
    collect.max_log_bytes = kMaxLogBytes;
    collect.spending = std::move(spending);
    const std::string name = to_string(address);
    std::unique_ptr<StreamController> controller = co_await StreamController::connect_until(
        std::move(address), std::move(options), std::move(deadline));
    DiscoveryObservation log = co_await collect_discovery_log(*controller, std::move(collect));
    log.address = name;
    co_await controller->shutdown();
    co_return log;
}

namespace {

/// The log of the target itself: on the port that was given or, where subsystems have their port,
/// on the one of discovery controllers.
asio::awaitable<DiscoveryObservation> read_first_log(WalkOptions options) {
    std::error_code code;
    std::string cause;
    try {
        co_return co_await read_discovery_log(options.target, options.connect, options.deadline,
                                              options.spending);
    } catch (const Error& error) {
        const bool other_port_may_help = error.code() == Errc::unknown_subsystem ||
                                         error.code() == std::errc::connection_refused;
        if (options.target.trsvcid != kNvmeTcpPort || !other_port_may_help) {
            throw;
        }
        code = error.code();
        cause = error.cause();
    }
    Address other = options.target;
    other.trsvcid = kDiscoveryPort;
    try {
        co_return co_await read_discovery_log(other, options.connect, options.deadline,
                                              options.spending);
    } catch (const Error& error) {
        cause += fmt::format(", and on port {}: {}", kDiscoveryPort, error.cause());
    }
    throw Error(code, "read the discovery log of", to_string(options.target), cause,
                "check the address, or name the subsystem (--nqn)");
}

/// Of the time that is left: what a log refers to may be down, and the subsystems that it names itself are
/// to be asked as well.
Deadline half_of(const Deadline& whole) {
    if (whole.at == TimePoint::max()) {
        return whole;
    }
    const TimePoint now = Clock::now();
    return {.at = now + (whole.at - now) / 2,
            .failure = {.code = make_error_code(Errc::timed_out),
                        .cause = "the time for referrals, half of what there was for this target, "
                                 "is over",
                        .advice = "name the subsystem (--nqn), have referrals to discovery "
                                  "controllers that are gone removed, or allow more time"}};
}

} // namespace

asio::awaitable<Walk> walk_discovery(WalkOptions options) {
    Walk walk;
    const std::string target = to_string(options.target);
    std::set<SubsystemPort> subsystems;
    std::set<std::pair<std::string, std::uint16_t>> visited; // addresses
    std::deque<SubsystemPort> referrals;
    std::set<Unobserved> unusable;
    unsigned followed = 0;
    bool bound_reported = false;

    const auto take = [&](DiscoveryObservation log) {
        log.target = target;
        DiscoveredPorts ports = sort_entries(log.entries(), options.target);
        for (SubsystemPort& port : ports.subsystems) {
            if (subsystems.insert(port).second) {
                walk.subsystems.push_back(std::move(port));
            }
        }
        std::move(ports.referrals.begin(), ports.referrals.end(), std::back_inserter(referrals));
        for (Unobserved& line : ports.unusable) {
            if (unusable.insert(line).second && unusable.size() <= kMaxUnusableTold) {
                walk.unobserved.push_back(std::move(line));
            }
        }
        walk.logs.push_back(std::move(log));
    };

    visited.emplace(options.target.traddr, options.target.trsvcid);
    DiscoveryObservation first = co_await read_first_log(options);
    if (first.address != target) {
        visited.emplace(options.target.traddr, kDiscoveryPort);
    }
    take(std::move(first));
    const Deadline time_for_referrals = half_of(options.deadline);
    while (!referrals.empty()) {
        SubsystemPort referral = std::move(referrals.front());
        referrals.pop_front();
        if (!visited.emplace(referral.address.traddr, referral.address.trsvcid).second) {
            continue;
        }
        const std::string object = to_string(referral.address);
        if (followed == options.max_referrals) {
            if (!std::exchange(bound_reported, true)) {
                walk.unobserved.push_back(
                    {.object = object,
                     .target = target,
                     .subsysnqn = {},
                     .error = fmt::format("follow the referral to {}: {} referrals were followed "
                                          "for this target, no more are",
                                          object, followed),
                     .reason = UnobservedReason::budget});
            }
            continue;
        }
        if (Clock::now() >= time_for_referrals.at) {
            const Error error =
                time_for_referrals.failure.to_error("follow the referral to", object);
            walk.unobserved.push_back(
                {.object = object, .target = target, .subsysnqn = {}, .error = error.what()});
            break;
        }
        ++followed;
        ConnectOptions connect = options.connect;
        connect.subsysnqn = referral.subsysnqn;
        std::optional<DiscoveryObservation> log;
        try {
            log = co_await read_discovery_log(referral.address, std::move(connect),
                                              time_for_referrals, options.spending);
        } catch (const Error& error) {
            walk.unobserved.push_back(
                {.object = object,
                 .target = target,
                 .subsysnqn = {},
                 .error = fmt::format("follow the referral of {}: {}", target, error.what()),
                 .reason = unobserved_reason(error.code())});
        }
        if (log) {
            take(*std::move(log));
        }
    }
    if (unusable.size() > kMaxUnusableTold) {
        walk.unobserved.push_back(
            {.object = target,
             .target = target,
             .subsysnqn = {},
             .error =
                 fmt::format("follow the discovery logs of {}: {} more of their entries cannot "
                             "be followed; have the array's configuration corrected",
                             target, unusable.size() - kMaxUnusableTold),
             .reason = UnobservedReason::unusable_entry});
    }
    co_return walk;
}

} // namespace haoh::fabric
