// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_screen.hpp"

#include "base/number_text.hpp"
#include "base/safe_text.hpp"

#include "monitor_body.hpp"
#include "monitor_rows.hpp"
#include "screen_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace haoh::tool {
namespace {

constexpr std::size_t kFewestEvents = 3;
constexpr std::size_t kMaxLineBytes = 4096; ///< more than any screen shows of one event

std::string time_text(std::chrono::nanoseconds wall, bool with_date) {
    using namespace std::chrono;
    const sys_time<nanoseconds> point{wall};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss time{floor<seconds>(point - day)};
    std::string out = fmt::format("{:02}:{:02}:{:02} UTC", time.hours().count(),
                                  time.minutes().count(), time.seconds().count());
    if (with_date) {
        out.insert(0, fmt::format("{}-{:02}-{:02} ", static_cast<int>(date.year()),
                                  static_cast<unsigned>(date.month()),
                                  static_cast<unsigned>(date.day())));
    }
    return out;
}

std::string duration_text(std::chrono::nanoseconds duration) {
    const auto total = std::max<std::int64_t>(0, duration / std::chrono::seconds{1});
    const std::int64_t days = total / 86400;
    return fmt::format("{}{}:{:02}:{:02}", days > 0 ? fmt::format("{} d ", days) : "",
                       total / 3600 % 24, total / 60 % 60, total % 60);
}

/// The hosts by name, three at most.
std::string hosts_text(const std::vector<SubsystemRow>& subsystems) {
    constexpr std::size_t kNamed = 3;
    std::set<std::string> names;
    bool direct = false;
    for (const SubsystemRow& subsystem : subsystems) {
        if (subsystem.host.empty()) {
            direct = true;
        } else {
            names.insert(base::safe_text(subsystem.host));
        }
    }
    std::string out;
    std::size_t named = 0;
    for (const std::string& name : names) {
        if (named == kNamed) {
            out += fmt::format(" and {} more", names.size() - named);
            break;
        }
        out += (named++ == 0 ? "" : ", ") + name;
    }
    return direct ? out + (out.empty() ? "" : ", ") + "arrays" : out;
}

std::string header_line(const MonitorStatus& status, const std::vector<SubsystemRow>& subsystems,
                        std::size_t columns, bool color) {
    constexpr std::string_view kHint = "q quits";
    const std::size_t room = columns - std::min(columns, kHint.size() + 2);
    const std::string hosts = hosts_text(subsystems);
    const std::string clocks =
        fmt::format("{}{}  running {}", hosts.empty() ? "" : "  ",
                    time_text(status.now.wall, columns >= ScreenSize{}.columns),
                    duration_text(status.now.monotonic - status.began.monotonic));
    constexpr std::string_view kName = "haoh monitor";
    ScreenLine out{columns, color};
    const auto left = [&] { return room - std::min(room, out.columns()); };
    out.put(cut_end(kName, left()), ScreenTone::strong).tab(std::min(room, kName.size() + 2));
    out.put(cut_end(hosts, left() - std::min(left(), clocks.size())), ScreenTone::strong);
    out.put(cut_end(clocks, left()));
    out.tab(columns - std::min(columns, kHint.size())).put(kHint, ScreenTone::faint);
    return std::move(out).take();
}

std::string counts_line(const MonitorStatus& status, const std::vector<SubsystemRow>& subsystems,
                        std::size_t columns, bool color) {
    std::size_t controllers = 0;
    std::size_t trouble = 0;
    std::size_t lost = 0;
    for (const SubsystemRow& subsystem : subsystems) {
        controllers += subsystem.controllers;
        for (const NamespaceRow& row : subsystem.rows) {
            trouble += is_trouble(row.urgency) ? row.nsids.size() : 0;
            lost += row.urgency == Urgency::no_path ? row.nsids.size() : 0;
        }
    }
    ScreenLine out{columns, color};
    out.put(fmt::format("{}, {}, {}: ", base::count_of(subsystems.size(), "subsystem"),
                        base::count_of(controllers, "controller"),
                        base::count_of(status.namespaces.size(), "namespace")));
    if (status.namespaces.empty()) {
        out.put("nothing to watch so far", ScreenTone::faint);
    } else if (trouble == 0) {
        out.put("all ok", ScreenTone::good);
    } else {
        out.put(fmt::format("{} in trouble", trouble),
                lost > 0 ? ScreenTone::bad : ScreenTone::warn);
        out.put(lost > 0 ? fmt::format(", {} without a path", lost) : "", ScreenTone::bad);
    }
    return std::move(out).take();
}

std::string sources_line(const MonitorStatus& status, std::size_t columns, bool color) {
    ScreenLine out{columns, color};
    out.put("sources", ScreenTone::faint);
    // What is lost has to be seen, however many there are.
    for (const bool healthy : {false, true}) {
        for (const MonitorStatus::Source& source : status.sources) {
            if (source.healthy != healthy) {
                continue;
            }
            out.tab(out.columns() + 2).put(base::safe_text(source.name) + " ");
            if (healthy) {
                out.put("ok", ScreenTone::good);
                continue;
            }
            out.put("LOST", ScreenTone::bad);
            out.put(source.problem.empty() ? "" : ": " + base::safe_text(source.problem));
        }
    }
    if (status.sources.empty()) {
        out.put("  none", ScreenTone::warn);
    }
    return std::move(out).take();
}

std::string events_title(const MonitorStatus& status, std::size_t columns, bool color) {
    std::uint64_t events = 0;
    for (const auto& [kind, count] : status.events) {
        events += count;
    }
    ScreenLine out{columns, color};
    out.put(events == 0 ? "no event so far" : "last of " + base::count_of(events, "event"),
            ScreenTone::faint);
    if (status.coalesced > 0) {
        out.put(fmt::format(", {} too short to be seen",
                            base::count_of(status.coalesced, "transition")),
                ScreenTone::faint);
    }
    if (status.queue_merged > 0) {
        out.put(fmt::format(", {} joined in the queue", status.queue_merged), ScreenTone::warn);
    }
    if (status.queue_dropped > 0) {
        out.put(fmt::format(", {} left out", status.queue_dropped), ScreenTone::warn);
    }
    return std::move(out).take();
}

/// A line of somebody's text without its colours and what ends it.
std::string plain_line(std::string_view text) {
    std::string out;
    for (std::size_t index = 0; index < text.size() && out.size() < kMaxLineBytes;) {
        if (text.substr(index).starts_with("\x1b[")) {
            const std::size_t end = text.find_first_not_of("0123456789;", index + 2);
            if (end != std::string_view::npos && text[end] == 'm') {
                index = end + 1;
                continue;
            }
        }
        out += text[index++];
    }
    return base::safe_text(out);
}

template <typename Take>
void each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) {
            take(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

} // namespace

void MonitorScreen::push(const Event& event) {
    transitions_.add(event);
    if (event_line_) {
        keep({.event = event, .line = {}});
    }
}

void MonitorScreen::tell(std::string_view lines) {
    each_line(lines,
              [this](std::string_view line) { keep({.event = {}, .line = plain_line(line)}); });
}

void MonitorScreen::keep(Entry entry) {
    if (entries_.size() == kMaxLines) {
        entries_.pop_front();
    }
    entries_.push_back(std::move(entry));
}

std::deque<std::string> MonitorScreen::last_lines(std::size_t count, unsigned columns) const {
    std::deque<std::string> out;
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && out.size() < count; ++entry) {
        std::string line = entry->line;
        if (line.empty()) {
            each_line(event_line_(entry->event, columns), [&line](std::string_view part) {
                line += (line.empty() ? "" : " ") + plain_line(part);
            });
        }
        out.push_front(cut_end(line, columns));
    }
    return out;
}

std::string MonitorScreen::render(const MonitorStatus& status, ScreenSize size, bool color) const {
    const std::vector<SubsystemRow> subsystems = monitor_rows(status);
    std::vector<std::string> lines{header_line(status, subsystems, size.columns, color),
                                   counts_line(status, subsystems, size.columns, color),
                                   sources_line(status, size.columns, color)};
    const std::size_t reserved = std::min(entries_.size(), kFewestEvents) + 1;
    const std::size_t taken = lines.size() + reserved;
    MonitorBody body{subsystems, transitions_, status.now, size.columns, color};
    std::vector<std::string> rows =
        body.render(size.rows - std::min<std::size_t>(size.rows, taken));
    std::move(rows.begin(), rows.end(), std::back_inserter(lines));
    if (lines.size() < size.rows) {
        lines.push_back(events_title(status, size.columns, color));
        const std::size_t room = size.rows - lines.size();
        for (std::string& line : last_lines(room, size.columns)) {
            lines.push_back(std::move(line));
        }
    }
    lines.resize(std::min<std::size_t>(lines.size(), size.rows));
    std::string out;
    for (const std::string& line : lines) {
        out.append(line).append(1, '\n');
    }
    return out;
}

} // namespace haoh::tool
