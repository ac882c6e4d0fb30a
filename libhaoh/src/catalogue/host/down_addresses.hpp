// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Addresses of a host's controllers that are down in several subsystems: one cause, told once.
#pragma once

#include "judge/host_subsystem.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::judge {

/// "tcp 192.0.2.2" of a controller, whatever the port; empty when sysfs does not say it.
[[nodiscard]] std::string place_of(const KernelController& controller);

/// An address with controllers of several subsystems that are not live.
struct DownAddress {
    std::string place;                       ///< "tcp 192.0.2.2"
    std::vector<const HostController*> down; ///< in the order of subsystems
    std::size_t controllers{};               ///< to the address in all
    std::size_t subsystems{};                ///< of those that are down
};

/// By address.
[[nodiscard]] std::vector<DownAddress> down_addresses(const Host& host);

/// Whether one of them has the controller.
[[nodiscard]] bool is_down_with_others(const std::vector<DownAddress>& addresses,
                                       const KernelController& controller);

} // namespace haoh::judge
