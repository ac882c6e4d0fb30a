// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spawn_plan.hpp"

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 34)
#define HAOH_HAVE_CLOSEFROM
#endif
#endif

namespace haoh::tool {

SpawnPlan::SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::sigset_t ignored{};
    ::sigemptyset(&ignored);
    ::sigaddset(&ignored, SIGPIPE);
    ::sigaddset(&ignored, SIGXFSZ);
    note(::posix_spawnattr_setsigdefault(&attributes_, &ignored));
    set(POSIX_SPAWN_SETSIGDEF);
}

SpawnPlan::~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
}

void SpawnPlan::connect(int descriptor, int number) {
    note(::posix_spawn_file_actions_adddup2(&actions_, descriptor, number));
}

void SpawnPlan::close_from([[maybe_unused]] int number) {
#ifdef HAOH_HAVE_CLOSEFROM
    note(::posix_spawn_file_actions_addclosefrom_np(&actions_, number));
#endif
}

void SpawnPlan::mask_signals(const ::sigset_t& signals) {
    note(::posix_spawnattr_setsigmask(&attributes_, &signals));
    set(POSIX_SPAWN_SETSIGMASK);
}

void SpawnPlan::use_own_group() {
    note(::posix_spawnattr_setpgroup(&attributes_, 0));
    set(POSIX_SPAWN_SETPGROUP);
}

int SpawnPlan::spawn(::pid_t& pid, const std::string& program, char* const* arguments,
                     char* const* variables) {
    return failure_ != 0 ? failure_
                         : ::posix_spawnp(&pid, program.c_str(), &actions_, &attributes_, arguments,
                                          variables);
}

void SpawnPlan::note(int result) {
    failure_ = failure_ != 0 ? failure_ : result;
}

void SpawnPlan::set(int flag) {
    flags_ = static_cast<short>(flags_ | flag);
    note(::posix_spawnattr_setflags(&attributes_, flags_));
}

} // namespace haoh::tool
