// SPDX-License-Identifier: LGPL-2.1-or-later
// Waivers that no longer do what they are for. They are held against a report, not an observation.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/row.hpp"

#include <array>

namespace haoh::judge {

constexpr Row kWaiverExpired{
    .rule = {.id = "waiver.expired",
             .title = "No waiver is past its day",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "the declared waiver: its own day (expires of haoh-waivers(5))",
             .why =
                 "It covers nothing any more: what it was for blocks again, if it is still there.",
             .fix = "Array: repair the deviation. Waivers: take it out, or, when somebody still "
                    "answers for the deviation, give the waiver a new day."},
    .judge = JudgeReport{}};

constexpr Row kWaiverUnused{
    .rule = {.id = "waiver.unused",
             .title = "Each waiver covers something",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "the declared waiver: its rule and scope (haoh-waivers(5))",
             .why = "What it was for is gone, or is not what it says: if the deviation comes back, "
                    "nobody is told until the waiver's day is over.",
             .fix = "Waivers: take it out; or correct its scope, when what it was for still "
                    "fails."},
    .judge = JudgeReport{}};

namespace {

constexpr std::array kWaiverRows{&kWaiverExpired, &kWaiverUnused};

} // namespace

std::span<const Row* const> waiver_rows() {
    return kWaiverRows;
}

} // namespace haoh::judge
