// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A program that runs to its end while its caller's context serves what it talks to.
#pragma once

#include "support/process.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace haoh::test {

struct ChildResult {
    int status{-1}; ///< as Process::wait_for; -1 when it had to be killed
    std::string output;
    std::string errors;
    std::chrono::milliseconds duration{};
    std::chrono::milliseconds processor{}; ///< time of it, in user mode and in the kernel
    std::size_t memory{};                  ///< bytes, at its largest, as was seen every few ms
};

/// Runs it, within `limit`.
[[nodiscard]] boost::asio::awaitable<ChildResult> run_child(std::vector<std::string> words,
                                                            std::chrono::milliseconds limit);

} // namespace haoh::test
