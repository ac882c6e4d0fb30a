// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Readers of the parts of a scenario. Each takes all keys of its table, and refuses what is left:
/// haoh::Error with file, line and key.
#pragma once

#include "base/toml_reader.hpp"

#include <arraysim/protocol/field.hpp>
#include <arraysim/scenario/scenario.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

namespace haoh::arraysim {

using base::TomlReader;

inline constexpr std::int64_t kMax8 = 0xFF;
inline constexpr std::int64_t kMax16 = 0xFFFF;
inline constexpr std::int64_t kMax32 = 0xFFFFFFFF;
inline constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();

/// A value of a field: an integer that is not negative, or a text.
[[nodiscard]] FieldValue field_value(const TomlReader& reader, std::string_view key,
                                     const toml::node& node);
[[nodiscard]] nvme::Bytes field_bytes(const TomlReader& reader, std::string_view key,
                                      std::string_view field, std::size_t length,
                                      const FieldValue& value);
/// Takes every key that is the name of a field.
void read_fields(TomlReader& reader, AnswerKind kind, FieldPatches& patches);
/// "2.0", "1.4" or "1.2.1" as the VS property.
void read_version(TomlReader& reader, std::optional<std::uint32_t>& version);
/// Other properties, by offset.
void read_properties(TomlReader& reader, std::map<std::uint32_t, std::uint64_t>& properties);

[[nodiscard]] NamespaceSpec read_namespace(TomlReader& reader, bool in_array);
[[nodiscard]] OverrideSpec read_override(TomlReader& reader);
[[nodiscard]] FaultSpec read_fault(TomlReader& reader);
[[nodiscard]] ArraySpec read_array(TomlReader& reader);
[[nodiscard]] ExpectSpec read_expect(TomlReader& reader);

} // namespace haoh::arraysim
