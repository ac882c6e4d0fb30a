// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// SpawnPlan: how a program is started beside this one.
#pragma once

#include <string>

#include <csignal>
#include <spawn.h>
#include <sys/types.h>

namespace haoh::tool {

/// What goes wrong while it is made, `spawn` tells. The program has the signals as they are usual that
/// this one ignores.
class SpawnPlan {
  public:
    SpawnPlan();
    ~SpawnPlan();
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    /// One of our descriptors becomes that number of the program's, in the order of the calls: a number
    /// that was taken is no longer ours.
    void connect(int descriptor, int number);
    /// It has no descriptor of ours from this number on, where the C library can do that.
    void close_from(int number);
    void mask_signals(const ::sigset_t& signals);
    void use_own_group();

    /// \param program  a path, or a name that PATH leads to
    /// \return 0, or an errno value
    [[nodiscard]] int spawn(::pid_t& pid, const std::string& program, char* const* arguments,
                            char* const* variables);

  private:
    void note(int result);
    void set(int flag);

    ::posix_spawn_file_actions_t actions_{};
    ::posix_spawnattr_t attributes_{};
    short flags_{};
    int failure_{};
};

} // namespace haoh::tool
