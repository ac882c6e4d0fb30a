// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/signals_held.hpp"

#include <array>

namespace haoh::base {
namespace {

constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

} // namespace

SignalsHeld::SignalsHeld() {
    ::sigemptyset(&held_);
    ::pthread_sigmask(SIG_BLOCK, nullptr, &before_);
    for (const int number : kEnding) {
        // Blocked, an ignored one would be kept all the same.
        struct sigaction action {};
        const bool ignored =
            ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
        if (!ignored && ::sigismember(&before_, number) == 0) {
            ::sigaddset(&held_, number);
        }
    }
    ::pthread_sigmask(SIG_BLOCK, &held_, nullptr);
}

SignalsHeld::~SignalsHeld() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool SignalsHeld::one_waits() const {
    ::sigset_t pending{};
    ::sigpending(&pending);
    for (const int number : kEnding) {
        if (::sigismember(&pending, number) == 1 && ::sigismember(&held_, number) == 1) {
            return true;
        }
    }
    return false;
}

} // namespace haoh::base
