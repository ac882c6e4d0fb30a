// SPDX-License-Identifier: LGPL-2.1-or-later
// A comment of a pull request. Whatever is not haoh's own words stands in an HTML block and in <code>: nothing
// of that is Markdown (GFM §4.6), and GitHub makes no mention, reference or link of what is in <code>.
#include <haoh/report.hpp>

#include "report/check/accepted_view.hpp"
#include "report/check/finding_cluster.hpp"
#include "report/check/finding_paragraphs.hpp"
#include "report/check/finding_text.hpp"
#include "report/check/report_view.hpp"
#include "report/rules/rules_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace haoh {
namespace {

using namespace report;

/// GitHub takes 65,536 characters; what posts the comment may add some of its own.
constexpr std::size_t kMostBytes = 60'000;
constexpr std::size_t kFooterBytes = 1'000; ///< for what was left out
constexpr std::size_t kMostColumns = 300;   ///< of one text
constexpr std::size_t kMostValues = 16;     ///< of one finding
constexpr std::size_t kMostItems = 10;      ///< of one rule
constexpr std::size_t kMostSubsystems = 10;
constexpr std::size_t kMostLines = 20;

/// Text in an HTML block.
std::string html(std::string_view text) {
    std::string out;
    for (const char character : text) {
        switch (character) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += character;
        }
    }
    return out;
}

std::string cut(std::string_view text) {
    return columns(text) <= kMostColumns
               ? std::string(text)
               : fmt::format("{}...", column_slice(text, 0, kMostColumns - 3));
}

/// What stays as it is.
std::string code(std::string_view text) {
    return text.empty() ? std::string() : fmt::format("<code>{}</code>", html(cut(text)));
}

/// The words of a rule, in which there is no mention, reference or link either: GitHub looks for them in one
/// piece of text, and <wbr> makes two.
std::string advice(std::string_view label, std::string_view text) {
    if (text.empty()) {
        return {};
    }
    std::string out;
    while (!text.empty()) {
        out += html(text.substr(0, 1));
        const bool opens = text.front() == '@' || text.front() == '#';
        const bool links = text.starts_with("://") || text.starts_with("w.");
        out += opens || links ? "<wbr>" : "";
        text.remove_prefix(1);
    }
    return fmt::format("<b>{}:</b> {}<br>\n", label, out);
}

class MarkdownReport {
  public:
    MarkdownReport(const ReportView& view, const Observation& observation)
        : view_{view}, words_{view, observation} {}

    std::string render() && {
        write_verdict();
        write_findings(Verdict::fail);
        write_findings(Verdict::unknown);
        write_errors();
        write_findings(Verdict::warn);
        write_findings(Verdict::note);
        write_accepted();
        write_gone();
        write_left_out();
        return std::move(out_);
    }

  private:
    void write_verdict() {
        out_ = fmt::format("### haoh check: {}\n\n{}\n\n{}\n\n", upper(to_string(view_.verdict)),
                           view_.summary, view_.tally);
        std::string list;
        const auto& subsystems = words_.subsystems();
        for (std::size_t index = 0; index < subsystems.size() && index < kMostSubsystems; ++index) {
            list += fmt::format("{}{}", list.empty() ? "" : "<br>\n",
                                code(subsystems[index].subsysnqn));
        }
        if (subsystems.size() > kMostSubsystems) {
            list += fmt::format("<br>\nand {} more", subsystems.size() - kMostSubsystems);
        }
        if (!list.empty()) {
            out_ += fmt::format("<p>\n{}\n</p>\n\n", list);
        }
        if (!view_.judged_with.empty()) {
            out_ += fmt::format("<p>judged with {}</p>\n\n", code(view_.judged_with));
        }
    }

    void write_findings(Verdict verdict) {
        for (const FindingCluster& cluster : clusters_of(view_, verdict)) {
            add(block_of(cluster), cluster.findings());
        }
    }

    /// What a waiver or an earlier report accounts for.
    void write_accepted() {
        for (const FindingGroup& group : view_.groups) {
            if (!group.counts()) {
                add(block_of({.groups = {&group}}), group.findings());
            }
        }
    }

    [[nodiscard]] std::string block_of(const FindingCluster& cluster) const {
        const FindingGroup& group = cluster.first();
        const FindingItem& first = group.items.front();
        const std::string_view state = group.waived ? ", waived" : group.known ? ", known" : "";
        const std::size_t more = cluster.findings() - first.findings();
        std::string out =
            fmt::format("<details>\n<summary><b>{}</b>{} {} ({}): {}{}</summary>\n<table>\n",
                        upper(to_string(group.verdict)), state, code(group.rule),
                        stake(group.severity), code(words_.headline(first)),
                        more > 0 ? fmt::format(" and {} more", grouped(more)) : std::string());
        std::size_t told = 0;
        for (const FindingGroup* one : cluster.groups) {
            for (const FindingItem& item : one->items) {
                out += told++ < kMostItems ? rows_of(*one, item) : std::string();
            }
        }
        if (told > kMostItems) {
            out += fmt::format("<tr><td colspan=\"2\">and {} more like this</td></tr>\n",
                               grouped(told - kMostItems));
        }
        out += "</table>\n";
        if (const std::string why_not = deviation(group); !why_not.empty()) {
            out += fmt::format("{}<br>\n", code(why_not));
        }
        out += advice("Why", group.why);
        if (group.on_kernel) {
            out += advice(short_release(group.on_kernel->release), group.on_kernel->text);
        }
        out += advice("Fix", group.fix);
        out += advice("Basis", group.basis);
        return out + "</details>\n\n";
    }

    [[nodiscard]] std::string rows_of(const FindingGroup& group, const FindingItem& item) const {
        std::string out = fmt::format("<tr><td colspan=\"2\">{}", code(words_.headline(item)));
        if (!group.subsystem.empty() && words_.subsystems().size() > 1) {
            out += fmt::format("<br>in {}", code(group.subsystem));
        }
        out += "</td></tr>\n";
        const std::vector<LabelledValue> values = words_.values(group, item, false);
        for (std::size_t index = 0; index < values.size() && index < kMostValues; ++index) {
            out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", code(values[index].label),
                               code(values[index].value));
        }
        if (values.size() > kMostValues) {
            out += fmt::format("<tr><td colspan=\"2\">and {} more values</td></tr>\n",
                               values.size() - kMostValues);
        }
        return out;
    }

    void write_errors() {
        std::vector<std::string> errors;
        for (const std::size_t index : view_.untold) {
            errors.push_back(words_.error(view_.unobserved[index]));
        }
        const std::vector<std::string> lines = counted(std::move(errors));
        add(list_of("NOT OBSERVED", lines), 0);
    }

    /// What an earlier report had.
    void write_gone() {
        if (!view_.judged.baseline) {
            return;
        }
        for (const bool looked_for : {true, false}) {
            std::vector<std::string> lines;
            for (const GoneFinding& gone : view_.judged.baseline->gone) {
                if (gone.looked_for == looked_for) {
                    lines.push_back(fmt::format("{}: {}", gone.rule, gone_text(gone)));
                }
            }
            add(list_of(looked_for ? "GONE" : "NOT LOOKED FOR", lines), 0);
        }
    }

    [[nodiscard]] static std::string list_of(std::string_view title,
                                             const std::vector<std::string>& lines) {
        if (lines.empty()) {
            return {};
        }
        std::string out = fmt::format("<details>\n<summary><b>{}</b>: {}</summary>\n", title,
                                      grouped(lines.size()));
        for (std::size_t index = 0; index < lines.size() && index < kMostLines; ++index) {
            out += fmt::format("{}<br>\n", code(lines[index]));
        }
        if (lines.size() > kMostLines) {
            out += fmt::format("and {} more\n", grouped(lines.size() - kMostLines));
        }
        return out + "</details>\n\n";
    }

    /// As a whole, or not at all; and nothing after what had no room, so that the worst is what is told.
    void add(const std::string& block, std::size_t findings) {
        if (full_ || out_.size() + block.size() > kMostBytes - kFooterBytes) {
            full_ = true;
            left_out_ += findings;
            return;
        }
        out_ += block;
    }

    void write_left_out() {
        if (full_) {
            out_ += fmt::format("A comment has no room for {}: the text and the other formats "
                                "have all of it.\n",
                                left_out_ == 0 ? "what was not observed"
                                               : count_of(left_out_, "more finding"));
        }
        while (out_.ends_with("\n\n")) {
            out_.pop_back();
        }
    }

    const ReportView& view_;
    FindingText words_;
    std::string out_;
    bool full_{};
    std::size_t left_out_{}; ///< findings
};

} // namespace

std::string to_markdown(const Report& report, const Observation& observation) {
    const ReportView view = view_of(report);
    return MarkdownReport{view, observation}.render();
}

} // namespace haoh
