// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as an earlier report: it is refused by an Error that names the file, or a report that is held against
// it knows nothing that the text does not say.
#include "fuzz/property.hpp"

#include <haoh/baseline.hpp>
#include <haoh/error.hpp>
#include <haoh/report.hpp>

#include <algorithm>
#include <string_view>

using namespace haoh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Baseline baseline;
    try {
        baseline = baseline_from_json(text, "fuzz.json");
    } catch (const Error& error) {
        const std::string_view message = error.what();
        fuzz::require(message.find("fuzz.json") != std::string_view::npos, "the file is named");
        fuzz::require(message.find('\n') == std::string_view::npos, "an error is one line");
        return 0;
    }
    Report report;
    hold_against(report, {}, baseline);
    fuzz::require(report.judged.baseline->gone.size() <= baseline.findings.size(),
                  "no more is gone than there was");
    for (const BaselineFinding& before : baseline.findings) {
        Finding finding;
        finding.rule = before.rule;
        finding.verdict = before.verdict;
        finding.subsystem = before.subsystem;
        finding.host = before.host;
        finding.nsids = before.nsids;
        report.findings = {finding};
        hold_against(report, {}, baseline);
        const bool could = std::any_of(
            baseline.findings.begin(), baseline.findings.end(), [&](const BaselineFinding& one) {
                return one.rule == finding.rule && one.parties.empty() && !one.waived;
            });
        fuzz::require(!report.findings.front().known || could, "what is known was there");
        fuzz::require(report.blocking(finding.verdict) +
                              report.known[static_cast<std::size_t>(finding.verdict)] ==
                          1,
                      "it is known or it blocks");
        fuzz::require(baseline_from_json(to_json(report), "again.json").findings.size() <=
                          std::max<std::size_t>(1, before.nsids.size()),
                      "what is written can be read");
        if (baseline.findings.size() > 32) {
            break; // each is held against all
        }
    }
    return 0;
}
