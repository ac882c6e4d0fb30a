// SPDX-License-Identifier: LGPL-2.1-or-later
#include "simulated_arrays.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace haoh::test {
namespace {

constexpr std::chrono::seconds kBound{120};

/// A bound TCP socket on the loopback interface and its port.
std::pair<FileDescriptor, std::uint16_t> loopback_socket() {
    FileDescriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (!socket || ::bind(socket.get(), generic, length) != 0 ||
        ::getsockname(socket.get(), generic, &length) != 0) {
        throw std::runtime_error("no loopback socket");
    }
    return {std::move(socket), ntohs(address.sin_port)};
}

} // namespace

SimulatedArrays::SimulatedArrays(const std::string& scenario) {
    const std::string addresses = directory_.path("addresses");
    process_ = std::make_unique<Process>(
        std::vector<std::string>{HAOH_ARRAYSIM_PROGRAM, directory_.file("scenario.toml", scenario),
                                 "--control", directory_.path("control"), "--address-file",
                                 addresses},
        Process::Options{-1, STDERR_FILENO, {}});
    const auto deadline = std::chrono::steady_clock::now() + kBound;
    while (!std::filesystem::exists(addresses)) {
        if (!process_->running()) {
            throw std::runtime_error("haoh-arraysim ended: its message is above");
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("haoh-arraysim does not get ready");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    std::ifstream lines{addresses};
    std::string array;
    std::string target;
    while (lines >> array >> target) {
        targets_.emplace(array, target);
    }
}

const std::string& SimulatedArrays::target(const std::string& array) const {
    return targets_.at(array);
}

void SimulatedArrays::send(const std::vector<std::string>& words) const {
    std::vector<std::string> arguments{HAOH_ARRAYSIM_PROGRAM, "--send", directory_.path("control")};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const ProgramResult result = run_program(arguments, kBound);
    EXPECT_EQ(result.status, 0) << result.standard_error;
}

ProgramResult haoh(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), HAOH_PROGRAM);
    return run_program(arguments, kBound);
}

std::string healthy_scenario() {
    return pair_with_b("");
}

std::string pair_with_b(const std::string& lines) {
    return fmt::format(R"(
[subsystem]
nqn = "{}"

[[namespace]]
nsid = 1
[[namespace]]
nsid = 2
[[namespace]]
nsid = 3

[[array]]
name = "a"

[[array]]
name = "b"
{}
)",
                       kPairNqn, lines);
}

std::string closed_target() {
    // Held as long as the program runs: else another test's array would get it, and answer.
    static const auto held = loopback_socket();
    return fmt::format("tcp://127.0.0.1:{}", held.second);
}

SilentPeer::SilentPeer() {
    auto [socket, port] = loopback_socket();
    if (::listen(socket.get(), 16) != 0) {
        throw std::runtime_error("no listening socket");
    }
    listener_ = std::move(socket);
    target_ = fmt::format("tcp://127.0.0.1:{}", port);
}

} // namespace haoh::test
