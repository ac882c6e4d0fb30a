// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/accepted_view.hpp"

#include "report/text/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <string_view>

namespace haoh::report {
namespace {

constexpr std::size_t kMaxGoneRanges = 8;

/// Of those that would count.
std::size_t blocking_among(const std::array<std::size_t, 5>& counts) {
    return counts[static_cast<std::size_t>(Verdict::fail)] +
           counts[static_cast<std::size_t>(Verdict::warn)];
}

std::size_t sum_of(const std::array<std::size_t, 5>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

/// "waived", "known", "waived or known": empty for none.
std::string_view words_of(bool waived, bool known) {
    return waived && known ? "waived or known" : waived ? "waived" : known ? "known" : "";
}

} // namespace

std::optional<Waived> safe_waived(const std::optional<Waived>& waived) {
    if (!waived) {
        return std::nullopt;
    }
    return Waived{.reason = safe_text(waived->reason),
                  .owner = safe_text(waived->owner),
                  .expires = safe_text(waived->expires),
                  .where = safe_text(waived->where)};
}

void make_accepted_safe(Judged& judged) {
    for (std::string& id : judged.excluded) {
        id = safe_text(id);
    }
    if (judged.waivers) {
        judged.waivers->file = safe_text(judged.waivers->file);
        judged.waivers->day = safe_text(judged.waivers->day);
    }
    if (judged.baseline) {
        judged.baseline->file = safe_text(judged.baseline->file);
        judged.baseline->observed_at = safe_text(judged.baseline->observed_at);
        for (GoneFinding& gone : judged.baseline->gone) {
            for (std::string* text : {&gone.rule, &gone.subsystem, &gone.host, &gone.what}) {
                *text = safe_text(*text);
            }
        }
    }
}

std::string accepted_summary(const ReportView& view) {
    const std::string_view words =
        words_of(blocking_among(view.waived) > 0, blocking_among(view.known) > 0);
    return words.empty() ? std::string() : fmt::format("No rule fails but for what is {}.", words);
}

std::string corruption_warning(const ReportView& view) {
    bool waived = false;
    bool known = false;
    for (const FindingGroup& group : view.groups) {
        if (group.severity == Severity::corruption &&
            (group.verdict == Verdict::fail || group.verdict == Verdict::warn)) {
            waived = waived || group.waived;
            known = known || (group.known && !group.waived);
        }
    }
    const std::string_view words = words_of(waived, known);
    return words.empty() ? std::string() : fmt::format("What is {} can corrupt data.", words);
}

std::vector<std::string> accepted_counts(const ReportView& view) {
    std::vector<std::string> out;
    if (const std::size_t waived = sum_of(view.waived); waived > 0) {
        out.push_back(count_of(waived, "finding") + " waived");
    }
    if (const std::size_t known = sum_of(view.known); known > 0) {
        out.push_back(out.empty() ? count_of(known, "finding") + " known"
                                  : grouped(known) + " known");
    }
    return out;
}

std::string waivers_text(const JudgedWaivers& waivers) {
    std::vector<std::string> parts;
    const auto add = [&parts](std::size_t count, std::string_view word) {
        if (count > 0) {
            parts.push_back(fmt::format("{} {}", grouped(count), word));
        }
    };
    add(waivers.used, "used");
    add(waivers.unused, "unused");
    add(waivers.expired, "expired");
    add(waivers.not_judged, "not judged");
    return fmt::format("{} as of {} ({})", waivers.file.empty() ? "waivers" : waivers.file,
                       waivers.day,
                       parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", ")));
}

std::string baseline_text(const JudgedBaseline& baseline) {
    return fmt::format("the baseline {}{}", baseline.file.empty() ? "" : baseline.file + " of ",
                       baseline.observed_at);
}

std::string gone_text(const GoneFinding& gone) {
    const std::string place = gone.nsids.empty()
                                  ? std::string()
                                  : fmt::format("NSID {}: ", ranges(gone.nsids, kMaxGoneRanges));
    return place + gone.what;
}

} // namespace haoh::report
