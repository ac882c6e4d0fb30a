// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The classes EQS, DOM, EQN, INT and XRF: judged once, for every row that is only a table entry.
#pragma once

#include "judge/row.hpp"

#include <utility>

namespace haoh::judge {

/// Controllers that say the same have equal numbers.
using Classes = std::vector<std::pair<const Controller*, std::size_t>>;

[[nodiscard]] const Page& page_of(const Namespace& path, NamespacePage page);
/// Whether the page could not be read: not that the controller has none.
[[nodiscard]] bool unread(const Namespace& path, NamespacePage page);

/// "between array-a and array-b", "between the controllers of array-a": where values part.
[[nodiscard]] std::string
between(std::span<const std::pair<const Controller*, std::size_t>> classes);

/// Judges one row for one subsystem.
void judge_row(const Row& row, const EqualControllers& kind, const Subsystem& subsystem,
               Findings& findings);
void judge_row(const Row& row, const CheckController& kind, const Subsystem& subsystem,
               Findings& findings);
void judge_row(const Row& row, const CheckNamespace& kind, const Subsystem& subsystem,
               Findings& findings);

/// Whether paths lead to one subsystem, or to a dispersed namespace of several: endurance groups
/// and NVM sets are then each subsystem's own.
enum class Scope : std::uint8_t { one_subsystem, across_subsystems };

/// Judges every EQN row for the paths of one volume, then compares the pages byte for byte and reports
/// what no row has named (rows that compare pages of namespaces).
/// \param volume  paths on different controllers that lead to the same volume
/// \param nsid    the number under which findings are reported
void judge_volume(std::span<const Row* const> rows, std::span<const Namespace* const> volume,
                  std::uint32_t nsid, const std::string& subsystem, Findings& findings,
                  Scope scope = Scope::one_subsystem);

} // namespace haoh::judge
