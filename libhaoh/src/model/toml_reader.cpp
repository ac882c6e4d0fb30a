// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/toml_reader.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <optional>

namespace haoh::model {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kOperation = "read";

std::string_view kind(const toml::node& node) {
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

/// "250us"; nullopt for what is no time.
std::optional<double> seconds_of(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
        {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}}};
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    const std::string_view rest{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    for (const auto& [unit, factor] : kUnits) {
        if (rest == unit) {
            return value * factor;
        }
    }
    return std::nullopt;
}

std::string full_key(std::string_view table, std::string_view key) {
    return table.empty() ? std::string{key}
           : key.empty() ? std::string{table}
                         : fmt::format("{}.{}", table, key);
}

} // namespace

toml::table parse_toml(std::string_view text, std::string_view origin) {
    try {
        return toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        throw Error(make_error_code(Errc::malformed), kOperation,
                    fmt::format("{}:{}", origin, error.source().begin.line), error.description());
    }
}

void TomlReader::refuse(const toml::source_region& where, std::string_view key,
                        const std::string& cause, std::string_view advice) const {
    throw Error(make_error_code(Errc::malformed), kOperation,
                fmt::format("{}:{}: {}", origin_, where.begin.line, full_key(name_, key)), cause,
                advice);
}

void TomlReader::refuse(std::string_view key, const std::string& cause,
                        std::string_view advice) const {
    const toml::node* node = table_.get(key);
    refuse(node == nullptr ? table_.source() : node->source(), key, cause, advice);
}

void TomlReader::refuse_kind(const toml::node& node, std::string_view key, std::string_view wanted,
                             std::string_view advice) const {
    refuse(node.source(), key, fmt::format("{}, not {}", kind(node), wanted), advice);
}

void TomlReader::refuse_value(std::string_view key, const std::string& value,
                              std::span<const std::string_view> known) const {
    refuse(key, fmt::format("\"{}\" is none of its values", value),
           fmt::format("the values are {}", fmt::join(known, ", ")));
}

void TomlReader::only_keys(std::span<const std::string_view> known) const {
    for (const auto& [key, value] : table_) {
        if (std::ranges::find(known, key.str()) == known.end()) {
            refuse(key.source(), key.str(), "unknown key",
                   fmt::format("the keys are {}", fmt::join(known, ", ")));
        }
    }
}

std::string TomlReader::string(const toml::node& node, std::string_view key) const {
    const auto* value = node.as_string();
    if (value == nullptr) {
        refuse_kind(node, key, "a string");
    }
    return value->get();
}

std::int64_t TomlReader::integer(const toml::node& node, std::string_view key, std::int64_t least,
                                 std::int64_t most) const {
    const auto* value = node.as_integer();
    if (value == nullptr) {
        refuse_kind(node, key, "an integer");
    }
    if (value->get() < least || value->get() > most) {
        refuse(node.source(), key,
               fmt::format("{} is not from {} to {}", value->get(), least, most));
    }
    return value->get();
}

TomlReader TomlReader::table(const toml::node& node, std::string_view key) const {
    const auto* inner = node.as_table();
    if (inner == nullptr) {
        refuse_kind(node, key, "a table");
    }
    return {*inner, origin_, key};
}

void TomlReader::get(std::string_view key, std::string& out) const {
    if (const toml::node* node = table_.get(key)) {
        out = string(*node, key);
    }
}

void TomlReader::get(std::string_view key, std::vector<std::string>& out) const {
    if (const toml::array* list = array(key)) {
        for (const toml::node& element : *list) {
            out.push_back(string(element, key));
        }
    }
}

void TomlReader::get(std::string_view key, double& out, double least, double most) const {
    if (const toml::node* node = table_.get(key)) {
        if (!node->is_number()) {
            refuse_kind(*node, key, "a number");
        }
        const double value = node->value<double>().value_or(NAN);
        const bool inside = value >= least && value <= most; // NaN is not
        if (!inside) {
            refuse(key, fmt::format("{} is not from {} to {}", value, least, most));
        }
        out = value;
    }
}

void TomlReader::get(std::string_view key, nanoseconds& out, double least, double most) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
        return;
    }
    std::optional<double> seconds;
    if (const auto* text = node->as_string()) {
        seconds = seconds_of(text->get());
    } else if (node->is_number()) {
        seconds = node->value<double>();
    }
    if (!seconds || !std::isfinite(*seconds)) {
        refuse(key, "not a time", kTimeAdvice);
    }
    if (*seconds < least || *seconds > most) {
        refuse(key, fmt::format("{} s is not from {} to {} s", *seconds, least, most));
    }
    out = nanoseconds{std::llround(*seconds * 1e9)};
}

const toml::array* TomlReader::array(std::string_view key, std::string_view wanted,
                                     std::string_view advice) const {
    const toml::node* node = table_.get(key);
    if (node != nullptr && node->as_array() == nullptr) {
        refuse_kind(*node, key, wanted, advice);
    }
    return node == nullptr ? nullptr : node->as_array();
}

} // namespace haoh::model
