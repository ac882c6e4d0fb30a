// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as the lines of a journal: each is refused by an Error, or what it says survives being written and
// read; and whatever they say, going through them ends well.
#include "property.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>
#include <haoh/journal.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

using haoh::JournalEntry;
using haoh::JournalLine;
using haoh::fuzz::require;

std::optional<JournalLine> line_of(std::string_view text) {
    try {
        return haoh::journal_line_from_json(text, "fuzz.journal");
    } catch (const haoh::Error& error) {
        const std::string_view message = error.what();
        require(!message.empty() && message.find('\n') == std::string_view::npos,
                "an error is one line");
        return std::nullopt;
    }
}

std::string written(const JournalLine& line) {
    return std::visit([](const auto& one) { return haoh::to_json(one); }, line);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    haoh::JournalPlayer player;
    haoh::EventFolder folder;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (const auto line = line_of(text.substr(0, end))) {
            // The first writing rounds times of events; the second has nothing left to round.
            const std::string once = written(*line);
            const auto again = line_of(once);
            require(again.has_value(), "what is written can be read");
            require(written(*again) == once, "and says the same");
            const auto* const entry = std::get_if<JournalEntry>(&*line);
            require(entry == nullptr || std::get<JournalEntry>(*again) == *entry,
                    "an entry is what it was");
            static_cast<void>(player.begins(*line));
            if (player.take(*line).tells) {
                static_cast<void>(folder.push(std::get<haoh::Event>(*line)));
            }
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    const haoh::MonitorStatus status = player.status();
    require(haoh::summary_text(status, player.latencies()).find('\x1b') == std::string::npos,
            "what is told is safe to print");
    static_cast<void>(folder.flush());
    static_cast<void>(haoh::to_metrics(status));
    player.count_anew();
    static_cast<void>(haoh::to_json(player.status()));
    return 0;
}
