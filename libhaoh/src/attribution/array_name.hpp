// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What arrays are called that nobody gave a name.
#pragma once

#include <cstddef>
#include <string>

namespace haoh::attribution {

/// "array-a", ..., "array-z", "array-aa", ...: a name of its own for each number.
[[nodiscard]] std::string array_name(std::size_t number);

} // namespace haoh::attribution
