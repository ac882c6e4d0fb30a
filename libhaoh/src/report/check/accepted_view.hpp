// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What was accepted, waived or known, and what of it went away: words that all renderings share.
#pragma once

#include "report/check/report_view.hpp"

#include <string>
#include <vector>

namespace haoh::report {

[[nodiscard]] std::optional<Waived> safe_waived(const std::optional<Waived>& waived);
/// Texts of `waivers`, `baseline` and `excluded`, made safe.
void make_accepted_safe(Judged& judged);

/// "Nothing fails but what is waived.": in place of what is said where nothing fails. Empty: nothing that
/// failed or warned is accepted.
[[nodiscard]] std::string accepted_summary(const ReportView& view);
/// "What is waived can corrupt data.": to be said whatever else is. Empty: it cannot.
[[nodiscard]] std::string corruption_warning(const ReportView& view);
/// "2 findings waived", "1 known": for the line of counts.
[[nodiscard]] std::vector<std::string> accepted_counts(const ReportView& view);
/// "waivers.toml as of 2026-12-01 (2 used, 1 expired)"
[[nodiscard]] std::string waivers_text(const JudgedWaivers& waivers);
/// "the baseline good.json of 2026-11-30T03:00:00Z"
[[nodiscard]] std::string baseline_text(const JudgedBaseline& baseline);
/// "NSID 2: UUID differs between array-a and array-b"
[[nodiscard]] std::string gone_text(const GoneFinding& gone);

} // namespace haoh::report
