// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh check -o html`: one page that needs nothing but itself.
#include <haoh/report.hpp>

#include "report/check/accepted_view.hpp"
#include "report/check/finding_text.hpp"
#include "report/check/report_view.hpp"
#include "report/html/accepted.hpp"
#include "report/html/badge.hpp"
#include "report/html/findings.hpp"
#include "report/html/markup.hpp"
#include "report/html/matrix.hpp"
#include "report/html/picture.hpp"
#include "report/html/style.hpp"
#include "report/list/host_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace haoh {
namespace {

using namespace report;

constexpr std::size_t kPictures = 8; ///< subsystems that are drawn
constexpr std::size_t kListedSubsystems = 200;
constexpr std::size_t kListedControllers = 64; ///< with the evidence for their array
constexpr std::size_t kListedHosts = 40;

/// One page of one report.
class ReportPage {
  public:
    ReportPage(const ReportView& view, const Observation& observation)
        : view_{view}, observation_{observation}, words_{view, observation}, told_{view} {}

    std::string render() && {
        out_.constant("<!DOCTYPE html>\n");
        out_.element("html", {{"lang", "en"}, {"xmlns", "http://www.w3.org/1999/xhtml"}}, [&] {
            write_head();
            out_.element("body", {}, [&] { write_body(); });
        });
        return std::move(out_).take();
    }

  private:
    using Part = ToldFindings::Part;

    [[nodiscard]] std::string title() const {
        return fmt::format("{}: {}", word_of_verdict(view_.verdict), view_.summary);
    }

    void write_head() {
        out_.element("head", {}, [&] {
            out_.empty("meta", {{"charset", "utf-8"}});
            // Nothing is fetched, run or sent, whatever a text in here would like.
            out_.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                                {"content", "default-src 'none'; style-src 'unsafe-inline'; "
                                            "base-uri 'none'; form-action 'none'"}});
            out_.empty("meta",
                       {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
            out_.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
            out_.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
            out_.leaf("title", {}, "haoh: " + title());
            out_.element("style", {}, [&] {
                for (const std::string_view part : style_sheet()) {
                    out_.constant(part);
                }
            });
        });
    }

    void write_body() {
        out_.leaf("a", {{"class", "skip"}, {"href", "#main"}}, "Skip to the report");
        out_.constant("\n");
        out_.element("header", {}, [&] { write_verdict(); });
        write_contents();
        out_.element("main", {{"id", "main"}}, [&] {
            section("picture", "What was seen", [&] { write_pictures(); });
            section("findings", "Findings", [&] {
                if (told_.clusters(Part::counting).empty()) {
                    out_.leaf("p", {}, "None.");
                }
                write_findings(out_, view_, told_, words_, Part::counting);
            });
            if (has_accepted(view_)) {
                section("accepted", "Waived and known",
                        [&] { write_accepted(out_, view_, told_, words_); });
            }
            if (!view_.unobserved.empty()) {
                section("unobserved", "Not observed", [&] { write_not_observed(); });
            }
            section("rules", "Rules by controller", [&] { write_rules(); });
            section("judged", "How it was judged", [&] { write_judged(); });
        });
        out_.element("footer", {}, [&] { write_end(); });
    }

    template <typename Body>
    void section(const std::string& id, std::string_view name, Body&& body) {
        out_.element("section", {{"id", id}, {"aria-labelledby", id + "-title"}}, [&] {
            out_.leaf("h2", {{"id", id + "-title"}}, name);
            std::forward<Body>(body)();
        });
    }

    void write_verdict() {
        out_.element("div", {{"class", "verdict " + class_of(view_.verdict)}}, [&] {
            out_.element("h1", {}, [&] {
                write_badge(out_, view_.verdict);
                out_.text(view_.summary);
            });
            if (!view_.tally.empty()) {
                out_.leaf("p", {}, view_.tally);
            }
            const std::string when = view_.observed_at.empty()
                                         ? std::string()
                                         : fmt::format("Observed {}", view_.observed_at);
            const std::string what = seen();
            out_.leaf("p", {}, when.empty() ? what : when + ": " + what);
            if (!view_.judged_with.empty()) {
                out_.leaf("p", {}, "Judged with " + view_.judged_with + ".");
            }
        });
    }

    /// "2 controllers of nqn..., stretched, of hosts alpha and beta."
    [[nodiscard]] std::string seen() const {
        std::string text = count_of(view_.attributions.size(), "controller");
        if (words_.subsystems().size() == 1) {
            text += " of " + words_.subsystems().front().subsysnqn;
            if (view_.model != Model::unknown) {
                text += fmt::format(", {}", to_string(view_.model));
            }
        } else if (words_.subsystems().size() > 1) {
            text += fmt::format(" of {}", count_of(words_.subsystems().size(), "subsystem"));
        }
        if (!view_.hosts.empty()) {
            text += ", seen from " + some_of(view_.hosts, 4);
        }
        return text + ".";
    }

    void write_contents() {
        out_.element("nav", {{"aria-label", "Contents"}}, [&] {
            out_.element("ul", {}, [&] {
                entry("picture", "What was seen");
                entry("findings", fmt::format("Findings ({})", count_findings(Part::counting)));
                if (has_accepted(view_)) {
                    entry("accepted",
                          fmt::format("Waived and known ({})", count_findings(Part::accepted)));
                }
                if (!view_.unobserved.empty()) {
                    entry("unobserved", fmt::format("Not observed ({})", view_.unobserved.size()));
                }
                entry("rules", fmt::format("Rules ({})", view_.rules.size()));
                entry("judged", "How it was judged");
            });
        });
    }

    void entry(const std::string& id, std::string_view name) {
        out_.element("li", {}, [&] { out_.leaf("a", {{"href", "#" + id}}, name); });
    }

    [[nodiscard]] std::size_t count_findings(Part part) const {
        std::size_t sum = 0;
        for (const FindingCluster& cluster : told_.clusters(part)) {
            sum += cluster.findings();
        }
        return sum;
    }

    void write_pictures() {
        const std::vector<Picture> pictures =
            pictures_of(view_, observation_, words_.subsystems(), told_, words_);
        if (pictures.empty()) {
            out_.leaf("p", {}, "No NVM subsystem was observed.");
            return;
        }
        const std::size_t drawn = pictures.size() <= kPictures + 1 ? pictures.size() : kPictures;
        for (std::size_t index = 0; index < drawn; ++index) {
            write_picture(pictures[index], fmt::format("subsystem-{}", index + 1));
        }
        out_.leaf(
            "p", {{"class", "legend"}},
            "A bar that goes through is one thing on all arrays; \u2260 is where arrays part. "
            "\u2713: no finding but notes. Dashed: no I/O goes there.");
        if (drawn < pictures.size()) {
            write_other_subsystems(std::span{pictures}.subspan(drawn));
        }
    }

    void write_picture(const Picture& picture, const std::string& id) {
        out_.element("figure", {}, [&] {
            out_.element("figcaption", {{"id", id + "-caption"}}, [&] {
                write_badge(out_, picture.mark.verdict);
                out_.text(" ");
                out_.leaf("strong", {}, picture.subsysnqn);
                out_.text(fmt::format(": {}, {}", count_of(picture.arrays.size(), "array"),
                                      count_of(picture.namespaces, "namespace")));
            });
            out_.element("div",
                         {{"class", "scroll"},
                          {"tabindex", "0"},
                          {"role", "group"},
                          {"aria-labelledby", id + "-caption"}},
                         [&] { draw_picture(out_, picture, id); });
        });
    }

    void write_other_subsystems(std::span<const Picture> rest) {
        out_.element("details", {}, [&] {
            out_.leaf("summary", {}, count_of(rest.size(), "more subsystem"));
            out_.element("ul", {{"class", "unobserved"}}, [&] {
                const std::size_t shown = std::min(rest.size(), kListedSubsystems);
                for (const Picture& picture : rest.first(shown)) {
                    out_.element("li", {}, [&] {
                        write_badge(out_, picture.mark.verdict);
                        out_.text(fmt::format(" {}: {}, {}", picture.subsysnqn,
                                              count_of(picture.arrays.size(), "array"),
                                              count_of(picture.namespaces, "namespace")));
                    });
                }
                if (shown < rest.size()) {
                    out_.leaf("li", {}, fmt::format("and {} more", grouped(rest.size() - shown)));
                }
            });
        });
    }

    void write_not_observed() {
        if (view_.untold.empty()) {
            out_.leaf("p", {}, "What was not observed is told with the findings.");
            return;
        }
        report::write_unobserved(out_, view_, words_);
    }

    void write_rules() {
        const Matrix matrix = matrix_of(view_, words_.subsystems(), told_);
        out_.leaf(
            "p", {},
            "held: for all that the rule applies to. n/a: it applies to nothing that was seen. "
            "unknown: it could not be judged. FAIL, WARN, NOTE: a finding names what is there; "
            "accepted: and it is waived or known. "
            "-: findings of this rule name others, and nothing there.");
        if (!matrix.by_controller && !matrix.columns.empty()) {
            out_.leaf("p", {}, "There are many controllers: those of one array are told together.");
        }
        if (matrix.columns_left_out > 0) {
            out_.leaf("p", {},
                      fmt::format("{} left out: those of subsystems with findings are here.",
                                  count_of(matrix.columns_left_out, "column")));
        }
        write_matrix(out_, matrix);
    }

    void write_fact(std::string_view name, const std::string& text) {
        if (!text.empty()) {
            out_.leaf("dt", {}, name);
            out_.leaf("dd", {}, text);
        }
    }

    void write_judged() {
        const Judged& judged = view_.judged;
        out_.element("dl", {}, [&] {
            write_fact("Observed", view_.observed_at);
            write_fact("Readings",
                       fmt::format("{}{}", view_.readings,
                                   view_.readings > 1 ? ", of which this is the last" : ""));
            write_fact("Model", std::string{to_string(view_.model)});
            write_fact("Hosts", some_of(view_.hosts, kListedHosts));
            write_fact("Kernel", view_.kernel.empty()
                                     ? std::string()
                                     : short_release(view_.kernel) + " (" + view_.kernel + ")");
            if (!judged.version.empty()) {
                write_fact("haoh", judged.version);
                write_fact("Profile", std::string{word_of(judged.profile)});
                write_fact("Window", std::string{word_of(judged.window)});
                write_fact("Fails on", std::string{word_of(judged.fail_on)});
                write_fact("Policy",
                           judged.policy ? std::string{word_of(*judged.policy)} : "not declared");
                write_fact("Sites", judged.sites.empty() ? "not declared"
                                                         : some_of(judged.sites, kListedHosts));
                write_fact("Configuration",
                           judged.config_file.empty() ? "no file" : judged.config_file);
                write_fact("Expectation", judged.expected ? "an earlier snapshot" : "none");
                if (judged.waivers) {
                    write_fact("Waivers", waivers_text(*judged.waivers));
                }
                if (judged.baseline) {
                    write_fact("Baseline", baseline_text(*judged.baseline));
                }
                write_fact("Rules", judged.rules.empty()
                                        ? fmt::format("all {}", view_.rules_evaluated)
                                        : fmt::format("{} of {}: {}", view_.rules_evaluated,
                                                      view_.rules_evaluated + judged.rules_left_out,
                                                      some_of(judged.rules, kListedHosts)));
            }
        });
        if (!view_.attributions.empty()) {
            write_attributions();
        }
    }

    void write_attributions() {
        const std::size_t all = view_.attributions.size();
        const std::size_t shown = all <= kListedControllers + 1 ? all : kListedControllers;
        out_.element("div",
                     {{"class", "scroll"},
                      {"tabindex", "0"},
                      {"role", "group"},
                      {"aria-label", "Which array each controller is on"}},
                     [&] { out_.element("table", {}, [&] { write_attribution_table(shown); }); });
        if (shown < all) {
            out_.leaf(
                "p", {{"class", "more"}},
                fmt::format("and {}. JSON has each.", count_of(all - shown, "more controller")));
        }
    }

    void write_attribution_table(std::size_t shown) {
        out_.leaf("caption", {{"class", "unseen"}}, "Which array each controller is on, and why");
        out_.element("thead", {}, [&] {
            out_.element("tr", {}, [&] {
                for (const std::string_view name :
                     {"Controller", "Array", "Confidence", "Evidence"}) {
                    out_.leaf("th", {{"scope", "col"}}, name);
                }
            });
        });
        out_.element("tbody", {}, [&] {
            for (std::size_t index = 0; index < shown; ++index) {
                const Attribution& one = view_.attributions[index];
                out_.element("tr", {}, [&] {
                    out_.leaf("th", {{"scope", "row"}},
                              one.host.empty() ? one.controller : one.host + " " + one.controller);
                    out_.leaf("td", {}, one.array.empty() ? "unknown" : one.array);
                    out_.leaf("td", {}, fmt::format("{} %", one.confidence));
                    out_.leaf("td", {}, column_slice(safe_text(one.evidence), 0, 400));
                });
            }
        });
    }

    void write_end() {
        out_.leaf("p", {},
                  fmt::format("Made by haoh{}{}. This page fetches nothing and runs nothing.",
                              view_.judged.version.empty() ? "" : " ", view_.judged.version));
    }

    const ReportView& view_;
    const Observation& observation_;
    FindingText words_;
    ToldFindings told_;
    Markup out_;
};

} // namespace

std::string to_html(const Report& report, const Observation& observation) {
    const ReportView view = view_of(report);
    return ReportPage{view, observation}.render();
}

} // namespace haoh
