// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The I/O policies that arrays' makers ask for.
#pragma once

#include <haoh/io_policy.hpp>

#include <string_view>

namespace haoh::judge {

/// What a maker asks for in the udev rules that nvme-cli ships (71-nvmf-*.rules).
struct MakerPolicy {
    std::string_view model; ///< that the model number begins with
    IoPolicy policy{};
};

/// \param model  a subsystem's model number
/// \return nullptr when no maker asks for anything
[[nodiscard]] const MakerPolicy* maker_policy(std::string_view model);

} // namespace haoh::judge
