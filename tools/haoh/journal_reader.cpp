// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal_reader.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::tool {

const Moment& moment_of(const JournalLine& line) {
    const auto* const entry = std::get_if<JournalEntry>(&line);
    return entry == nullptr ? std::get<Event>(line).observed : entry->status.now;
}

JournalReader::JournalReader(const std::vector<std::string>& files,
                             std::function<void(const std::string&)> note)
    : note_{std::move(note)} {
    for (const std::string& file : files) {
        if (file == "-" && files.size() > 1) {
            throw Error(Errc::invalid_argument, "read journal", "standard input",
                        "it is one of several", "name the files, or pipe all of them in");
        }
        Source source{.lines = base::LineReader{file, kLongestJournalLine}};
        source.first = read(source.lines);
        if (source.first) {
            sources_.push_back(std::move(source));
        } else if (!torn_) {
            note_(fmt::format("{}: nothing was recorded in it", source.lines.name()));
        }
    }
    // As a shell has them, the newest comes first.
    std::stable_sort(sources_.begin(), sources_.end(), [](const Source& one, const Source& other) {
        return moment_of(*one.first).wall < moment_of(*other.first).wall;
    });
}

std::optional<JournalLine> JournalReader::next() {
    while (!sources_.empty()) {
        Source& source = sources_.front();
        std::optional<JournalLine> line =
            source.first ? std::exchange(source.first, std::nullopt) : read(source.lines);
        if (line) {
            return line;
        }
        sources_.pop_front();
    }
    return std::nullopt;
}

std::optional<JournalLine> JournalReader::read(base::LineReader& lines) {
    const auto line = lines.next();
    if (!line) {
        return std::nullopt;
    }
    try {
        return journal_line_from_json(line->text, lines.name(), lines.number());
    } catch (const Error& error) {
        // Without its end, what there is may be a line and no more: its writer, or an editor, left it so.
        if (line->whole || error.code() != Errc::malformed) {
            throw;
        }
    }
    torn_ = true;
    note_(fmt::format("{}:{}: the last line is torn, as its writer was ended while it wrote; it is "
                      "passed over",
                      lines.name(), lines.number()));
    return std::nullopt;
}

} // namespace haoh::tool
