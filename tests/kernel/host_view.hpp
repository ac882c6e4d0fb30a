// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.hpp"

namespace haoh::test {

/// A host of one kernel, with haoh of this build, on two simulated arrays. Several files have its
/// tests: one host is booted for all of them.
class HostView : public KernelTest, public testing::WithParamInterface<std::string> {
  protected:
    HostView()
        : KernelTest({.name = "view", .host_kernel = GetParam(), .programs = {haoh_program()}}) {}

    /// A scenario, and the rule whose outcome on this kernel is looked at.
    struct Defect {
        const char* scenario;
        const char* rule;
        /// Whether the message that haoh quotes is the kernel's in this scenario.
        bool is_said = true;
    };
    /// That the kernel does of each what haoh says of this release, asked directly.
    void expect_as_told(const std::vector<Defect>& defects);
    /// That haoh, asked directly about the arrays that are served, tells of this outcome.
    /// \return what it says of the kernel
    std::string expect_told(const std::string& rule, const std::string& outcome);

    /// The same pair asked from this machine, about the guest's release.
    CheckReport ask_directly();
    /// The paths to namespaces that lead to an array.
    std::vector<HostPath> paths_of(const std::string& array);
    static std::string head_of(const HostPath& path);
    /// What a file below /sys holds, without the newline; nothing where it is not there.
    static std::string sysfs(const std::string& path);
    /// The ANA state of array b's path, as the kernel shows it.
    std::string state_on_b(std::uint32_t nsid);
    void wait_state_on_b(std::uint32_t nsid, std::string_view state);

  private:
    void expect_outcome(const std::string& outcome, bool connected);
    void expect_size(const std::string& effect, bool connected);
};

} // namespace haoh::test
