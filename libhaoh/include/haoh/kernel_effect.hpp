// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What Linux releases make of a finding: tables with their sources, not prose.
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
/// that have the one change and not the other. The rows of one rule are `Rule::on_linux`.
struct KernelEffect {
    KernelVersion from;
    KernelVersion until;
    KernelOutcome outcome{};
    std::string_view text;                   ///< what happens, and what the kernel's log says of it
    std::string_view basis;                  ///< function in drivers/nvme/host
    std::optional<DriverChange> since{};     ///< that `from` brought
    std::optional<DriverChange> gone_with{}; ///< that `until` brought
};

/// The releases that the rows speak of; later ones are taken for the last. Of earlier ones they
/// know Red Hat's 4.18 and 5.14.
inline constexpr KernelVersion kFirstKnownKernel{6, 1};
inline constexpr KernelVersion kLastKnownKernel{7, 3};

/// What is known of one kernel.
struct KernelAnswer {
    const KernelEffect*
        effect{};          ///< a row of those that were given; nullptr: none is of such a kernel
    bool known{};          ///< false: what the nearest upstream kernel does
    KernelRelease nearest; ///< of kernel.org, where it is not known
};

/// By upstream's number alone.
/// \param rows  Rule::on_linux
/// \return nullptr where nothing is known of the release
[[nodiscard]] const KernelEffect* find_kernel_effect(std::span<const KernelEffect> rows,
                                                     KernelVersion release);
/// \param rows  Rule::on_linux; has to outlive the answer
[[nodiscard]] KernelAnswer kernel_answer(std::span<const KernelEffect> rows,
                                         const KernelRelease& release);
/// Refuses a text that is no release: neither "6.12" or "7.x", nor what `uname -r` prints.
/// \throws Error (invalid_argument)
void require_release(std::string_view release);

} // namespace haoh
