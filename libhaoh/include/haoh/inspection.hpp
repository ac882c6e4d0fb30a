// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Looks, judges, and looks again at what does not hold: controllers are read one after the other, so
/// that a failover or a mapping in between looks like a defect in one reading.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/source_options.hpp>
#include <haoh/visibility.h>

#include <vector>

namespace HAOH_PUBLIC haoh {

/// `check`; without CheckOptions::kernel and an observed host it is the running kernel that findings speak
/// of.
[[nodiscard]] Report check_here(const Observation& observation, CheckOptions options);

/// A judgement and the reading that it is of, the last one.
struct Inspection {
    Observation observation;
    Report report; ///< with Report::readings
};

/// Observes and checks. Findings of more than one moment or controller (of every class but
/// RuleClass::int_; what is unknown only where all answered) are read again, a little later: until
/// each of them was there in five readings in a row, in eight when something changes between them,
/// or until none is left. So is what a connection that was lost left unread, where nothing was waited
/// for in vain. The readings after the first take no longer than `Source::timeout` in all. One that
/// sees less than the one before is not taken, and the third of these in a row is the end. What was
/// found once and could not be confirmed while readings went on is `Verdict::unknown`.
///
/// In the calling thread, which waits; <haoh/inspect.hpp> has it for an executor.
/// Without CheckOptions::kernel and an observed host it is the running kernel that findings speak of.
/// \param recorded  observations from elsewhere, which are judged with it and not read again
/// \throws Error as observe(Source)
[[nodiscard]] Inspection inspect_now(Source source, CheckOptions options,
                                     std::vector<Observation> recorded = {});

} // namespace haoh
