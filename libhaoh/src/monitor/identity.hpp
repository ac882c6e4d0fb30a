// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What makes a controller and its namespaces the ones they were, in a form that can be kept and
/// compared after a reconnect, and between hosts.
#pragma once

#include <haoh/observation.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace haoh::monitor {

struct NamespaceIdentity {
    std::string uuid; ///< as sysfs writes it; empty: none
    std::string nguid;
    std::string eui64;
    /// false: the descriptors were not read, and those of the three that are empty are not known.
    bool ids_read{true};
    std::uint64_t blocks{};
    std::uint64_t block_bytes{};

    bool operator==(const NamespaceIdentity&) const = default;
    /// 16 hexadecimal digits, the same on every host.
    [[nodiscard]] std::string digest() const;
};

struct ControllerIdentity {
    std::string subnqn; ///< as Identify tells it
    std::string serial;
    std::string model;
    std::map<std::uint32_t, NamespaceIdentity> namespaces{}; ///< those that could be read
    std::set<std::uint32_t> unread{}; ///< namespaces that are there and could not be read
    bool namespaces_read{true};       ///< false: which namespaces there are was not read

    bool operator==(const ControllerIdentity&) const = default;
};

[[nodiscard]] ControllerIdentity identity_of(const ControllerObservation& controller);

/// One clause for each difference, "serial number A is now B"; namespaces that only one of the two
/// has are none: they come and go. At most `limit`, and then how many more.
/// What was not read this time is what it was.
void keep_unread(ControllerIdentity& now, const ControllerIdentity& before);

[[nodiscard]] std::vector<std::string> identity_differences(const ControllerIdentity& before,
                                                            const ControllerIdentity& now,
                                                            std::size_t limit = 8);

/// Of a subsystem, over what all its controllers say, in any order; 16 hexadecimal digits.
[[nodiscard]] std::string identity_digest(std::span<const ControllerIdentity* const> controllers);

} // namespace haoh::monitor
