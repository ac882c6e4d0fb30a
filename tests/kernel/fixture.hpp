// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "haoh_check.hpp"
#include "linux_host.hpp"
#include "nvmet_array.hpp"
#include "program_disk.hpp"
#include "requirements.hpp"
#include "simulated_arrays.hpp"

namespace haoh::test {

/// The machines that the tests of one suite share.
struct Machines {
    std::string name;                            ///< Guests are "NAME-host", "NAME-a" and "NAME-b".
    std::string host_kernel = {};                ///< The Linux host; empty: there is none.
    std::vector<std::string> nvmet_kernels = {}; ///< Those of array a and array b; empty: none.
    /// Programs of this machine that there must be. The host can run them, see KernelTest::run().
    std::vector<std::string> programs = {};
    int host_cpus = 1;
    int host_nodes = 1;
    int host_memory_mib = 512;
};

/// A fixture for tests with machines. The first test of a suite boots them, and they end after its
/// last one; simulated arrays are of one test.
///
///     class HostView : public KernelTest, public testing::WithParamInterface<std::string> {
///       protected:
///         HostView() : KernelTest({.name = "view", .host_kernel = GetParam()}) {}
///     };
///
/// A test is skipped, saying why, when a kernel or a program is missing. After each test the host is
/// disconnected; of a failed one, what the host's kernel said is shown.
class KernelTest : public testing::Test {
  protected:
    explicit KernelTest(Machines machines);

    static void TearDownTestSuite();
    void SetUp() override;
    void TearDown() override;
    /// What else a fixture does after a test that had its machines, before the host is disconnected.
    virtual void leave_host() {}

    static LinuxHost& host();
    static Guest& guest() { return host().guest(); }
    static NvmetPair& nvmet();
    /// Those that serve() started last.
    SimulatedArrays& arrays();

    /// Starts simulated arrays with the text of a scenario, in place of those before.
    void serve(std::string_view scenario_text);
    /// Connects both simulated arrays, first a, and waits until the host has `paths` paths to their
    /// namespaces.
    void connect_both(std::string_view nqn, std::size_t paths,
                      const LinuxHost::ConnectOptions& options = {});
    /// Serves a scenario of tests/scenarios (one that names no NQN) and connects array a, then
    /// array b, each until the kernel has looked at its namespaces. \return whether both could be
    bool connect_scenario(const std::string& name);
    /// The same with the arrays that are served, in an order.
    bool connect_each(const std::vector<std::string>& order = {"a", "b"});
    /// Serves both nvmet arrays and connects them, first a. Kernel messages begin anew.
    void connect_nvmet(const NvmetArray& a, const NvmetArray& b);
    /// Waits until a controller has noticed that its array does not answer.
    static void wait_loss();

    /// Runs one of the programs in the host, by root or by a user like any other.
    enum class User { root, nobody };
    static void add_nobody();
    static ProgramResult run(const std::string& program, std::string_view words,
                             User user = User::root);
    static ProgramResult haoh(std::string_view words, User user = User::root) {
        return run("haoh", words, user);
    }
    /// `haoh check` in the host.
    static CheckReport check() { return parse_report(haoh("check -o json")); }

    /// Waits until a monitor in the host hears the kernel's trace events.
    static void wait_monitor_hears();
    /// That no monitor left a trace instance behind.
    static void expect_no_trace_instance();

    /// What the host's kernel said since the test began, or since connect_nvmet().
    std::string messages();

  private:
    struct Running;
    static std::unique_ptr<Running>& running();

    Machines machines_;
    std::unique_ptr<SimulatedArrays> arrays_;
    std::string messages_;
};

} // namespace haoh::test
