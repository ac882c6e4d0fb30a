// SPDX-License-Identifier: LGPL-2.1-or-later
// Arrays that the configuration declares, and that nothing which was seen is of.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"

#include <haoh/attribution.hpp>

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

namespace haoh::judge {

namespace {

// The row is below the function.
extern const Row kExpectSite;

void judge_declared_sites(const Subject& subject, Findings& findings) {
    const std::vector<Site>& declared = subject.config.sites;
    // Without anything seen, that is what is told.
    if (declared.empty() || (subject.controllers.empty() && subject.hosts.empty())) {
        return;
    }
    const bool by_host = !subject.hosts.empty();
    std::vector<std::string> names;
    std::vector<FindingValue> values;
    const std::vector<MissingSite> missing =
        missing_sites(*subject.observation, declared, subject.expected);
    if (missing.size() < declared.size()) {
        findings.judged(kExpectSite);
    }
    for (const MissingSite& one : missing) {
        if (one.fate == SiteFate::known) { // what was not observed, or is gone, is told
            findings.unknown(kExpectSite);
            continue;
        }
        names.push_back(one.site.name);
        values.push_back(value_of_object(one.site.name, criteria_text(one.site)));
    }
    if (names.empty()) {
        return;
    }
    findings.judged(kExpectSite);
    findings.add(
        {.row = kExpectSite,
         .subsystem = {},
         .nsids = {},
         .what = fmt::format("no controller that was {} is of the declared site{} {}",
                             by_host ? "seen" : "asked", names.size() == 1 ? "" : "s",
                             join_words(names)),
         .values = std::move(values),
         .verdict = by_host ? std::nullopt : std::optional{Verdict::unknown},
         .fix = by_host ? std::string_view{}
                        : "Name a target on that array (-t), or use a configuration "
                          "without the site where it is not meant.",
         .host = subject.hosts.size() == 1 ? subject.hosts.front().kernel->host : std::string()});
}

constexpr Row kExpectSite{
    .rule = {.id = "expect.site",
             .title = "Every declared site has a controller",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "the declared sites ([[site]] of haoh.toml)",
             .why = "What is declared is expected: all paths lead to the other arrays, and access "
                    "is lost with them.",
             .fix = "Host: connect to the array (nvme connect-all, or nvme connect to its "
                    "address), and see the kernel's log for why it was given up. Configuration: "
                    "correct what the site is recognised by, or leave it out where it is not "
                    "meant for this host."},
    .judge = JudgeSubject{judge_declared_sites},
    .yields_to = {&kHostArrayExpected}};

constexpr std::array kSiteRows{&kExpectSite};

} // namespace

std::span<const Row* const> site_rows() {
    return kSiteRows;
}

} // namespace haoh::judge
