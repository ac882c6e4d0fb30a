// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace haoh::test {

/// Runs it in a child, for what would change this process; it returns the exit status. -1 when the child
/// was ended.
template <typename Body>
int status_of_child(const Body& body) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::_exit(body());
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace haoh::test
