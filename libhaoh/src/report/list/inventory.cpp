// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace haoh::report {
namespace {

/// Who says something: names of controllers by array.
using Tellers = std::map<std::string, std::vector<std::string>>;

std::string tellers_text(const SubsystemArrays& subsystem, const Tellers& tellers) {
    std::vector<std::string> labels;
    for (const Array& array : subsystem.arrays) {
        if (const auto names = tellers.find(array.name); names != tellers.end()) {
            labels.push_back(label_of(&subsystem, array.name, names->second));
        }
    }
    return enumerate(labels);
}

std::string block_text(const nvme::LbaFormat& format) {
    if (format.lbads == 0 || format.lbads > 31) {
        return "?";
    }
    const std::uint64_t bytes = 1ULL << format.lbads;
    return format.ms == 0 ? fmt::format("{} B", bytes) : fmt::format("{}+{} B", bytes, format.ms);
}

NamespaceLine describe_namespace(const NamespaceObservation& entry) {
    NamespaceLine line{
        .nsid = entry.nsid, .size = "not read", .block = "?", .ids = {}, .told_by = {}};
    if (entry.identify.ok()) {
        const nvme::IdentifyNamespace data = entry.identify_data();
        const std::optional<std::uint64_t> bytes = data.size_bytes();
        line.size = bytes ? size_text(*bytes) : fmt::format("{} blocks", grouped(data.nsze));
        line.block = block_text(data.active_format());
    }
    const nvme::NamespaceIds ids = entry.ids();
    if (ids.uuid) {
        line.ids.emplace_back("uuid", nvme::format_uuid(*ids.uuid));
    }
    if (ids.nguid) {
        line.ids.emplace_back("nguid", nvme::format_nguid(*ids.nguid));
    }
    if (ids.eui64) {
        line.ids.emplace_back("eui64", nvme::format_eui64(*ids.eui64));
    }
    return line;
}

/// The state of a path as one controller tells it.
struct ToldPath {
    std::string state;
    std::optional<std::uint32_t> group;
    std::optional<nvme::AnaState> ana{};
    bool offered{};
    bool carries{}; ///< I/O, by this state

    auto operator<=>(const ToldPath&) const = default;
};

/// Looks paths of one controller up.
class PathStates {
  public:
    explicit PathStates(const ControllerObservation& controller) : controller_{&controller} {
        for (const NamespaceObservation& entry : controller.namespaces) {
            attached_.emplace(entry.nsid, ToldPath{.state = default_state(),
                                                   .group = {},
                                                   .offered = true,
                                                   .carries = has_no_ana()});
        }
        for (const auto& [nsid, place] : controller.ana_places()) {
            if (const auto path = attached_.find(nsid); path != attached_.end()) {
                path->second = {.state = nvme::to_string(place.state),
                                .group = place.agid,
                                .ana = place.state,
                                .offered = true,
                                .carries = nvme::usable(place.state)};
            }
        }
    }

    [[nodiscard]] ToldPath of(std::uint32_t nsid) const {
        if (const auto path = attached_.find(nsid); path != attached_.end()) {
            return path->second;
        }
        return {.state = controller_->active_nsids ? "absent" : "not read", .group = {}};
    }

  private:
    /// Of a namespace that no group of the log names.
    [[nodiscard]] std::string default_state() const {
        if (controller_->ana.log.ok()) {
            return controller_->ana.stable ? "not in the ANA log" : "ANA log unstable";
        }
        return has_no_ana() ? "attached, no ANA" : "ANA log not read";
    }
    [[nodiscard]] bool has_no_ana() const {
        return !controller_->ana.log.ok() && controller_->identify.ok() &&
               !controller_->identify_data().ana();
    }

    const ControllerObservation* controller_;
    std::unordered_map<std::uint32_t, ToldPath> attached_;
};

/// The state that all controllers of an array tell, or each with those that tell it.
std::string states_text(const std::map<ToldPath, std::vector<std::uint32_t>>& states,
                        bool with_group) {
    std::vector<std::string> parts;
    for (const auto& entry : states) {
        const ToldPath& path = entry.first;
        std::string part = path.state;
        if (with_group && path.group.has_value()) {
            part += fmt::format(" in group {}", path.group.value());
        }
        if (states.size() > 1) {
            part += fmt::format(" ({})", controllers_text(entry.second));
        }
        parts.push_back(std::move(part));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::optional<nvme::AnaState>
common_state(const std::map<ToldPath, std::vector<std::uint32_t>>& states) {
    const auto first = states.begin();
    const bool same = std::ranges::all_of(
        states, [&](const auto& entry) { return entry.first.ana == first->first.ana; });
    return first == states.end() || !same ? std::nullopt : first->first.ana;
}

PathLine path_line(const SubsystemArrays& subsystem,
                   const std::vector<std::vector<PathStates>>& paths, std::uint32_t nsid) {
    std::vector<std::map<ToldPath, std::vector<std::uint32_t>>> states(subsystem.arrays.size());
    std::set<std::uint32_t> groups;
    for (std::size_t index = 0; index < states.size(); ++index) {
        const Array& array = subsystem.arrays[index];
        for (std::size_t which = 0; which < array.controllers.size(); ++which) {
            const ToldPath path = paths[index][which].of(nsid);
            states[index][path].push_back(cntlid_of(*array.controllers[which]));
            if (path.group) {
                groups.insert(*path.group);
            }
        }
    }
    PathLine line{.nsids = {nsid},
                  .groups = groups,
                  .groups_differ = groups.size() > 1,
                  .states = {},
                  .ana = {},
                  .offered = {},
                  .carries = {}};
    for (const auto& of_array : states) {
        line.states.push_back(states_text(of_array, line.groups_differ));
        line.ana.push_back(common_state(of_array));
        const auto any = [&of_array](bool ToldPath::*fact) {
            return std::ranges::any_of(of_array,
                                       [fact](const auto& told) { return told.first.*fact; });
        };
        line.offered.push_back(any(&ToldPath::offered));
        line.carries.push_back(any(&ToldPath::carries));
    }
    return line;
}

} // namespace

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        return fmt::format("{} B", bytes);
    }
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // 1023.95 would print as 1024.0.
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::vector<ProductField> product_fields(const SubsystemArrays& subsystem) {
    constexpr std::array<std::string_view, 3> names{"serial", "model", "firmware"};
    struct Teller {
        std::string value;
        Tellers tellers;
    };
    std::array<std::vector<Teller>, 3> fields;
    for (const Array& array : subsystem.arrays) {
        for (const ControllerObservation* controller : array.controllers) {
            std::array<std::string, 3> texts{"not read", "not read", "not read"};
            if (controller->identify.ok()) {
                const nvme::IdentifyController data = controller->identify_data();
                texts = {nvme::printable(data.sn), nvme::printable(data.mn),
                         nvme::printable(data.fr)};
            }
            for (std::size_t field = 0; field < texts.size(); ++field) {
                std::vector<Teller>& known = fields[field];
                auto same = std::ranges::find(known, texts[field], &Teller::value);
                if (same == known.end()) {
                    same = known.insert(same, {.value = texts[field], .tellers = {}});
                }
                same->tellers[array.name].push_back(safe_text(controller->name));
            }
        }
    }
    std::vector<ProductField> out;
    for (std::size_t field = 0; field < fields.size(); ++field) {
        out.push_back({.name = std::string{names[field]}, .values = {}});
        for (const Teller& teller : fields[field]) {
            out.back().values.emplace_back(
                teller.value.empty() ? "(blank)" : teller.value,
                fields[field].size() == 1 ? "" : tellers_text(subsystem, teller.tellers));
        }
    }
    return out;
}

Spans product_spans(const std::vector<ProductField>& fields) {
    Spans spans;
    for (const ProductField& field : fields) {
        spans.push_back({(spans.empty() ? "" : ", ") + field.name + " ", Tone::faint});
        for (std::size_t index = 0; index < field.values.size(); ++index) {
            const auto& [value, told_by] = field.values[index];
            spans.push_back({index == 0 ? "" : " and "});
            spans.push_back({value, told_by.empty() ? Tone::plain : Tone::strong});
            spans.push_back({told_by.empty() ? "" : fmt::format(" ({})", told_by)});
        }
    }
    return spans;
}

std::vector<NamespaceLine> namespace_lines(const SubsystemArrays& subsystem) {
    struct Description {
        NamespaceLine line;
        Tellers tellers;
    };
    std::map<std::uint32_t, std::vector<Description>> by_nsid;
    for (const Array& array : subsystem.arrays) {
        for (const ControllerObservation* controller : array.controllers) {
            for (const NamespaceObservation& entry : controller->namespaces) {
                NamespaceLine line = describe_namespace(entry);
                std::vector<Description>& descriptions = by_nsid[entry.nsid];
                auto same = std::ranges::find_if(descriptions, [&](const Description& other) {
                    return other.line.size == line.size && other.line.block == line.block &&
                           other.line.ids == line.ids;
                });
                if (same == descriptions.end()) {
                    same = descriptions.insert(same, {.line = std::move(line), .tellers = {}});
                }
                same->tellers[array.name].push_back(safe_text(controller->name));
            }
        }
    }
    std::vector<NamespaceLine> lines;
    for (auto& [nsid, descriptions] : by_nsid) {
        for (Description& description : descriptions) {
            if (descriptions.size() > 1) {
                description.line.told_by = tellers_text(subsystem, description.tellers);
            }
            lines.push_back(std::move(description.line));
        }
    }
    return lines;
}

std::vector<PathLine> path_lines(const SubsystemArrays& subsystem) {
    std::vector<std::vector<PathStates>> paths;
    for (const Array& array : subsystem.arrays) {
        paths.emplace_back();
        for (const ControllerObservation* controller : array.controllers) {
            paths.back().emplace_back(*controller);
        }
    }
    std::vector<PathLine> lines;
    std::map<std::pair<bool, std::vector<std::string>>, std::size_t> known;
    for (const std::uint32_t nsid : subsystem.nsids) {
        PathLine line = path_line(subsystem, paths, nsid);
        const auto [at, is_new] =
            known.try_emplace({line.groups_differ, line.states}, lines.size());
        if (is_new) {
            lines.push_back(std::move(line));
        } else {
            lines[at->second].nsids.push_back(nsid);
            lines[at->second].groups.merge(line.groups);
        }
    }
    return lines;
}

} // namespace haoh::report
