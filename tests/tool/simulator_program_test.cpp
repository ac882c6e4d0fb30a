// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh-arraysim itself: options, files, exit status (haoh-arraysim(1)).
#include "running_program.hpp"
#include "simulated_arrays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include <netinet/in.h>
#include <sys/socket.h>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::chrono::seconds kProgramBound{120};

ProgramResult arraysim(std::vector<std::string> words) {
    words.insert(words.begin(), HAOH_ARRAYSIM_PROGRAM);
    return run_program(words, kProgramBound);
}

TEST(SimulatorProgram, tells_wrong_arguments_from_wrong_scenarios) {
    const ScratchDirectory directory;
    const std::string good = directory.file("good.toml", healthy_scenario());
    const std::string bad = directory.file("bad.toml", "[[array]]\nname = 3\n");
    const ProgramResult checked = arraysim({"--check", good});
    EXPECT_EQ(checked.status, 0);
    EXPECT_THAT(checked.standard_output, IsEmpty());
    EXPECT_THAT(checked.standard_error, IsEmpty());
    const ProgramResult refused = arraysim({"--check", bad});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.standard_error, HasSubstr("bad.toml:2: array.name"));
    EXPECT_THAT(refused.standard_output, IsEmpty());
    EXPECT_EQ(arraysim({"--check", directory.path("none.toml")}).status, 1);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {}, {"--check"}, {"--check", good, good}, {"--nonsense"}, {"--control"}}) {
        const ProgramResult usage = arraysim(words);
        EXPECT_EQ(usage.status, 2);
        EXPECT_THAT(usage.standard_error, HasSubstr("--help"));
    }
    EXPECT_EQ(arraysim({"--help"}).status, 0);
    const ProgramResult version = arraysim({"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_FALSE(version.standard_output.empty());
}

TEST(SimulatorProgram, serves_where_it_is_told_until_it_is_told_to_quit) {
    const ScratchDirectory directory;
    const std::string control = directory.path("control");
    const std::string addresses = directory.path("addresses");
    const RunningProgram program({HAOH_ARRAYSIM_PROGRAM,
                                  directory.file("pair.toml", healthy_scenario()), "--listen-on",
                                  "127.0.0.4", "--advertise", "10.9.8.7", "--control", control,
                                  "--address-file", addresses});
    ASSERT_TRUE(program.wait_text("ready\n")) << program.told();
    const std::string lines = directory.read("addresses");
    EXPECT_THAT(lines, StartsWith("a tcp://127.0.0.4:"));
    EXPECT_THAT(lines, HasSubstr("\nb tcp://127.0.0.4:"));
    EXPECT_EQ(program.output(), lines + "ready\n");
    EXPECT_FALSE(std::filesystem::exists(addresses + ".new"));
    const ProgramResult state = arraysim({"--send", control, "state"});
    EXPECT_EQ(state.status, 0);
    EXPECT_THAT(state.standard_output, HasSubstr("\"traddr\":\"10.9.8.7\""));
    const ProgramResult several = arraysim({"--send", control, "ana", "b", "1", "inaccessible"});
    EXPECT_EQ(several.status, 0);
    EXPECT_THAT(several.standard_output, IsEmpty());
    EXPECT_THAT(arraysim({"--send", control, "state"}).standard_output, HasSubstr("inaccessible"));
    const ProgramResult refused = arraysim({"--send", control, "ana", "z", "1", "change"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.standard_error, HasSubstr("'ana z 1 change'"));
    EXPECT_THAT(refused.standard_error, HasSubstr("there is no such array"));
    EXPECT_EQ(arraysim({"--send", control, "quit"}).status, 0);
    EXPECT_EQ(program.ended(), 0);
    const ProgramResult nobody = arraysim({"--send", control, "state"});
    EXPECT_EQ(nobody.status, 1);
    EXPECT_THAT(nobody.standard_error, HasSubstr("is haoh-arraysim running with --control?"));
}

TEST(SimulatorProgram, ends_in_order_on_either_signal) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const ScratchDirectory directory;
        const std::string control = directory.path("control");
        const RunningProgram program({HAOH_ARRAYSIM_PROGRAM,
                                      directory.file("pair.toml", healthy_scenario()), "--control",
                                      control});
        ASSERT_TRUE(program.wait_text("ready\n")) << program.told();
        EXPECT_THAT(program.output(), StartsWith("a tcp://127.0.0.1:"));
        // Ready is said a moment before signals are waited for.
        ASSERT_EQ(arraysim({"--send", control, "latency", "a", "0s"}).status, 0);
        program.signal(signal);
        EXPECT_EQ(program.ended(), 0);
        EXPECT_FALSE(std::filesystem::exists(control)) << "cleans up behind itself";
    }
}

TEST(SimulatorProgram, fails_when_the_addresses_cannot_be_written) {
    const ScratchDirectory directory;
    const std::string scenario = directory.file("pair.toml", healthy_scenario());
    for (const std::string& place : {directory.path("missing/addresses"), directory.path(".")}) {
        const ProgramResult result = arraysim({scenario, "--address-file", place});
        EXPECT_EQ(result.status, 1) << place;
        EXPECT_THAT(result.standard_error, HasSubstr("write the addresses to"));
    }
}

TEST(SimulatorProgram, its_control_socket_outlives_a_shortage_of_descriptors) {
    const ScratchDirectory directory;
    const std::string control = directory.path("control");
    const RunningProgram program(
        {"sh", "-c", "ulimit -n 24; exec \"$@\"", "sh", HAOH_ARRAYSIM_PROGRAM,
         directory.file("pair.toml", healthy_scenario()), "--control", control});
    ASSERT_TRUE(program.wait_text("ready\n")) << program.told();
    const std::size_t begin = program.output().find(':', program.output().find("tcp://") + 6) + 1;
    const auto port = static_cast<std::uint16_t>(std::stoul(program.output().substr(begin)));
    const auto open_files = [&] {
        const std::filesystem::directory_iterator all{"/proc/" + std::to_string(program.pid()) +
                                                      "/fd"};
        return std::distance(std::filesystem::begin(all), std::filesystem::end(all));
    };
    std::vector<FileDescriptor> hosts;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    for (int count = 0; count < 40; ++count) {
        hosts.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ASSERT_EQ(::connect(hosts.back().get(), reinterpret_cast<const sockaddr*>(&address),
                            sizeof address),
                  0);
    }
    ASSERT_TRUE(program.wait_for([&] { return open_files() >= 24; }));
    // It waits, or is sent away; what matters is who comes later.
    const RunningProgram early({HAOH_ARRAYSIM_PROGRAM, "--send", control, "state"});
    static_cast<void>(early.wait_for([tries = 0]() mutable { return ++tries > 50; }));
    hosts.clear();
    ASSERT_TRUE(program.wait_for([&] { return open_files() < 24; }));
    const ProgramResult state = arraysim({"--send", control, "state"});
    EXPECT_EQ(state.status, 0) << state.standard_error;
    EXPECT_EQ(arraysim({"--send", control, "quit"}).status, 0);
    EXPECT_EQ(program.ended(), 0);
}

} // namespace
} // namespace haoh::test
