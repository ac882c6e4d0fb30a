// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the bytes of an attribute's file say. Pure.
#pragma once

#include <haoh/kernel.hpp>

#include <cstddef>
#include <string_view>

namespace haoh::host {

/// The most that an attribute of sysfs can say: a page, of which the largest has 64 KiB (POWER, some
/// arm64). tar records each attribute of such a machine at that size, padded with NUL bytes.
inline constexpr std::size_t kMaxAttributeBytes = 65536;
/// What nearly every attribute fits in, so that most are read with one call, to the stack.
inline constexpr std::size_t kUsualAttributeBytes = 4096;

/// \param bytes  the file from its beginning; one byte more than a page tells that it is too long
[[nodiscard]] Attribute attribute_of(std::string_view bytes);
[[nodiscard]] Attribute unreadable_attribute(std::string_view why);

/// The text of an errno value: "Permission denied".
[[nodiscard]] std::string_view errno_text(int error);

} // namespace haoh::host
