// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// All that the commands of haoh can be pointed at: arrays, healthy and not, files, a recorded tree.
#pragma once

#include "support/scratch_directory.hpp"
#include "support/sysfs_tree.hpp"
#include "tool/simulated_arrays.hpp"

#include <string>
#include <vector>

namespace haoh::test {

using Words = std::vector<std::string>;

/// One after the other.
[[nodiscard]] Words joined(Words first, const Words& more);

/// A recorded host with two controllers and two namespaces.
class RecordedHost {
  public:
    RecordedHost();
    [[nodiscard]] std::string root() const { return tree_.root(); }
    /// Another ANA state of a path.
    void change(const std::string& state);

  private:
    SysfsTree tree_{KernelLayout::v6_12};
};

/// Two arrays, asked for the subsystem that both have.
[[nodiscard]] Words pair_of(const SimulatedArrays& arrays);
/// One array's discovery log is followed.
[[nodiscard]] Words discovered(const SimulatedArrays& arrays);

/// Always as the same host: where there is no /etc/nvme/hostnqn, each run makes one up.
[[nodiscard]] Words as_a_host();

/// More namespaces, so that reading takes a while.
[[nodiscard]] std::string large_scenario(const std::string& lines_of_b);

} // namespace haoh::test
