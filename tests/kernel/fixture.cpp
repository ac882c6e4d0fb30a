// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <fmt/format.h>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace haoh::test {

struct KernelTest::Running {
    std::optional<ProgramDisk> disk;
    std::optional<NvmetPair> nvmet;
    std::optional<LinuxHost> host;

    explicit Running(const Machines& wanted) {
        // The arrays boot while the disk is made.
        if (!wanted.nvmet_kernels.empty())
            nvmet.emplace(wanted.name, wanted.nvmet_kernels.at(0), wanted.nvmet_kernels.at(1));
        if (wanted.host_kernel.empty())
            return;
        if (!wanted.programs.empty())
            disk.emplace(wanted.programs, ForeignSystem::from_environment());
        host.emplace(Guest::Options{.name = wanted.name + "-host",
                                    .kernel = wanted.host_kernel,
                                    .disk = disk ? disk->image() : std::filesystem::path(),
                                    .cpus = wanted.host_cpus,
                                    .nodes = wanted.host_nodes,
                                    .memory_mib = wanted.host_memory_mib});
    }

    bool host_is_dead() { return host && !host->guest().alive(); }
};

KernelTest::KernelTest(Machines machines) : machines_(std::move(machines)) {}

std::unique_ptr<KernelTest::Running>& KernelTest::running() {
    static std::unique_ptr<Running> instance;
    return instance;
}

void KernelTest::TearDownTestSuite() {
    running().reset();
}

void KernelTest::SetUp() {
    auto kernels = machines_.nvmet_kernels;
    if (!machines_.host_kernel.empty())
        kernels.push_back(machines_.host_kernel);
    auto programs = machines_.programs;
    if (machines_.nvmet_kernels.empty())
        programs.push_back(arraysim_program());
    HAOH_REQUIRE(why_no_guests(kernels));
    HAOH_REQUIRE(why_no_programs(programs));
    // A host that died let the test before down, and no other.
    if (running() && running()->host_is_dead())
        running().reset();
    if (!running())
        running() = std::make_unique<Running>(machines_);
    if (running()->nvmet)
        running()->nvmet->revive();
    if (running()->host)
        host().new_kmsg();
}

void KernelTest::TearDown() {
    if (!running() || !running()->host)
        return;
    leave_host();
    if (HasFailure())
        std::cerr << "--- the host's kernel messages of this test ---\n" << messages();
    host().disconnect_all();
    // haoh reads the whole log: refusals of this test are none of the next one.
    host().clear_kmsg();
}

LinuxHost& KernelTest::host() {
    return running()->host.value();
}

NvmetPair& KernelTest::nvmet() {
    return running()->nvmet.value();
}

SimulatedArrays& KernelTest::arrays() {
    if (!arrays_)
        throw std::logic_error("serve() starts the arrays");
    return *arrays_;
}

void KernelTest::serve(std::string_view scenario_text) {
    arrays_ = std::make_unique<SimulatedArrays>(scenario_text);
}

void KernelTest::connect_both(std::string_view nqn, std::size_t paths,
                              const LinuxHost::ConnectOptions& options) {
    for (const auto* array : {"a", "b"}) {
        const auto result = host().connect(nqn, arrays().port(array), options);
        ASSERT_EQ(result.status, 0) << result.output;
    }
    host().wait_path_count(nqn, paths);
}

bool KernelTest::connect_scenario(const std::string& name) {
    serve(scenario(name));
    return connect_each();
}

bool KernelTest::connect_each(const std::vector<std::string>& order) {
    host().watch_scans();
    bool connected = true;
    for (const auto& array : order) {
        const auto result = host().connect(SimulatedArrays::kDefaultNqn, arrays().port(array));
        connected = connected && result.status == 0;
        host().wait_scans();
    }
    return connected;
}

void KernelTest::connect_nvmet(const NvmetArray& a, const NvmetArray& b) {
    nvmet().apply(a, b);
    host().new_kmsg();
    messages_.clear();
    for (const auto port : nvmet().ports()) {
        const auto result = host().connect(a.nqn(), port);
        ASSERT_EQ(result.status, 0) << result.output;
    }
}

void KernelTest::wait_loss() {
    guest().wait_until("grep -q connecting /sys/class/nvme/nvme*/state", "the loss to be noticed");
}

void KernelTest::add_nobody() {
    guest().must("echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd");
}

ProgramResult KernelTest::run(const std::string& program, std::string_view words, User user) {
    auto command = fmt::format("{} {}", ProgramDisk::command(program), words);
    if (user == User::nobody) {
        add_nobody();
        command = fmt::format("su -s /bin/sh nobody -c '{}'", command);
    }
    auto result = guest().run(command + " 2>/tmp/errors");
    return {.status = result.status,
            .standard_output = std::move(result.output),
            .standard_error = guest().must("cat /tmp/errors")};
}

void KernelTest::wait_monitor_hears() {
    guest().wait_until("grep -q 1 /sys/kernel/tracing/instances/haoh-*/events/nvme/"
                       "nvme_async_event/enable",
                       "the monitor to hear trace events");
}

void KernelTest::expect_no_trace_instance() {
    EXPECT_EQ(guest().run("ls -d /sys/kernel/tracing/instances/haoh-*").status, 1)
        << "its trace instance is left behind";
}

std::string KernelTest::messages() {
    return messages_ += host().new_kmsg();
}

} // namespace haoh::test
