// SPDX-License-Identifier: LGPL-2.1-or-later
#include "acceptance.hpp"

#include "file.hpp"
#include "terminal.hpp"

#include "base/safe_text.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

namespace haoh::tool {
namespace {

constexpr std::size_t kWaiversLimit = std::size_t{1} << 20U;
constexpr std::size_t kReportLimit = std::size_t{256} << 20U;

Day chosen_day(const AcceptanceOptions& options) {
    if (options.as_of.empty()) {
        return today();
    }
    if (options.waivers.empty() && options.write_waivers.empty()) {
        throw Error(Errc::invalid_argument, "use", "--as-of " + options.as_of,
                    "there are no waivers that it would be for", "add --waivers FILE");
    }
    const auto day = parse_day(options.as_of);
    if (!day) {
        throw Error(Errc::invalid_argument, "use", "--as-of " + options.as_of, "it is no day",
                    "write it as 2027-01-31");
    }
    return *day;
}

} // namespace

void add_acceptance_options(CLI::App& command, AcceptanceOptions& options) {
    command
        .add_option("--waivers", options.waivers,
                    "Known deviations that do not block until a day, see haoh-waivers(5)")
        ->type_name("FILE");
    command
        .add_option("--write-waivers", options.write_waivers,
                    "Draft such a file from what blocks now; one that is there is left alone")
        ->type_name("FILE");
    command
        .add_option("--as-of", options.as_of,
                    "Judge the waivers as on this day, UTC (default: today)")
        ->type_name("DATE");
    command
        .add_option("--baseline", options.baseline,
                    "An earlier report (-o json): only what is new since then blocks")
        ->type_name("REPORT");
}

Acceptance::Acceptance(const AcceptanceOptions& options)
    : draft_file_{options.write_waivers}, day_{chosen_day(options)} {
    if (!draft_file_.empty()) {
        require_absent(draft_file_);
    }
    if (!options.waivers.empty()) {
        waivers_ = parse_waivers(read_file(options.waivers, kWaiversLimit), options.waivers, day_);
    }
    if (!options.baseline.empty()) {
        baseline_ = baseline_from_json(read_file(options.baseline, kReportLimit), options.baseline);
    }
}

void Acceptance::apply(Report& report, const Observation& observation) const {
    if (waivers_) {
        waive(report, observation, *waivers_, day_);
    }
    if (baseline_) {
        hold_against(report, observation, *baseline_);
    }
}

void Acceptance::draft(const Report& report, FailOn fail_on, bool quiet) const {
    if (draft_file_.empty()) {
        return;
    }
    create_file(draft_file_, draft_waivers(report, fail_on, day_));
    if (!quiet) {
        note(fmt::format("haoh: waivers drafted into {}: fill in who answers for each, and why\n",
                         base::safe_text(draft_file_)));
    }
}

} // namespace haoh::tool
