// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// NVMe Qualified Names, Base 2.3 section 4.7.
#pragma once

#include <haoh/visibility.h>

#include <optional>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kNqnMaxLength = 223; ///< bytes, without the terminating NUL

/// What makes it no name at all as one clause, or nullopt: it is empty, longer than 223 bytes, not
/// UTF-8, or holds control characters. Anything else is a name that arrays are sold with and that
/// Linux connects to, though it may lack the form of an NQN (`nqn_defect`).
[[nodiscard]] std::optional<std::string> name_defect(std::string_view nqn);

/// What is wrong with a name as one clause, or nullopt when it is well formed: UTF-8 without control
/// characters, at most 223 bytes, and one of
/// - `nqn.yyyy-mm.` + reversed domain name (not `org.nvmexpress`) + `:` + a text,
/// - `nqn.2014-08.org.nvmexpress:uuid:` + a UUID with dashes,
/// - `nqn.2014-08.org.nvmexpress.discovery`.
///
/// NQNs are compared as bytes.
[[nodiscard]] std::optional<std::string> nqn_defect(std::string_view nqn);

} // namespace nvme
} // namespace haoh
