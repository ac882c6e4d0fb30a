// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The Commands Supported and Effects log (LID 05h), Base 2.3 section 5.2.12.1.6: a dword for each admin
/// opcode, then one for each opcode of an I/O command set.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kCommandsLogSize = 4096;

/// Bits of an entry.
namespace effects {
inline constexpr std::uint32_t supported = 1U << 0;          ///< CSUPP
inline constexpr std::uint32_t changes_data = 1U << 1;       ///< LBCC
inline constexpr std::uint32_t changes_namespace = 1U << 2;  ///< NCC: capabilities of one
inline constexpr std::uint32_t changes_inventory = 1U << 3;  ///< NIC: which namespaces there are
inline constexpr std::uint32_t changes_controller = 1U << 4; ///< CCC: its capabilities
inline constexpr std::uint32_t submission_mask = 7U << 16;   ///< CSE: what may run beside it
inline constexpr std::uint32_t submission_of_namespace = 1U << 16; ///< none for the same namespace
inline constexpr std::uint32_t submission_of_all = 2U << 16;       ///< none for any namespace
} // namespace effects

/// By opcode.
struct CommandsLog {
    std::array<std::uint32_t, 256> admin{};
    std::array<std::uint32_t, 256> io{};
};

/// Decodes a log of any length; what is missing reads as zero.
[[nodiscard]] CommandsLog decode_commands_log(ByteView log);
/// The log of 4,096 bytes.
[[nodiscard]] Bytes encode(const CommandsLog& log);

} // namespace nvme
} // namespace haoh
