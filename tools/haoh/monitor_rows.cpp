// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_rows.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace haoh::tool {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

Urgency urgency_of(const AccessCounts& counts) {
    switch (counts.access()) {
    case Access::no_path:
        return Urgency::no_path;
    case Access::single_array:
        return Urgency::single_array;
    case Access::no_optimized_path:
        return Urgency::no_optimized_path;
    case Access::restored:
        break;
    }
    return Urgency::none;
}

/// Collects one subsystem as one host sees it.
class RowFolder {
  public:
    void add(const MonitorStatus::Controller& controller) {
        if (index_.try_emplace(controller.name, controllers_.size()).second) {
            controllers_.push_back({controller.name, controller.array, controller.state, true});
        }
    }

    void add(const MonitorStatus::Namespace& one) {
        ++namespaces_;
        std::vector<const MonitorStatus::Path*> paths(controllers_.size(), nullptr);
        for (const MonitorStatus::Path& path : one.paths) {
            const std::size_t index = index_of(path.controller);
            paths.resize(std::max(paths.size(), index + 1), nullptr);
            paths[index] = &path;
        }
        const auto [found, created] =
            rows_by_likeness_.try_emplace(likeness(one, paths), rows_.size());
        if (created) {
            rows_.push_back(make_row(one, paths));
        }
        auto& [row, place_of] = rows_[found->second];
        row.nsids.push_back(one.nsid);
        for (std::size_t index = 0; index < paths.size(); ++index) {
            if (paths[index] != nullptr) {
                join(row.paths[place_of[index]], *paths[index]);
            }
        }
    }

    void finish(SubsystemRow& out) && {
        out.namespaces = namespaces_;
        out.controllers = static_cast<std::size_t>(
            std::count_if(controllers_.begin(), controllers_.end(),
                          [](const Controller& controller) { return controller.known; }));
        for (auto& [row, places] : rows_) {
            std::sort(row.nsids.begin(), row.nsids.end());
            out.rows.push_back(std::move(row));
        }
        std::sort(out.rows.begin(), out.rows.end(), [](const auto& left, const auto& right) {
            return std::tie(left.urgency, left.nsids.front(), left.device) <
                   std::tie(right.urgency, right.nsids.front(), right.device);
        });
    }

  private:
    struct Controller {
        std::string name, array;
        ControllerState state;
        bool known; ///< not only a name that a path tells
    };
    using Paths = std::vector<const MonitorStatus::Path*>; ///< by controller
    struct Row {
        NamespaceRow row;
        std::vector<std::size_t> place_of; ///< in row.paths, by controller
    };

    std::size_t index_of(const std::string& name) {
        const auto [found, created] = index_.try_emplace(name, controllers_.size());
        if (created) {
            controllers_.push_back({name, {}, {}, false});
        }
        return found->second;
    }

    static std::string likeness(const MonitorStatus::Namespace& one, const Paths& paths) {
        std::string out;
        for (const unsigned count : {one.access.paths, one.access.usable, one.access.optimized,
                                     one.access.arrays, one.access.ready}) {
            out += std::to_string(count);
            out += ' ';
        }
        for (std::size_t index = 0; index < paths.size(); ++index) {
            if (paths[index] != nullptr) {
                out += std::to_string(index);
                out += std::to_string(static_cast<unsigned>(paths[index]->use.kind));
                out += ' ';
                out.append(paths[index]->ana_state.text()).append(1, '\0');
            }
        }
        return out;
    }

    [[nodiscard]] Row make_row(const MonitorStatus::Namespace& one, const Paths& paths) const {
        Row out;
        NamespaceRow& row = out.row;
        row.urgency = urgency_of(one.access);
        row.access = one.access;
        row.device = one.device;
        out.place_of.assign(paths.size(), kNone);
        std::vector<std::size_t> order;
        for (std::size_t index = 0; index < paths.size(); ++index) {
            if (paths[index] != nullptr || controllers_[index].known) {
                order.push_back(index);
            }
        }
        std::stable_sort(order.begin(), order.end(), [this](std::size_t left, std::size_t right) {
            return controllers_[left].array < controllers_[right].array;
        });
        for (const std::size_t index : order) {
            const Controller& controller = controllers_[index];
            PathRow path{.array = controller.array,
                         .controllers = {},
                         .state = controller.state,
                         .ana = "no path",
                         .path = paths[index] != nullptr,
                         .use = {},
                         .last_change = {},
                         .transitions = 0};
            if (path.path) {
                path.ana = paths[index]->ana_state.kind() == PathAnaState::none
                               ? std::string(kNoAna)
                               : paths[index]->ana_state.text();
                path.use = paths[index]->use;
            } else if (row.urgency == Urgency::none) {
                row.urgency = Urgency::controller_without_path;
            }
            auto alike = std::find_if(row.paths.begin(), row.paths.end(), [&](const auto& other) {
                return std::tie(other.array, other.state, other.ana, other.path, other.use) ==
                       std::tie(path.array, path.state, path.ana, path.path, path.use);
            });
            if (alike == row.paths.end()) {
                alike = row.paths.insert(row.paths.end(), std::move(path));
            }
            alike->controllers.push_back(controller.name);
            // Rows are only ever appended.
            out.place_of[index] = static_cast<std::size_t>(alike - row.paths.begin());
        }
        return out;
    }

    static void join(PathRow& row, const MonitorStatus::Path& path) {
        row.transitions = std::max(row.transitions, path.transitions);
        if (path.last_change &&
            (!row.last_change || row.last_change->monotonic < path.last_change->monotonic)) {
            row.last_change = path.last_change;
        }
    }

    std::vector<Controller> controllers_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<Row> rows_;
    std::unordered_map<std::string, std::size_t> rows_by_likeness_;
    std::size_t namespaces_{};
};

} // namespace

std::vector<SubsystemRow> monitor_rows(const MonitorStatus& status) {
    using Key = std::pair<std::string_view, std::string_view>;
    std::map<Key, RowFolder> folders;
    for (const MonitorStatus::Subsystem& subsystem : status.subsystems) {
        folders.try_emplace({subsystem.host, subsystem.subsysnqn});
    }
    for (const MonitorStatus::Controller& controller : status.controllers) {
        folders[{controller.host, controller.subsysnqn}].add(controller);
    }
    for (const MonitorStatus::Namespace& one : status.namespaces) {
        folders[{one.host, one.subsysnqn}].add(one);
    }
    std::vector<SubsystemRow> out;
    std::map<Key, std::size_t> places;
    for (auto& [key, folder] : folders) {
        places.emplace(key, out.size());
        SubsystemRow& row = out.emplace_back();
        row.host = key.first;
        row.subsysnqn = key.second;
        std::move(folder).finish(row);
    }
    for (const MonitorStatus::Subsystem& subsystem : status.subsystems) {
        SubsystemRow& row = out[places.at({subsystem.host, subsystem.subsysnqn})];
        row.identity = subsystem.identity;
        row.verdict = subsystem.verdict;
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& left, const auto& right) {
        return left.urgency() < right.urgency();
    });
    return out;
}

} // namespace haoh::tool
