// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The two ways to compute CRC-32C, apart, so that each can be tested wherever it runs.
#pragma once

#include <haoh/nvme/bytes.hpp>

namespace haoh::nvme::detail {

/// Tables, eight bytes a step.
[[nodiscard]] std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t previous);

/// Whether this processor has an instruction for it.
[[nodiscard]] bool crc32c_hardware_available();
/// \pre `crc32c_hardware_available()`
[[nodiscard]] std::uint32_t crc32c_hardware(ByteView bytes, std::uint32_t previous);

} // namespace haoh::nvme::detail
