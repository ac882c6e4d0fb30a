// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// JournalReader: the lines of a journal's files, oldest first, in the memory of the longest one.
#pragma once

#include "base/line_reader.hpp"

#include <haoh/journal.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace haoh::tool {

class JournalReader {
  public:
    /// \param files  in any order, "-" (standard input) alone
    /// \param note   told of a line that was torn when its writer ended, and of a file with nothing in it
    /// \throws Error when one cannot be read, or its first line is none of a journal
    JournalReader(const std::vector<std::string>& files,
                  std::function<void(const std::string&)> note);

    /// nullopt at the end. \throws Error that names file and line
    [[nodiscard]] std::optional<JournalLine> next();
    /// Some line was torn.
    [[nodiscard]] bool torn() const { return torn_; }

  private:
    /// A file, and what was read of it to know where it belongs.
    struct Source {
        base::LineReader lines;
        std::optional<JournalLine> first{};
    };
    [[nodiscard]] std::optional<JournalLine> read(base::LineReader& lines);

    std::function<void(const std::string&)> note_;
    std::deque<Source> sources_;
    bool torn_{};
};

/// When a line was written.
[[nodiscard]] const Moment& moment_of(const JournalLine& line);

} // namespace haoh::tool
