// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a judgement comes to.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// The judgement of a finding, and of a report; ascending by weight.
enum class Verdict : std::uint8_t { pass, note, unknown, warn, fail };
/// "pass", "note", "unknown", "warn", "fail".
[[nodiscard]] std::string_view to_string(Verdict value);

} // namespace haoh
