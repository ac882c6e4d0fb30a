// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The physical block that Linux makes of what a namespace says.
#pragma once

#include "judge/subject.hpp"

#include <optional>

namespace haoh::judge {

/// In logical blocks, of what is written best and what is written whole (nvme_update_disk_info); nullopt
/// where one of them is not said: then it is a power of two.
/// \pre Namespace::has_identify
[[nodiscard]] std::optional<unsigned> physical_blocks(const Namespace& path);

} // namespace haoh::judge
