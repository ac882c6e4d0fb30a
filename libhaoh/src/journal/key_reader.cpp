// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/key_reader.hpp"

#include "base/number_text.hpp"
#include "base/rfc3339.hpp"

#include <fmt/format.h>

namespace haoh::journal {
namespace {

/// 73 years, in both directions: two such times can be subtracted from each other, and two differences, too.
constexpr std::int64_t kLatest = std::int64_t{1} << 61U;

constexpr std::string_view kNewer = "use a newer haoh";

} // namespace

void require_schema(const base::Node& schema, std::string_view name) {
    const std::string& told = schema.string();
    if (told == name) {
        return;
    }
    const std::string_view family = name.substr(0, name.find('/') + 1);
    if (told.starts_with(family)) {
        schema.fail(fmt::format("the schema is {}, this haoh reads {}", base::quote(told), name),
                    kNewer, Errc::unsupported);
    }
    schema.fail(fmt::format("the schema is {}, not {}", base::quote(told), name));
}

void KeyReader::schema(std::string_view name) {
    require_schema(reader_.required("schema"), name);
}

void KeyReader::duration(std::string_view key, std::chrono::nanoseconds& value) {
    value = std::chrono::nanoseconds{nanoseconds_of(reader_.required(key))};
}

void KeyReader::text(std::string_view key, std::string& value) {
    if (reader_.has(key)) {
        value = base::text(reader_.required(key));
    }
}

void KeyReader::message(std::string_view key, std::string& value) {
    if (reader_.has(key)) {
        value = base::message(reader_.required(key));
    }
}

void KeyReader::ana_state(std::string_view key, std::string_view unread, PathAnaState& value) {
    bool is_unread = false;
    flag(unread, is_unread);
    if (is_unread) {
        value = PathAnaState::not_read();
    } else {
        word(key, value);
    }
}

void KeyReader::moment(std::string_view time, std::string_view monotonic, Moment& value,
                       Fraction /*fraction*/) {
    const base::Node node = reader_.required(time);
    const auto wall = base::parse_rfc3339(node.string());
    if (!wall) {
        node.fail(fmt::format("{} is no time of the form 2026-01-31T12:00:00.000000Z",
                              base::quote(node.string())));
    }
    value.wall = *wall;
    duration(monotonic, value.monotonic);
}

void KeyReader::moment(std::string_view time, std::string_view monotonic,
                       std::optional<Moment>& value, Fraction fraction) {
    if (reader_.has(time)) {
        moment(time, monotonic, value.emplace(), fraction);
    }
}

std::uint64_t KeyReader::number_of(const base::Node& node, std::uint64_t max) {
    if (!node.is_string()) {
        return node.number(max);
    }
    const auto value = base::parse_number<std::uint64_t>(node.string());
    if (!value || *value > max) {
        node.fail(fmt::format("{} is no number from 0 to {}", base::quote(node.string()), max));
    }
    return *value;
}

std::int64_t KeyReader::nanoseconds_of(const base::Node& node) {
    return node.is_string() ? static_cast<std::int64_t>(number_of(node, kLatest))
                            : node.integer(kLatest);
}

void KeyReader::refuse_word(const base::Node& node, std::string_view word) {
    node.fail(fmt::format("{} is no word that this haoh knows", base::quote(word)), kNewer,
              Errc::unsupported);
}

void KeyReader::require_size(const base::Node& node, std::size_t size) {
    if (node.list().size() != size) {
        node.fail(fmt::format("{} numbers where {} belong", node.list().size(), size));
    }
}

} // namespace haoh::journal
