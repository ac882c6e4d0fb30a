// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The I/O policies of Linux's native NVMe multipath (drivers/nvme/host/multipath.c,
/// nvme_iopolicy_names): which releases offer them, and when each is the wrong one. Pure.
#pragma once

#include <haoh/kernel.hpp>
#include <haoh/visibility.h>

#include <span>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A policy of the kernel, for people who have to choose one.
struct KernelPolicyInfo {
    std::string_view name;  ///< as sysfs spells it: "round-robin"
    KernelVersion since;    ///< the first release that offers it
    std::string_view how;   ///< which path it takes
    std::string_view right; ///< when it is the right one
    std::string_view wrong; ///< and when not
};

/// Every policy that a release up to 7.3 has, in the order of the kernel's own table.
[[nodiscard]] std::span<const KernelPolicyInfo> kernel_policies();
/// \return nullptr when no release has it
[[nodiscard]] const KernelPolicyInfo* find_kernel_policy(std::string_view name);
/// Whether a release offers a policy. One that is no number ("") is taken for the newest.
/// Distributions that bring a policy to an older release are not known here.
[[nodiscard]] bool offers(std::string_view release, const KernelPolicyInfo& policy);
/// The names of those that it offers, in the order of `kernel_policies`.
[[nodiscard]] std::vector<std::string_view> offered_policies(std::string_view release);

/// Refuses a policy that a release does not offer.
/// \throws Error (invalid_argument) that lists what it offers
void require_offered(std::string_view policy, std::string_view release);

} // namespace haoh
