// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/picture.hpp"

#include "report/html/namespace_place.hpp"
#include "report/list/host_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace haoh::report {
namespace {

constexpr std::size_t kRowRanges = 6;       ///< runs of NSIDs in a label
constexpr std::size_t kRowClause = 200;     ///< columns of what a finding says
constexpr std::size_t kRowUnobserved = 200; ///< names

/// A finding, and where the page tells it.
struct DrawnFinding {
    const FindingGroup* group;
    const FindingItem* item;

    /// What is waived or known is so, and drawn, and no alarm.
    [[nodiscard]] Verdict verdict() const {
        return group->counts() ? group->verdict : Verdict::note;
    }
};

/// One subsystem as its picture is made.
class PictureMaker {
  public:
    PictureMaker(const ReportView& view, const ToldFindings& told, const FindingText& words,
                 std::string subsysnqn)
        : view_{view}, told_{told}, words_{words} {
        picture_.subsysnqn = std::move(subsysnqn);
    }

    /// Controllers that were asked, and not through a host that is drawn.
    void add_direct(const SubsystemArrays& subsystem, const Observation& observation) {
        for (const Array& array : subsystem.arrays) {
            for (const ControllerObservation* controller : array.controllers) {
                add_direct(place_of(array.name), *controller, observation);
            }
        }
    }

    /// What the controllers tell of the namespaces themselves.
    void add_told(const SubsystemArrays& subsystem) {
        for (const PathLine& line : path_lines(subsystem)) {
            for (const std::uint32_t nsid : line.nsids) {
                for (std::size_t index = 0; index < line.states.size(); ++index) {
                    NamespacePlace& place =
                        namespace_place(nsid, place_of(subsystem.arrays[index].name));
                    place.told = line.states[index];
                    place.offered = line.offered[index];
                    place.carries = line.carries[index];
                }
            }
        }
        for (const Array& array : subsystem.arrays) {
            const SubsystemArrays alone{
                .subsysnqn = subsystem.subsysnqn, .arrays = {array}, .nsids = {}};
            const std::size_t index = place_of(array.name);
            for (const NamespaceLine& line : namespace_lines(alone)) {
                std::vector<std::string>& traits = namespace_place(line.nsid, index).traits;
                traits.push_back(fmt::format("{}, {}", line.size, line.block));
                for (const auto& [name, id] : line.ids) {
                    traits.push_back(fmt::format("{} {}", name, id));
                }
            }
        }
    }

    void add_host(const ListedHost& host, const ListedSubsystem& subsystem) {
        std::vector<std::size_t> places;
        for (const ListedController& controller : subsystem.controllers) {
            places.push_back(place_of(controller.array));
        }
        PictureHost& drawn = host_of(host.host.empty() ? "this host" : host.host);
        drawn.detail = host.title.substr(std::min(host.title.size(), host.host.size() + 2));
        for (std::size_t index = 0; index < places.size(); ++index) {
            const ListedController& controller = subsystem.controllers[index];
            add(places[index], drawn,
                {.name = fmt::format("{}, controller {}", controller.name, controller.cntlid),
                 .detail = fmt::format("{}, {}", controller.address, controller.state),
                 .live = controller.live},
                host.host, controller.name);
        }
        for (const ListedPathSet& set : subsystem.path_sets) {
            for (const std::uint32_t nsid : set.nsids) {
                for (const ListedPath& path : set.paths) {
                    add_path(namespace_place(nsid, place_of(path.array)), path);
                }
            }
        }
        add_missing(subsystem, places);
    }

    /// What was found; after everything that was observed.
    Picture take(const std::vector<DrawnFinding>& findings) && {
        for (const DrawnFinding& finding : findings) {
            add_finding(finding);
        }
        for (std::size_t index = 0; index < view_.unobserved.size(); ++index) {
            add_unobserved(view_.unobserved[index]);
        }
        for (PictureHost& host : picture_.hosts) {
            host.links.resize(picture_.arrays.size());
        }
        picture_.namespaces = namespaces_.size();
        add_namespace_rows();
        if (!picture_.unobserved.empty()) {
            doubt_rows();
        }
        std::ranges::stable_sort(picture_.rows, std::ranges::greater{},
                                 [](const PictureRow& row) { return row.mark.verdict; });
        return std::move(picture_);
    }

  private:
    std::size_t place_of(const std::string& array) {
        const auto [at, is_new] = arrays_.try_emplace(array, picture_.arrays.size());
        if (is_new) {
            picture_.arrays.push_back({.name = array.empty() ? "array unknown" : array});
        }
        return at->second;
    }

    PictureHost& host_of(const std::string& name) {
        const auto found = std::ranges::find(picture_.hosts, name, &PictureHost::name);
        return found != picture_.hosts.end()
                   ? *found
                   : picture_.hosts.emplace_back(PictureHost{.name = name, .detail = {}});
    }

    void add(std::size_t array, PictureHost& host, PictureController controller,
             const std::string& of_host, const std::string& name) {
        host.links.resize(std::max(host.links.size(), array + 1));
        ++host.links[array].controllers;
        host.links[array].live += controller.live ? 1 : 0;
        std::vector<PictureController>& all = picture_.arrays[array].controllers;
        controllers_.emplace(std::pair{of_host, name}, std::pair{array, all.size()});
        all.push_back(std::move(controller));
    }

    void add_direct(std::size_t array, const ControllerObservation& controller,
                    const Observation& observation) {
        const std::string_view asker = controller.connection.hostnqn.empty()
                                           ? std::string_view(observation.hostnqn)
                                           : std::string_view(controller.connection.hostnqn);
        PictureHost& host = host_of("haoh, without a kernel");
        host.detail = asker.empty() ? std::string() : "as " + safe_text(asker);
        const bool has_address = !controller.traddr.empty();
        add(array, host,
            {.name = fmt::format("controller {}", cntlid_of(controller)),
             .detail = has_address ? safe_text(fmt::format("{} {}:{}", controller.transport,
                                                           controller.traddr, controller.trsvcid))
                                   : safe_text(controller.name)},
            safe_text(controller.host), safe_text(controller.name));
    }

    NamespacePlace& namespace_place(std::uint32_t nsid, std::size_t array) {
        std::vector<NamespacePlace>& places = namespaces_[nsid];
        places.resize(std::max(places.size(), array + 1));
        return places[array];
    }

    static void add_path(NamespacePlace& place, const ListedPath& path) {
        place.seen = path.ana_state;
        ++place.paths;
        place.usable_paths += path.use.usable() ? 1U : 0U;
        if (!path.use.usable() && !path.use.barred_by_ana()) {
            place.problems.insert(path.why);
        }
    }

    void add_missing(const ListedSubsystem& subsystem, const std::vector<std::size_t>& places) {
        for (const MissingPaths& missing : subsystem.missing) {
            for (std::size_t index = 0; index < places.size(); ++index) {
                const std::string& name = subsystem.controllers[index].name;
                if (std::ranges::find(missing.controllers, name) == missing.controllers.end()) {
                    continue;
                }
                for (const std::uint32_t nsid : missing.nsids) {
                    NamespacePlace& place = namespace_place(nsid, places[index]);
                    place.problems.emplace(missing.problem());
                    ++place.paths;
                }
            }
        }
    }

    void add_unobserved(const Unobserved& one) {
        const bool here = one.subsysnqn.empty() || one.subsysnqn == picture_.subsysnqn;
        if (here && picture_.unobserved.size() < kRowUnobserved) {
            picture_.unobserved.push_back(view_.several_hosts() && !one.host.empty()
                                              ? one.host + " " + one.object
                                              : one.object);
            picture_.mark.add(Verdict::unknown, "unobserved");
        }
    }

    void add_finding(const DrawnFinding& finding) {
        const std::string anchor = told_.anchor_of(*finding.group);
        const Verdict verdict = finding.verdict();
        picture_.mark.add(verdict, anchor);
        if (!finding.item->host.empty()) {
            for (PictureHost& host : picture_.hosts) {
                if (host.name == finding.item->host) {
                    host.mark.add(verdict, anchor);
                }
            }
        }
        mark_controllers(finding, anchor);
        if (finding.item->nsids.empty()) {
            add_subsystem_row(finding, anchor);
        }
        for (const std::uint32_t nsid : finding.item->nsids) {
            if (namespaces_.contains(nsid)) {
                of_namespace_[nsid].push_back(finding);
            }
        }
    }

    /// Those that it names, unless it names all: then what is wrong is between them.
    void mark_controllers(const DrawnFinding& finding, const std::string& anchor) {
        std::set<std::pair<std::size_t, std::size_t>> named;
        for (const ValueGroup& value : finding.item->values) {
            for (std::size_t index = 0; index < value.controllers.size(); ++index) {
                const auto found =
                    controllers_.find(std::pair{value.hosts[index], value.controllers[index]});
                if (found != controllers_.end()) {
                    named.insert(found->second);
                }
            }
        }
        if (named.size() == controllers_.size() && named.size() > 1) {
            return;
        }
        for (const auto& [array, index] : named) {
            picture_.arrays[array].controllers[index].mark.add(finding.verdict(), anchor);
        }
    }

    /// The values of a finding for each array, those of one array together.
    [[nodiscard]] std::vector<std::vector<const ValueGroup*>>
    values_by_array(const FindingItem& item) const {
        std::vector<std::vector<const ValueGroup*>> out(picture_.arrays.size());
        for (const ValueGroup& value : item.values) {
            const auto found = arrays_.find(value.array);
            if (value.object.empty() && found != arrays_.end() &&
                !(value.array.empty() && value.controllers.front().empty())) {
                out[found->second].push_back(&value);
            }
        }
        return out;
    }

    /// Parts neighbours that a finding names with other values than each other, and an array that it names
    /// alone from those beside it.
    static void part_cells(std::vector<PictureCell>& cells,
                           const std::vector<std::vector<const ValueGroup*>>& values) {
        const auto values_of = [&values](std::size_t index) {
            std::set<std::string_view> out;
            for (const ValueGroup* const group : values[index]) {
                out.insert(group->value);
            }
            return out;
        };
        for (std::size_t index = 1; index < cells.size(); ++index) {
            const bool same = values_of(index - 1) == values_of(index);
            cells[index].joined = cells[index].joined && same;
        }
    }

    /// Puts a finding into the cells of the arrays that it names, or of all where it names none.
    /// \return whether it names any
    bool mark_cells(std::vector<PictureCell>& cells, const DrawnFinding& finding,
                    bool with_values) const {
        const auto values = values_by_array(*finding.item);
        const bool names_any =
            std::ranges::any_of(values, [](const auto& of_array) { return !of_array.empty(); });
        for (std::size_t index = 0; index < cells.size(); ++index) {
            if (names_any && values[index].empty()) {
                continue;
            }
            cells[index].verdict = std::max(cells[index].verdict, finding.verdict());
            if (!values[index].empty() && with_values && cells[index].value.empty()) {
                cells[index].value = values[index].size() == 1
                                         ? values[index].front()->value
                                         : count_of(values[index].size(), "value");
            }
        }
        if (names_any) {
            part_cells(cells, values);
        }
        return names_any;
    }

    static std::string rule_of(const DrawnFinding& finding) {
        return (finding.group->counts() ? ""
                : finding.group->waived ? "waived: "
                                        : "known: ") +
               finding.group->rule;
    }

    void add_subsystem_row(const DrawnFinding& finding, const std::string& anchor) {
        PictureRow row{.label = "subsystem",
                       .rule = rule_of(finding),
                       .what = words_.headline(*finding.item, kRowClause)};
        row.mark.add(finding.verdict(), anchor);
        row.cells.resize(picture_.arrays.size());
        if (!mark_cells(row.cells, finding, true)) {
            row.cells.clear();
        }
        picture_.rows.push_back(std::move(row));
    }

    void add_namespace_rows() {
        // Namespaces that look alike are one bar.
        struct Bar {
            std::vector<std::uint32_t> nsids;
            std::vector<PictureCell> cells;
            std::vector<DrawnFinding> findings;
        };
        using Look = std::tuple<std::string, std::vector<const FindingGroup*>>;
        std::map<Look, std::size_t> known;
        std::vector<Bar> bars;
        for (const auto& [nsid, places] : namespaces_) {
            Bar bar{.nsids = {nsid},
                    .cells = cells_of(places, picture_.arrays.size()),
                    .findings = of_namespace_[nsid]};
            Look look;
            for (const PictureCell& cell : bar.cells) {
                std::get<0>(look) +=
                    fmt::format("{}\t{}{}\n", cell.text, cell.there ? 1 : 0, cell.joined ? 1 : 0);
            }
            for (const DrawnFinding& finding : bar.findings) {
                std::get<1>(look).push_back(finding.group);
            }
            const auto [at, is_new] = known.try_emplace(std::move(look), bars.size());
            if (is_new) {
                bars.push_back(std::move(bar));
            } else {
                bars[at->second].nsids.push_back(nsid);
            }
        }
        for (Bar& bar : bars) {
            add_namespace_row(bar.nsids, std::move(bar.cells), bar.findings);
        }
    }

    void add_namespace_row(const std::vector<std::uint32_t>& nsids, std::vector<PictureCell> cells,
                           const std::vector<DrawnFinding>& findings) {
        PictureRow row{.label = "NSID " + ranges(nsids, kRowRanges)};
        const std::vector<NamespacePlace>& places = namespaces_.at(nsids.front());
        const bool alone = nsids.size() == 1;
        std::set<std::string_view> rules;
        for (const DrawnFinding& finding : findings) {
            rules.insert(finding.group->rule);
            if (finding.verdict() > row.mark.verdict) {
                row.rule = rule_of(finding);
                row.what = std::string(column_slice(finding.item->what, 0, kRowClause));
            }
            row.mark.add(finding.verdict(), told_.anchor_of(*finding.group));
            mark_cells(cells, finding, alone);
        }
        row.more = rules.empty() ? 0 : rules.size() - 1;
        if (alone) {
            tell_traits(cells, places);
            row.detail = size_of(places);
        } else {
            row.detail = count_of(nsids.size(), "namespace");
        }
        row.cells = std::move(cells);
        picture_.rows.push_back(std::move(row));
    }

    /// What was not observed could part any of them.
    void doubt_rows() {
        for (PictureRow& row : picture_.rows) {
            if (row.mark.verdict == Verdict::pass) {
                row.mark.add(Verdict::unknown, "unobserved");
                row.what = "not everything was observed";
                for (PictureCell& cell : row.cells) {
                    cell.verdict = std::max(cell.verdict, Verdict::unknown);
                }
            }
        }
    }

    const ReportView& view_;
    const ToldFindings& told_;
    const FindingText& words_;
    Picture picture_;
    std::map<std::string, std::size_t, std::less<>> arrays_; ///< places, by name
    /// Array and place in it, by host and name.
    std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::size_t>> controllers_;
    std::map<std::uint32_t, std::vector<NamespacePlace>> namespaces_; ///< by array
    std::map<std::uint32_t, std::vector<DrawnFinding>> of_namespace_;
};

} // namespace

void PictureMark::add(Verdict other, const std::string& at) {
    if (other > verdict) {
        verdict = other;
        anchor = at;
    }
}

std::vector<Picture> pictures_of(const ReportView& view, const Observation& observation,
                                 const std::vector<SubsystemArrays>& subsystems,
                                 const ToldFindings& told, const FindingText& words) {
    std::vector<PictureMaker> makers;
    std::vector<std::string> names;
    std::map<std::string, std::size_t, std::less<>> places;
    const auto maker_of = [&](const std::string& subsysnqn) -> PictureMaker& {
        const auto [at, is_new] = places.try_emplace(subsysnqn, makers.size());
        if (is_new) {
            makers.emplace_back(view, told, words, subsysnqn);
            names.push_back(subsysnqn);
        }
        return makers[at->second];
    };
    for (const SubsystemArrays& subsystem : subsystems) {
        maker_of(subsystem.subsysnqn).add_told(subsystem);
    }
    for (const ListedHost& host : host_views(observation, view.attributions)) {
        for (const ListedSubsystem& subsystem : host.subsystems) {
            maker_of(subsystem.subsysnqn).add_host(host, subsystem);
        }
    }
    for (const SubsystemArrays& subsystem : asked_directly(observation, view.attributions)) {
        maker_of(subsystem.subsysnqn).add_direct(subsystem, observation);
    }
    std::map<std::string_view, std::vector<DrawnFinding>> findings;
    for (const FindingGroup& group : view.groups) {
        for (const FindingItem& item : group.items) {
            if (group.verdict != Verdict::note && !item.unobserved) {
                findings[group.subsystem].push_back({&group, &item});
            }
        }
    }
    std::vector<Picture> out;
    for (std::size_t index = 0; index < makers.size(); ++index) {
        std::vector<DrawnFinding> own = findings[names[index]];
        if (makers.size() == 1 &&
            !names[index].empty()) { // what is about no subsystem is about this
            own.insert(own.end(), findings[""].begin(), findings[""].end());
        }
        out.push_back(std::move(makers[index]).take(own));
    }
    std::ranges::stable_sort(out, std::ranges::greater{},
                             [](const Picture& picture) { return picture.mark.verdict; });
    return out;
}

} // namespace haoh::report
