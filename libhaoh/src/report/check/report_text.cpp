// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/check/accepted_text.hpp"
#include "report/check/finding_cluster.hpp"
#include "report/check/finding_text.hpp"
#include "report/check/report_view.hpp"
#include "report/list/arrays.hpp"
#include "report/rules/rules_view.hpp"
#include "report/text/text.hpp"
#include "report/text/value_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace haoh {
namespace {

using namespace report;

/// How much a screen shows before the rest is folded. Verbose text folds nothing.
constexpr std::size_t kMaxGroups = 5;     ///< findings with why and fix
constexpr std::size_t kMaxItems = 3;      ///< objects of one rule
constexpr std::size_t kMaxUnobserved = 8; ///< things not observed
constexpr std::size_t kMaxNotes = 5;
constexpr std::size_t kMaxHosts = 4;
constexpr std::size_t kMaxSubsystems = 4;
constexpr std::size_t kMaxReportRanges = 8; ///< runs of NSIDs in one list
constexpr std::size_t kMaxNamed = 8;        ///< names of what is told as one
constexpr std::size_t kMaxClause = 400;     ///< columns of what a finding says

/// "alpha, beta and 3 more".
std::string brief_list(const std::set<std::string_view>& names) {
    const std::size_t shown = names.size() <= kMaxHosts + 1 ? names.size() : kMaxHosts;
    const std::vector<std::string_view> first(
        names.begin(), std::next(names.begin(), static_cast<std::ptrdiff_t>(shown)));
    return shown == names.size()
               ? fmt::format("{}", fmt::join(first, ", "))
               : fmt::format("{} and {} more", fmt::join(first, ", "), names.size() - shown);
}

/// One rendering of one report.
class ReportText {
  public:
    ReportText(const ReportView& view, const Observation& observation, const TextStyle& style)
        : view_{view}, words_{view, observation}, verbose_{style.verbose}, writer_{style.width,
                                                                                   style.color} {}

    std::string render() && {
        write_verdict();
        write_subsystems();
        std::size_t shown = 0;
        write_groups(Verdict::fail, shown);
        write_unobserved();
        write_groups(Verdict::unknown, shown);
        write_groups(Verdict::warn, shown);
        folded_ |= AcceptedText(view_, verbose_, words_.subsystems().size() > 1,
                                [this](const FindingItem& item) { return headline_of(item); })
                       .write(writer_);
        write_notes();
        write_footer();
        return std::move(writer_).take();
    }

  private:
    [[nodiscard]] std::size_t at_most(std::size_t bound, std::size_t count) const {
        // One more than the bound is shown as well: the line that folds it would be as long.
        return verbose_ || count <= bound + 1 ? count : bound;
    }

    [[nodiscard]] std::string headline_of(const FindingItem& item) const {
        return words_.headline(item, verbose_ ? FindingText::kAll : kMaxClause);
    }

    void write_verdict() {
        const std::string word = upper(to_string(view_.verdict));
        writer_.wrapped(0, word.size() + 2,
                        {{word, tone_of(view_.verdict)}, {"  "}, {view_.summary, Tone::strong}});
        if (!view_.tally.empty()) {
            writer_.wrapped(word.size() + 2, word.size() + 2, {{view_.tally}});
        }
        writer_.blank();
    }

    void write_subsystems() {
        const std::size_t shown = at_most(kMaxSubsystems, words_.subsystems().size());
        for (std::size_t index = 0; index < shown; ++index) {
            write_subsystem(words_.subsystems()[index]);
        }
        if (shown < words_.subsystems().size()) {
            folded_ = true;
            writer_.wrapped(0, 2,
                            {{fmt::format("and {}", count_of(words_.subsystems().size() - shown,
                                                             "more subsystem"))}});
        }
        if (verbose_ && !view_.observed_at.empty()) {
            writer_.line(
                0, {{"observed ", Tone::faint},
                    {view_.observed_at},
                    {view_.readings > 1 ? fmt::format(", the last of {} readings", view_.readings)
                                        : std::string()}});
        }
        write_judged();
        writer_.blank();
    }

    /// By what it was judged; short of what nobody set.
    void write_judged() {
        if (verbose_ && !view_.judged_by.empty()) {
            writer_.wrapped(0, 2, {{"judged by ", Tone::faint}, {view_.judged_by}});
            if (!view_.hosts.empty()) {
                writer_.wrapped(0, 2,
                                {{"of hosts ", Tone::faint},
                                 {fmt::format("{}", fmt::join(view_.hosts, ", "))}});
            }
        } else if (!view_.judged_with.empty()) {
            writer_.wrapped(0, 2, {{"judged with ", Tone::faint}, {view_.judged_with}});
        }
    }

    void write_subsystem(const SubsystemArrays& subsystem) {
        std::string facts = count_of(subsystem.nsids.size(), "namespace");
        if (words_.subsystems().size() == 1 && view_.model != Model::unknown) {
            facts = fmt::format("{}, {}", to_string(view_.model), facts);
        }
        const Span name{subsystem.subsysnqn, Tone::strong};
        if (columns(name.text) + 2 + columns(facts) <= writer_.width()) {
            writer_.line(0, {name, {": " + facts}});
        } else {
            writer_.line(0, {name});
            writer_.wrapped(2, 2, {{facts}});
        }
        Spans arrays;
        for (const Array& array : subsystem.arrays) {
            std::vector<std::uint32_t> cntlids;
            for (const ControllerObservation* controller : array.controllers) {
                cntlids.push_back(cntlid_of(*controller));
            }
            arrays.push_back({arrays.empty() ? "" : "; "});
            arrays.push_back({array.name.empty() ? "array unknown" : array.name, Tone::strong});
            arrays.push_back({": " + controllers_text(std::move(cntlids))});
        }
        writer_.wrapped(2, 4, arrays);
    }

    void write_groups(Verdict verdict, std::size_t& shown) {
        const std::vector<FindingCluster> clusters = clusters_of(view_, verdict);
        const std::size_t room = kMaxGroups - std::min(shown, kMaxGroups);
        // The first of its verdict is always told in full.
        const std::size_t full =
            std::min(clusters.size(), at_most(std::max<std::size_t>(room, 1), clusters.size()));
        for (std::size_t index = 0; index < clusters.size(); ++index) {
            if (index < full) {
                write_cluster(clusters[index]);
            } else {
                write_brief(clusters[index]);
            }
        }
        shown += full;
        writer_.blank();
    }

    void write_title(const FindingCluster& cluster) {
        const FindingGroup& group = cluster.first();
        const std::string word = upper(to_string(group.verdict));
        writer_.wrapped(0, 2,
                        {{word, tone_of(group.verdict)},
                         {"  "},
                         {group.rule, Tone::strong},
                         {fmt::format("  ({})", stake(group.severity)), Tone::faint}});
        if (cluster.groups.size() > 1) {
            writer_.line(2, {{fmt::format("in {}", count_of(cluster.groups.size(), "subsystem"))}});
        }
    }

    /// Where the items that follow are, when there are several subsystems.
    void write_place(const FindingGroup& group) {
        if (words_.subsystems().size() > 1 && !group.subsystem.empty()) {
            writer_.wrapped(2, 4, {{"in ", Tone::faint}, {group.subsystem}});
        }
    }

    void write_cluster(const FindingCluster& cluster) {
        write_title(cluster);
        const std::size_t all = cluster.items();
        const std::size_t shown = one_reason(cluster) ? 1 : at_most(kMaxItems, all);
        std::vector<const FindingItem*> folded;
        std::vector<const FindingItem*> items;
        std::size_t places = 0; ///< subsystems of which nothing is shown
        for (const FindingGroup* group : cluster.groups) {
            if (items.size() < shown) {
                write_place(*group);
            } else {
                ++places;
            }
            for (const FindingItem& item : group->items) {
                if (items.size() == shown) {
                    folded.push_back(&item);
                    continue;
                }
                items.push_back(&item);
                writer_.wrapped(2, 2, {{headline_of(item)}});
                write_values(*group, item);
            }
        }
        if (!folded.empty() && shown == 1 && one_reason(cluster)) {
            write_others(folded);
        } else if (!folded.empty()) {
            write_folded_items(folded, cluster.groups.size() > 1 ? places : 0);
        }
        write_advice(cluster.first(), items);
        writer_.blank();
    }

    void write_advice(const FindingGroup& group, const std::vector<const FindingItem*>& items) {
        write_sentence("Why: ", group.why);
        if (group.on_kernel) {
            write_sentence(short_release(group.on_kernel->release) + ": ", group.on_kernel->text);
        }
        write_sentence("Fix: ", group.fix);
        for (const std::string& line : lines_to_paste(items)) {
            writer_.line(4, {{line}});
        }
        if (verbose_) {
            write_sentence("Basis: ", group.on_kernel ? fmt::format("{}; {}", group.basis,
                                                                    group.on_kernel->basis)
                                                      : group.basis);
        }
    }

    [[nodiscard]] bool one_reason(const FindingCluster& cluster) const {
        const std::size_t all = cluster.items();
        return all > at_most(kMaxItems, all) && of_one_reason(view_, cluster);
    }

    void write_others(const std::vector<const FindingItem*>& items) {
        folded_ = true;
        std::vector<std::string_view> names;
        for (const FindingItem* item : items) {
            if (names.size() < kMaxNamed) {
                names.push_back(view_.unobserved[*item->unobserved].object);
            }
        }
        writer_.wrapped(
            2, 4,
            {{fmt::format("and {} for the same reason: {}{}", grouped(items.size()),
                          fmt::join(names, ", "), names.size() < items.size() ? ", ..." : "")}});
    }

    void write_values(const FindingGroup& group, const FindingItem& item) {
        folded_ |= write_value_block(writer_, 4, words_.values(group, item, verbose_), verbose_);
    }

    /// \param places  subsystems that are all in what is left out; 0 = not told
    void write_folded_items(const std::vector<const FindingItem*>& items, std::size_t places) {
        folded_ = true;
        std::vector<std::uint32_t> nsids;
        std::set<std::string_view> hosts;
        std::size_t findings = 0;
        for (const FindingItem* item : items) {
            nsids.insert(nsids.end(), item->nsids.begin(), item->nsids.end());
            findings += item->findings();
            hosts.insert(words_.shown_host(*item));
        }
        hosts.erase(std::string_view());
        std::ranges::sort(nsids);
        nsids.erase(std::unique(nsids.begin(), nsids.end()), nsids.end()); // each host has its own
        std::string text = fmt::format("and {} like this", grouped(findings));
        if (places > 0) {
            text += fmt::format(" in {}", count_of(places, "more subsystem"));
        }
        if (!hosts.empty()) {
            text += fmt::format(" on {}", brief_list(hosts));
        }
        if (!nsids.empty() && places == 0) {
            text += fmt::format(": NSID {}", ranges(nsids, kMaxReportRanges));
        }
        writer_.wrapped(2, 4, {{text}});
    }

    void write_sentence(const std::string& label, const std::string& text) {
        if (!text.empty()) {
            writer_.wrapped(2, 2 + label.size(), {{label, Tone::faint}, {text}});
        }
    }

    /// ", and 59 like this in 59 more subsystems".
    [[nodiscard]] static std::string more_of(const FindingCluster& cluster) {
        const std::size_t more = cluster.findings() - cluster.first().items.front().findings();
        if (more == 0) {
            return {};
        }
        return fmt::format(
            ", and {} like this{}", grouped(more),
            cluster.groups.size() == 1
                ? std::string()
                : fmt::format(" in {}", count_of(cluster.groups.size(), "subsystem")));
    }

    void write_brief(const FindingCluster& cluster) {
        folded_ = true;
        const FindingGroup& group = cluster.first();
        writer_.wrapped(0, 6,
                        {{upper(to_string(group.verdict)), tone_of(group.verdict)},
                         {"  "},
                         {group.rule, Tone::strong},
                         {": " + headline_of(group.items.front())},
                         {more_of(cluster)}});
    }

    void write_unobserved() {
        if (view_.untold.empty()) {
            return;
        }
        writer_.line(0, {{"NOT OBSERVED", Tone::unknown}});
        std::vector<std::string> errors;
        for (const std::size_t index : view_.untold) {
            errors.push_back(words_.error(view_.unobserved[index]));
        }
        const std::vector<std::string> lines = counted(std::move(errors));
        const std::size_t shown = at_most(kMaxUnobserved, lines.size());
        for (std::size_t index = 0; index < shown; ++index) {
            writer_.wrapped(2, 4, {{lines[index]}});
        }
        if (shown < lines.size()) {
            folded_ = true;
            writer_.wrapped(2, 4, {{fmt::format("and {} more", lines.size() - shown)}});
        }
        writer_.blank();
    }

    void write_notes() {
        if (verbose_) {
            std::size_t shown = 0;
            write_groups(Verdict::note, shown);
            return;
        }
        const std::vector<FindingCluster> notes = clusters_of(view_, Verdict::note);
        const std::size_t shown = at_most(kMaxNotes, notes.size());
        for (std::size_t index = 0; index < shown; ++index) {
            write_note(notes[index]);
        }
        if (shown < notes.size()) {
            folded_ = true;
            writer_.wrapped(0, 6,
                            {{fmt::format("and {}", count_of(notes.size() - shown, "more note"))}});
        }
        writer_.blank();
    }

    void write_note(const FindingCluster& cluster) {
        const FindingGroup& group = cluster.first();
        const FindingItem& item = group.items.front();
        std::string text = ": " + headline_of(item);
        std::vector<std::string> values;
        for (const LabelledValue& one : words_.values(group, item, false)) {
            values.push_back(one.label.empty() ? one.value : one.label + " " + one.value);
        }
        // A note is one line or two; what does not fit there is for the verbose text.
        const std::string all = fmt::format(" ({})", fmt::join(values, ", "));
        if (!values.empty() && columns(all) <= writer_.width()) {
            text += all;
        } else {
            folded_ |= !values.empty();
        }
        const std::string more = more_of(cluster);
        folded_ |= !more.empty();
        text += more;
        writer_.wrapped(0, 6, {{"NOTE", Tone::note}, {"  "}, {group.rule, Tone::strong}, {text}});
    }

    void write_footer() {
        const bool has_findings = std::ranges::any_of(
            view_.groups, [](const FindingGroup& group) { return group.verdict != Verdict::note; });
        if (verbose_ || (!has_findings && !folded_)) {
            return;
        }
        writer_.blank();
        writer_.wrapped(0, 0,
                        {{folded_ ? "-v shows all of it and what each rule rests on."
                                  : "-v shows every controller and what each rule rests on.",
                          Tone::faint}});
    }

    const ReportView& view_;
    FindingText words_;
    bool verbose_;
    bool folded_{}; ///< something was left out
    TextWriter writer_;
};

} // namespace

std::string to_text(const Report& report, const Observation& observation, const TextStyle& style) {
    const ReportView view = view_of(report);
    return ReportText{view, observation, style}.render();
}

std::string headline(const Report& report) {
    const ReportView view = view_of(report);
    return fmt::format("{}  {}{}{}", upper(to_string(view.verdict)), view.summary,
                       view.tally.empty() ? "" : " ", view.tally);
}

} // namespace haoh
