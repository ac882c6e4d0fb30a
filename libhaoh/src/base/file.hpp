// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whole files, with errors that name them.
#pragma once

#include "base/file_descriptor.hpp"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace haoh::base {

/// What errno says.
[[nodiscard]] inline std::error_code last_error() {
    return {errno, std::generic_category()};
}

/// A file to be read by and by ("-": standard input), as `read_file` takes it. A read of what is no regular
/// file may say EAGAIN. \throws Error
[[nodiscard]] FileDescriptor open_to_read(const std::string& path);

/// The content of a file ("-": standard input). A name is that of a regular file, or of a pipe that a
/// shell made for `<(...)`: what never ends, or waits for somebody, is refused.
/// \throws Error when it cannot be read or is larger than `limit` bytes
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit);

/// Follows symbolic links to the file that is meant, which need not be there yet.
[[nodiscard]] std::filesystem::path followed(std::filesystem::path path);

/// Whether `write_file` could write it now, by what it begins with: a file beside it, which is taken away
/// again. Nothing that is there changes. \throws Error as `write_file` does
void require_writable(const std::string& path);

/// Replaces a file as a whole: written beside it, synced, renamed. Never leaves half a file. Symbolic
/// links are followed, and the file keeps its mode and, as far as this user may, its owner. A device,
/// pipe or socket takes the bytes itself.
/// \throws OutputError when they do not arrive
/// \throws Error when the name cannot be one of a file
void write_file(const std::string& path, std::string_view content);

/// \throws Error (invalid_argument) when there is something of that name, a link that leads nowhere
/// included
void require_absent(const std::string& path);
/// A file that is not there yet, whole or not at all: what came into being meanwhile is left alone.
/// \throws OutputError when the bytes do not arrive
/// \throws Error as `require_absent`, or when the name cannot be one of a file
void create_file(const std::string& path, std::string_view content);

} // namespace haoh::base
