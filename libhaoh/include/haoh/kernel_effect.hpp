// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a Linux release makes of a finding: a table with its sources, not prose.
#pragma once

#include <haoh/driver_change.hpp>
#include <haoh/kernel.hpp>
#include <haoh/kernel_release.hpp>
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

/// One row: what upstream's releases from `from` up to `until` (not included) do, and the kernels
/// that have the one change and not the other.
struct KernelEffect {
    std::string_view rule; ///< Finding::rule
    KernelVersion from;
    KernelVersion until;
    KernelOutcome outcome{};
    std::string_view text;                   ///< what happens, and what the kernel's log says of it
    std::string_view source;                 ///< function in drivers/nvme/host
    std::optional<DriverChange> since{};     ///< that `from` brought
    std::optional<DriverChange> gone_with{}; ///< that `until` brought
};

/// The releases that the table speaks of; later ones are taken for the last. Of earlier ones it
/// knows Red Hat's 4.18 and 5.14.
inline constexpr KernelVersion kFirstKnownKernel{6, 1};
inline constexpr KernelVersion kLastKnownKernel{7, 3};

/// What is known of one kernel and one rule.
struct KernelAnswer {
    const KernelEffect* effect{}; ///< nullptr: no row is about the rule
    bool known{};                 ///< false: what the nearest upstream kernel does
    KernelRelease nearest;        ///< of kernel.org, where it is not known
};

/// Every row, by rule, then by release.
[[nodiscard]] std::span<const KernelEffect> kernel_effects();
/// By upstream's number alone.
/// \return nullptr where nothing is known: another rule, or a release before the first
[[nodiscard]] const KernelEffect* find_kernel_effect(std::string_view rule, KernelVersion release);
[[nodiscard]] KernelAnswer kernel_answer(std::string_view rule, const KernelRelease& release);
/// Refuses a text that is no release: neither "6.12" or "7.x", nor what `uname -r` prints.
/// \throws Error (invalid_argument)
void require_release(std::string_view release);

} // namespace haoh
