// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/baseline.hpp>

#include "accept/finding_key.hpp"
#include "base/located_reader.hpp"
#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace haoh {
namespace {

/// 16 controllers with 1,024 namespaces of which every rule fails are far below.
constexpr base::JsonLimits kReportLimits{
    .bytes = std::size_t{256} << 20U, .depth = 12, .values = 8'000'000, .members = 512};

constexpr std::string_view kReportSchema = "haoh.report/1";

std::string safe_string(const base::Node& node) {
    return base::safe_text(node.string());
}

Verdict read_verdict(const base::Node& node) {
    for (const Verdict verdict : {Verdict::note, Verdict::unknown, Verdict::warn, Verdict::fail}) {
        if (node.string() == to_string(verdict)) {
            return verdict;
        }
    }
    node.fail(fmt::format("{} is no verdict of a finding", base::quote(node.string())),
              "it is note, warn, unknown or fail");
}

std::vector<std::string> read_parties(const base::Node& values) {
    accept::Parties parties;
    values.for_each_item([&parties](const base::Node& item) {
        base::ObjectReader value(item);
        const std::string array = value.required("site").string();
        parties.add(array, value.has("object") ? value.required("object").string() : std::string());
    });
    return std::move(parties).take();
}

std::vector<std::uint32_t> read_nsids(base::ObjectReader& finding) {
    std::vector<std::uint32_t> out;
    if (finding.has("nsids")) {
        finding.required("nsids").for_each_item(
            [&out](const base::Node& item) { out.push_back(item.number<std::uint32_t>()); });
        std::ranges::sort(out);
        out.erase(std::unique(out.begin(), out.end()), out.end());
    } else if (finding.has("nsid")) {
        out.push_back(finding.required("nsid").number<std::uint32_t>());
    }
    return out;
}

BaselineFinding read_finding(const base::Node& node) {
    base::ObjectReader reader(node);
    BaselineFinding out;
    out.rule = safe_string(reader.required("rule"));
    out.verdict = read_verdict(reader.required("verdict"));
    out.subsystem = safe_string(reader.required("subsystem"));
    if (reader.has("host")) {
        out.host = safe_string(reader.required("host"));
    }
    out.nsids = read_nsids(reader);
    out.parties = read_parties(reader.required("values"));
    out.what = safe_string(reader.required("what"));
    out.waived = reader.has("waived");
    return out;
}

void require_report(const base::Node& schema) {
    const std::string& name = schema.string();
    if (name == kReportSchema) {
        return;
    }
    const bool snapshot = name.starts_with("haoh.observation/");
    schema.fail(fmt::format("{}, not {}",
                            snapshot ? "a snapshot (" + base::quote(name) + ")" : base::quote(name),
                            kReportSchema),
                snapshot ? "write a report with haoh check -o json; a snapshot is for --expect"
                         : "write one with haoh check -o json");
}

} // namespace

Baseline baseline_from_json(std::string_view text, std::string_view origin) {
    const base::ReadContext context{.operation = "read report", .origin = std::string{origin}};
    const base::LocatedValue document =
        base::parse_located(text, context.operation, origin, kReportLimits);
    const base::Node root(context, document);
    base::ObjectReader reader(root);
    require_report(reader.required("schema"));
    Baseline out;
    out.file = std::string{origin};
    out.observed_at = safe_string(reader.required("observed_at"));
    reader.required("findings").for_each_item([&out](const base::Node& item) {
        out.findings.push_back(read_finding(item));
    });
    return out;
}

} // namespace haoh
