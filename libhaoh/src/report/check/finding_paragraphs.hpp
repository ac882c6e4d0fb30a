// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Findings told in full, as plain text, for what other programs show: nothing is folded, and lines are not
/// wrapped, because whoever shows them does that.
#pragma once

#include "report/check/finding_text.hpp"

#include <span>
#include <string>
#include <string_view>

namespace haoh::report {

/// A finding and the group that has its why and fix.
struct ToldItem {
    const FindingGroup* group{};
    const FindingItem* item{};
};

/// Headline and values of each, and after the last one of a group why it matters, what Linux does, what to do
/// and what it rests on. Empty for none; else it ends with a newline.
[[nodiscard]] std::string paragraphs(const FindingText& words, std::span<const ToldItem> items);

/// "waived until 2027-01-31 by storage team: firmware 7.1 has it", "known: an earlier report has it". Empty
/// for what counts.
[[nodiscard]] std::string deviation(const FindingGroup& group);

/// A moment as XML and SARIF have it: RFC 3339 with the letter Z. Empty for anything else.
[[nodiscard]] std::string_view moment(std::string_view observed_at);

} // namespace haoh::report
