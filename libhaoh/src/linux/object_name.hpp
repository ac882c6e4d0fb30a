// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The names of NVMe objects in sysfs. Their numbers are instances: the X of nvmeXnZ is a
/// subsystem's (without multipath a controller's), the Z a counter, and never an NSID. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace haoh::linux_kernel {

struct ObjectName {
    enum class Kind : std::uint8_t {
        subsystem,  ///< nvme-subsysX
        controller, ///< nvmeX
        head,       ///< nvmeXnZ
        path,       ///< nvmeXcYnZ
    };
    Kind kind{};
    std::uint32_t instance{};   ///< X
    std::uint32_t controller{}; ///< Y
    std::uint32_t head{};       ///< Z

    auto operator<=>(const ObjectName&) const = default;
};

/// nullopt for everything else: partitions, generic devices (ng0n1), hwmon3, power, ...
[[nodiscard]] std::optional<ObjectName> parse_object_name(std::string_view text);

/// The natural order of names: nvme2 before nvme10; other names behind, by their bytes.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

} // namespace haoh::linux_kernel
