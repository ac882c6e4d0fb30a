// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What it takes of a budget to keep what a controller answered: the same while it is read and while it
/// is known.
#pragma once

#include <haoh/budget.hpp>
#include <haoh/observation.hpp>

#include <cstddef>

namespace haoh {

/// What a page costs that is kept. One that was not asked for, or not kept, costs nothing.
[[nodiscard]] Spending::Cost cost_of(const Page& page);
[[nodiscard]] Spending::Cost cost_of_ana_log(const Page& page);
/// Of the places for so many namespaces, without their pages.
[[nodiscard]] Spending::Cost cost_of_namespaces(std::size_t count);
/// Of all that was read of a controller.
[[nodiscard]] Spending::Cost cost_of(const ControllerObservation& controller);

} // namespace haoh
