// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "simulated_arrays.hpp"

namespace haoh::test {

/// Where programs that were built for another Debian find what they load.
struct ForeignSystem {
    std::filesystem::path root; ///< that Debian's root directory
    std::string libraries;      ///< more directories of libraries on this machine, with colons

    /// HAOH_PROGRAM_ROOT and HAOH_PROGRAM_LIBRARIES of the environment.
    static std::optional<ForeignSystem> from_environment();
};

/// A file system with programs of this build and the shared libraries that they load, for a guest
/// to run. The guest has it at /build, see Guest::Options::disk.
class ProgramDisk {
  public:
    /// \param programs  paths on this machine
    /// \param system    whose libraries they load; nothing: this machine's
    /// Throws Unavailable when ldd or mke2fs is missing, std::runtime_error when they fail.
    explicit ProgramDisk(const std::vector<std::string>& programs,
                         const std::optional<ForeignSystem>& system = std::nullopt);

    const std::filesystem::path& image() const { return image_; }
    /// How a guest starts one of the programs: by its own loader, with its own libraries.
    static std::string command(const std::string& program);

  private:
    ScratchDirectory directory_;
    std::filesystem::path image_;
};

} // namespace haoh::test
