// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Waivers: known deviations that somebody answers for, until a day. Pure: the day is an input.
#pragma once

#include <haoh/check.hpp>
#include <haoh/config.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A day, UTC. No waiver is for longer than so many days from the one on which it is read: there is none
/// for ever, and whoever still answers for it says so once a year.
using Day = std::chrono::sys_days;
inline constexpr std::chrono::days kLongestWaiver{366};

/// "2027-01-31"
[[nodiscard]] std::string format_day(Day day);
/// nullopt for what is no such text, or no day of the years 1970 to 2261.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);
/// The day that it is now, by the clock of this machine.
[[nodiscard]] Day today();

/// A `[[waiver]]` table. It covers a finding of its rule when all that the finding is about lies within
/// its scope; a list that is empty is no bound.
///
///     [[waiver]]
///     rule = "ctrl.fr.domain"            # ID, or a glob as "ns.lbaf_active.*"
///     subsystems = ["nqn.2026-01.*"]     # globs of NQNs
///     arrays = ["array-a", "array-b"]    # every array that the finding names
///     hosts = ["alpha"]
///     nsids = [2]
///     namespaces = ["b0e7a181-b104-4a33-831d-922317d0ab5e"] # UUID, NGUID or EUI-64
///     kernels = ["6.12*"]                # globs of the release that the finding speaks of
///     reason = "fixed in 4.2, ticket 1234"
///     owner = "storage team"
///     expires = 2027-01-31               # the last day on which it holds
struct Waiver {
    std::string rule;
    std::vector<std::string> subsystems{};
    std::vector<std::string> arrays{};
    std::vector<std::string> hosts{};
    std::vector<std::uint32_t> nsids{};
    std::vector<std::string> namespaces{}; ///< lower-case hexadecimal digits, without separators
    std::vector<std::string> kernels{};
    std::string reason;
    std::string owner;
    Day expires{};
    std::string where{}; ///< "waivers.toml:12"; empty: it is not from a file

    bool operator==(const Waiver&) const = default;
};

struct Waivers {
    std::vector<Waiver> all;
    std::string file{}; ///< they are from; empty: of none

    bool operator==(const Waivers&) const = default;
};

/// Reads TOML. \param origin  the file's name, for messages
/// \throws Error (malformed) that names file, line and key: unknown keys, wrong types, what is missing;
/// a rule that does not exist; a glob that names none but rules about data corruption, which are waived
/// by their IDs alone; a reason or an owner that is still to be filled in ("FILL IN"); a day that is more
/// than `kLongestWaiver` after `day`
[[nodiscard]] Waivers parse_waivers(std::string_view text, std::string_view origin, Day day);

/// Marks what the waivers cover on that day (`Finding::waived`), adds findings about waivers that are
/// expired or cover nothing, by rules of their own, and settles verdict, counts and `Judged::waivers`.
///
/// What is unknown is never covered: it is no deviation that anybody knows. Nor is a finding about data
/// corruption by a glob. A waiver counts as unused only where all that it is about was looked at and
/// judged.
/// \param observation  what the report is of
void waive(Report& report, const Observation& observation, const Waivers& waivers, Day day);

/// A draft, in TOML: a waiver for each finding that blocks (with FailOn::warn also each that warns). Its
/// reasons and owners are refused by `parse_waivers` until somebody filled them in. Names that TOML or a
/// glob cannot hold as they are become globs with '?'.
[[nodiscard]] std::string draft_waivers(const Report& report, FailOn fail_on, Day day);

} // namespace haoh
