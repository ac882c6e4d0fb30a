// SPDX-License-Identifier: LGPL-2.1-or-later
// A Linux host connected to two Linux targets, and haoh beside nvme-cli on that host: machines that
// nobody here wrote on all three sides.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// nvmet has had serial, model and controller ID ranges long enough only from 6.12 on.
std::string array_kernel(const std::string& host_kernel) {
    return host_kernel == "6.1" ? "6.12" : host_kernel;
}

class HostOfNvmet : public KernelTest, public testing::WithParamInterface<std::string> {
  protected:
    HostOfNvmet()
        : KernelTest({.name = "nvmet",
                      .host_kernel = GetParam(),
                      .nvmet_kernels = {array_kernel(GetParam()), array_kernel(GetParam())},
                      .programs = {haoh_program()}}) {}

    static Guest& first() { return nvmet().first(); }
    static Guest& second() { return nvmet().second(); }

    void connect(const NvmetArray& a, const NvmetArray& b, std::size_t paths) {
        connect_nvmet(a, b);
        host().wait_path_count(a.nqn(), paths);
    }

    /// Controller name to transport, address and state, as nvme-cli tells.
    static std::map<std::string, std::string> nvme_cli_controllers(const std::string& nqn) {
        std::map<std::string, std::string> found;
        const json told = json::parse(guest().must("nvme list-subsys -o json"));
        for (const json& machine : told)
            for (const json& subsystem : machine.at("Subsystems"))
                if (subsystem.at("NQN") == nqn)
                    for (const json& path : subsystem.at("Paths"))
                        found[path.at("Name")] =
                            line(path.at("Transport"), path.at("Address"), path.at("State"));
        return found;
    }
    static std::map<std::string, std::string> haoh_controllers(const std::string& nqn) {
        std::map<std::string, std::string> found;
        const json told = json::parse(haoh("list -o json").standard_output);
        for (const json& subsystem : told.at("kernels").at(0).at("subsystems"))
            if (subsystem.at("subsysnqn") == nqn)
                for (const json& controller : subsystem.at("controllers"))
                    found[controller.at("name")] =
                        line(controller.at("transport"), controller.at("address"),
                             controller.at("state"));
        return found;
    }
    /// Controller name to ANA state of the paths of one device.
    static std::map<std::string, std::string> nvme_cli_states(const std::string& device) {
        std::map<std::string, std::string> found;
        const json told = json::parse(guest().must("nvme list-subsys " + device + " -o json"));
        for (const json& machine : told)
            for (const json& subsystem : machine.at("Subsystems"))
                for (const json& path : subsystem.at("Paths"))
                    if (path.contains("ANAState"))
                        found[path.at("Name")] = path.at("ANAState");
        return found;
    }
    static std::map<std::string, std::string> haoh_states(const std::string& device) {
        std::map<std::string, std::string> found;
        const json told = json::parse(haoh("list -o json").standard_output);
        for (const json& subsystem : told.at("kernels").at(0).at("subsystems"))
            for (const json& head : subsystem.at("namespaces"))
                if ("/dev/" + head.at("name").get<std::string>() == device)
                    for (const json& path : head.at("paths"))
                        found[path.at("controller")] = path.at("ana_state");
        return found;
    }

  private:
    /// The source address is left out: the kernel tells it, nvme-cli not always.
    static std::string line(const std::string& transport, const std::string& address,
                            const std::string& state) {
        return transport + " " + address.substr(0, address.find(",src_addr")) + " " + state;
    }
};

INSTANTIATE_TEST_SUITE_P(linux_6_1, HostOfNvmet, testing::Values("6.1"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_6_12, HostOfNvmet, testing::Values("6.12"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, HostOfNvmet, testing::Values("7"), kernel_test_name);

TEST_P(HostOfNvmet, a_healthy_pair_passes_and_nvme_cli_tells_the_same_paths) {
    const auto a = NvmetArray::first();
    connect(a, NvmetArray::second(), 4);
    expect_pass(check());

    const auto controllers = haoh_controllers(a.nqn());
    EXPECT_EQ(controllers.size(), 2U);
    EXPECT_EQ(controllers, nvme_cli_controllers(a.nqn()));
    const auto device = host().wait_device(a.nqn(), 2);
    const auto states = haoh_states(device);
    EXPECT_EQ(states.size(), 2U);
    EXPECT_EQ(states, nvme_cli_states(device));
}

TEST_P(HostOfNvmet, a_switch_to_the_other_array_is_seen) {
    const auto a = NvmetArray::first();
    const auto b = NvmetArray::second();
    connect(a, b, 4);
    const auto device = host().wait_device(a.nqn(), 1);
    a.set_ana_state(first(), 1, "inaccessible");
    b.set_ana_state(second(), 1, "optimized");
    host().wait_ana_state(a.nqn(), nvmet().first_port(), 1, "inaccessible");
    host().wait_ana_state(a.nqn(), nvmet().second_port(), 1, "optimized");
    EXPECT_EQ(haoh_states(device), nvme_cli_states(device));
    const auto report = check();
    EXPECT_EQ(report.status, 0) << report;
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
}

TEST_P(HostOfNvmet, a_refused_path_is_told_with_its_reason) {
    const auto a = NvmetArray::first();
    connect(a, NvmetArray::second().ns(2).uuid("5ae1c1f0-0009-4c1a-9a55-6f6e65000009"), 3);
    const auto report = check();
    EXPECT_EQ(report.status, 1) << report;
    EXPECT_THAT(report.findings, Contains("FAIL host.path.missing 2")) << report;
    EXPECT_THAT(report.findings, Contains("FAIL ns.uuid.equal 2")) << report;
    EXPECT_THAT(report.text, HasSubstr("IDs don't match for shared namespace")) << report;
    EXPECT_EQ(haoh_states(host().wait_device(a.nqn(), 2)).size(), 1U);
}

/// Two arrays, two controllers each, 128 namespaces: how fast haoh reads all of that through the
/// kernel, and how fast a shell does with nvme-cli. Under emulation only the ratio says something.
class HostRate : public KernelTest {
  protected:
    HostRate()
        : KernelTest({.name = "rate",
                      .host_kernel = "6.12",
                      .programs = {haoh_program()},
                      .host_memory_mib = 2048}) {}
};

TEST_F(HostRate, is_far_above_a_loop_of_nvme_cli) {
    constexpr unsigned kNamespaces = 128;
    constexpr unsigned kSample = 8; // of the loop: all of it would take minutes
    serve(R"(title = "rate"
[[namespace]]
count = 128
size = "16MiB"
[[array]]
name = "a"
listen = ["127.0.0.1:0", "127.0.0.1:0"]
[[array]]
name = "b"
listen = ["127.0.0.1:0", "127.0.0.1:0"]
)");
    for (const auto* array : {"a", "b"})
        for (const auto port : arrays().ports(array))
            ASSERT_EQ(
                host().connect(SimulatedArrays::kDefaultNqn, port, {.keep_alive_s = 30}).status, 0);
    guest().wait_until(
        fmt::format("[ $(ls -d /sys/class/nvme/nvme*/nvme*c*n* | wc -l) = {} ]", 4 * kNamespaces),
        "all paths");
    const auto seconds_of = [](const std::string& command) {
        // The clock of the guest, in hundredths of a second.
        return std::stod(guest().must(fmt::format("read from rest </proc/uptime\n{}\n"
                                                  "read to rest </proc/uptime\n"
                                                  "echo \"$from $to\" | awk '{{print $2 - $1}}'",
                                                  command)));
    };
    const double haoh_seconds = seconds_of(ProgramDisk::command("haoh") +
                                           " check -o json >/tmp/report 2>/tmp/errors || true");
    const json report = json::parse(guest().must("cat /tmp/report"));
    EXPECT_THAT(report.at("unobserved"), IsEmpty()) << report.at("unobserved");
    // Identify Namespace and the ID descriptors, which the loop asks for as well; haoh reads more.
    const double haoh_rate = 4 * kNamespaces * 2 / haoh_seconds;
    const double loop_seconds = seconds_of(fmt::format(
        "for c in 0 1 2 3; do i=1; while [ $i -le {} ]; do nvme id-ns /dev/nvme$c -n $i "
        ">/dev/null && nvme ns-descs /dev/nvme$c -n $i >/dev/null || exit 1; i=$((i+1)); done; "
        "done",
        kSample));
    const double loop_rate = 4 * kSample * 2 / loop_seconds;
    std::cout << fmt::format("haoh check: {:.1f} s, {:.0f} commands/s; nvme-cli: {:.0f} "
                             "commands/s; ratio {:.1f}\n",
                             haoh_seconds, haoh_rate, loop_rate, haoh_rate / loop_rate);
    RecordProperty("ratio", fmt::format("{:.1f}", haoh_rate / loop_rate));
    EXPECT_GT(haoh_rate, 2 * loop_rate);
}

} // namespace
} // namespace haoh::test
