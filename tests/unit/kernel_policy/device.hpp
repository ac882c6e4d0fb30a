// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A kernel with one subsystem, one namespace, and as many paths as a test asks for.
#pragma once

#include <haoh/path_choice.hpp>

#include <string>
#include <vector>

namespace haoh::test {

class Device {
  public:
    explicit Device(std::string policy, std::string release = "6.12.107-amd64");

    /// One more path, over a controller of its own.
    Device& path(const std::string& ana_state);

    [[nodiscard]] KernelSubsystem& subsystem() { return kernel.subsystems.front(); }
    [[nodiscard]] KernelNamespace& head() { return subsystem().namespaces.front(); }
    [[nodiscard]] KernelPath& path_at(std::size_t index) { return head().paths.at(index); }
    [[nodiscard]] KernelController& controller(std::size_t index) {
        return subsystem().controllers.at(index);
    }
    [[nodiscard]] PathChoice explained() {
        return explain(kernel, subsystem(), head(), numa, attributions);
    }
    /// Controllers of this host, and their arrays.
    void on_arrays(const std::vector<std::pair<std::string, std::string>>& sites) {
        for (const auto& [controller, site] : sites) {
            attributions.add(
                {.host = kernel.host, .controller = controller, .array = site, .evidence = {}});
        }
    }
    /// Of the first node.
    [[nodiscard]] NodeChoice next() { return explained().nodes.front(); }

    KernelObservation kernel;
    NumaTopology numa;
    Attributions attributions;
};

} // namespace haoh::test
