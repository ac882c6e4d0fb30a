// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The files of the commands.
#pragma once

#include "base/file.hpp"

#include <cstddef>

namespace haoh::tool {

using base::create_file;
using base::last_error;
using base::read_file;
using base::require_absent;
using base::write_file;

inline constexpr std::size_t kSnapshotLimit = std::size_t{1} << 30U; ///< bytes

} // namespace haoh::tool
