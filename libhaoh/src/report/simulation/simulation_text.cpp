// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/simulation_report.hpp>

#include "report/text/text.hpp"
#include "report/text/time_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace haoh {
namespace {

using namespace report;

std::string percent(double share) {
    return share > 0 && share < 0.001 ? "<0.1 %" : fmt::format("{:.1f} %", share * 100);
}

std::string workload_text(const Workload& workload) {
    const std::string size = workload.size % 1024 == 0 ? fmt::format("{} KiB", workload.size / 1024)
                                                       : fmt::format("{} bytes", workload.size);
    const std::string how =
        workload.mode == Workload::Mode::closed
            ? fmt::format("{} outstanding", count_of(workload.depth, "command"))
            : fmt::format("{} commands a second",
                          grouped(static_cast<std::uint64_t>(std::llround(workload.iops))));
    return fmt::format("{} of {}, {} written, for {}", how, size, percent(workload.write_share),
                       duration_text(workload.duration));
}

std::string action_text(const TimelineEntry& entry) {
    switch (entry.action) {
    case TimelineEntry::Action::lose:
        return fmt::format("lost, seen {} later", duration_text(entry.detected_after));
    case TimelineEntry::Action::return_back:
        return "back";
    case TimelineEntry::Action::ana:
        break;
    }
    return nvme::to_string(entry.state);
}

/// Arrays without a name are one.
std::string name_of(const std::string& name) {
    return name.empty() ? "-" : safe_text(name);
}

void write_measures(TextWriter& writer, const SimulationResult& result) {
    Table table({Align::left, Align::right, Align::right, Align::right, Align::right, Align::right,
                 Align::right, Align::right});
    std::vector<Span> head;
    for (const char* text :
         {"policy", "IO/s", "MiB/s", "p50", "p99", "p99.9", "gap", "cross-site"}) {
        head.push_back({text, Tone::faint});
    }
    table.row(std::move(head));
    for (const PolicyResult& one : result.policies) {
        table.row({{safe_text(one.policy), Tone::strong},
                   {grouped(static_cast<std::uint64_t>(std::llround(one.iops)))},
                   {fmt::format("{:.1f}", one.mib_s())},
                   {one.ios == 0 ? "-" : duration_text(one.p50)},
                   {one.ios == 0 ? "-" : duration_text(one.p99)},
                   {one.ios == 0 ? "-" : duration_text(one.p999)},
                   {duration_text(one.longest_gap)},
                   {percent(one.cross_site_share)}});
    }
    table.write(writer, 0);
}

void write_shares(TextWriter& writer, const SimulationResult& result, bool paths) {
    const auto shares = [paths](const PolicyResult& one) -> const std::vector<SimulatedShare>& {
        return paths ? one.paths : one.arrays;
    };
    Table table({Align::left, Align::left, Align::right, Align::right});
    table.row({{"policy", Tone::faint},
               {paths ? "path" : "array", Tone::faint},
               {"I/O", Tone::faint},
               {"share", Tone::faint}});
    for (const PolicyResult& one : result.policies) {
        bool first = true;
        for (const SimulatedShare& share : shares(one)) {
            table.row({{first ? safe_text(one.policy) : "", Tone::strong},
                       {name_of(share.name)},
                       {grouped(share.ios)},
                       {percent(share.share)}});
            first = false;
        }
    }
    table.write(writer, 0);
}

void write_timeline(TextWriter& writer, const SimulationResult& result) {
    const std::vector<TimelineEntry>& timeline = result.scenario.timeline;
    for (std::size_t i = 0; i < timeline.size(); ++i) {
        const TimelineEntry& entry = timeline[i];
        writer.line(0, {{"at " + duration_text(entry.at), Tone::strong},
                        {fmt::format(" {} {}: {}; longest gap after it:",
                                     entry.array.empty() ? "path" : "array",
                                     safe_text(entry.array.empty() ? entry.path : entry.array),
                                     action_text(entry))}});
        std::vector<std::string> gaps;
        for (const PolicyResult& one : result.policies) {
            gaps.push_back(safe_text(one.policy) + " " + duration_text(one.gaps.at(i)));
        }
        writer.wrapped(2, 2, {{fmt::format("{}", fmt::join(gaps, ", "))}});
    }
}

} // namespace

std::string to_text(const SimulationResult& result, const TextStyle& style) {
    TextWriter writer{style.width, style.color};
    if (!result.scenario.title.empty()) {
        writer.wrapped(0, 2, {{safe_text(result.scenario.title), Tone::strong}});
    }
    writer.wrapped(0, 2, {{workload_text(result.scenario.workload)}});
    writer.blank();
    write_measures(writer, result);
    for (const PolicyResult& one : result.policies) {
        if (one.refused > 0) {
            writer.wrapped(
                0, 2,
                {{fmt::format("{}: more I/O came than could be served; {} was not "
                              "simulated",
                              safe_text(one.policy), count_of(one.refused, "command"))}});
        }
    }
    writer.blank();
    write_shares(writer, result, style.verbose);
    writer.blank();
    write_timeline(writer, result);
    return std::move(writer).take();
}

} // namespace haoh
