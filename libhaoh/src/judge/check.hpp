// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The engine: judges an observation by rows, whichever they are.
#pragma once

#include "judge/row.hpp"

#include <haoh/check.hpp>

#include <span>

namespace haoh::judge {

/// \param rows  in any order; every row that one of them names (`yields_to`) is among them
[[nodiscard]] Report check(std::span<const Row* const> rows, const Observation& observation,
                           const CheckOptions& options);

} // namespace haoh::judge
