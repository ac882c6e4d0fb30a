// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// An event of the kernel's device model that is about NVMe. Pure.
#pragma once

#include <haoh/event.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace haoh::host {

struct Uevent {
    std::string action;            ///< "add", "change", "remove"
    std::string subsystem;         ///< "nvme", "nvme-subsystem", "block"
    std::string name;              ///< "nvme1", "nvme-subsys0", "nvme0n1"
    std::string event;             ///< NVME_EVENT: "connected", "rediscover"
    std::string aen;               ///< NVME_AEN: "0x70f002"
    bool resize{};                 ///< RESIZE=1: a namespace has another size
    std::optional<bool> read_only; ///< DISK_RO: a namespace became that, or writable
    Moment received;

    bool operator==(const Uevent&) const = default;
};

using UeventProperties = std::map<std::string, std::string, std::less<>>;

/// nullopt for what is no controller, subsystem or namespace: partitions, drives of other kinds.
[[nodiscard]] std::optional<Uevent> uevent_of(const UeventProperties& properties,
                                              const Moment& received);

} // namespace haoh::host
