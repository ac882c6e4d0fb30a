// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A kernel's subsystem beside what its controllers say of themselves. A view: subject and
/// observation must outlive it.
#pragma once

#include "judge/subject.hpp"

#include <haoh/kernel.hpp>
#include <haoh/path_use.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haoh::judge {

/// A controller as the kernel has it, and as it answered.
struct HostController {
    const KernelController* kernel{};
    const Controller* asked{}; ///< nullptr: it was not, or Identify failed
    std::string site;          ///< array; empty when unknown

    /// Offers the namespace in its own list.
    [[nodiscard]] const Namespace* find(std::uint32_t nsid) const;
};

struct HostPath {
    const KernelPath* kernel{};
    const HostController* controller{}; ///< nullptr: none of that name
    PathUse use;
};

/// A head with its paths.
struct HostNamespace {
    const KernelNamespace* kernel{};
    std::optional<std::uint32_t> nsid;
    nvme::NamespaceIds ids; ///< of the head: those of the path that came first
    std::vector<HostPath> paths;

    [[nodiscard]] const HostPath* find(const KernelController& controller) const;
};

struct HostSubsystem {
    const KernelObservation* kernel{};
    const KernelSubsystem* observed{};
    std::string nqn;
    KernelVersion release; ///< kLastKnownKernel when the kernel did not say
    std::vector<HostController> controllers;
    std::vector<HostNamespace> namespaces;

    [[nodiscard]] const HostNamespace* find(std::uint32_t nsid) const;
};

/// Every NVM subsystem of every kernel that has a controller over a fabric.
[[nodiscard]] std::vector<HostSubsystem> host_subsystems(const Subject& subject);

/// A value of a finding about a controller, under its name in the kernel.
[[nodiscard]] FindingValue value_of(const HostController& controller, std::string text);

/// The identifiers of a head, from sysfs: `uuid` shows the NGUID where there is no UUID, and only
/// `wwid` tells.
[[nodiscard]] nvme::NamespaceIds head_ids(const KernelNamespace& head);

/// The identifiers that a release takes for a path: from 6.16 on, a controller of NVMe 2.0 or later
/// with Identify CNS 08h is not asked for CNS 00h, and only the descriptors count
/// (drivers/nvme/host/core.c, nvme_scan_ns).
[[nodiscard]] nvme::NamespaceIds bound_ids(const Namespace& path, KernelVersion release);
/// Whether the namespace may be shared, from the page that the release reads.
[[nodiscard]] bool bound_as_shared(const Namespace& path, KernelVersion release);

/// Why a live controller has no path to a namespace that it offers.
struct Refusal {
    std::string reason;  ///< "its UUID is ..., the head's is ..."
    std::string message; ///< what the kernel logs, "IDs don't match for shared namespace 2"; may be
                         ///< empty: it says nothing then
};
/// Recomputed from the pages by the rules of nvme_init_ns_head; nullopt when by them the path
/// should be there.
[[nodiscard]] std::optional<Refusal> explain_refusal(const HostSubsystem& subsystem,
                                                     const Namespace& path,
                                                     const std::vector<HostSubsystem>& all);

/// Whether the kernel's log holds a message about a controller (or a device of it).
[[nodiscard]] bool logged(const KernelObservation& kernel, std::string_view object,
                          std::string_view message);

} // namespace haoh::judge
