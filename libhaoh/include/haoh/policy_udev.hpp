// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The udev rule that gives subsystems an I/O policy whenever they appear. Pure: text in, text out.
#pragma once

#include <haoh/visibility.h>

#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// A udev rule that sets a policy whenever a subsystem appears.
/// \param subsysnqn  empty: for all subsystems
/// \return one line with a newline
/// \throws Error (invalid_argument) for an NQN that udev would take for a pattern or not read at all
[[nodiscard]] std::string udev_rule(std::string_view policy, std::string_view subsysnqn);

/// Whether a file of rules is one that `merge_udev_rules` wrote.
[[nodiscard]] bool is_own_udev_file(std::string_view content);

/// A file of rules with this one in it: in the place of the one for the same subsystem, the one for
/// all subsystems before the others, which therefore have the last word.
/// \param content  of the file so far; what is not ours is replaced as a whole
/// \throws Error as `udev_rule`
[[nodiscard]] std::string merge_udev_rules(std::string_view content, std::string_view policy,
                                           std::string_view subsysnqn);

} // namespace haoh
