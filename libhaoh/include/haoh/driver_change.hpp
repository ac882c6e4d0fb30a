// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Changes of Linux's NVMe driver that decide what a kernel does, and which kernels have them:
/// upstream's releases, its stable branches, and distributions that took them to older ones. A table
/// with its sources.
#pragma once

#include <haoh/kernel_release.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace HAOH_PUBLIC haoh {

enum class DriverChange : std::uint8_t {
    io_policies,            ///< numa and round-robin can be chosen
    duplicate_ids_on_host,  ///< identifiers are compared over all subsystems
    host_identity_pairs,    ///< one host NQN has one host ID
    capsule_sizes,          ///< IOCCSZ and IORCSZ are looked at
    block_format_of_head,   ///< block size and protection are kept once for all paths
    queue_depth,            ///< the I/O policy; a change of policy forgets the paths in use
    inherited_write_cache,  ///< the device has a write cache if any path has one
    cache_of_namespace,     ///< VWCNP of Identify CNS 08h counts
    independent_page_first, ///< CNS 08h is read of every controller of NVMe 2.0
    large_blocks,           ///< a block may be larger than a memory page, up to 64 KiB
    path_load_shown,        ///< paths have numa_nodes and queue_depth: whose I/O, and how much
    ana_log_bounds,         ///< an ANA log that is too short is not read beyond its end
    metadata_of_transport,  ///< protection information counts where the transport has metadata
    physical_block_checked, ///< a physical block size that is no power of two is refused
    block_size_checked,     ///< LBADS and NSZE that make no size are refused
    effects_of_subsystem, ///< the Commands Supported and Effects log is read once for all controllers
};

/// Whether a kernel has a change.
enum class Presence : std::uint8_t {
    absent,
    present,
    unknown, ///< distributions take changes to older kernels, and nobody looked into this one
};

/// A stable branch that took a change.
struct StableChange {
    KernelVersion branch;
    unsigned patch{};    ///< seen in this one
    bool is_first{true}; ///< and not in the one before; false: it may have been there
};

/// Kernels of a distribution that were looked into: of one base and one major release of it.
struct DistributionChange {
    Distribution distribution{};
    KernelVersion base;
    unsigned product{};           ///< 9: of RHEL 9
    std::uint64_t absent_until{}; ///< the last build without it; 0: none was looked into
    std::uint64_t present_from{}; ///< the first with it; 0: none that was looked into
    std::string_view basis;
};

/// Where a change came from, and what took it.
struct DriverChangeInfo {
    DriverChange change{};
    KernelVersion since;     ///< upstream's first release
    std::string_view commit; ///< empty: only the releases around it were read
    std::span<const StableChange> stable;
    std::span<const DistributionChange> distributions;
};

/// Every change, in the order of the enumerators.
[[nodiscard]] std::span<const DriverChangeInfo> driver_changes();
[[nodiscard]] const DriverChangeInfo& info_of(DriverChange change);

/// A distribution's kernel has what its base had. For the rest it is known only where it was looked
/// into; kernel.org's and Debian's have what upstream's stable branches have.
[[nodiscard]] Presence presence_of(DriverChange change, const KernelRelease& release);

} // namespace haoh
