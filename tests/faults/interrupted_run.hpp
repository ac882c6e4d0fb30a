// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Programs that are sent a signal at a moment, many at a time, and what became of each.
#pragma once

#include "support/process.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace haoh::test {

struct InterruptedRun {
    std::vector<std::string> words; ///< the program and its arguments
    int signal{};                   ///< 0: none
    std::chrono::microseconds after{};

    // What became of it.
    int status{-1}; ///< as Process::wait_for; -1: it went on and was killed
    std::string output = {};
    std::string errors = {};
    /// Somebody still had its output open when it had ended: a process that it started.
    bool left_behind{};
    std::chrono::milliseconds took{}; ///< from the signal to the end
};

/// Runs all of them, `at_once` at a time. Each has `limit` from its signal on.
void run_all(std::vector<InterruptedRun>& runs, std::size_t at_once, std::chrono::seconds limit,
             const std::function<void()>& meanwhile = {});

} // namespace haoh::test
