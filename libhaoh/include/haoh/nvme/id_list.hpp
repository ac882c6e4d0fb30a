// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The list pages of Identify: active namespaces (CNS 02h) and controllers (CNS 12h, 13h).
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kMaxNamespaceListEntries = 1024;
inline constexpr std::size_t kMaxControllerListEntries = 2047;

/// One page (up to 1,024 NSIDs).
struct NamespaceList {
    std::vector<std::uint32_t> nsids{}; ///< in the order sent, up to the first zero
    std::vector<Problem> problems{};
};
/// Problems, by field and kind:
///
/// | field  | kind            | at the offset of                                        |
/// |--------|-----------------|---------------------------------------------------------|
/// | "nsid" | `zero_value`    | a zero with data behind it (which a host does not read) |
/// | "nsid" | `bad_value`     | NSID FFFFFFFFh                                          |
/// | "nsid" | `not_ascending` | an NSID below the one before it                         |
/// | "nsid" | `duplicate`     | an NSID that was listed before                          |
/// | "list" | `truncated`     | the end: fewer than 4,096 bytes came, without a zero    |
/// | "list" | `too_many`      | byte 4,096: data behind a full page                     |
[[nodiscard]] NamespaceList decode_namespace_list(ByteView page);
/// \pre at most 1,024 NSIDs
[[nodiscard]] Bytes encode_namespace_list(std::span<const std::uint32_t> nsids);

/// One page (up to 2,047 controller IDs).
struct ControllerList {
    std::vector<std::uint16_t> cntlids{};
    std::vector<Problem> problems{};
};
/// Problems, by field and kind:
///
/// | field    | kind            | at the offset of                                    |
/// |----------|-----------------|-----------------------------------------------------|
/// | "numid"  | `truncated`     | NUMID: more entries announced than came             |
/// | "numid"  | `too_many`      | NUMID above 2,047                                   |
/// | "cntlid" | `bad_value`     | a controller ID above FFEFh                         |
/// | "cntlid" | `not_ascending` | a controller ID below the one before it             |
/// | "cntlid" | `duplicate`     | a controller ID that was listed before              |
/// | "list"   | `trailing_data` | the end of the entries: not all zero behind it      |
[[nodiscard]] ControllerList decode_controller_list(ByteView page);
/// \pre at most 2,047 controller IDs
[[nodiscard]] Bytes encode_controller_list(std::span<const std::uint16_t> cntlids);

} // namespace nvme
} // namespace haoh
