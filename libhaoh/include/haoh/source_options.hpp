// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What to look at, as a value: no I/O, and nothing of what it takes.
#pragma once

#include <haoh/budget.hpp>
#include <haoh/host_identity.hpp>
#include <haoh/observation.hpp>
#include <haoh/observing.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

class Resolver; // haoh/resolver.hpp

/// What to look at, in the words of an administrator. `observe_host` and `observe(ObserveOptions)`
/// are its two parts for those who need more to choose from; what all three have is the same.
struct Source {
    /// Of this host: each an NQN, nvme-subsysN, nvmeN or nvmeNnM, the last three also below /dev,
    /// or a link there (/dev/disk/by-id/...) that leads to one. Empty: all subsystems.
    std::vector<std::string> names;
    /// The root of a recorded tree; empty or "/": this host.
    std::string sysroot;
    /// Look at the host although there are targets. Without targets it is looked at anyway.
    bool host{};
    bool ask_controllers{true}; ///< see HostOptions

    std::vector<std::string> targets; ///< as `parse_address` reads them
    std::string subsysnqn;            ///< of the targets; empty: see ObserveOptions
    HostIdentity identity; ///< to the targets; without a host NQN: `host_identity({}, {})`
    std::shared_ptr<Resolver> resolver; ///< of the targets' host names; see ConnectOptions
    bool header_digest{};
    bool data_digest{};
    bool probe_cntlids{true};

    std::chrono::milliseconds timeout{kObserveTimeout}; ///< for each target or controller in all
    std::chrono::milliseconds command_timeout{kCommandTimeout}; ///< for each connection and command
    Budget budget{};          ///< of each target, or of each subsystem of the host
    ObserveProgress progress; ///< may be empty

    [[nodiscard]] bool reads_host() const { return host || !sysroot.empty() || targets.empty(); }
};

/// Whether a word names something that a host's kernel has, by its form: see Source::names.
[[nodiscard]] bool is_host_name(std::string_view word);

/// "/dev/nvme0n1" for a link below /dev that leads there; anything else as it is.
[[nodiscard]] std::string resolve_device(const std::string& name);

/// Refuses what does not go together: a name that is none, names without a host, an NQN without a
/// target, a target twice (which would be taken for two arrays that agree in everything).
/// \throws Error (invalid_argument)
void require_consistent(const Source& source);

/// How much of what there is was seen.
enum class Completeness : std::uint8_t {
    nothing,    ///< there is no controller and no subsystem
    incomplete, ///< something could not be observed or read
    complete,
};
[[nodiscard]] Completeness completeness(const Observation& observation);

} // namespace haoh
