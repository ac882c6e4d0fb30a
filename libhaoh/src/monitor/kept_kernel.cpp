// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/kept_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace haoh::monitor {

namespace {

template <typename Object>
using ByName = std::map<std::string_view, const Object*>;

template <typename Object>
void index(const std::vector<Object>& objects, ByName<Object>& out) {
    for (const Object& object : objects) {
        out.emplace(object.name, &object);
    }
}

class Keeper {
  public:
    explicit Keeper(const KernelObservation& before) {
        index(before.subsystems, subsystems_);
        index(before.stray_controllers, controllers_);
        for (const KernelSubsystem& subsystem : before.subsystems) {
            index(subsystem.controllers, controllers_);
            index(subsystem.namespaces, namespaces_);
            index(subsystem.headless, paths_);
            for (const KernelNamespace& head : subsystem.namespaces) {
                index(head.paths, paths_);
            }
        }
    }

    void keep(KernelObservation& now) {
        keep(controller_attributes(), now.stray_controllers, controllers_);
        keep(subsystem_attributes(), now.subsystems, subsystems_);
        for (KernelSubsystem& subsystem : now.subsystems) {
            keep(controller_attributes(), subsystem.controllers, controllers_);
            keep(namespace_attributes(), subsystem.namespaces, namespaces_);
            keep(path_attributes(), subsystem.headless, paths_);
            for (KernelNamespace& head : subsystem.namespaces) {
                keep(path_attributes(), head.paths, paths_);
            }
        }
    }
    [[nodiscard]] const std::string& problem() const { return problem_; }

  private:
    template <typename Object>
    void keep(std::span<const AttributeRow<Object>> rows, std::vector<Object>& objects,
              const ByName<Object>& before) {
        for (Object& object : objects) {
            const auto known = before.find(object.name);
            for (const AttributeRow<Object>& row : rows) {
                Attribute& attribute = object.*row.member;
                if (attribute.state != Attribute::State::unreadable || row.key == "state" ||
                    row.key == "ana_state" || known == before.end() ||
                    !(known->second->*row.member).ok()) {
                    continue;
                }
                if (problem_.empty()) {
                    problem_ = fmt::format("{}: {}: {}", object.name, row.file, attribute.text);
                }
                attribute = known->second->*row.member;
            }
        }
    }

    ByName<KernelSubsystem> subsystems_;
    ByName<KernelController> controllers_;
    ByName<KernelNamespace> namespaces_;
    ByName<KernelPath> paths_;
    std::string problem_;
};

} // namespace

std::string keep_unread(KernelObservation& now, const KernelObservation& before) {
    Keeper keeper(before);
    keeper.keep(now);
    std::string problem = keeper.problem();
    for (std::string KernelObservation::*const text :
         {&KernelObservation::host, &KernelObservation::release}) {
        if ((now.*text).empty() && !(before.*text).empty() && !now.unread.empty()) {
            now.*text = before.*text;
            problem = problem.empty() ? now.unread.front() : problem;
        }
    }
    return problem;
}

} // namespace haoh::monitor
