// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "base/address_text.hpp"
#include "report/list/arrays.hpp"
#include "report/list/host_text.hpp"
#include "report/list/host_view.hpp"
#include "report/list/inventory.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace haoh {
namespace {

using namespace report;

/// With more namespaces than this, one line each has to do unless all IDs fit on it.
constexpr std::size_t kMaxNamespacesInFull = 16;
constexpr std::size_t kMaxListRanges = 6;

Spans header(std::vector<std::string> names) {
    Spans out;
    for (std::string& name : names) {
        out.push_back({std::move(name), Tone::faint});
    }
    return out;
}

std::string array_text(const Array& array) {
    return array.name.empty() ? "array unknown" : array.name;
}

std::string address_of(const ControllerObservation& controller) {
    return safe_text(fmt::format("{} {}:{}", controller.transport,
                                 base::bracketed(controller.traddr), controller.trsvcid));
}

std::string groups_text(const PathLine& line) {
    if (line.groups_differ) {
        return "differs";
    }
    const std::vector<std::uint32_t> groups{line.groups.begin(), line.groups.end()};
    return groups.empty() ? "-" : ranges(groups, kMaxListRanges);
}

Tone state_tone(std::optional<nvme::AnaState> state) {
    if (state && nvme::usable(*state)) {
        return Tone::plain;
    }
    return state == nvme::AnaState::inaccessible ? Tone::faint : Tone::strong;
}

/// One rendering of one observation.
class ListText {
  public:
    ListText(const Observation& observation, const Attributions& attributions,
             const TextStyle& style)
        : observation_{observation}, attributions_{attributions}, hosts_{host_views(observation,
                                                                                    attributions)},
          subsystems_{asked_directly(observation, attributions)}, verbose_{style.verbose},
          writer_{style.width, style.color} {}

    std::string render() && {
        for (const ListedHost& host : hosts_) {
            folded_ |= write_host(writer_, host, verbose_);
        }
        for (const SubsystemArrays& subsystem : subsystems_) {
            write_subsystem(subsystem);
        }
        if (subsystems_.empty() && hosts_.empty()) {
            writer_.line(0, {{"No controller was observed."}});
            writer_.blank();
        }
        write_unobserved();
        if (folded_) {
            writer_.wrapped(
                0, 0,
                {{hosts_.empty() ? "-v shows every ID of every namespace." : "-v shows all of it.",
                  Tone::faint}});
        }
        return std::move(writer_).take();
    }

  private:
    void write_subsystem(const SubsystemArrays& subsystem) {
        writer_.wrapped(0, kIndent, {{subsystem.subsysnqn, Tone::strong}});
        write_products(subsystem);
        writer_.blank();
        write_controllers(subsystem);
        writer_.blank();
        write_namespaces(subsystem);
        writer_.blank();
        write_paths(subsystem);
        writer_.blank();
    }

    void write_products(const SubsystemArrays& subsystem) {
        writer_.wrapped(kIndent, kIndent + 2, product_spans(product_fields(subsystem)));
    }

    void write_controllers(const SubsystemArrays& subsystem) {
        Table table{{Align::left, Align::left, Align::left, Align::left}};
        for (const Array& array : subsystem.arrays) {
            std::string array_name = array_text(array);
            for (const ControllerObservation* controller : array.controllers) {
                const Attribution* const found =
                    attributions_.find(controller->host, controller->name);
                table.row({{std::exchange(array_name, {}), Tone::strong},
                           {fmt::format("controller {}", cntlid_of(*controller))},
                           {address_of(*controller)},
                           {verbose_ && found != nullptr ? safe_text(found->evidence) : "",
                            Tone::faint}});
            }
        }
        table.write(writer_, kIndent);
    }

    void write_namespaces(const SubsystemArrays& subsystem) {
        const std::vector<NamespaceLine> lines = namespace_lines(subsystem);
        if (lines.empty()) {
            writer_.line(kIndent, {{"no namespace"}});
            return;
        }
        const bool differ = std::ranges::any_of(
            lines, [](const NamespaceLine& line) { return !line.told_by.empty(); });
        const Table wide = wide_table(lines, differ);
        if (fits(wide)) {
            wide.write(writer_, kIndent);
            return;
        }
        const bool all_ids = verbose_ || lines.size() <= kMaxNamespacesInFull;
        folded_ |= !all_ids && std::ranges::any_of(lines, [](const NamespaceLine& line) {
            return line.ids.size() > 1;
        });
        const Table narrow = narrow_table(lines, all_ids, differ);
        if (fits(narrow)) {
            narrow.write(writer_, kIndent);
            return;
        }
        write_stacked(lines, all_ids);
    }

    [[nodiscard]] bool fits(const Table& table) const {
        return kIndent + table.width() <= writer_.width();
    }

    /// A column for each type of ID that occurs.
    static Table wide_table(const std::vector<NamespaceLine>& lines, bool differ) {
        std::vector<std::string> types;
        for (const std::string_view type : {"uuid", "nguid", "eui64"}) {
            if (std::ranges::any_of(lines, [&](const NamespaceLine& line) {
                    return std::ranges::find(line.ids, type, &Id::first) != line.ids.end();
                })) {
                types.emplace_back(type);
            }
        }
        std::vector<Align> aligns{Align::right, Align::right, Align::right};
        std::vector<std::string> names{"NSID", "size", "block"};
        aligns.insert(aligns.end(), types.size() + (differ ? 1 : 0), Align::left);
        names.insert(names.end(), types.begin(), types.end());
        if (differ) {
            names.emplace_back("told by");
        }
        Table table{std::move(aligns)};
        table.row(header(std::move(names)));
        for (const NamespaceLine& line : lines) {
            Spans row = common_cells(line);
            for (const std::string& type : types) {
                const auto id = std::ranges::find(line.ids, type, &Id::first);
                row.push_back({id == line.ids.end() ? "-" : id->second});
            }
            if (differ) {
                row.push_back({line.told_by, Tone::strong});
            }
            table.row(std::move(row));
        }
        return table;
    }

    /// One column for IDs, each below the other.
    static Table narrow_table(const std::vector<NamespaceLine>& lines, bool all_ids, bool differ) {
        std::vector<Align> aligns{Align::right, Align::right, Align::right, Align::left};
        std::vector<std::string> names{"NSID", "size", "block", "ID"};
        if (differ) {
            aligns.push_back(Align::left);
            names.emplace_back("told by");
        }
        Table table{std::move(aligns)};
        table.row(header(std::move(names)));
        for (const NamespaceLine& line : lines) {
            Spans row = common_cells(line);
            row.push_back({line.ids.empty() ? "none" : id_text(line.ids.front())});
            if (differ) {
                row.push_back({line.told_by, Tone::strong});
            }
            table.row(std::move(row));
            for (std::size_t index = 1; all_ids && index < line.ids.size(); ++index) {
                Spans more(differ ? 5 : 4);
                more[3].text = id_text(line.ids[index]);
                table.row(std::move(more));
            }
        }
        return table;
    }

    void write_stacked(const std::vector<NamespaceLine>& lines, bool all_ids) {
        for (const NamespaceLine& line : lines) {
            const std::string teller =
                line.told_by.empty() ? "" : fmt::format(", told by {}", line.told_by);
            writer_.wrapped(kIndent, kIndent + 2,
                            {{fmt::format("NSID {}", line.nsid), Tone::strong},
                             {fmt::format(": {}, {} blocks{}", line.size, line.block, teller)}});
            for (std::size_t index = 0; index < line.ids.size() && (all_ids || index == 0);
                 ++index) {
                writer_.wrapped(
                    kIndent + 2, kIndent + 2,
                    {{line.ids[index].first + " ", Tone::faint}, {line.ids[index].second}});
            }
        }
    }

    void write_paths(const SubsystemArrays& subsystem) {
        const std::vector<PathLine> lines = path_lines(subsystem);
        if (lines.empty()) {
            return;
        }
        std::vector<std::string> names{"paths of NSID", "ANA group"};
        for (const Array& array : subsystem.arrays) {
            names.push_back(array_text(array));
        }
        Table table{std::vector<Align>(names.size(), Align::left)};
        table.row(header(names));
        for (const PathLine& line : lines) {
            Spans row{{ranges(line.nsids, kMaxListRanges)}, {groups_text(line)}};
            for (std::size_t index = 0; index < line.states.size(); ++index) {
                row.push_back({line.states[index], state_tone(line.ana[index])});
            }
            table.row(std::move(row));
        }
        if (fits(table)) {
            table.write(writer_, kIndent);
            return;
        }
        for (const PathLine& line : lines) {
            writer_.wrapped(
                kIndent, kIndent + 2,
                {{"paths of ", Tone::faint},
                 {fmt::format("NSID {}", ranges(line.nsids, kMaxListRanges)), Tone::strong},
                 {fmt::format(", ANA group {}", groups_text(line))}});
            for (std::size_t index = 0; index < line.states.size(); ++index) {
                writer_.wrapped(kIndent + 2, kIndent + 4,
                                {{names[index + 2] + ": ", Tone::faint},
                                 {line.states[index], state_tone(line.ana[index])}});
            }
        }
    }

    /// "alpha: " in front of what is about one of several hosts.
    [[nodiscard]] std::string on_host(const std::string& host, std::string_view separator) const {
        return observation_.kernels.size() > 1 && !host.empty()
                   ? fmt::format("{}{}", host, separator)
                   : std::string();
    }

    void write_unobserved() {
        std::vector<std::string> lines;
        for (const Unobserved& one : observation_.unobserved) {
            lines.push_back(safe_text(on_host(one.host, ": ") + one.error));
        }
        for (const ControllerObservation& controller : observation_.controllers) {
            for (const std::string& clause : controller.unread) {
                lines.push_back(
                    safe_text(on_host(controller.host, " ") + controller.name + ": " + clause));
            }
        }
        for (const KernelObservation& kernel : observation_.kernels) {
            for (const std::string& clause : kernel.unread) {
                lines.push_back(safe_text(on_host(kernel.host, ": ") + clause));
            }
        }
        if (lines.empty()) {
            return;
        }
        writer_.line(0, {{"NOT OBSERVED", Tone::unknown}});
        for (const std::string& line : lines) {
            writer_.wrapped(kIndent, kIndent + 2, {{line}});
        }
        writer_.blank();
    }

    using Id = std::pair<std::string, std::string>;

    static std::string id_text(const Id& id) { return id.first + " " + id.second; }

    static Spans common_cells(const NamespaceLine& line) {
        return {{fmt::to_string(line.nsid), Tone::strong}, {line.size}, {line.block}};
    }

    const Observation& observation_;
    const Attributions& attributions_;
    std::vector<ListedHost> hosts_;
    std::vector<SubsystemArrays> subsystems_; ///< of controllers that are in none of `hosts_`
    bool verbose_;
    bool folded_{}; ///< IDs were left out
    TextWriter writer_;
};

} // namespace

std::string list_text(const Observation& observation, const Attributions& attributions,
                      const TextStyle& style) {
    return ListText{observation, attributions, style}.render();
}

} // namespace haoh
