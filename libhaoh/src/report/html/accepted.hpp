// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is waived or known, and so does not count for the verdict: told apart from what does.
#pragma once

#include "report/check/finding_text.hpp"
#include "report/html/findings.hpp"
#include "report/html/markup.hpp"

namespace haoh::report {

/// Whether a report has anything of the kind.
[[nodiscard]] bool has_accepted(const ReportView& view);

/// An article for each group that is waived or known, and what an earlier report had.
void write_accepted(Markup& out, const ReportView& view, const ToldFindings& told,
                    const FindingText& words);

} // namespace haoh::report
