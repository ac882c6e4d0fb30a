// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The states of a controller in Linux.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// (drivers/nvme/host/sysfs.c, nvme_sysfs_show_state)
enum class ControllerState : std::uint8_t {
    unknown, ///< not read, or none of these
    fresh,   ///< "new"
    live,
    resetting,
    connecting,
    deleting,
    deleting_no_io, ///< "deleting (no IO)"
    dead,
};
/// As in sysfs; empty for `unknown`.
[[nodiscard]] std::string_view to_string(ControllerState state);
[[nodiscard]] ControllerState parse_controller_state(std::string_view text);

} // namespace haoh
