// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// For threads that are made: signals are for those of the program.
#pragma once

#include <csignal>

namespace haoh::base {

/// A thread that is made while it lives is no target of any signal.
class WithoutSignals {
  public:
    WithoutSignals() {
        ::sigset_t all{};
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    WithoutSignals(const WithoutSignals&) = delete;
    WithoutSignals& operator=(const WithoutSignals&) = delete;

  private:
    ::sigset_t before_{};
};

} // namespace haoh::base
