// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The selectors of haoh/policy.hpp as values, and those beyond the kernel's policies for people who
/// have to choose one.
#pragma once

#include <haoh/io_policy.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// A selector of haoh/policy.hpp: the kernel's policies, then what the kernel does not have.
enum class SelectorKind : std::uint8_t {
    numa,
    round_robin,
    queue_depth,
    site_affinity,
    latency,
    weighted,
    spdk_round_robin,
};
/// As `haoh policy simulate` spells it, and sysfs what the kernel has: "round-robin", "latency".
[[nodiscard]] std::string_view to_string(SelectorKind kind);
/// \return nullopt for every other word
[[nodiscard]] std::optional<SelectorKind> parse_selector_kind(std::string_view text);
/// The selector that chooses as the kernel does.
[[nodiscard]] SelectorKind selector_of(IoPolicy policy);

/// A selector of this library, for host agents that route their own I/O; the kernel has none of them.
struct SelectorInfo {
    SelectorKind kind{};
    std::string_view name;  ///< "site-affinity"
    std::string_view how;   ///< which path it takes
    std::string_view right; ///< when it is the right one
    std::string_view wrong; ///< and when not
};

/// Those that the kernel does not have.
[[nodiscard]] std::span<const SelectorInfo> selector_infos();

} // namespace haoh
