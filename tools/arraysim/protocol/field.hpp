// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Fields of answers by name, and values for them.
#pragma once

#include <arraysim/protocol/answer.hpp>

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include <map>
#include <string>
#include <variant>

namespace haoh::arraysim {

/// Bytes for fields of one page, by the specification's abbreviation ("sn", "nsze").
using FieldPatches = std::map<std::string, nvme::Bytes, std::less<>>;

/// A value as a scenario writes it: a number, or a text.
using FieldValue = std::variant<std::uint64_t, std::string>;

/// The named fields of an answer with a fixed layout; empty for all other answers.
[[nodiscard]] std::span<const nvme::FieldRange> fields_of(AnswerKind kind);

/// The bytes of a value for a field of `length` bytes. A number is little-endian. A text is ASCII,
/// padded with spaces, for "sn", "mn", "fr"; UTF-8, padded with NUL, for "subnqn" and the texts of
/// a discovery log entry; hexadecimal bytes in wire order for every other field.
/// \throws Error (invalid_argument) when the value does not fit
[[nodiscard]] nvme::Bytes encode_field(std::string_view field, std::size_t length,
                                       const FieldValue& value);

/// The size of a field of an answer, whatever its content: "sn", and for answers made of records
/// "chgc", "nagd", "group[2].agid", "group[0].nsid[3]", "descriptor[1].nid", "entry[0].portid".
/// \return nullopt when the answer has no such field; 0 when the size depends on the content
[[nodiscard]] std::optional<std::size_t> field_size(AnswerKind kind, std::string_view field);

/// Where a field lies in an answer.
struct FieldPlace {
    std::size_t offset{};
    std::size_t length{};
};
/// \return nullopt when the answer has no such field, or these bytes do not hold such a record
[[nodiscard]] std::optional<FieldPlace> find_in_answer(AnswerKind kind, std::string_view field,
                                                       nvme::ByteView answer);

/// Puts patches into a page. \pre each patch is as long as its field
void apply(const FieldPatches& patches, std::span<const nvme::FieldRange> fields,
           nvme::MutableByteView page);

/// Bytes written as hexadecimal digits; spaces, colons and dashes between them are allowed.
/// \return nullopt for anything else
[[nodiscard]] std::optional<nvme::Bytes> parse_hex_bytes(std::string_view text);

} // namespace haoh::arraysim
