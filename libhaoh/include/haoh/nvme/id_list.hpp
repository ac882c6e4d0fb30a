// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The list pages of Identify: active namespaces (CNS 02h) and controllers (CNS 12h, 13h).
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>

namespace haoh::nvme {

inline constexpr std::size_t kMaxNamespaceListEntries = 1024;
inline constexpr std::size_t kMaxControllerListEntries = 2047;

/// One page (up to 1,024 NSIDs). `problems` names order, zeros inside and data behind the end.
struct NamespaceList {
    std::vector<std::uint32_t> nsids; ///< in the order sent, without the zero tail
    std::vector<Problem> problems;
};
[[nodiscard]] NamespaceList decode_namespace_list(ByteView page);
/// \pre at most 1,024 NSIDs
[[nodiscard]] Bytes encode_namespace_list(std::span<const std::uint32_t> nsids);

/// One page (up to 2,047 controller IDs).
struct ControllerList {
    std::vector<std::uint16_t> cntlids;
    std::vector<Problem> problems;
};
[[nodiscard]] ControllerList decode_controller_list(ByteView page);
/// \pre at most 2,047 controller IDs
[[nodiscard]] Bytes encode_controller_list(std::span<const std::uint16_t> cntlids);

} // namespace haoh::nvme
