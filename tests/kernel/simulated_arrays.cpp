// SPDX-License-Identifier: LGPL-2.1-or-later
#include "simulated_arrays.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace haoh::test {
namespace {

constexpr std::chrono::seconds kSimulatorPatience(30);

} // namespace

constexpr std::string_view SimulatedArrays::kStretchedPair = R"toml(
title = "two arrays for a Linux host"

[subsystem]
nqn = "nqn.2014-08.org.haoh:test:simulated"

[[namespace]]
nsid = 1
size = "32MiB"

[[array]]
name = "a"

[[array]]
name = "b"
[array.ana]
1 = "inaccessible"
)toml";

std::string arraysim_program() {
    return environment("HAOH_ARRAYSIM_BIN").value_or(HAOH_ARRAYSIM);
}

std::string scenario(const std::string& name) {
    std::ifstream file(std::string(HAOH_SCENARIO_DIR "/") + name + ".toml");
    std::ostringstream text;
    text << file.rdbuf();
    if (!file)
        throw std::runtime_error("no scenario " + name);
    return text.str();
}

SimulatedArrays::SimulatedArrays(std::string_view scenario) {
    const auto scenario_path = directory_->path() / "scenario.toml";
    std::ofstream(scenario_path) << scenario;
    const auto log_path = directory_->path() / "errors";
    const FileDescriptor log(open(log_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    output_ = FileDescriptor(ends[0]);
    FileDescriptor write_end(ends[1]);
    process_ = std::make_unique<Process>(
        std::vector<std::string>{arraysim_program(), scenario_path.string(), "--control",
                                 (directory_->path() / "control").string()},
        Process::Options{.standard_output = write_end.get(), .standard_error = log.get()});
    write_end.reset();

    // "ARRAY tcp://ADDRESS:PORT", a line a port, then "ready".
    std::string text;
    const auto deadline = std::chrono::steady_clock::now() + kSimulatorPatience;
    while (text.find("ready\n") == std::string::npos) {
        std::array<char, 4096> buffer{};
        ssize_t count = 0;
        if (wait_readable(output_.get(), deadline))
            count = read(output_.get(), buffer.data(), buffer.size());
        if (count <= 0) {
            std::ostringstream errors;
            errors << std::ifstream(log_path).rdbuf();
            throw std::runtime_error("haoh-arraysim does not get ready: " + text + errors.str());
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    std::istringstream lines(text);
    for (std::string array, address; lines >> array >> address;) {
        std::uint16_t port = 0;
        const auto digits = std::string_view(address).substr(address.rfind(':') + 1);
        std::from_chars(digits.data(), digits.data() + digits.size(), port);
        ports_[array].push_back(port);
    }
}

std::string SimulatedArrays::command(std::string_view words) {
    std::vector<std::string> arguments{arraysim_program(), "--send",
                                       (directory_->path() / "control").string()};
    std::istringstream split{std::string(words)};
    for (std::string word; split >> word;)
        arguments.push_back(word);
    auto result = run_program(arguments, kSimulatorPatience);
    if (result.status != 0)
        throw std::runtime_error(fmt::format("haoh-arraysim refused `{}`: {}{}", words,
                                             result.standard_output, result.standard_error));
    return std::move(result.standard_output);
}

} // namespace haoh::test
