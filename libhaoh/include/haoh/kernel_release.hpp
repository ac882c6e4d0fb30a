// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What `uname -r` prints, taken apart: which upstream Linux a kernel began as, and who built it.
#pragma once

#include <haoh/kernel.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// Whose kernel it is. Rebuilds of Red Hat's cannot be told from it, and are the same kernel.
enum class Distribution : std::uint8_t {
    upstream,         ///< kernel.org's, or one built from it: ELRepo, Ubuntu's mainline builds
    debian,           ///< upstream's stable releases
    ubuntu,           ///< "6.8.0-45-generic"
    enterprise_linux, ///< Red Hat Enterprise Linux, CentOS Stream, AlmaLinux, Rocky Linux, ...
    oracle_uek,       ///< Oracle's Unbreakable Enterprise Kernel
    suse,             ///< SUSE Linux Enterprise, openSUSE
    fedora,
    amazon,
    proxmox,
    other, ///< somebody's: the text does not say whose
};
/// "kernel.org", "Debian", ...
[[nodiscard]] std::string_view to_string(Distribution value);

/// Of a number that a release does not say: "7.x", RHEL 9 without its minor release.
inline constexpr unsigned kAnyMinor = ~0U;

/// A kernel: the upstream release that it began as, and whose it is.
struct KernelRelease {
    KernelVersion upstream{};
    /// Upstream's patch level. nullopt where the text does not have it: Debian's "6.1.0-26",
    /// Ubuntu's and Red Hat's kernels put 0 there whatever they took.
    std::optional<unsigned> patch{};
    Distribution distribution{Distribution::upstream};
    /// The distribution's own release: 9.6 is RHEL 9.6, 15.6 SLES 15 SP6, 41.0 Fedora 41; 0.0
    /// where it is not said, `kAnyMinor` where only the major one is.
    KernelVersion product{};
    /// By which a distribution counts its kernels of one base: 570 of "5.14.0-570.12.1.el9_6",
    /// 150600 of "6.4.0-150600.23-default"; 0: none.
    std::uint64_t build{};

    bool operator==(const KernelRelease&) const = default;
};

/// \param text  "6.12", "7.x", or as `uname -r` prints it on any distribution
/// \return nullopt for what is no release
[[nodiscard]] std::optional<KernelRelease> parse_kernel_release(std::string_view text);

/// For people: "Linux 6.12", "Linux 5.14 of EL 9.6", "Linux 6.4 of SLES 15 SP6".
[[nodiscard]] std::string name_of(const KernelRelease& release);

} // namespace haoh
