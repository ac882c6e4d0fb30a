// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario_parts.hpp>

#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

namespace haoh::arraysim {

namespace {

template <typename Value>
Occurrence read_when(TomlReader& reader, const Value& fallback) {
    const toml::node* const node = reader.node("when");
    if (node == nullptr) {
        return fallback;
    }
    std::optional<Occurrence> when;
    if (const auto number = node->value_exact<std::int64_t>(); number && *number > 0) {
        when = Occurrence{.first = static_cast<std::uint64_t>(*number),
                          .last = static_cast<std::uint64_t>(*number)};
    } else if (const auto text = node->value_exact<std::string>()) {
        when = parse_occurrence(*text);
    }
    if (!when) {
        reader.fail("when", "does not say which answer, counted from 1",
                    "write 2, \"2-4\" or \"2-\"");
    }
    return *when;
}

AnswerKind read_answer(TomlReader& reader, std::optional<AnswerKind> fallback) {
    const auto text = reader.text("answer");
    if (!text) {
        if (!fallback) {
            reader.fail("answer", "is missing");
        }
        return *fallback;
    }
    const auto kind = parse_answer_kind(*text);
    if (!kind) {
        std::vector<std::string_view> names;
        for (const AnswerKind known : answer_kinds()) {
            names.push_back(to_string(known));
        }
        reader.fail("answer", fmt::format("'{}' is no answer", *text),
                    fmt::format("the answers are: {}", fmt::join(names, ", ")));
    }
    return *kind;
}

template <typename Spec>
void read_target(TomlReader& reader, Spec& spec) {
    if (const auto nsid = reader.integer("nsid", 0, kMax32)) {
        spec.nsid = static_cast<std::uint32_t>(*nsid);
    }
    if (const auto port = reader.integer("port", 0, kMaxPorts - 1)) {
        spec.port = static_cast<std::size_t>(*port);
    }
}

} // namespace

OverrideSpec read_override(TomlReader& reader) {
    constexpr std::uint64_t kMaxAnswer = 1U << 20U;
    OverrideSpec spec;
    spec.answer = read_answer(reader, std::nullopt);
    read_target(reader, spec);
    if (const auto id = reader.integer("id", 0, kMax32)) {
        spec.id = static_cast<std::uint32_t>(*id);
    }
    spec.when = read_when(reader, Occurrence{});
    const toml::node* const value = reader.node("value");
    if (const auto field = reader.text("field")) {
        const auto size = field_size(spec.answer, *field);
        if (!size) {
            reader.fail("field",
                        fmt::format("{} has no field '{}'", to_string(spec.answer), *field));
        }
        if (value == nullptr) {
            reader.fail("value", "is missing");
        }
        spec.field = *field;
        spec.value =
            field_bytes(reader, "value", *field, *size, field_value(reader, "value", *value));
    }
    if (const auto offset = reader.integer("offset", 0, kMaxAnswer - 1)) {
        if (!spec.field.empty()) {
            reader.fail("offset", "stands beside 'field': only one of them can say where");
        }
        if (value == nullptr) {
            reader.fail("value", "is missing");
        }
        spec.offset = static_cast<std::size_t>(*offset);
        const FieldValue given = field_value(reader, "value", *value);
        if (const auto* const number = std::get_if<std::uint64_t>(&given)) {
            const auto bits =
                static_cast<std::size_t>(std::bit_width(*number)); // int since LWG 3656
            const std::size_t length = *number == 0 ? 1 : (bits + 7U) / 8U;
            spec.value = field_bytes(reader, "value", "value", length, given);
        } else {
            spec.value = field_bytes(reader, "value", "value", 0, given);
        }
    }
    if (const auto replace = reader.text("replace")) {
        spec.replace = parse_hex_bytes(*replace);
        if (!spec.replace || spec.replace->size() > kMaxAnswer) {
            reader.fail("replace", "must be hexadecimal bytes");
        }
    }
    if (const auto length = reader.integer("length", 0, kMaxAnswer)) {
        spec.length = static_cast<std::size_t>(*length);
    }
    if (const auto status = reader.integer("status", 0, 0x7FFF)) {
        spec.status = static_cast<std::uint16_t>(*status);
    }
    spec.result = reader.integer("result", 0, kMaxInteger);
    if (value != nullptr && spec.field.empty() && !spec.offset) {
        reader.fail("value", "has no 'field' or 'offset'");
    }
    if (spec.field.empty() && !spec.offset && !spec.replace && !spec.length && !spec.status &&
        !spec.result) {
        reader.fail("answer", "nothing is overridden",
                    "give field and value, offset and value, replace, length, status or result");
    }
    reader.finish();
    return spec;
}

FaultSpec read_fault(TomlReader& reader) {
    FaultSpec spec;
    const auto kind = reader.text("kind");
    if (!kind) {
        reader.fail("kind", "is missing");
    }
    const auto parsed = parse_fault_kind(*kind);
    if (!parsed) {
        std::vector<std::string_view> names;
        for (const FaultKind known : fault_kinds()) {
            names.push_back(to_string(known));
        }
        reader.fail("kind", fmt::format("'{}' is no fault", *kind),
                    fmt::format("the faults are: {}", fmt::join(names, ", ")));
    }
    spec.kind = *parsed;
    spec.answer = read_answer(reader, AnswerKind::identify_controller);
    read_target(reader, spec);
    spec.when = read_when(reader, Occurrence{});
    spec.value = reader.integer("value", 0, kMaxInteger);
    spec.text = reader.text("text").value_or("SSH-2.0-haoh\r\n");
    reader.finish();
    return spec;
}

} // namespace haoh::arraysim
