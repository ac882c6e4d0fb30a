// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_change.hpp"

#include <array>
#include <map>
#include <set>
#include <string_view>

namespace haoh::host {

namespace {

/// An object by what a change of it would show in.
struct Object {
    std::array<const Attribute*, 6> told{};
    std::string_view controller; ///< of a path
    std::string_view head;       ///< of a path

    [[nodiscard]] bool same_as(const Object& other) const {
        for (std::size_t i = 0; i < told.size(); ++i) {
            if ((told[i] == nullptr) != (other.told[i] == nullptr) ||
                (told[i] != nullptr && *told[i] != *other.told[i])) {
                return false;
            }
        }
        return controller == other.controller && head == other.head;
    }
};

using Objects = std::map<std::string_view, Object>;

void add_path(Objects& objects, const KernelPath& path, std::string_view head) {
    // A namespace that is its own path has the name of both.
    Object& object = objects[path.name];
    object.told[4] = &path.ana_state;
    object.told[5] = &path.size;
    object.controller = path.controller;
    object.head = head;
}

Objects objects_of(const KernelObservation& kernel) {
    Objects objects;
    for (const KernelController& controller : kernel.stray_controllers) {
        objects[controller.name].told[0] = &controller.state;
    }
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            objects[controller.name].told = {&controller.state, &controller.cntlid,
                                             &controller.serial};
        }
        for (const KernelNamespace& head : subsystem.namespaces) {
            objects[head.name].told = {&head.nsid, &head.uuid, &head.wwid, &head.size};
            for (const KernelPath& path : head.paths) {
                add_path(objects, path, head.name);
            }
        }
        for (const KernelPath& path : subsystem.headless) {
            add_path(objects, path, {});
        }
    }
    return objects;
}

/// Every object of one that is not in the other, or not the same there.
void collect(const Objects& from, const Objects& other, std::set<std::string_view>& out) {
    for (const auto& [name, object] : from) {
        const auto there = other.find(name);
        if (there == other.end()) {
            out.insert({name, object.controller, object.head});
        } else if (!object.same_as(there->second)) {
            out.insert(name);
        }
    }
}

} // namespace

std::vector<std::string> changed_objects(const KernelObservation& before,
                                         const KernelObservation& after) {
    const Objects first = objects_of(before);
    const Objects second = objects_of(after);
    std::set<std::string_view> names;
    collect(first, second, names);
    collect(second, first, names);
    names.erase(std::string_view());
    return {names.begin(), names.end()};
}

} // namespace haoh::host
