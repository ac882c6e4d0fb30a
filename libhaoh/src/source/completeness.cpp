// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/source_options.hpp>

#include <algorithm>
#include <span>

namespace haoh {
namespace {

template <typename Object>
bool is_readable(const Object& object, std::span<const AttributeRow<Object>> rows) {
    return std::none_of(rows.begin(), rows.end(), [&object](const AttributeRow<Object>& row) {
        return (object.*row.member).state == Attribute::State::unreadable;
    });
}

bool is_readable(const KernelPath& path) {
    return is_readable(path, path_attributes());
}
bool is_readable(const KernelController& controller) {
    return is_readable(controller, controller_attributes());
}

template <typename Objects>
bool all_readable(const Objects& objects) {
    return std::all_of(objects.begin(), objects.end(),
                       [](const auto& object) { return is_readable(object); });
}

bool is_whole(const KernelSubsystem& subsystem) {
    return is_readable(subsystem, subsystem_attributes()) && all_readable(subsystem.controllers) &&
           all_readable(subsystem.headless) &&
           std::all_of(subsystem.namespaces.begin(), subsystem.namespaces.end(),
                       [](const KernelNamespace& head) {
                           return is_readable(head, namespace_attributes()) &&
                                  all_readable(head.paths);
                       });
}

bool is_whole(const KernelObservation& kernel) {
    return kernel.unread.empty() && all_readable(kernel.stray_controllers) &&
           std::all_of(kernel.subsystems.begin(), kernel.subsystems.end(),
                       [](const KernelSubsystem& subsystem) { return is_whole(subsystem); });
}

} // namespace

Completeness completeness(const Observation& observation) {
    if (!is_anything(observation)) {
        return Completeness::nothing;
    }
    const bool complete =
        observation.unobserved.empty() &&
        std::all_of(observation.controllers.begin(), observation.controllers.end(),
                    [](const auto& controller) { return controller.unread.empty(); }) &&
        std::all_of(observation.kernels.begin(), observation.kernels.end(),
                    [](const KernelObservation& kernel) { return is_whole(kernel); });
    return complete ? Completeness::complete : Completeness::incomplete;
}

} // namespace haoh
