// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/signals_held.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace haoh::base {
namespace {

/// How a process ended that did this, as waitpid has it.
template <typename Body>
int ended(Body body) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(0);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

TEST(SignalsHeld, wait_until_it_is_gone) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        const int status = ended([number] {
            ::signal(number, SIG_DFL);
            const SignalsHeld held;
            if (held.one_waits()) {
                ::_exit(1);
            }
            ::raise(number);
            if (!held.one_waits()) {
                ::_exit(2);
            }
        });
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << number << " " << status;
    }
}

TEST(SignalsHeld, are_not_those_that_the_program_ignores_or_holds_itself) {
    const int ignoring = ended([] {
        ::signal(SIGHUP, SIG_IGN);
        const SignalsHeld held;
        ::raise(SIGHUP);
        ::_exit(held.one_waits() ? 1 : 0);
    });
    EXPECT_EQ(ignoring, 0) << "as under nohup";
    const int holding = ended([] {
        ::sigset_t own{};
        ::sigemptyset(&own);
        ::sigaddset(&own, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &own, nullptr);
        {
            const SignalsHeld held;
            ::raise(SIGTERM);
            if (held.one_waits() || ::sigismember(&held.before(), SIGTERM) != 1) {
                ::_exit(1);
            }
        }
        ::sigset_t now{};
        ::sigprocmask(SIG_BLOCK, nullptr, &now);
        ::_exit(::sigismember(&now, SIGTERM) == 1 ? 0 : 2);
    });
    EXPECT_EQ(holding, 0);
}

} // namespace
} // namespace haoh::base
