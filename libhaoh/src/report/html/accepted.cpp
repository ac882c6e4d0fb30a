// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/accepted.hpp"

#include "report/check/accepted_view.hpp"
#include "report/html/badge.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::report {
namespace {

constexpr std::size_t kListedGone = 200;

void write_gone(Markup& out, const std::vector<GoneFinding>& all) {
    out.leaf("h3", {}, "Of the earlier report");
    out.element("ul", {{"class", "unobserved"}}, [&] {
        const std::size_t shown = std::min(all.size(), kListedGone);
        for (const GoneFinding& gone : std::span{all}.first(shown)) {
            out.element("li", {}, [&] {
                out.leaf("span", {{"class", gone.looked_for ? "badge pass" : "badge unknown"}},
                         gone.looked_for ? "\u2713 GONE" : "? NOT LOOKED FOR");
                out.text(" ");
                out.leaf("code", {}, gone.rule);
                const std::string text = gone_text(gone);
                out.text(": " + std::string(column_slice(text, 0, 400)));
                if (!gone.subsystem.empty()) {
                    out.text(" in " + gone.subsystem);
                }
            });
        }
        if (shown < all.size()) {
            out.leaf("li", {}, fmt::format("and {} more", grouped(all.size() - shown)));
        }
    });
}

} // namespace

bool has_accepted(const ReportView& view) {
    return std::ranges::any_of(view.groups,
                               [](const FindingGroup& group) { return !group.counts(); }) ||
           (view.judged.baseline && !view.judged.baseline->gone.empty());
}

void write_accepted(Markup& out, const ReportView& view, const ToldFindings& told,
                    const FindingText& words) {
    out.leaf(
        "p", {},
        "This is so, and does not count for the verdict: somebody answers for it, or an earlier "
        "report had it.");
    write_findings(out, view, told, words, ToldFindings::Part::accepted);
    if (view.judged.baseline && !view.judged.baseline->gone.empty()) {
        write_gone(out, view.judged.baseline->gone);
    }
}

} // namespace haoh::report
