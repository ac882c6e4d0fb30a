// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program_disk.hpp"

#include <chrono>
#include <fmt/format.h>
#include <sstream>
#include <stdexcept>

#include "image.hpp"
#include "support/process.hpp"

namespace haoh::test {
namespace {

constexpr std::chrono::seconds kCommandPatience(60);

std::string output_of(const std::vector<std::string>& arguments) {
    if (!find_program(arguments.front()))
        throw Unavailable(arguments.front() +
                          " is not installed (packages.txt names the packages)");
    const auto result = run_program(arguments, kCommandPatience);
    if (result.status != 0)
        throw std::runtime_error(fmt::format("{} ended with status {}: {}", arguments.front(),
                                             result.status, result.standard_error));
    return result.standard_output;
}

constexpr std::string_view kLoader = "ld-linux-x86-64.so.2";

/// The files that a program loads, its loader among them.
std::vector<std::filesystem::path> libraries_of(const std::string& program,
                                                const std::optional<ForeignSystem>& system) {
    std::vector<std::string> question{"ldd", program};
    std::vector<std::filesystem::path> files;
    if (system) {
        // Its own loader says what it would load, without running the program.
        const auto& root = system->root.string();
        const auto loader = fmt::format("{}/lib64/{}", root, kLoader);
        question = {
            loader, "--library-path",
            fmt::format("{0}:{1}/usr/lib/x86_64-linux-gnu:{1}/usr/lib", system->libraries, root),
            "--list", program};
        files.emplace_back(loader);
    }
    const auto answer = output_of(question);
    if (answer.find("not found") != std::string::npos)
        throw std::runtime_error(fmt::format("{} lacks libraries:\n{}", program, answer));
    std::istringstream words(answer);
    for (std::string word; words >> word;)
        if (word.starts_with('/') && (!system || !word.ends_with(kLoader)))
            files.emplace_back(word);
    return files;
}

} // namespace

std::optional<ForeignSystem> ForeignSystem::from_environment() {
    const auto root = environment("HAOH_PROGRAM_ROOT");
    if (!root)
        return std::nullopt;
    return ForeignSystem{*root, environment("HAOH_PROGRAM_LIBRARIES").value_or("")};
}

ProgramDisk::ProgramDisk(const std::vector<std::string>& programs,
                         const std::optional<ForeignSystem>& system)
    : image_(directory_.path() / "programs.img") {
    const auto root = directory_.path() / "root";
    std::filesystem::create_directories(root / "lib");
    for (const auto& program : programs) {
        std::filesystem::copy_file(program, root / std::filesystem::path(program).filename());
        for (const auto& library : libraries_of(program, system))
            std::filesystem::copy_file(library, root / "lib" / library.filename(),
                                       std::filesystem::copy_options::skip_existing);
    }
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    // A quarter for what the file system itself needs.
    output_of({"mke2fs", "-qq", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d", root.string(),
               image_.string(), fmt::format("{}k", (bytes + bytes / 4) / 1024 + 4096)});
    std::filesystem::remove_all(root);
}

std::string ProgramDisk::command(const std::string& program) {
    return fmt::format("/build/lib/ld-linux-x86-64.so.2 --library-path /build/lib /build/{}",
                       program);
}

} // namespace haoh::test
