// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How a host reaches a controller, as Linux names it.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// (struct nvme_ctrl_ops, name; `transport` in sysfs)
enum class Transport : std::uint8_t {
    unknown, ///< not known, or none of these
    pcie,
    apple, ///< "apple-nvme": a drive in Apple's machines
    rdma,
    fibre_channel, ///< "fc"
    tcp,
    loop,
};
/// As in sysfs; empty for `unknown`.
[[nodiscard]] std::string_view to_string(Transport transport);
[[nodiscard]] Transport parse_transport(std::string_view text);

} // namespace haoh
