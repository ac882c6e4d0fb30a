// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/known_controllers.hpp"

#include "model/controller_id.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace haoh::attribution {

namespace {

/// A controller as only the kernel knows it, for the criteria of a configuration.
ControllerObservation known_to_kernel(const KernelObservation& kernel,
                                      const KernelSubsystem& subsystem,
                                      const KernelController& controller) {
    ControllerObservation out;
    out.name = controller.name;
    out.host = kernel.host;
    out.transport = controller.transport.value();
    out.traddr = controller.address_part("traddr");
    out.trsvcid = controller.address_part("trsvcid");
    out.subsysnqn = subsystem.subsysnqn.value();
    if (const auto cntlid = model::controller_id(controller)) {
        // Only together: an ID beside a host NQN counts as known, also 0.
        out.connection.hostnqn = controller.hostnqn.value();
        out.connection.cntlid = *cntlid;
    }
    return out;
}

} // namespace

std::vector<ControllerObservation> unread_controllers(const Observation& observation) {
    std::set<std::pair<std::string_view, std::string_view>> read;
    for (const ControllerObservation& controller : observation.controllers) {
        read.emplace(controller.host, controller.name);
    }
    std::vector<ControllerObservation> out;
    for (const KernelObservation& kernel : observation.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& controller : subsystem.controllers) {
                if (!read.contains({kernel.host, controller.name})) {
                    out.push_back(known_to_kernel(kernel, subsystem, controller));
                }
            }
        }
    }
    return out;
}

} // namespace haoh::attribution
