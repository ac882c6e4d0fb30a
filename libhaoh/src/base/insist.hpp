// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// For a thread that nobody waits for but by what it has to tell.
#pragma once

#include <chrono>
#include <new>
#include <thread>

namespace haoh::base {

/// Does what takes memory. Where there is none, tries again for a while: whoever waits for it would wait
/// for ever. \throws std::bad_alloc when that does not help
template <typename Action>
void insist(Action action) {
    constexpr int kTries = 50;
    constexpr std::chrono::milliseconds kPause{10};
    for (int failures = 0;;) {
        try {
            action();
            return;
        } catch (const std::bad_alloc&) {
            if (++failures == kTries) {
                throw;
            }
        }
        std::this_thread::sleep_for(kPause);
    }
}

} // namespace haoh::base
