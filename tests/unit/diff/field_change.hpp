// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A change of a field, to compare with.
#pragma once

#include "diff/page_diff.hpp"

#include <string>
#include <utility>

namespace haoh::differ {

inline FieldChange change(std::string field, std::string before, std::string after) {
    return {.field = std::move(field), .before = std::move(before), .after = std::move(after)};
}

} // namespace haoh::differ
