// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/selection.hpp"

#include <haoh/error.hpp>

#include <algorithm>
#include <string_view>

namespace haoh::host {

namespace {

bool is_named(const KernelSubsystem& subsystem, std::string_view name) {
    const auto has_name = [name](const auto& object) { return object.name == name; };
    const auto is_of_head = [&](const KernelNamespace& head) {
        return head.name == name || std::any_of(head.paths.begin(), head.paths.end(), has_name);
    };
    return subsystem.name == name || subsystem.subsysnqn.value() == name ||
           subsystem.find_controller(name) != nullptr ||
           std::any_of(subsystem.namespaces.begin(), subsystem.namespaces.end(), is_of_head) ||
           std::any_of(subsystem.headless.begin(), subsystem.headless.end(), has_name);
}

} // namespace

void select_subsystems(KernelObservation& kernel, const std::vector<std::string>& names) {
    if (names.empty()) {
        return;
    }
    std::vector<char> keep_subsystem(kernel.subsystems.size());
    std::vector<char> keep_stray(kernel.stray_controllers.size());
    for (const std::string& given : names) {
        std::string_view name = given;
        if (name.starts_with("/dev/")) {
            name.remove_prefix(5);
        }
        bool found = false;
        for (std::size_t i = 0; i < kernel.subsystems.size(); ++i) {
            if (is_named(kernel.subsystems[i], name)) {
                keep_subsystem[i] = 1;
                found = true;
            }
        }
        for (std::size_t i = 0; i < kernel.stray_controllers.size(); ++i) {
            if (kernel.stray_controllers[i].name == name) {
                keep_stray[i] = 1;
                found = true;
            }
        }
        if (!found) {
            throw Error(Errc::not_found, "find", given,
                        "the kernel has no such subsystem, controller or namespace",
                        "name an NQN, nvme-subsysN, nvmeN or nvmeNnM that `haoh list` shows");
        }
    }
    const auto keep = [](auto& objects, const std::vector<char>& kept) {
        std::size_t index = 0;
        std::erase_if(objects, [&](const auto&) { return kept[index++] == 0; });
    };
    keep(kernel.subsystems, keep_subsystem);
    keep(kernel.stray_controllers, keep_stray);
}

} // namespace haoh::host
