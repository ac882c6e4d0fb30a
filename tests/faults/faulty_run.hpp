// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// haoh with one of its calls of libc failing.
#pragma once

#include "fault_page.hpp"
#include "support/process.hpp"
#include "support/scratch_directory.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace haoh::test {

struct Fault {
    Call call{};
    int error{};
    std::uint64_t first{}; ///< 0: none
    std::uint64_t last{};

    [[nodiscard]] bool persists() const { return last != first; }
};

/// "open from number 3 on: Too many open files"
[[nodiscard]] std::string describe(const Fault& fault);

struct FaultyRun {
    ProgramResult result;
    std::array<std::uint64_t, kCalls.size()> calls{};
    int descriptors_before{};
    int descriptors_after{};
    bool too_slow{};
};

/// \param words      behind "haoh"
/// \param variables  of the environment
[[nodiscard]] FaultyRun run_with(const Fault& fault, const std::vector<std::string>& words,
                                 const std::vector<std::string>& variables,
                                 std::chrono::seconds limit);

} // namespace haoh::test
