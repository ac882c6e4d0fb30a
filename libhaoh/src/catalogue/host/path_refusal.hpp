// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Why a kernel has no path to a namespace that a controller offers: it leaves no trace in sysfs.
#pragma once

#include "judge/findings.hpp"
#include "judge/host_subsystem.hpp"
#include "linux/kernel_event_message.hpp"

#include <haoh/kernel.hpp>
#include <haoh/nvme/namespace_id.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace haoh::judge {

/// Why a live controller has no path to a namespace that it offers.
struct PathRefusal {
    linux_kernel::KernelRefusal kind{};
    nvme::NamespaceIds ids; ///< of the path, as the kernel takes them
    /// What it does not go with: the device that it should be a path of, or the one that has its
    /// identifiers.
    const HostNamespace* other{};
    const HostSubsystem* of{}; ///< which `other` belongs to
};

/// Recomputed from the pages by the rules of nvme_init_ns_head; nullopt when by them the path
/// should be there.
[[nodiscard]] std::optional<PathRefusal> explain_refusal(const HostSubsystem& subsystem,
                                                         const Namespace& path);

/// Why the kernel makes no path, and says nothing; nullopt where nothing speaks for that.
[[nodiscard]] std::optional<std::string_view> silent_reason(const Namespace& path);

/// "its UUID is ..., the device's ..."
[[nodiscard]] std::string reason_of(const PathRefusal& refusal);
/// Adds what is equal where `reason_of` reads alike but for identifiers and devices.
void add_reason(const PathRefusal& refusal, FoldKey& key);

/// What the kernel's log has of a refusal.
enum class InLog : std::uint8_t { unreadable, there, missing };
/// "; the kernel's log says ..."
[[nodiscard]] std::string log_text(InLog in_log, const std::string& message);

/// The refusals of namespaces in a kernel's log, which is read when one is asked for.
class LoggedRefusals {
  public:
    explicit LoggedRefusals(const KernelObservation& kernel) : kernel_(kernel) {}

    [[nodiscard]] InLog find(const std::string& controller, linux_kernel::KernelRefusal refusal,
                             std::uint32_t nsid);
    /// What the kernel said of a namespace that no page speaks against; nothing where it said nothing.
    [[nodiscard]] std::string said_otherwise(const std::string& controller, std::uint32_t nsid);
    /// What it said of blocks, which names no namespace, or not even NVMe: of those that this one has.
    [[nodiscard]] std::string said_of_blocks(const std::string& controller, const Namespace& path);

  private:
    using Refused = std::tuple<std::string, linux_kernel::KernelRefusal, std::uint32_t>;

    void read();

    const KernelObservation& kernel_;
    std::optional<std::map<Refused, std::string>> refused_; ///< with the kernel's words
    std::vector<linux_kernel::UnnamedRefusal> unnamed_;
};

} // namespace haoh::judge
