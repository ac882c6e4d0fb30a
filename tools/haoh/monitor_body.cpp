// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_body.hpp"

#include "base/number_text.hpp"
#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <utility>

namespace haoh::tool {
namespace {

constexpr std::size_t kNamespaceIndent = 2;
constexpr std::size_t kPathIndent = 4;
constexpr std::size_t kGap = 2;
constexpr std::size_t kWideScreen = 120;
constexpr std::size_t kSlotsPerMinute = std::chrono::minutes{1} / TransitionHistory::kSlot;

ScreenTone tone_of(Urgency urgency) {
    switch (urgency) {
    case Urgency::no_path:
        return ScreenTone::bad;
    case Urgency::single_array:
    case Urgency::no_optimized_path:
        return ScreenTone::warn;
    case Urgency::controller_without_path:
    case Urgency::none:
        break;
    }
    return ScreenTone::good;
}

/// What will not take I/O as soon as an array wants it to.
ScreenTone tone_of(const PathRow& path) {
    if (!path.path) {
        return ScreenTone::warn;
    }
    switch (path.use.kind) {
    case PathUse::Kind::controller_not_live:
    case PathUse::Kind::ana_change:
    case PathUse::Kind::ana_persistent_loss:
        return ScreenTone::warn;
    default:
        return path.use.usable() ? ScreenTone::plain : ScreenTone::faint;
    }
}

/// What a controller's state adds to what was said of its paths.
std::string_view told_state(const ControllerState& state) {
    return state.is_live() ? std::string_view() : state.text();
}

ScreenTone tone_of(const std::optional<Verdict>& verdict) {
    if (!verdict) {
        return ScreenTone::faint;
    }
    switch (*verdict) {
    case Verdict::pass:
        return ScreenTone::good;
    case Verdict::fail:
        return ScreenTone::bad;
    case Verdict::warn:
        return ScreenTone::warn;
    case Verdict::note:
    case Verdict::unknown:
        break;
    }
    return ScreenTone::faint;
}

std::string_view access_text(const NamespaceRow& row) {
    const Access access = row.access.access();
    return access == Access::restored ? "ok" : to_string(access);
}

std::string array_text(const std::string& array) {
    return array.empty() ? "array unknown" : base::safe_text(array);
}

/// "nvme1, nvme3 live": all names where two of them, or on a wide screen four, do.
std::string controllers_text(const PathRow& path, bool wide) {
    const std::size_t most = wide ? 4 : 2;
    const std::size_t count = path.controllers.size();
    const std::size_t named = count <= most ? count : 1;
    std::string out;
    for (std::size_t index = 0; index < named; ++index) {
        // Which transport it is does not tell one controller from another.
        std::string_view name = path.controllers[index];
        if (name.starts_with("tcp://")) {
            name.remove_prefix(6);
        }
        out += (index == 0 ? "" : ", ") + base::safe_text(name);
    }
    if (named < count) {
        out += fmt::format(" and {} more", count - named);
    }
    const std::string state = base::safe_text(path.state.text());
    return state.empty() ? out : out + " " + state;
}

std::string since_text(const PathRow& path, const Moment& now) {
    if (!path.last_change) {
        return "-";
    }
    const auto seconds = std::max<std::int64_t>(0, (now.monotonic - path.last_change->monotonic) /
                                                       std::chrono::seconds{1});
    if (seconds < 100) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < 6000) {
        return fmt::format("{} min", seconds / 60);
    }
    return seconds < 172'800 ? fmt::format("{} h", seconds / 3600)
                             : fmt::format("{} d", seconds / 86400);
}

} // namespace

MonitorBody::MonitorBody(const std::vector<SubsystemRow>& subsystems,
                         const TransitionHistory& transitions, const Moment& now,
                         std::size_t columns, bool color)
    : subsystems_{subsystems},
      transitions_{transitions}, now_{now}, columns_{columns}, color_{color},
      subsystem_shown_(subsystems.size(), false) {
    for (std::size_t index = 0; index < subsystems.size(); ++index) {
        for (const NamespaceRow& row : subsystems[index].rows) {
            choices_.push_back({.row = &row, .subsystem = index});
        }
    }
    std::stable_sort(choices_.begin(), choices_.end(), [](const auto& left, const auto& right) {
        return left.row->urgency < right.row->urgency;
    });
}

void MonitorBody::hide_all() {
    subsystem_shown_.assign(subsystems_.size(), false);
    for (Choice& choice : choices_) {
        choice.form = Form::hidden;
    }
}

/// Gives a namespace its next larger form, if `room` lines are enough. Returns the lines it took.
std::size_t MonitorBody::show(Choice& choice, std::size_t room) {
    std::size_t needed = choice.row->paths.size();
    if (choice.form == Form::hidden) {
        needed = subsystem_shown_[choice.subsystem] ? 1 : 2;
    }
    if (needed > room || choice.form == Form::full) {
        return 0;
    }
    choice.form = choice.form == Form::hidden ? Form::line : Form::full;
    subsystem_shown_[choice.subsystem] = true;
    return needed;
}

/// True when nothing had to be hidden. All that is in trouble gets a line before anything else does,
/// then its paths, then all the rest.
bool MonitorBody::choose(std::size_t room, bool paths) {
    hide_all();
    const auto first_good = std::find_if(choices_.begin(), choices_.end(), [](const Choice& one) {
        return !is_trouble(one.row->urgency);
    });
    bool all = true;
    const auto pass = [&](auto first, auto last) {
        for (; first != last; ++first) {
            room -= show(*first, room);
            all &= first->form != Form::hidden;
        }
    };
    pass(choices_.begin(), first_good);
    if (!all) {
        return false; // what little room is left is not for what is well
    }
    for (std::size_t index = 0; index < subsystems_.size(); ++index) {
        if (subsystems_[index].verdict == Verdict::fail && !subsystem_shown_[index] && room > 0) {
            subsystem_shown_[index] = true;
            --room;
        }
    }
    if (paths) {
        pass(choices_.begin(), first_good);
    }
    pass(first_good, choices_.end());
    for (std::size_t index = 0; index < subsystems_.size(); ++index) {
        if (!subsystem_shown_[index] && room > 0) {
            subsystem_shown_[index] = true;
            --room;
        }
        all &= subsystem_shown_[index];
    }
    if (paths) {
        pass(first_good, choices_.end());
    }
    return all;
}

std::vector<std::string> MonitorBody::render(std::size_t room) {
    std::vector<std::string> lines;
    if (room == 0) {
        return lines;
    }
    // Paths need a heading, and what is hidden a line at the end.
    const auto any_paths = [this] {
        return std::any_of(choices_.begin(), choices_.end(),
                           [](const Choice& choice) { return choice.form == Form::full; });
    };
    bool all = choose(room - 1, true) || (room > 1 && choose(room - 2, true));
    const bool headed = any_paths();
    if (!headed) {
        all = choose(room, false) || choose(room - 1, false);
    }
    measure();
    if (headed) {
        lines.push_back(heading());
    }
    std::vector<std::vector<const Choice*>> chosen(subsystems_.size());
    for (const Choice& choice : choices_) {
        if (choice.form != Form::hidden) {
            chosen[choice.subsystem].push_back(&choice);
        }
    }
    for (std::size_t index = 0; index < subsystems_.size(); ++index) {
        if (!subsystem_shown_[index]) {
            continue;
        }
        lines.push_back(subsystem_line(subsystems_[index]));
        for (const Choice* choice : chosen[index]) {
            const bool full = choice->form == Form::full;
            lines.push_back(namespace_line(*choice->row, !full));
            for (std::size_t path = 0; full && path < choice->row->paths.size(); ++path) {
                lines.push_back(path_line(subsystems_[index], *choice->row, path));
            }
        }
    }
    if (!all) {
        if (std::string hidden = hidden_line(); !hidden.empty()) {
            lines.push_back(std::move(hidden));
        }
    }
    lines.resize(std::min(lines.size(), room));
    return lines;
}

void MonitorBody::measure() {
    widths_ = {.array = 5, .controllers = 11, .ana = 3, .since = 6, .changes = 7, .slots = 0};
    const bool wide = columns_ >= kWideScreen;
    for (const Choice& choice : choices_) {
        if (choice.form != Form::full) {
            continue;
        }
        for (const PathRow& path : choice.row->paths) {
            const auto grow = [](std::size_t& width, std::string_view text) {
                width = std::max(width, base::columns(text));
            };
            grow(widths_.array, array_text(path.array));
            grow(widths_.controllers, controllers_text(path, wide));
            grow(widths_.ana, base::safe_text(path.ana));
        }
    }
    const auto sum = [this] {
        return kPathIndent + widths_.array + widths_.controllers + widths_.ana + widths_.since +
               widths_.changes + 5 * kGap;
    };
    // Names give way to a minute of the past, the longest first.
    const auto shrink = [&](std::size_t& width, std::size_t smallest) {
        const std::size_t wanted = sum() + kSlotsPerMinute;
        if (wanted > columns_ && width > smallest) {
            width = std::max(smallest, width - std::min(width, wanted - columns_));
        }
    };
    shrink(widths_.ana, 13);
    shrink(widths_.array, 12);
    shrink(widths_.controllers, 12);
    shrink(widths_.array, 6);
    const std::size_t left = columns_ - std::min(columns_, sum());
    widths_.slots = std::min(TransitionHistory::kSlots, left / kSlotsPerMinute * kSlotsPerMinute);
}

std::string MonitorBody::heading() const {
    ScreenLine out = line();
    std::size_t column = kPathIndent;
    const auto cell = [&](std::string_view text, std::size_t width) {
        out.tab(column).put(text, ScreenTone::faint);
        column += width + kGap;
    };
    cell("array", widths_.array);
    cell("controllers", widths_.controllers);
    cell("ANA", widths_.ana);
    cell("since", widths_.since);
    cell("changes", widths_.changes);
    const std::size_t minutes = widths_.slots / kSlotsPerMinute;
    if (minutes > 0) {
        cell(fmt::format("{}{} min", minutes > 1 ? "last " : "", minutes), 0);
    }
    return std::move(out).take();
}

std::string MonitorBody::subsystem_line(const SubsystemRow& subsystem) const {
    ScreenLine out = line();
    const std::string_view verdict =
        subsystem.verdict ? to_string(*subsystem.verdict) : "not checked";
    const ScreenTone tone = tone_of(subsystem.verdict);
    std::string tail = "  identity ";
    if (!subsystem.identity.empty() && columns_ >= kWideScreen) {
        tail += base::safe_text(subsystem.identity) + " ";
    }
    std::string rest;
    if (!subsystem.host.empty() && columns_ >= kWideScreen) {
        rest = "  seen by " + base::safe_text(subsystem.host);
    }
    if (subsystem.rows.empty()) {
        rest += "  no namespace";
    }
    // The end of the NQN gives way to the verdict.
    const std::size_t taken = base::columns(tail) + base::columns(verdict) + base::columns(rest);
    out.put(cut_end(base::safe_text(subsystem.subsysnqn), columns_ - std::min(columns_, taken)),
            ScreenTone::strong);
    out.put(tail, ScreenTone::faint).put(verdict, tone).put(rest, ScreenTone::faint);
    return std::move(out).take();
}

std::string MonitorBody::namespace_line(const NamespaceRow& row, bool with_paths) const {
    const AccessCounts& access = row.access;
    ScreenLine out = line();
    out.tab(kNamespaceIndent);
    if (!row.device.empty()) {
        const std::string device = base::safe_text(row.device);
        out.put(row.nsids.size() == 1 ? device
                                      : fmt::format("{} and {} more", device, row.nsids.size() - 1),
                ScreenTone::strong);
        out.tab(out.columns() + kGap);
    }
    // Half of the line is for what these namespaces have in common.
    out.put("nsid " + number_ranges(row.nsids, columns_ / 3), ScreenTone::strong);
    out.tab(out.columns() + kGap);
    out.put(access_text(row), tone_of(row.urgency)).tab(out.columns() + kGap);
    if (!with_paths) {
        std::string text = fmt::format("{}/{} paths usable, {} optimized", access.usable,
                                       access.paths, access.optimized);
        if (access.arrays > 1) {
            text += fmt::format(", {}/{} arrays", access.ready, access.arrays);
        }
        out.put(text, ScreenTone::faint);
        return std::move(out).take();
    }
    for (std::size_t index = 0; index < row.paths.size(); ++index) {
        const PathRow& path = row.paths[index];
        const std::string state = base::safe_text(told_state(path.state));
        out.put(fmt::format("{}{} {}{}{}", index == 0 ? "" : ", ", array_text(path.array),
                            base::safe_text(path.ana), state.empty() ? "" : " ", state),
                tone_of(path));
    }
    return std::move(out).take();
}

std::string MonitorBody::path_line(const SubsystemRow& subsystem, const NamespaceRow& row,
                                   std::size_t index) const {
    const PathRow& path = row.paths[index];
    const bool first = index == 0 || row.paths[index - 1].array != path.array;
    const ScreenTone tone = tone_of(path);
    ScreenLine out = line();
    std::size_t column = kPathIndent;
    const auto next = [&](std::size_t width) { out.tab(column += width + kGap); };
    out.tab(column).put(first ? cut_end(array_text(path.array), widths_.array) : "");
    next(widths_.array);
    out.put(cut_front(controllers_text(path, columns_ >= kWideScreen), widths_.controllers), tone);
    next(widths_.controllers);
    out.put(cut_end(base::safe_text(path.ana), widths_.ana), tone);
    next(widths_.ana);
    out.put(path.path ? since_text(path, now_) : "");
    next(widths_.since);
    if (path.path) {
        const std::string count = fmt::to_string(path.transitions);
        out.tab(column + widths_.changes - std::min(widths_.changes, count.size())).put(count);
    }
    next(widths_.changes);
    if (first && widths_.slots > 0) { // events are counted by array
        const TransitionHistory::Counts counts =
            transitions_.peak(subsystem.host, subsystem.subsysnqn, path.array, row.nsids, now_);
        out.put(sparkline(std::span{counts}.last(widths_.slots)));
    }
    return std::move(out).take();
}

std::string MonitorBody::hidden_line() const {
    std::size_t trouble = 0;
    std::size_t good = 0;
    std::size_t empty = 0;
    for (const Choice& choice : choices_) {
        if (choice.form == Form::hidden) {
            (is_trouble(choice.row->urgency) ? trouble : good) += choice.row->nsids.size();
        }
    }
    for (std::size_t index = 0; index < subsystems_.size(); ++index) {
        empty += !subsystem_shown_[index] && subsystems_[index].rows.empty() ? 1U : 0U;
    }
    std::vector<std::pair<std::string, ScreenTone>> parts;
    if (trouble > 0) {
        parts.emplace_back(fmt::format("{} more in trouble", trouble), ScreenTone::bad);
    }
    if (good > 0) {
        parts.emplace_back(fmt::format("{} more that {} ok", good, good == 1 ? "is" : "are"),
                           ScreenTone::faint);
    }
    if (empty > 0) {
        parts.emplace_back(base::count_of(empty, "subsystem") + " without a namespace",
                           ScreenTone::faint);
    }
    ScreenLine out = line();
    out.tab(kNamespaceIndent);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        out.put(index == 0 ? "and " : ", ", ScreenTone::faint);
        out.put(parts[index].first, parts[index].second);
    }
    return parts.empty() ? std::string{} : std::move(out).take();
}

} // namespace haoh::tool
