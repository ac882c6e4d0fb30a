// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/findings.hpp"

#include "report/html/badge.hpp"
#include "report/list/host_view.hpp"
#include "report/rules/rules_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::report {
namespace {

constexpr std::size_t kOpenItems = 5;     ///< objects of one cause that are seen at once
constexpr std::size_t kFoldedItems = 45;  ///< more of them, to be unfolded
constexpr std::size_t kPageValues = 24;   ///< values of one object
constexpr std::size_t kPageNames = 8;     ///< controllers that say one value
constexpr std::size_t kPageRanges = 24;   ///< runs of NSIDs
constexpr std::size_t kPageClause = 1200; ///< columns of what a finding says
constexpr std::size_t kValueRoom = 1024;  ///< columns of a value
constexpr std::size_t kShortValue = 48;   ///< columns of one that is not broken
constexpr std::size_t kPageConfig = 100;  ///< lines for a configuration
constexpr std::size_t kPageUnobserved = 200;
/// Bytes of a page from which on values are short, and from which on only causes are told.
constexpr std::size_t kLongPage = std::size_t{1} << 20;
constexpr std::size_t kFullPage = std::size_t{2} << 20;

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

/// Parts of a text by whether each of its characters is marked.
template <typename IsMarked>
std::vector<MarkedPart> split_by(const std::string& text, IsMarked is_marked) {
    std::vector<MarkedPart> parts;
    std::size_t character = 0;
    for (std::size_t index = 0; index < text.size(); ++character) {
        std::size_t end = index + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            ++end;
        }
        const bool differs = is_marked(character);
        if (parts.empty() || parts.back().differs != differs) {
            parts.push_back({.text = {}, .differs = differs});
        }
        parts.back().text.append(text, index, end - index);
        index = end;
    }
    return parts;
}

class FindingsWriter {
  public:
    FindingsWriter(Markup& out, const ReportView& view, const ToldFindings& told,
                   const FindingText& words)
        : out_{out}, view_{view}, told_{told}, words_{words} {}

    void write(ToldFindings::Part part) {
        const std::span<const FindingCluster> clusters = told_.clusters(part);
        for (std::size_t index = 0; index < clusters.size(); ++index) {
            write_cluster(ToldFindings::anchor(told_.first_of(part) + index), clusters[index]);
        }
    }

  private:
    struct Place {
        const FindingGroup* group;
        const FindingItem* item;
    };

    void write_cluster(const std::string& anchor, const FindingCluster& cluster) {
        const FindingGroup& group = cluster.first();
        out_.element(
            "article",
            {{"class", "finding " + (group.counts() ? class_of(group.verdict) : "note")},
             {"id", anchor},
             {"aria-labelledby", anchor + "-title"}},
            [&] {
                out_.element("h3", {{"id", anchor + "-title"}}, [&] {
                    if (!group.counts()) {
                        out_.leaf("span", {{"class", "badge note"}},
                                  group.waived ? "WAIVED" : "KNOWN");
                        out_.text(" ");
                    }
                    write_badge(out_, group.verdict);
                    out_.text(" ");
                    out_.leaf("code", {{"class", "rule"}}, group.rule);
                    out_.text(" ");
                    out_.leaf("span", {{"class", "stake"}}, stake(group.severity));
                });
                if (const Rule* rule = find_rule(group.rule); rule != nullptr) {
                    out_.leaf("p", {{"class", "title"}}, fmt::format("Rule: {}.", rule->title));
                }
                if (cluster.groups.size() > 1) {
                    out_.leaf("p", {},
                              fmt::format("{} in {}.", count_of(cluster.findings(), "finding"),
                                          count_of(cluster.groups.size(), "subsystem")));
                }
                write_items(cluster);
                write_advice(cluster);
            });
    }

    void write_items(const FindingCluster& cluster) {
        std::vector<Place> places;
        for (const FindingGroup* group : cluster.groups) {
            for (const FindingItem& item : group->items) {
                places.push_back({group, &item});
            }
        }
        const bool one_reason = places.size() > kOpenItems && of_one_reason(view_, cluster);
        const std::size_t open = one_reason || out_.size() > kFullPage ? 1 : kOpenItems;
        const std::size_t shown = std::min(open, places.size());
        write_places(std::span{places}.first(shown));
        const std::span<const Place> rest = std::span{places}.subspan(shown);
        if (rest.empty()) {
            return;
        }
        const std::size_t folded =
            out_.size() > kFullPage ? 0 : std::min(rest.size(), kFoldedItems);
        if (folded > 0) {
            out_.element("details", {}, [&] {
                out_.leaf("summary", {},
                          fmt::format("{} more {}", grouped(findings_of(rest.first(folded))),
                                      one_reason ? "for the same reason" : "like this"));
                write_places(rest.first(folded));
            });
        }
        if (folded < rest.size()) {
            write_left_out(rest.subspan(folded));
        }
    }

    static std::size_t findings_of(std::span<const Place> places) {
        std::size_t sum = 0;
        for (const Place& place : places) {
            sum += place.item->findings();
        }
        return sum;
    }

    void write_left_out(std::span<const Place> places) {
        std::vector<std::uint32_t> nsids;
        for (const Place& place : places) {
            nsids.insert(nsids.end(), place.item->nsids.begin(), place.item->nsids.end());
        }
        std::ranges::sort(nsids);
        nsids.erase(std::unique(nsids.begin(), nsids.end()), nsids.end());
        out_.leaf("p", {{"class", "more"}},
                  fmt::format("And {} like this{}. JSON has each.", grouped(findings_of(places)),
                              nsids.empty()
                                  ? std::string()
                                  : fmt::format(": NSID {}", ranges(nsids, kPageRanges))));
    }

    void write_places(std::span<const Place> places) {
        const FindingGroup* before = nullptr;
        for (const Place& place : places) {
            const bool named = told_of_several() && !place.group->subsystem.empty();
            if (named && place.group != before) {
                out_.element("p", {{"class", "place"}}, [&] {
                    out_.text("in ");
                    out_.leaf("code", {}, place.group->subsystem);
                });
            }
            before = place.group;
            const std::string headline =
                words_.headline(*place.item, out_.size() > kLongPage ? 200 : kPageClause);
            out_.leaf("p", {{"class", "what"}}, headline);
            write_values(*place.group, *place.item, headline);
        }
    }

    [[nodiscard]] bool told_of_several() const {
        return std::ranges::any_of(view_.groups, [&](const FindingGroup& group) {
            return group.subsystem != view_.groups.front().subsystem;
        });
    }

    void write_values(const FindingGroup& group, const FindingItem& item,
                      const std::string& headline) {
        if (item.values.empty()) {
            return;
        }
        const std::size_t shown =
            item.values.size() <= kPageValues + 1 ? item.values.size() : kPageValues;
        std::vector<std::string> texts;
        for (const ValueGroup& value : std::span{item.values}.first(shown)) {
            texts.push_back(value.value.empty() ? "(empty)" : value.value);
        }
        texts = shortened(std::move(texts), out_.size() > kLongPage ? 80 : kValueRoom);
        const std::vector<std::vector<MarkedPart>> parts = marked(texts);
        const std::vector<LabelledValue> labels = words_.values(group, item, false);
        const bool named = std::ranges::any_of(item.values, [](const ValueGroup& value) {
            return value.object.empty() && !value.controllers.front().empty();
        });
        out_.element("div",
                     {{"class", "scroll"},
                      {"tabindex", "0"},
                      {"role", "group"},
                      {"aria-label", "Values: " + headline}},
                     [&] {
                         out_.element("table", {{"class", "values"}}, [&] {
                             out_.leaf("caption", {{"class", "unseen"}}, headline);
                             out_.element("thead", {}, [&] {
                                 out_.element("tr", {}, [&] {
                                     out_.leaf("th", {{"scope", "col"}}, "Who");
                                     out_.leaf("th", {{"scope", "col"}}, "Value");
                                     if (named) {
                                         out_.leaf("th", {{"scope", "col"}}, "Told by");
                                     }
                                 });
                             });
                             out_.element("tbody", {}, [&] {
                                 for (std::size_t index = 0; index < shown; ++index) {
                                     write_value(labels[index].label, item.values[index],
                                                 parts[index], named);
                                 }
                             });
                         });
                     });
        if (shown < item.values.size()) {
            out_.leaf("p", {{"class", "more"}},
                      fmt::format("and {}", count_of(item.values.size() - shown, "more value")));
        }
    }

    void write_value(const std::string& label, const ValueGroup& value,
                     const std::vector<MarkedPart>& parts, bool named) {
        out_.element("tr", {}, [&] {
            out_.leaf("th", {{"scope", "row"}}, label.empty() ? "-" : label);
            out_.element("td", {}, [&] {
                std::size_t length = 0;
                for (const MarkedPart& part : parts) {
                    length += columns(part.text);
                }
                // What fits stays on one line, so that values are one below the other.
                const bool fits = length <= kShortValue;
                out_.element("code", {{"class", fits ? "value short" : "value"}}, [&] {
                    for (const MarkedPart& part : parts) {
                        if (part.differs) {
                            out_.leaf("mark", {}, part.text);
                        } else {
                            out_.text(part.text);
                        }
                    }
                });
            });
            if (named) {
                out_.leaf("td", {{"class", "tellers"}}, tellers(value));
            }
        });
    }

    [[nodiscard]] std::string tellers(const ValueGroup& value) const {
        std::vector<std::string> names;
        for (std::size_t index = 0; index < value.controllers.size(); ++index) {
            if (value.object.empty() && !value.controllers[index].empty()) {
                names.push_back(view_.several_hosts() && !value.hosts[index].empty()
                                    ? value.hosts[index] + " " + value.controllers[index]
                                    : value.controllers[index]);
            }
        }
        return some_of(names, kPageNames);
    }

    void write_advice(const FindingCluster& cluster) {
        const FindingGroup& group = cluster.first();
        std::vector<const FindingItem*> items;
        for (const FindingGroup* one : cluster.groups) {
            for (const FindingItem& item : one->items) {
                items.push_back(&item);
            }
        }
        if (!group.counts() && group.severity == Severity::corruption &&
            group.verdict != Verdict::note) {
            out_.leaf("p", {{"class", "what"}}, "Data can be corrupted as long as this is so.");
        }
        out_.element("dl", {{"class", "advice"}}, [&] {
            if (group.waived) {
                write_advice_line("Reason", group.waived->reason);
                write_advice_line("Waived by", fmt::format("{}, until {}{}", group.waived->owner,
                                                           group.waived->expires,
                                                           group.waived->where.empty()
                                                               ? std::string()
                                                               : " (" + group.waived->where + ")"));
            }
            write_advice_line("Why", group.why);
            if (group.on_kernel) {
                write_advice_line(short_release(group.on_kernel->release), group.on_kernel->text);
            }
            write_advice_line("Fix", group.fix);
            std::vector<std::string> lines = lines_to_paste(items);
            if (!lines.empty()) {
                lines.resize(std::min(lines.size(), kPageConfig));
                out_.leaf("dt", {}, "haoh.toml");
                out_.element("dd", {}, [&] { write_config(lines); });
            }
            write_advice_line("Basis", group.on_kernel ? fmt::format("{}; {}", group.basis,
                                                                     group.on_kernel->basis)
                                                       : group.basis);
        });
    }

    void write_advice_line(std::string_view name, const std::string& text) {
        if (!text.empty()) {
            out_.leaf("dt", {}, name);
            out_.leaf("dd", {}, text);
        }
    }

    void write_config(const std::vector<std::string>& lines) {
        out_.element("pre", {{"tabindex", "0"}}, [&] {
            out_.element("code", {}, [&] {
                for (const std::string& line : lines) {
                    out_.text(line);
                    out_.constant("\n");
                }
            });
        });
    }

    Markup& out_;
    const ReportView& view_;
    const ToldFindings& told_;
    const FindingText& words_;
};

} // namespace

ToldFindings::ToldFindings(const ReportView& view) {
    for (const Verdict verdict : {Verdict::fail, Verdict::unknown, Verdict::warn, Verdict::note}) {
        for (FindingCluster& cluster : clusters_of(view, verdict)) {
            clusters_.push_back(std::move(cluster));
        }
    }
    counting_ = clusters_.size();
    // What somebody answers for comes first.
    for (const bool waived : {true, false}) {
        for (const FindingGroup& group : view.groups) {
            if (!group.counts() && group.waived.has_value() == waived) {
                clusters_.push_back({.groups = {&group}});
            }
        }
    }
    for (std::size_t index = 0; index < clusters_.size(); ++index) {
        for (const FindingGroup* group : clusters_[index].groups) {
            places_.emplace(group, index);
        }
    }
}

std::span<const FindingCluster> ToldFindings::clusters(Part part) const {
    const std::span all{clusters_};
    return part == Part::counting ? all.first(counting_) : all.subspan(counting_);
}

std::string ToldFindings::anchor(std::size_t cluster) {
    return fmt::format("finding-{}", cluster + 1);
}

std::string ToldFindings::anchor_of(const FindingGroup& group) const {
    const auto found = places_.find(&group);
    return found == places_.end() ? std::string() : anchor(found->second);
}

std::vector<std::vector<MarkedPart>> marked(std::span<const std::string> texts) {
    const std::string marks = difference_marks(texts);
    const std::size_t first = marks.find('^');
    std::size_t longest = 0;
    std::size_t shortest = std::string::npos;
    for (const std::string& text : texts) {
        longest = std::max(longest, characters(text));
        shortest = std::min(shortest, characters(text));
    }
    std::vector<std::vector<MarkedPart>> out;
    for (const std::string& text : texts) {
        if (first == std::string::npos) {
            out.push_back({{.text = text, .differs = false}});
        } else if (longest == shortest) {
            out.push_back(split_by(
                text, [&](std::size_t at) { return at < marks.size() && marks[at] == '^'; }));
        } else {
            // What all end with is as long in each.
            const std::size_t after = longest - marks.size();
            const std::size_t end = characters(text) - after;
            out.push_back(split_by(text, [&](std::size_t at) { return at >= first && at < end; }));
        }
    }
    return out;
}

void write_findings(Markup& out, const ReportView& view, const ToldFindings& told,
                    const FindingText& words, ToldFindings::Part part) {
    FindingsWriter{out, view, told, words}.write(part);
}

void write_unobserved(Markup& out, const ReportView& view, const FindingText& words) {
    std::vector<std::string> errors;
    for (const std::size_t index : view.untold) {
        errors.push_back(words.error(view.unobserved[index]));
    }
    const std::vector<std::string> lines = counted(std::move(errors));
    const std::size_t shown = lines.size() <= kPageUnobserved + 1 ? lines.size() : kPageUnobserved;
    out.element("ul", {{"class", "unobserved"}}, [&] {
        for (std::size_t index = 0; index < shown; ++index) {
            out.element("li", {}, [&] {
                write_badge(out, Verdict::unknown);
                out.text(" ");
                out.text(column_slice(lines[index], 0, kPageClause));
            });
        }
        if (shown < lines.size()) {
            out.leaf("li", {}, fmt::format("and {} more", grouped(lines.size() - shown)));
        }
    });
}

} // namespace haoh::report
