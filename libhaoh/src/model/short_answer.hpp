// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is said of an answer that ended early: its missing bytes are unknown, not zero.
#pragma once

#include "base/number_text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace haoh::model {

/// "0 of 4,096 bytes came"
[[nodiscard]] inline std::string short_answer(std::uint64_t got, std::uint64_t wanted) {
    return fmt::format("{} of {} bytes came", base::grouped(got), base::grouped(wanted));
}

} // namespace haoh::model
