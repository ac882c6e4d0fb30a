// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/key_writer.hpp"

#include "base/json_text.hpp"
#include "base/rfc3339.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace haoh::journal {
namespace {

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char letter) {
        return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
    });
}

constexpr int kOnOneLine = -1;

void append_string(std::string& out, std::string_view raw) {
    if (is_plain(raw)) {
        out.append(1, '"').append(raw).append(1, '"');
    } else {
        out += nlohmann::json(base::escape_bytes(raw)).dump(kOnOneLine, ' ', true);
    }
}

} // namespace

void KeyWriter::put_key(std::string_view key) {
    out_ += first_ ? "" : ",";
    first_ = false;
    append_string(out_, key);
    out_ += ':';
}

void KeyWriter::put_text(std::string_view key, std::string_view value) {
    put_key(key);
    append_string(out_, value);
}

void KeyWriter::put_number(std::uint64_t value) {
    const std::string_view quote = value > base::kLargestExactInteger ? "\"" : "";
    fmt::format_to(std::back_inserter(out_), "{0}{1}{0}", quote, value);
}

void KeyWriter::number(std::string_view key, std::uint64_t value) {
    put_key(key);
    put_number(value);
}

void KeyWriter::count(std::string_view key, std::uint64_t value) {
    if (value != 0) {
        number(key, value);
    }
}

void KeyWriter::duration(std::string_view key, std::chrono::nanoseconds value) {
    if (value.count() < 0) {
        put_signed(key, value.count());
    } else {
        number(key, static_cast<std::uint64_t>(value.count()));
    }
}

void KeyWriter::put_signed(std::string_view key, std::int64_t value) {
    put_key(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
}

void KeyWriter::flag(std::string_view key, bool value) {
    if (value) {
        truth(key, value);
    }
}

void KeyWriter::truth(std::string_view key, bool value) {
    put_key(key);
    out_ += value ? "true" : "false";
}

void KeyWriter::text(std::string_view key, std::string_view value) {
    if (!value.empty()) {
        put_text(key, value);
    }
}

void KeyWriter::ana_state(std::string_view key, std::string_view unread,
                          const PathAnaState& value) {
    if (value.kind() == PathAnaState::unreadable) {
        flag(unread, true);
    } else {
        text(key, value.text());
    }
}

void KeyWriter::moment(std::string_view time, std::string_view monotonic, const Moment& value,
                       Fraction fraction) {
    text(time, fraction == Fraction::nanoseconds ? base::rfc3339_exact(value.wall)
                                                 : base::rfc3339(value.wall));
    duration(monotonic, value.monotonic);
}

} // namespace haoh::journal
