// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_reader.hpp"

#include "base/duration.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace haoh::base {
namespace {

constexpr std::string_view kOperation = "read";

/// A number with or without a fraction; of a large integer what a double can have of it.
double number_of(const toml::node& node) {
    const toml::value<std::int64_t>* const integer = node.as_integer();
    return integer != nullptr ? static_cast<double>(integer->get())
                              : node.as_floating_point()->get();
}

} // namespace

toml::table parse_toml(std::string_view text, std::string_view origin) {
    try {
        return toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        throw Error(Errc::malformed, kOperation,
                    fmt::format("{}:{}", origin, error.source().begin.line), error.description());
    }
}

std::string_view kind_of(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "an array";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "a boolean";
    default:
        return "a date or time";
    }
}

std::string TomlReader::full_key(std::string_view key) const {
    return path_.empty() ? std::string{key}
           : key.empty() ? path_
                         : fmt::format("{}.{}", path_, key);
}

void TomlReader::fail_at(const toml::source_region& where, std::string_view key,
                         std::string_view cause, std::string_view advice) const {
    const std::string place = full_key(key);
    throw Error(
        Errc::malformed, kOperation,
        fmt::format("{}:{}{}{}", origin_, where.begin.line, place.empty() ? "" : ": ", place),
        cause, advice);
}

void TomlReader::fail(std::string_view key, std::string_view cause, std::string_view advice) const {
    const toml::node* const found = table_.get(key);
    fail_at(found != nullptr ? found->source() : table_.source(), key, cause, advice);
}

void TomlReader::refuse_kind(const toml::node& node, std::string_view key, std::string_view wanted,
                             std::string_view advice) const {
    fail_at(node.source(), key, fmt::format("must be {}, not {}", wanted, kind_of(node)), advice);
}

void TomlReader::refuse_choice(std::string_view key, const std::string& written,
                               std::span<const std::string_view> known) const {
    fail(key, fmt::format("\"{}\" is none of its values", written),
         fmt::format("the values are {}", fmt::join(known, ", ")));
}

int TomlReader::line_of(std::string_view key) const {
    const toml::node* const found = table_.get(key);
    return static_cast<int>((found != nullptr ? found->source() : table_.source()).begin.line);
}

const toml::node* TomlReader::node(std::string_view key) {
    if (std::ranges::find(used_, key) == used_.end()) {
        used_.emplace_back(key);
    }
    return table_.get(key);
}

std::int64_t TomlReader::integer_of(const toml::node& node, std::string_view key,
                                    std::int64_t least, std::int64_t most) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value) {
        refuse_kind(node, key, "an integer");
    }
    if (*value < least || *value > most) {
        fail_at(node.source(), key, fmt::format("{} is not from {} to {}", *value, least, most));
    }
    return *value;
}

std::optional<bool> TomlReader::boolean(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    const auto value = found->value_exact<bool>();
    if (!value) {
        refuse_kind(*found, key, "true or false");
    }
    return value;
}

std::optional<double> TomlReader::number(std::string_view key, double least, double most) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (!found->is_number()) {
        refuse_kind(*found, key, "a number");
    }
    const double value = number_of(*found);
    const bool inside = value >= least && value <= most; // NaN is not
    if (!inside) {
        fail(key, fmt::format("{} is not from {} to {}", value, least, most));
    }
    return value;
}

std::optional<std::string> TomlReader::text(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    const auto value = found->value_exact<std::string>();
    if (!value) {
        refuse_kind(*found, key, "a string");
    }
    return value;
}

std::optional<std::vector<std::string>> TomlReader::texts(std::string_view key) {
    const toml::array* const list = array(key, "an array of strings");
    if (list == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> values;
    for (const toml::node& item : *list) {
        const auto value = item.value_exact<std::string>();
        if (!value) {
            refuse_kind(item, key, "a string");
        }
        values.push_back(*value);
    }
    return values;
}

std::optional<std::chrono::nanoseconds> TomlReader::duration(std::string_view key, double least,
                                                             double most) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    std::optional<std::chrono::nanoseconds> time;
    double seconds{};
    if (const auto* const written = found->as_string()) {
        time = parse_duration(written->get());
        if (!time) {
            fail(key, fmt::format("'{}' is no time", written->get()), kTimeAdvice);
        }
        seconds = std::chrono::duration<double>{*time}.count();
    } else if (found->is_number()) {
        seconds = number_of(*found);
        time = duration_of_seconds(seconds);
    } else {
        refuse_kind(*found, key, "a time", kTimeAdvice);
    }
    if (!time || seconds < least || seconds > most) {
        fail(key, fmt::format("{} s is not from {} to {} s", seconds, least, most));
    }
    return time;
}

const toml::array* TomlReader::array(std::string_view key, std::string_view wanted,
                                     std::string_view advice) {
    const toml::node* const found = node(key);
    if (found != nullptr && found->as_array() == nullptr) {
        refuse_kind(*found, key, wanted, advice);
    }
    return found == nullptr ? nullptr : found->as_array();
}

void TomlReader::table(std::string_view key, const std::function<void(TomlReader&)>& use) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return;
    }
    const toml::table* const inner = found->as_table();
    if (inner == nullptr) {
        refuse_kind(*found, key, "a table");
    }
    TomlReader reader(*inner, origin_, full_key(key));
    use(reader);
}

void TomlReader::tables(std::string_view key, const std::function<void(TomlReader&)>& use) {
    const std::string advice = fmt::format("write [[{}]]", full_key(key));
    const toml::array* const list = array(key, "an array of tables", advice);
    if (list == nullptr) {
        return;
    }
    for (const toml::node& item : *list) {
        const toml::table* const inner = item.as_table();
        if (inner == nullptr) {
            refuse_kind(item, key, "a table", advice);
        }
        TomlReader reader(*inner, origin_, full_key(key));
        use(reader);
    }
}

std::vector<std::string> TomlReader::unused() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : table_) {
        if (std::ranges::find(used_, key.str()) == used_.end()) {
            keys.emplace_back(key.str());
        }
    }
    return keys;
}

void TomlReader::finish(std::string_view advice) const {
    std::vector<const toml::key*> unknown;
    for (const auto& [key, value] : table_) {
        if (std::ranges::find(used_, key.str()) == used_.end()) {
            unknown.push_back(&key);
        }
    }
    if (unknown.empty()) {
        return;
    }
    // The first in the file, so that errors are met in reading order.
    const auto place = [](const toml::key* key) {
        return std::pair{key->source().begin.line, key->source().begin.column};
    };
    const toml::key* const first = *std::ranges::min_element(unknown, {}, place);
    fail_at(first->source(), first->str(), "unknown key",
            advice.empty() ? fmt::format("the keys are {}", fmt::join(used_, ", "))
                           : std::string{advice});
}

} // namespace haoh::base
