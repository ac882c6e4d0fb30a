// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whole files, with errors that name them.
#pragma once

#include <string>
#include <string_view>

namespace haoh::tool {

/// The content of a file ("-": standard input).
/// \throws Error when it cannot be read or is larger than `limit` bytes
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit);

/// Replaces a file as a whole: written beside it, synced, renamed. Never leaves half a file.
/// \throws Error
void write_file(const std::string& path, std::string_view content);

} // namespace haoh::tool
