// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whether a Linux kernel sends I/O down a path, and why not: decided here alone.
#pragma once

#include <haoh/controller_state.hpp>
#include <haoh/kernel.hpp>
#include <haoh/path_ana_state.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// What a path can be used for. One that cannot be used has the first reason that applies, in the
/// order of the enumerators.
struct PathUse {
    enum class Kind : std::uint8_t {
        optimized,           ///< usable; so is one without ANA
        non_optimized,       ///< usable, where no path is optimized
        no_head,             ///< it belongs to no namespace (yet)
        controller_gone,     ///< there is no controller of its name
        controller_not_live, ///< `detail` is its state; empty: not known
        refused,             ///< it is none that Linux makes; `detail` is the rule
        ana_unreadable,      ///< `detail` is why
        ana_inaccessible,
        ana_persistent_loss,
        ana_change,
        ana_unknown,  ///< `detail` is what sysfs has: "(null)", "invalid state"
        size_differs, ///< `detail`, where known: "2048 of 4096 sectors"
    };
    Kind kind{Kind::optimized};
    std::string detail{};
    bool other_size{}; ///< than its head's; also where something else is the first reason

    auto operator<=>(const PathUse&) const = default;
    [[nodiscard]] bool usable() const { return optimized() || kind == Kind::non_optimized; }
    [[nodiscard]] bool optimized() const { return kind == Kind::optimized; }
    /// Usable, or an ANA change alone makes it so.
    [[nodiscard]] bool ready() const;
    /// Its ANA state is the reason.
    [[nodiscard]] bool barred_by_ana() const;
};

/// What decides about a path.
struct PathFacts {
    std::optional<ControllerState> controller_state; ///< nullopt: there is no such controller
    PathAnaState ana_state{};
    std::string_view ana_problem{}; ///< why the ANA state could not be read
    bool same_size{true};           ///< as its head
    std::string_view refused{};     ///< by which rule Linux makes no path of it; empty: by none

    /// It has no ANA, and that is known.
    [[nodiscard]] bool without_ana() const { return ana_state.kind() == PathAnaState::none; }
};
/// They live as long as what they are taken from.
[[nodiscard]] PathFacts facts_of(const KernelSubsystem& subsystem, const KernelNamespace& head,
                                 const KernelPath& path);

/// A path is usable when its controller is live, its ANA state optimized or non-optimized (or it has
/// none), and its size that of the head: paths of another size are disabled, whatever becomes of
/// their ANA state (drivers/nvme/host/multipath.c, nvme_path_is_disabled and
/// nvme_mpath_revalidate_paths). Of an array that is asked directly it must be a path as well that
/// Linux would make (core.c, nvme_init_ns_head and nvme_update_ns_info).
[[nodiscard]] PathUse use_of(const PathFacts& facts);
[[nodiscard]] PathUse use_of(const KernelSubsystem& subsystem, const KernelNamespace& head,
                             const KernelPath& path);

/// Whether the kernel takes a path for as large as its head; true when one size is not known.
[[nodiscard]] bool same_size(const KernelNamespace& head, const KernelPath& path);

/// One clause: "usable", "controller connecting", "ANA inaccessible", "size 2048 of 4096 sectors".
[[nodiscard]] std::string to_string(const PathUse& use);

} // namespace haoh
