// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A kernel's subsystems beside what their controllers say of themselves. A view: subject and
/// observation must outlive it.
#pragma once

#include "judge/id_index.hpp"

#include <haoh/check.hpp>
#include <haoh/kernel.hpp>
#include <haoh/kernel_release.hpp>
#include <haoh/nvme/namespace_id.hpp>
#include <haoh/path_use.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::judge {

struct Controller;
struct Host;
struct Namespace;
struct Subject;

/// A controller as the kernel has it, and as it answered.
struct HostController {
    std::string_view host; ///< KernelObservation::host
    const KernelController* kernel{};
    const Controller* asked{}; ///< nullptr: it was not, or Identify failed
    std::string array;         ///< empty when unknown
    /// Its index in Observation::unobserved, where its state in the kernel may be why it was not asked.
    std::optional<std::size_t> unobserved{};

    /// Offers the namespace in its own list.
    [[nodiscard]] const Namespace* find(std::uint32_t nsid) const;
};

struct HostPath {
    const KernelPath* kernel{};
    const HostController* controller{}; ///< nullptr: none of that name
    PathUse use;

    /// What decides about its use could not be read: it may be usable.
    [[nodiscard]] bool unread() const;
};

/// A head with its paths.
struct HostNamespace {
    const KernelNamespace* kernel{};
    std::optional<std::uint32_t> nsid;
    nvme::NamespaceIds ids; ///< of the head: those of the path that came first
    std::vector<HostPath> paths;
    std::map<std::string_view, std::size_t> by_controller{}; ///< the first path of each

    [[nodiscard]] const HostPath* find(const KernelController& controller) const;
};

struct HostSubsystem {
    const Host* host{};
    const KernelSubsystem* observed{};
    std::string nqn;
    std::vector<HostController> controllers;
    std::vector<HostNamespace> namespaces;
    bool arrays_known{true};                        ///< as Subsystem::arrays_known
    std::map<std::uint32_t, std::size_t> by_nsid{}; ///< the first head of each
    IdIndex by_id{};

    [[nodiscard]] const HostNamespace* find(std::uint32_t nsid) const;
};

/// One machine's kernel.
struct Host {
    const KernelObservation* kernel{};
    KernelRelease release; ///< kLastKnownKernel when the kernel did not say
    /// Every NVM subsystem that has a controller over a fabric.
    std::vector<HostSubsystem> subsystems;
    /// Every one that has none at all: something still holds it.
    std::vector<HostSubsystem> abandoned;
};

/// \param subject  whose observation, attributions and controllers are final
[[nodiscard]] std::vector<Host> hosts_of(const Subject& subject);

/// A value of a finding about a controller, under its name in the kernel.
[[nodiscard]] FindingValue value_of(const HostController& controller, std::string text);

/// The pages that a kernel takes identifiers and NMIC from. From 6.13 on, a controller of NVMe 2.0 or
/// later with Identify CNS 08h is not asked for CNS 00h, and of identifiers only the descriptors
/// count (drivers/nvme/host/core.c, nvme_scan_ns).
enum class BoundBy : std::uint8_t { identify, independent };
/// nullopt: nobody knows of this kernel, and for this controller it matters.
[[nodiscard]] std::optional<BoundBy> bound_by(const Namespace& path, const KernelRelease& release);
/// The identifiers that a kernel takes for a path.
[[nodiscard]] nvme::NamespaceIds bound_ids(const Namespace& path, BoundBy page);
/// Whether the namespace may be shared, from that page.
[[nodiscard]] bool bound_as_shared(const Namespace& path, BoundBy page);

} // namespace haoh::judge
