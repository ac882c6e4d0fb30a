// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The I/O policies of Linux's native NVMe multipath (drivers/nvme/host/multipath.c,
/// nvme_iopolicy_names): which kernels have them, and when each is the wrong one. Which kernel has what
/// is one answer, that of haoh/driver_change.hpp; all that is asked here goes by it. Pure.
#pragma once

#include <haoh/driver_change.hpp>
#include <haoh/io_policy.hpp>
#include <haoh/kernel.hpp>
#include <haoh/visibility.h>

#include <span>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A policy of the kernel, for people who have to choose one.
struct KernelPolicyInfo {
    IoPolicy policy{};
    std::string_view name;  ///< as sysfs spells it: "round-robin"
    DriverChange change{};  ///< that brought it
    KernelVersion since;    ///< upstream's first release that offers it
    std::string_view how;   ///< which path it takes
    std::string_view right; ///< when it is the right one
    std::string_view wrong; ///< and when not
};

/// Every policy that a release up to 7.3 has, in the order of the kernel's own table.
[[nodiscard]] std::span<const KernelPolicyInfo> kernel_policies();
/// \return nullptr when no release has it
[[nodiscard]] const KernelPolicyInfo* find_kernel_policy(std::string_view name);
[[nodiscard]] const KernelPolicyInfo& info_of(IoPolicy policy);

/// Whether a kernel has a policy.
[[nodiscard]] Presence presence_of(IoPolicy policy, const KernelRelease& release);
/// The same of a release as `uname -r` prints it; unknown also for what is no release ("").
[[nodiscard]] Presence presence_of(IoPolicy policy, std::string_view release);
/// The same of a host. What it shows counts before its release: a policy that is in force, and the
/// attribute that came with queue-depth.
[[nodiscard]] Presence presence_of(IoPolicy policy, const KernelObservation& kernel);
[[nodiscard]] Presence presence_of(const KernelPolicyInfo& policy, std::string_view release);
[[nodiscard]] Presence presence_of(const KernelPolicyInfo& policy, const KernelObservation& kernel);
/// Whether a release may offer a policy: it is not known to lack it.
[[nodiscard]] bool offers(std::string_view release, IoPolicy policy);
[[nodiscard]] bool offers(std::string_view release, const KernelPolicyInfo& policy);
/// Whether upstream's release has it.
[[nodiscard]] bool offers(KernelVersion kernel, IoPolicy policy);
/// Whether a change of the policy makes a kernel forget the remembered paths: those do that have
/// queue-depth, with which it came (nvme_subsys_iopolicy_update).
[[nodiscard]] Presence policy_change_forgets(const KernelObservation& kernel);
/// The same of upstream's release.
[[nodiscard]] bool policy_change_forgets(KernelVersion kernel);
/// The names of those that it may offer, in the order of `kernel_policies`.
[[nodiscard]] std::vector<std::string_view> offered_policies(std::string_view release);

/// Refuses a word that is no policy of Linux's: some releases take it for one that it begins like.
/// \throws Error (invalid_argument)
void require_policy(std::string_view policy);
/// Refuses also a policy that a release is known to lack. For a recorded tree: a kernel that runs is
/// asked by setting it.
/// \throws Error (invalid_argument) that lists what it offers
void require_offered(std::string_view policy, std::string_view release);

} // namespace haoh
