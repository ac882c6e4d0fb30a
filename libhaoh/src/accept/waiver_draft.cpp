// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/waivers.hpp>

#include "accept/finding_key.hpp"
#include "base/safe_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace haoh {
namespace {

constexpr std::chrono::days kDraftedFor{90};

/// A TOML string. \pre the text is safe
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            out += '\\';
        }
        out += letter;
    }
    return out + '"';
}

std::string listed(const std::set<std::string>& texts) {
    std::vector<std::string> out;
    for (const std::string& text : texts) {
        out.push_back(quoted(text));
    }
    return fmt::format("[{}]", fmt::join(out, ", "));
}

/// A glob that matches the name, and as little else as can be: what TOML cannot hold as it is, and what
/// a glob would not take for itself, becomes '?'.
std::string glob_of(std::string_view name) {
    if (base::safe_text(name) == name) {
        std::string out{name};
        std::ranges::replace(out, '*', '?');
        return out;
    }
    std::string out;
    for (const char letter : name) {
        out += letter > ' ' && letter < 0x7F && letter != '*' ? letter : '?';
    }
    return out;
}

/// Names that are held whole, not as globs: without them where one cannot be written.
bool can_be_written(const std::set<std::string>& names) {
    return !names.empty() && std::ranges::all_of(names, [](const std::string& name) {
        return base::safe_text(name) == name;
    });
}

std::string comment_of(const Finding& finding) {
    std::string out = fmt::format("# {}: {}\n", finding.verdict == Verdict::fail ? "FAIL" : "WARN",
                                  base::safe_text(finding.what));
    if (finding.severity == Severity::corruption) {
        out +=
            "# DATA CAN BE CORRUPTED as long as this is so. Whoever waives it answers for that:\n"
            "# take it out, unless no host uses this.\n";
    }
    return out;
}

std::string waiver_of(const Finding& finding, Day day) {
    std::set<std::string> arrays;
    std::set<std::string> hosts;
    for (const FindingValue& value : finding.values) {
        arrays.insert(value.array);
        hosts.insert(value.host);
    }
    hosts.insert(finding.host);
    arrays.erase("");
    hosts.erase("");
    std::string out = comment_of(finding) + "[[waiver]]\nrule = " + quoted(finding.rule) + "\n";
    if (!finding.subsystem.empty()) {
        out += fmt::format("subsystems = {}\n", listed({glob_of(finding.subsystem)}));
    }
    if (can_be_written(arrays)) {
        out += fmt::format("arrays = {}\n", listed(arrays));
    }
    if (can_be_written(hosts)) {
        out += fmt::format("hosts = {}\n", listed(hosts));
    }
    if (const auto nsids = accept::nsids_of(finding); !nsids.empty()) {
        out += fmt::format("nsids = [{}]\n", fmt::join(nsids, ", "));
    }
    return out + fmt::format("reason = \"FILL IN: why is this accepted?\"\n"
                             "owner = \"FILL IN: who answers for it?\"\n"
                             "expires = {}\n",
                             format_day(day + kDraftedFor));
}

} // namespace

std::string draft_waivers(const Report& report, FailOn fail_on, Day day) {
    std::string out = fmt::format(
        "# Waivers for haoh check --waivers, drafted on {}: one for each finding that blocks.\n"
        "# Take out what is to be repaired instead. Fill in reason and owner of what is left: as "
        "long\n"
        "# as one of them begins with FILL IN, the file is refused. See haoh-waivers(5).\n",
        format_day(day));
    std::size_t drafted = 0;
    for (const Finding& finding : report.findings) {
        const bool blocks = finding.verdict == Verdict::fail ||
                            (fail_on == FailOn::warn && finding.verdict == Verdict::warn);
        if (finding.counts() && blocks && !accept::about_waivers(finding.rule)) {
            out += "\n" + waiver_of(finding, day);
            ++drafted;
        }
    }
    if (drafted == 0) {
        out += "\n# There is none.\n";
    }
    return out;
}

} // namespace haoh
