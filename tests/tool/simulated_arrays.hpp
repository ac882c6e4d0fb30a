// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// haoh and haoh-arraysim as processes.
#pragma once

#include "support/process.hpp"
#include "support/scratch_directory.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace haoh::test {

/// haoh-arraysim with one scenario, ready to be asked.
class SimulatedArrays {
  public:
    /// \param scenario  TOML
    explicit SimulatedArrays(const std::string& scenario);

    /// "tcp://127.0.0.1:PORT" of an array's first port.
    [[nodiscard]] const std::string& target(const std::string& array) const;
    /// Sends a control command; fails the test when it is refused.
    void send(const std::vector<std::string>& words) const;

  private:
    ScratchDirectory directory_;
    std::map<std::string, std::string> targets_;
    std::unique_ptr<Process> process_;
};

/// Runs haoh to its end, bounded.
[[nodiscard]] ProgramResult haoh(std::vector<std::string> arguments);

inline constexpr const char* kPairNqn = "nqn.2026-11.io.example:pair";
/// Two healthy arrays, "a" and "b", with three namespaces.
[[nodiscard]] std::string healthy_scenario();
/// `healthy_scenario` with lines added to array b.
[[nodiscard]] std::string pair_with_b(const std::string& lines);

/// A port of the loopback interface where nobody listens, always the same one.
[[nodiscard]] std::string closed_target();

/// Accepts connections in the kernel's backlog and never says a word.
class SilentPeer {
  public:
    SilentPeer();
    [[nodiscard]] const std::string& target() const { return target_; }

  private:
    FileDescriptor listener_;
    std::string target_;
};

} // namespace haoh::test
