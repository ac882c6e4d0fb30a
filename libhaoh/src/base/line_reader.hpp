// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A file line by line, in the memory of its longest one.
#pragma once

#include "base/file_descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haoh::base {

class LineReader {
  public:
    struct Line {
        std::string_view text; ///< without its newline; until the next call
        bool whole{};          ///< it had one
    };

    /// \param path   as `read_file` takes it
    /// \param limit  bytes of a line
    /// \throws Error
    LineReader(std::string path, std::size_t limit);

    /// nullopt at the end. \throws Error when it cannot be read, or a line is longer than it may be
    [[nodiscard]] std::optional<Line> next();
    /// Of the last line that was given; the first one is 1.
    [[nodiscard]] std::uint64_t number() const { return number_; }
    /// For messages.
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    bool read_more();

    std::string name_;
    std::size_t limit_;
    FileDescriptor file_;
    std::string buffer_;
    std::size_t begin_{}; ///< of what was not given yet
    std::uint64_t number_{};
};

} // namespace haoh::base
