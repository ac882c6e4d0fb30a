// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Scenarios as TOML. The format is documented in docs/arraysim.md.
#pragma once

#include <arraysim/scenario/scenario.hpp>

#include <filesystem>
#include <string_view>

namespace haoh::arraysim {

inline constexpr std::size_t kMaxScenarioSize = 16U << 20U; ///< bytes

/// \param origin  the file's name for messages
/// \throws Error (malformed) that names file, line and key: syntax, unknown keys, wrong types,
///         values out of range, names that do not exist
[[nodiscard]] Scenario parse_scenario(std::string_view text, std::string_view origin);

/// Reads and parses a file. \throws Error also when it cannot be read
[[nodiscard]] Scenario load_scenario(const std::filesystem::path& path);

} // namespace haoh::arraysim
