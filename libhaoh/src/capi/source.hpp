// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Arguments of C calls as C++ has them.
#pragma once

#include <haoh/haoh.h>
#include <haoh/source_options.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::capi {

/// \param source  NULL: this host
/// \throws Error (invalid_argument, unsupported)
[[nodiscard]] Source source_of(const haoh_source* source);

/// An array of texts. \throws Error (invalid_argument) when it is NULL or has one
[[nodiscard]] std::vector<std::string> texts(const char* const* array, std::size_t count,
                                             const char* name);
/// \throws Error (invalid_argument) for NULL
[[nodiscard]] std::string_view text(const char* given, const char* name);
/// \throws Error (invalid_argument) for NULL with a length
[[nodiscard]] std::string_view bytes(const char* given, std::size_t length, const char* name);

} // namespace haoh::capi
