// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whole files, with errors that name them.
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace haoh::tool {

/// What errno says.
[[nodiscard]] inline std::error_code last_error() {
    return {errno, std::generic_category()};
}

inline constexpr std::size_t kSnapshotLimit = std::size_t{1} << 30U; ///< bytes

/// The content of a file ("-": standard input).
/// \throws Error when it cannot be read or is larger than `limit` bytes
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit);

/// Replaces a file as a whole: written beside it, synced, renamed. Never leaves half a file.
/// \throws Error
void write_file(const std::string& path, std::string_view content);

} // namespace haoh::tool
