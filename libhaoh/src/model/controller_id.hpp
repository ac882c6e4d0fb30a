// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A controller's ID as a kernel shows it.
#pragma once

#include <haoh/kernel.hpp>

#include <cstdint>
#include <optional>

namespace haoh::model {

/// nullopt: not known, or none that there could be: a recorded tree may say anything.
[[nodiscard]] inline std::optional<std::uint16_t>
controller_id(const KernelController& controller) {
    const auto id = controller.cntlid.number();
    return id && *id <= 0xFFFFU ? std::optional(static_cast<std::uint16_t>(*id)) : std::nullopt;
}

} // namespace haoh::model
