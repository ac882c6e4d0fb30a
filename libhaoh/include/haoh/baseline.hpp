// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// An earlier report, against which one is held: what was there before is known, and what is new blocks.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A finding of the earlier report. All texts are safe to print, as JSON has them.
struct BaselineFinding {
    std::string rule;
    Verdict verdict{};
    std::string subsystem;
    std::string host;                 ///< empty: of none, or several
    std::vector<std::uint32_t> nsids; ///< ascending; empty: it is about none
    /// The arrays that it names, and objects whose names stay (a module, a host; never nvme0): ordered,
    /// each once.
    std::vector<std::string> parties;
    std::string what;
    bool
        waived{}; ///< a waiver covered it then: its time may be over, so that it is not known by this

    bool operator==(const BaselineFinding&) const = default;
};

struct Baseline {
    std::string observed_at;
    std::vector<BaselineFinding> findings; ///< in the order of the report
    std::string file{};                    ///< it is from; empty: of none

    bool operator==(const Baseline&) const = default;
};

/// Reads `haoh.report/1`: of it, what is needed. Keys that are not known are passed over, since later
/// releases add some. \param origin  the file's name, for messages
/// \throws Error (malformed) that names file, line and key; a snapshot is refused by its schema
/// \throws Error (too_large) beyond a bound
[[nodiscard]] Baseline baseline_from_json(std::string_view text, std::string_view origin);
/// The same of a report that is at hand.
[[nodiscard]] Baseline baseline_of(const Report& report);

/// Marks what the earlier report had as well (`Finding::known`), lists what it had and this one has not
/// (`JudgedBaseline::gone`), and settles verdict and counts.
///
/// A finding is the same one where rule, subsystem, host, namespaces and the arrays that it names are the
/// same: values, names of devices and the order of things move. It is known when it is no worse than it
/// was; for several namespaces, when it was there for each. What was unknown is not known by it, nor what
/// only a waiver covered then, nor what waivers themselves have wrong; what is waived now stays that.
/// \param observation  what the report is of
void hold_against(Report& report, const Observation& observation, const Baseline& baseline);

} // namespace haoh
