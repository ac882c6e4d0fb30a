// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Addresses as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haoh::base {

/// An IPv4 or IPv6 address in its canonical spelling, so that two spellings of one are one: the kernel
/// pads IPv6 with zeros. nullopt for anything else.
[[nodiscard]] std::optional<std::string> numeric_address(std::string_view text);
/// The same; anything else (a host name, a WWN) as it is.
[[nodiscard]] std::string plain_address(std::string_view text);

/// As it stands before a port: "[fd00::1]", "10.0.0.1".
[[nodiscard]] std::string bracketed(std::string_view address);

} // namespace haoh::base
