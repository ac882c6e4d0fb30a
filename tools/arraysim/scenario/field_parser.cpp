// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario_parts.hpp>

#include "base/number_text.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/fabrics.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace haoh::arraysim {

namespace {

/// Keys that say the same as a field's own name, in words.
std::string_view field_of_alias(std::string_view key) {
    if (key == "serial") {
        return "sn";
    }
    if (key == "model") {
        return "mn";
    }
    if (key == "firmware") {
        return "fr";
    }
    return key;
}

/// "2.0", "1.4", "1.2.1" as the VS property.
std::optional<std::uint32_t> parse_version(std::string_view text) {
    std::array<std::uint32_t, 3> parts{};
    std::size_t count = 0;
    while (count < parts.size()) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        const auto part = base::parse_number<std::uint32_t>(text.substr(0, dot));
        if (!part) {
            return std::nullopt;
        }
        parts[count] = *part;
        ++count;
        if (dot == text.size()) {
            break;
        }
        text.remove_prefix(dot + 1);
        if (count == parts.size()) {
            return std::nullopt;
        }
    }
    if (count < 2 || parts[0] > kMax16 || parts[1] > kMax8 || parts[2] > kMax8) {
        return std::nullopt;
    }
    return parts[0] << 16U | parts[1] << 8U | parts[2];
}

} // namespace

FieldValue field_value(const TomlReader& reader, std::string_view key, const toml::node& node) {
    if (const auto number = node.value_exact<std::int64_t>()) {
        if (*number < 0) {
            reader.fail(key, fmt::format("{} is negative", *number));
        }
        return static_cast<std::uint64_t>(*number);
    }
    if (const auto text = node.value_exact<std::string>()) {
        return *text;
    }
    reader.fail(key, fmt::format("must be an integer or a string, not {}", base::kind_of(node)));
}

nvme::Bytes field_bytes(const TomlReader& reader, std::string_view key, std::string_view field,
                        std::size_t length, const FieldValue& value) {
    try {
        return encode_field(field, length, value);
    } catch (const Error& error) {
        reader.fail(key, error.cause());
    }
}

void read_fields(TomlReader& reader, AnswerKind kind, FieldPatches& patches) {
    for (const std::string& key : reader.unused()) {
        const std::string_view field = field_of_alias(key);
        const auto size = field_size(kind, field);
        if (!size) {
            continue;
        }
        const toml::node* const node = reader.node(key);
        patches[std::string(field)] =
            field_bytes(reader, key, field, *size, field_value(reader, key, *node));
    }
}

void read_version(TomlReader& reader, std::optional<std::uint32_t>& version) {
    if (const auto text = reader.text("version")) {
        version = parse_version(*text);
        if (!version) {
            reader.fail("version", fmt::format("'{}' is no version", *text),
                        "write \"2.0\" or \"1.2.1\"");
        }
    }
}

void read_properties(TomlReader& reader, std::map<std::uint32_t, std::uint64_t>& properties) {
    struct Property {
        std::string_view key;
        std::uint32_t offset;
        std::int64_t max;
    };
    constexpr std::array kProperties{
        Property{"cap", nvme::property::cap, kMaxInteger},
        Property{"vs", nvme::property::vs, kMax32},
        Property{"crto", nvme::property::crto, kMax32},
    };
    for (const Property& property : kProperties) {
        if (const auto value = reader.integer(property.key, 0, property.max)) {
            properties[property.offset] = *value;
        }
    }
}

} // namespace haoh::arraysim
