// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event_report.hpp>

#include "report/text/text.hpp"
#include "report/text/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace haoh {
namespace {

using namespace report;
using std::chrono::nanoseconds;

constexpr std::size_t kMaxNamespacesOneByOne = 20; ///< whose access is told one by one
constexpr std::size_t kLabel = 14;                 ///< columns before the text of a line

/// The smallest value that at least the share of all reach. \pre `sorted` is not empty
nanoseconds percentile(std::span<const nanoseconds> sorted, unsigned percent) {
    const std::size_t rank = (sorted.size() * percent + 99) / 100;
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/// The same off a histogram: the bound of its bucket.
std::string percentile(const LatencyHistogram& histogram, unsigned percent) {
    const std::uint64_t total = histogram.total();
    std::uint64_t below = 0;
    for (std::size_t index = 0; index < LatencyHistogram::kBounds.size(); ++index) {
        below += histogram.counts[index];
        if (static_cast<double>(below) * 100 >= static_cast<double>(total) * percent) {
            return "at most " + duration_text(LatencyHistogram::kBounds[index]);
        }
    }
    return "over " + duration_text(LatencyHistogram::kBounds.back());
}

/// One rendering of one status.
class Summary {
  public:
    Summary(const MonitorStatus& status, const TextStyle& style)
        : status_{status}, verbose_{style.verbose}, writer_{style.width, style.color} {}

    std::string render(std::span<const nanoseconds> latencies) && {
        write_watched();
        write_events();
        write_transitions();
        write_latency(latencies);
        write_sources();
        write_access();
        return std::move(writer_).take();
    }

  private:
    void line(std::string_view label, Spans text) {
        writer_.hanging(0, {{fmt::format("{:<{}}", label, kLabel), Tone::strong}}, kLabel, text);
    }

    void write_watched() {
        std::set<std::string> subsystems;
        std::size_t paths = 0;
        for (const auto& one : status_.namespaces) {
            subsystems.insert(one.subsysnqn);
            paths += one.paths.size();
        }
        for (const auto& one : status_.controllers) {
            subsystems.insert(one.subsysnqn);
        }
        line("watched",
             {{fmt::format("{}: {}, {}, {}, {}",
                           long_duration_text(status_.now.monotonic - status_.began.monotonic),
                           count_of(subsystems.size(), "subsystem"),
                           count_of(status_.namespaces.size(), "namespace"),
                           count_of(status_.controllers.size(), "controller"),
                           count_of(paths, "path"))}});
        if (status_.detection.count() != 0) {
            line("detection",
                 {{fmt::format("an array that falls silent is noticed within {:g} s",
                               std::chrono::duration<double>(status_.detection).count())}});
        }
    }

    void write_events() {
        std::uint64_t total = 0;
        std::vector<std::string> kinds;
        for (const auto& [kind, count] : status_.events) {
            total += count;
            if (count > 0) {
                kinds.push_back(fmt::format("{} {}", grouped(count), to_string(kind)));
            }
        }
        std::string text = total == 0 ? "none" : fmt::format("{}: ", grouped(total));
        text += enumerate(kinds);
        if (status_.queue_merged > 0) {
            text += fmt::format("; {} more were joined with others because they were not taken "
                                "in time",
                                grouped(status_.queue_merged));
        }
        if (status_.queue_dropped > 0) {
            text += fmt::format("; {} were left out because more came than were taken",
                                grouped(status_.queue_dropped));
        }
        line("events", {{text}});
    }

    void write_transitions() {
        std::uint64_t seen = 0;
        for (const auto& one : status_.namespaces) {
            for (const auto& path : one.paths) {
                seen += path.transitions;
            }
        }
        if (seen == 0 && status_.coalesced == 0) {
            return;
        }
        std::string text = fmt::format("{} of paths", grouped(seen));
        if (status_.coalesced > 0) {
            text += fmt::format("; {} of ANA groups too short to be seen, told by the change "
                                "count alone",
                                grouped(status_.coalesced));
        }
        line("transitions", {{text}});
    }

    void write_latency(std::span<const nanoseconds> latencies) {
        const std::uint64_t total = status_.ana_latency.total();
        std::string text;
        if (!latencies.empty()) {
            std::vector<nanoseconds> sorted(latencies.begin(), latencies.end());
            std::ranges::sort(sorted);
            text = fmt::format("p50 {}, p99 {}, max {}", duration_text(percentile(sorted, 50)),
                               duration_text(percentile(sorted, 99)), duration_text(sorted.back()));
            text +=
                fmt::format(", from the AEN to the event ({} measured)", grouped(sorted.size()));
        } else if (total > 0) {
            text = fmt::format("p50 {}, p99 {}, from the AEN to the event ({} measured)",
                               percentile(status_.ana_latency, 50),
                               percentile(status_.ana_latency, 99), grouped(total));
        } else {
            return;
        }
        line("latency", {{text}});
    }

    void write_sources() {
        for (const auto& source : status_.sources) {
            if (source.lost == 0 && source.healthy) {
                continue;
            }
            Spans text{{safe_text(source.name) + " "}};
            if (source.healthy) {
                text.push_back({"was lost " + count_of(source.lost, "time") +
                                " and is back: events may have been missed"});
            } else {
                text.push_back({"is lost", Tone::fail});
                text.push_back({source.problem.empty() ? "" : ": " + safe_text(source.problem)});
            }
            line("source", std::move(text));
        }
    }

    void write_access() {
        std::size_t shown = 0;
        std::size_t hidden = 0;
        for (const auto& one : status_.namespaces) {
            const Access access = one.access.access();
            if (access == Access::restored) {
                continue;
            }
            if (shown == kMaxNamespacesOneByOne && !verbose_) {
                ++hidden;
                continue;
            }
            ++shown;
            line("not restored",
                 {{fmt::format("{} nsid {} ",
                               safe_text(one.device.empty() ? one.subsysnqn : one.device),
                               one.nsid)},
                  {std::string{to_string(access)},
                   access == Access::no_path ? Tone::fail : Tone::warn},
                  {fmt::format(": {} of {} usable, {} optimized, {} of {} ready", one.access.usable,
                               count_of(one.access.paths, "path"), one.access.optimized,
                               one.access.ready, count_of(one.access.arrays, "array"))}});
        }
        if (hidden > 0) {
            line("", {{fmt::format("and {}", count_of(hidden, "more namespace"))}});
        }
        if (shown == 0 && !status_.namespaces.empty()) {
            line("access", {{"full", Tone::pass}, {" for every namespace"}});
        }
    }

    const MonitorStatus& status_;
    bool verbose_;
    TextWriter writer_;
};

} // namespace

std::string summary_text(const MonitorStatus& status, std::span<const nanoseconds> latencies,
                         const TextStyle& style) {
    return Summary{status, style}.render(latencies);
}

} // namespace haoh
