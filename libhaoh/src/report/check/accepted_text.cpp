// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/accepted_text.hpp"

#include "report/check/accepted_view.hpp"
#include "report/rules/rules_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace haoh::report {
namespace {

constexpr std::size_t kMaxAcceptedGroups = 8;
constexpr std::size_t kMaxAcceptedItems = 3;
constexpr std::size_t kMaxGone = 8;

std::string_view word_of(Verdict verdict) {
    return verdict == Verdict::fail ? "FAIL" : verdict == Verdict::warn ? "WARN" : "NOTE";
}

Tone tone_of_accepted(Verdict verdict) {
    return verdict == Verdict::fail   ? Tone::fail
           : verdict == Verdict::warn ? Tone::warn
                                      : Tone::note;
}

} // namespace

void AcceptedText::write_waiver(const Waived& waived) {
    const auto line = [this](std::string_view label, const std::string& text) {
        writer_->wrapped(2, 2 + label.size(), {{std::string(label), Tone::faint}, {text}});
    };
    line("Reason: ", waived.reason);
    line("Waived by: ", fmt::format("{}, until {}{}", waived.owner, waived.expires,
                                    waived.where.empty() ? "" : " (" + waived.where + ")"));
}

void AcceptedText::write_group(const FindingGroup& group) {
    writer_->wrapped(
        0, 2,
        {{group.waived ? "WAIVED" : "KNOWN", tone_of_accepted(group.verdict)},
         {"  "},
         {group.rule, Tone::strong},
         {fmt::format("  ({}, {})", word_of(group.verdict), stake(group.severity)), Tone::faint}});
    if (places_ && !group.subsystem.empty()) {
        writer_->wrapped(2, 4, {{"in ", Tone::faint}, {group.subsystem}});
    }
    const std::size_t shown = at_most(kMaxAcceptedItems, group.items.size());
    for (std::size_t index = 0; index < shown; ++index) {
        writer_->wrapped(2, 2, {{headline_(group.items[index])}});
    }
    if (shown < group.items.size()) {
        folded_ = true;
        writer_->wrapped(2, 4, {{fmt::format("and {} more", grouped(group.items.size() - shown))}});
    }
    if (group.severity == Severity::corruption && group.verdict != Verdict::note) {
        writer_->wrapped(2, 2, {{"Data can be corrupted as long as this is so.", Tone::strong}});
    }
    if (group.waived) {
        write_waiver(*group.waived);
    }
    writer_->blank();
}

void AcceptedText::write_gone(bool looked_for) {
    std::vector<const GoneFinding*> all;
    for (const GoneFinding& gone : view_.judged.baseline->gone) {
        if (gone.looked_for == looked_for) {
            all.push_back(&gone);
        }
    }
    const std::size_t shown = at_most(kMaxGone, all.size());
    for (std::size_t index = 0; index < shown; ++index) {
        const GoneFinding& gone = *all[index];
        const std::string place =
            places_ && !gone.subsystem.empty() ? fmt::format(" in {}", gone.subsystem) : "";
        writer_->wrapped(
            0, 6,
            {{looked_for ? "GONE" : "NOT LOOKED FOR", looked_for ? Tone::pass : Tone::unknown},
             {"  "},
             {gone.rule, Tone::strong},
             {fmt::format("{}: {}", place, gone_text(gone))}});
    }
    if (shown < all.size()) {
        folded_ = true;
        writer_->wrapped(0, 6, {{fmt::format("and {} more", grouped(all.size() - shown))}});
    }
    writer_->blank();
}

bool AcceptedText::write(TextWriter& writer) {
    writer_ = &writer;
    std::vector<const FindingGroup*> all;
    for (const FindingGroup& group : view_.groups) {
        if (!group.counts()) {
            all.push_back(&group);
        }
    }
    // What somebody answers for comes first, and none of it is left out where data can be corrupted.
    std::ranges::stable_partition(
        all, [](const FindingGroup* group) { return group->waived.has_value(); });
    const std::size_t shown = at_most(kMaxAcceptedGroups, all.size());
    std::size_t hidden = 0;
    for (std::size_t index = 0; index < all.size(); ++index) {
        if (index < shown || all[index]->severity == Severity::corruption) {
            write_group(*all[index]);
        } else {
            ++hidden;
        }
    }
    if (hidden > 0) {
        folded_ = true;
        writer.wrapped(0, 6,
                       {{fmt::format("and {} waived or known", count_of(hidden, "more rule"))}});
        writer.blank();
    }
    if (view_.judged.baseline) {
        write_gone(true);
        write_gone(false);
    }
    return folded_;
}

} // namespace haoh::report
