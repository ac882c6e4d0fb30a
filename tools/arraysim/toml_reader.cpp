// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/toml_reader.hpp>

#include <arraysim/control.hpp>

#include <haoh/error.hpp>

#include <cmath>
#include <fmt/format.h>

namespace haoh::arraysim {

std::string_view type_name(const toml::node& node) {
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
        return "a float";
    case toml::node_type::boolean:
        return "a boolean";
    default:
        return "a date or time";
    }
}

std::string TomlReader::full_key(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void TomlReader::fail_at(const toml::source_region& where, std::string_view key,
                         std::string_view cause, std::string_view advice) const {
    throw Error(Errc::malformed, "read the scenario",
                fmt::format("{}:{}: {}", origin_, where.begin.line, full_key(key)), cause, advice);
}

void TomlReader::fail(std::string_view key, std::string_view cause, std::string_view advice) const {
    const toml::node* const found = table_.get(key);
    fail_at(found != nullptr ? found->source() : table_.source(), key, cause, advice);
}

int TomlReader::line_of(std::string_view key) const {
    const toml::node* const found = table_.get(key);
    return static_cast<int>((found != nullptr ? found->source() : table_.source()).begin.line);
}

const toml::node* TomlReader::node(std::string_view key) {
    used_.emplace(key);
    return table_.get(key);
}

std::uint64_t TomlReader::checked(std::string_view key, const toml::node& node, std::uint64_t min,
                                  std::uint64_t max) const {
    std::optional<std::uint64_t> value;
    if (const auto number = node.value_exact<std::int64_t>()) {
        if (*number < 0) {
            fail_at(node.source(), key, fmt::format("{} is negative", *number));
        }
        value = static_cast<std::uint64_t>(*number);
    }
    if (!value) {
        fail_at(node.source(), key, fmt::format("must be an integer, not {}", type_name(node)));
    }
    if (*value < min || *value > max) {
        fail_at(node.source(), key, fmt::format("{} is out of range ({} to {})", *value, min, max));
    }
    return *value;
}

std::optional<std::uint64_t> TomlReader::integer(std::string_view key, std::uint64_t min,
                                                 std::uint64_t max) {
    const toml::node* const found = node(key);
    return found == nullptr ? std::nullopt
                            : std::optional<std::uint64_t>{checked(key, *found, min, max)};
}

std::optional<bool> TomlReader::boolean(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    const auto value = found->value_exact<bool>();
    if (!value) {
        fail(key, fmt::format("must be true or false, not {}", type_name(*found)));
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
        fail(key, fmt::format("must be a string, not {}", type_name(*found)));
    }
    return value;
}

std::optional<std::vector<std::string>> TomlReader::texts(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    const toml::array* const list = found->as_array();
    if (list == nullptr) {
        fail(key, fmt::format("must be an array of strings, not {}", type_name(*found)));
    }
    std::vector<std::string> values;
    for (const toml::node& item : *list) {
        const auto value = item.value_exact<std::string>();
        if (!value) {
            fail_at(item.source(), key, fmt::format("must hold strings, not {}", type_name(item)));
        }
        values.push_back(*value);
    }
    return values;
}

std::optional<std::vector<std::uint64_t>>
TomlReader::integers(std::string_view key, std::uint64_t min, std::uint64_t max) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    const toml::array* const list = found->as_array();
    if (list == nullptr) {
        fail(key, fmt::format("must be an array of integers, not {}", type_name(*found)));
    }
    std::vector<std::uint64_t> values;
    for (const toml::node& item : *list) {
        values.push_back(checked(key, item, min, max));
    }
    return values;
}

std::optional<std::uint64_t> TomlReader::size(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (const auto value = found->value_exact<std::string>()) {
        const auto size = parse_size(*value);
        if (!size) {
            fail(key, fmt::format("'{}' is no size", *value),
                 "write \"64MiB\" or a number of bytes");
        }
        return size;
    }
    return checked(key, *found, 0, std::numeric_limits<std::int64_t>::max());
}

std::optional<std::chrono::microseconds> TomlReader::duration(std::string_view key) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (const auto value = found->value_exact<std::string>()) {
        const auto duration = parse_duration(*value);
        if (!duration) {
            fail(key, fmt::format("'{}' is no time", *value),
                 "write \"250ms\", \"5s\" or a number of seconds");
        }
        return duration;
    }
    constexpr double kLongest = 86400;
    const auto seconds = found->value<double>();
    if (!seconds || found->is_boolean()) {
        fail(key, fmt::format("must be a time, not {}", type_name(*found)),
             "write \"250ms\", \"5s\" or a number of seconds");
    }
    if (!std::isfinite(*seconds) || *seconds < 0 || *seconds > kLongest) {
        fail(key, fmt::format("{} is out of range (0 to {} seconds)", *seconds, kLongest));
    }
    return std::chrono::microseconds(static_cast<std::int64_t>(*seconds * 1e6));
}

void TomlReader::table(std::string_view key, const std::function<void(TomlReader&)>& use) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return;
    }
    const toml::table* const inner = found->as_table();
    if (inner == nullptr) {
        fail(key, fmt::format("must be a table, not {}", type_name(*found)));
    }
    TomlReader reader(*inner, origin_, full_key(key));
    use(reader);
}

void TomlReader::tables(std::string_view key, const std::function<void(TomlReader&)>& use) {
    const toml::node* const found = node(key);
    if (found == nullptr) {
        return;
    }
    const toml::array* const list = found->as_array();
    if (list == nullptr) {
        fail(key, fmt::format("must be an array of tables ([[{}]]), not {}", full_key(key),
                              type_name(*found)));
    }
    for (const toml::node& item : *list) {
        const toml::table* const inner = item.as_table();
        if (inner == nullptr) {
            fail_at(item.source(), key, fmt::format("must hold tables, not {}", type_name(item)));
        }
        TomlReader reader(*inner, origin_, full_key(key));
        use(reader);
    }
}

std::vector<std::string> TomlReader::unused() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : table_) {
        if (!used_.contains(key.str())) {
            keys.emplace_back(key.str());
        }
    }
    return keys;
}

void TomlReader::finish(std::string_view known) const {
    // The first in the file, so that errors are met in reading order.
    const toml::key* first = nullptr;
    for (const auto& [key, value] : table_) {
        if (!used_.contains(key.str()) &&
            (first == nullptr || key.source().begin.line < first->source().begin.line)) {
            first = &key;
        }
    }
    if (first != nullptr) {
        fail_at(first->source(), first->str(), "unknown key", known);
    }
}

} // namespace haoh::arraysim
