// SPDX-License-Identifier: LGPL-2.1-or-later
#include "image.hpp"

#include <chrono>
#include <fmt/format.h>
#include <fstream>

#include "support/process.hpp"

namespace haoh::test {

KernelImage kernel_image(const std::string& flavour) {
    std::vector<std::string> arguments{HAOH_KERNEL_SOURCE_DIR "/image.sh", flavour};
    if (const auto cache = environment("HAOH_KERNEL_CACHE"))
        arguments.push_back(*cache);
    ProgramResult result;
    try {
        result = run_program(arguments, std::chrono::minutes(15));
    } catch (const std::exception& error) {
        throw Unavailable(fmt::format("no image of kernel {}: {}", flavour, error.what()));
    }
    std::string directory = result.standard_output;
    while (!directory.empty() && directory.back() == '\n')
        directory.pop_back();
    // apt's progress, if any, precedes the directory.
    directory.erase(0, directory.rfind('\n') + 1);
    if (result.status != 0 || directory.empty())
        throw Unavailable(fmt::format("no image of kernel {}: image.sh ended with status {}: {}",
                                      flavour, result.status, result.standard_error));
    const std::filesystem::path path(directory);
    KernelImage image{.flavour = flavour,
                      .version = {},
                      .kernel = path / "vmlinux",
                      .initramfs = path / "initramfs.cpio",
                      .programs = path / "programs.img"};
    std::ifstream file(path / "version");
    std::getline(file, image.version);
    return image;
}

} // namespace haoh::test
