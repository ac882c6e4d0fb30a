// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The engine: judges an observation by rows, whichever they are.
#pragma once

#include "judge/row.hpp"

#include <haoh/check.hpp>

#include <functional>
#include <span>

namespace haoh::judge {

/// \param rows  in any order; every row that one of them names (`yields_to`) is among them
[[nodiscard]] Report check(std::span<const Row* const> rows, const Observation& observation,
                           const CheckOptions& options);

/// Findings that do not count as such: they become unknown, and what rests on them follows: counts,
/// states of rules, verdict.
/// \param is_withdrawn  may add to what is told
void withdraw(Report& report, const std::function<bool(Finding&)>& is_withdrawn);

/// Makes order, counts and verdict what the findings and the states of rules say: after findings were
/// added, waived or found to be known.
void settle(Report& report);

} // namespace haoh::judge
