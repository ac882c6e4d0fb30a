// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is known of a host's kernel where something could not be read again. Pure.
#pragma once

#include <haoh/kernel.hpp>

#include <string>

namespace haoh::monitor {

/// Lets everything of `now` that could not be read be what it was `before`, in the object of the same
/// name; but for states, which are unreadable then.
/// \return one of these things, and why; empty when there is none
[[nodiscard]] std::string keep_unread(KernelObservation& now, const KernelObservation& before);

} // namespace haoh::monitor
