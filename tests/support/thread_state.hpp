// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <sys/types.h>

namespace haoh::test {

/// Waits until a thread of this process sleeps, which one that asks again and again never does. False
/// when it takes too long.
inline bool falls_asleep(::pid_t thread) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (std::chrono::steady_clock::now() < deadline) {
        std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
        const std::string stat{std::istreambuf_iterator<char>{file}, {}};
        // "1234 (its name) S ...": proc(5).
        const std::size_t name_end = stat.rfind(") ");
        if (name_end != std::string::npos && stat.substr(name_end + 2, 1) == "S") {
            return true;
        }
        std::this_thread::yield();
    }
    return false;
}

} // namespace haoh::test
