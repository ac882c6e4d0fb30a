// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"
#include "support/scratch_directory.hpp"

namespace haoh::test {

/// haoh-arraysim: HAOH_ARRAYSIM_BIN of the environment, else that of this build.
std::string arraysim_program();

/// The text of a scenario of tests/scenarios.
std::string scenario(const std::string& name);

/// haoh-arraysim with a scenario, on ports of this machine's loopback; ended with the object.
class SimulatedArrays {
  public:
    static constexpr std::string_view kNqn = "nqn.2014-08.org.haoh:test:simulated";
    /// Of a scenario that names none.
    static constexpr std::string_view kDefaultNqn =
        "nqn.2014-08.org.nvmexpress:uuid:68616f68-0000-4000-8000-000000000001";
    /// The scenario of two arrays, "a" (optimized) and "b" (inaccessible), that present one
    /// subsystem with namespace 1. Lines for array "b" may be added at its end.
    static const std::string_view kStretchedPair;

    /// Starts the simulator with the text of a scenario. Throws std::runtime_error with what it
    /// says when it does not get ready.
    explicit SimulatedArrays(std::string_view scenario);

    /// The port of an array; the first one where it has several.
    std::uint16_t port(const std::string& array) const { return ports_.at(array).front(); }
    const std::vector<std::uint16_t>& ports(const std::string& array) const {
        return ports_.at(array);
    }
    /// Sends a command to the control socket, as `ana a all inaccessible`, and returns the answer.
    /// Throws std::runtime_error when it is refused.
    std::string command(std::string_view words);

  private:
    std::unique_ptr<ScratchDirectory> directory_ = std::make_unique<ScratchDirectory>();
    FileDescriptor output_;
    std::unique_ptr<Process> process_;
    std::map<std::string, std::vector<std::uint16_t>> ports_;
};

} // namespace haoh::test
