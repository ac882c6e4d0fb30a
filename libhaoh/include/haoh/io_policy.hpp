// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The I/O policies of Linux's native NVMe multipath, as values: the only place that knows how sysfs
/// spells them. Which releases have them is in haoh/kernel_policy.hpp.
#pragma once

#include <haoh/kernel.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// In the order of the kernel's own table (drivers/nvme/host/multipath.c, nvme_iopolicy_names).
enum class IoPolicy : std::uint8_t { numa, round_robin, queue_depth };
/// As in sysfs, `iopolicy`: "numa", "round-robin", "queue-depth".
[[nodiscard]] std::string_view to_string(IoPolicy policy);
/// \return nullopt for every other word, also where it begins like a policy
[[nodiscard]] std::optional<IoPolicy> parse_io_policy(std::string_view text);

/// What a kernel shows as its policy: one that is known here, a word that is not, or nothing.
class ShownPolicy {
  public:
    /// There is none, or it cannot be read.
    ShownPolicy() = default;
    // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): is one
    ShownPolicy(IoPolicy policy) : known_{policy} {}
    /// \param word  as sysfs has it; empty: nothing
    explicit ShownPolicy(std::string_view word);

    [[nodiscard]] bool empty() const { return !known_ && other_.empty(); }
    /// nullopt: nothing, or a word that is not known here.
    [[nodiscard]] std::optional<IoPolicy> known() const { return known_; }
    /// As sysfs has it, exactly: not safe to show. Lives as long as the object.
    [[nodiscard]] std::string_view text() const { return known_ ? to_string(*known_) : other_; }

    bool operator==(const ShownPolicy&) const = default;

  private:
    std::optional<IoPolicy> known_;
    std::string other_; ///< empty where it is known
};

/// \param iopolicy  a subsystem's, or nvme_core's parameter
[[nodiscard]] ShownPolicy shown_policy(const Attribute& iopolicy);

} // namespace haoh
