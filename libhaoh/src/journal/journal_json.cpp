// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/journal.hpp>

#include "base/located_reader.hpp"
#include "journal/key_reader.hpp"
#include "journal/key_writer.hpp"
#include "journal/status_keys.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace haoh {
namespace journal {
namespace {

/// 65,536 namespaces with 16 paths each are about 230 MiB and 9 million values.
constexpr base::JsonLimits kLineLimits{
    .bytes = kLongestJournalLine, .depth = 8, .values = 16'000'000, .members = 512};

constexpr std::string_view kOperation = "read journal";

/// A document and what it takes to read it.
class Document {
  public:
    Document(std::string_view text, std::string_view origin, std::uint64_t line)
        : context_{.operation = std::string(kOperation), .origin = std::string(origin)},
          value_{base::parse_located(text, kOperation, origin, kLineLimits, line_number(line))},
          root_{context_, value_} {}
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    [[nodiscard]] const base::Node& root() const { return root_; }
    template <typename Value>
    [[nodiscard]] Value read() const {
        Value value;
        KeyReader::read(root_, value);
        return value;
    }

  private:
    static std::uint32_t line_number(std::uint64_t line) {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(line, std::numeric_limits<std::uint32_t>::max()));
    }

    base::ReadContext context_;
    base::LocatedValue value_;
    base::Node root_;
};

template <typename Value>
std::string line_of(const Value& value) {
    std::string out;
    KeyWriter::write(out, value);
    out += '\n';
    return out;
}

template <typename Value, std::size_t size, typename Name>
std::optional<Value> parse_one_of(const std::array<Value, size>& values, std::string_view text,
                                  Name name) {
    const auto found =
        std::ranges::find_if(values, [&](const Value& value) { return name(value) == text; });
    return found == values.end() ? std::nullopt : std::optional(*found);
}

} // namespace

std::string_view name_of(PathUse::Kind kind) {
    switch (kind) {
    case PathUse::Kind::optimized:
        return "optimized";
    case PathUse::Kind::non_optimized:
        return "non_optimized";
    case PathUse::Kind::no_head:
        return "no_head";
    case PathUse::Kind::controller_gone:
        return "controller_gone";
    case PathUse::Kind::controller_not_live:
        return "controller_not_live";
    case PathUse::Kind::ana_unreadable:
        return "ana_unreadable";
    case PathUse::Kind::ana_inaccessible:
        return "ana_inaccessible";
    case PathUse::Kind::ana_persistent_loss:
        return "ana_persistent_loss";
    case PathUse::Kind::ana_change:
        return "ana_change";
    case PathUse::Kind::ana_unknown:
        return "ana_unknown";
    case PathUse::Kind::refused:
        return "refused";
    case PathUse::Kind::size_differs:
        return "size_differs";
    }
    return {};
}

std::optional<PathUse::Kind> parse_path_use(std::string_view name) {
    // Until one has no name: that is behind the last.
    for (unsigned value = 0;; ++value) {
        const auto kind = static_cast<PathUse::Kind>(value);
        if (name_of(kind).empty()) {
            return std::nullopt;
        }
        if (name_of(kind) == name) {
            return kind;
        }
    }
}

std::optional<Verdict> parse_verdict(std::string_view name) {
    constexpr std::array kVerdicts{Verdict::pass, Verdict::note, Verdict::unknown, Verdict::warn,
                                   Verdict::fail};
    return parse_one_of(kVerdicts, name, [](Verdict verdict) { return to_string(verdict); });
}

std::string_view name_of(JournalEntry::Kind kind) {
    switch (kind) {
    case JournalEntry::Kind::begin:
        return "begin";
    case JournalEntry::Kind::continued:
        return "continued";
    case JournalEntry::Kind::status:
        return "status";
    case JournalEntry::Kind::end:
        return "end";
    }
    return {};
}

std::optional<JournalEntry::Kind> parse_entry_kind(std::string_view name) {
    using Kind = JournalEntry::Kind;
    constexpr std::array kKinds{Kind::begin, Kind::continued, Kind::status, Kind::end};
    return parse_one_of(kKinds, name, [](Kind kind) { return name_of(kind); });
}

} // namespace journal

std::string to_json(const Event& event) {
    return journal::line_of(event);
}

Event event_from_json(std::string_view text, std::string_view origin) {
    return journal::Document{text, origin, 1}.read<Event>();
}

std::string to_json(const MonitorStatus& status) {
    return journal::line_of(status);
}

MonitorStatus monitor_status_from_json(std::string_view text, std::string_view origin) {
    return journal::Document{text, origin, 1}.read<MonitorStatus>();
}

std::string to_json(const JournalEntry& entry) {
    return journal::line_of(entry);
}

JournalLine journal_line_from_json(std::string_view text, std::string_view origin,
                                   std::uint64_t number) {
    const journal::Document document{text, origin, number};
    base::ObjectReader reader{document.root()};
    if (!reader.has("schema")) {
        document.root().fail("no key \"schema\": this is no line of a journal of haoh",
                             "record one with haoh monitor --journal FILE");
    }
    const base::Node schema = reader.required("schema");
    if (schema.string().starts_with("haoh.event/")) {
        return document.read<Event>();
    }
    journal::require_schema(schema, journal::kJournalSchema);
    return document.read<JournalEntry>();
}

} // namespace haoh
