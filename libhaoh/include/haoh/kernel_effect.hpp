// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a Linux release makes of a finding: a table with its sources, not prose.
#pragma once

#include <haoh/kernel.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// What the kernel does with what a rule found.
enum class KernelOutcome : std::uint8_t {
    unnoticed,           ///< takes it without a word, and nothing follows for I/O
    path_refused,        ///< the namespace gets no path through the controller that came later
    path_unused,         ///< the path is there and gets no I/O
    controller_rejected, ///< the controller cannot be connected
    namespace_resized,   ///< the live device takes the size of whichever array was scanned last
    volumes_merged,      ///< paths to different volumes serve one device
    wrong_blocks,        ///< commands reach other blocks than were meant
    io_errors,           ///< I/O fails although a path could serve it
    io_hangs,            ///< I/O waits without an end
    ana_ignored,         ///< ANA states are not followed
    data_at_risk,        ///< acknowledged writes can be lost
};
/// "unnoticed", "path_refused", ...
[[nodiscard]] std::string_view to_string(KernelOutcome value);

/// One row: what releases from `from` up to `until` (not included) do.
struct KernelEffect {
    std::string_view rule; ///< Finding::rule
    KernelVersion from;
    KernelVersion until;
    KernelOutcome outcome{};
    std::string_view text;   ///< what happens, and what the kernel's log says of it
    std::string_view source; ///< function in drivers/nvme/host
};

/// The releases that the table speaks of; later ones are taken for the last.
inline constexpr KernelVersion kFirstKnownKernel{6, 1};
inline constexpr KernelVersion kLastKnownKernel{7, 3};

/// Every row, by rule, then by release.
[[nodiscard]] std::span<const KernelEffect> kernel_effects();
/// nullptr where nothing is known: another rule, or a release before the first.
[[nodiscard]] const KernelEffect* find_kernel_effect(std::string_view rule, KernelVersion release);
/// Refuses a text that is no release ("6.12", "7.x", or as `uname -r` prints it), and releases before
/// the first known one.
/// \throws Error (invalid_argument, unsupported)
void require_known_release(std::string_view release);

} // namespace haoh
