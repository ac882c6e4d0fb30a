// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Signals that would end the program and leave something behind.
#pragma once

#include <csignal>

namespace haoh::base {

/// Those that ask this thread to end wait until this is gone, for whoever has something to give back.
/// What is ignored, or waits already, is left as it is.
class SignalsHeld {
  public:
    SignalsHeld();
    ~SignalsHeld();
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

    [[nodiscard]] bool one_waits() const;
    /// What was blocked before, for a program that is started meanwhile.
    [[nodiscard]] const ::sigset_t& before() const { return before_; }

  private:
    ::sigset_t held_{};
    ::sigset_t before_{};
};

} // namespace haoh::base
