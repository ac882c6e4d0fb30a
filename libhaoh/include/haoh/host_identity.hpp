// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The name and the identifier under which arrays know a host.
#pragma once

#include <haoh/nvme/namespace_id.hpp>
#include <haoh/visibility.h>

#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// Who we are to the arrays.
struct HostIdentity {
    std::string hostnqn;
    nvme::Uuid hostid{};
    /// Where it comes from, for people: "/etc/nvme/hostnqn, /etc/nvme/hostid", "--hostnqn",
    /// "generated".
    std::string origin;

    bool operator==(const HostIdentity&) const = default;
};

/// The identity to use: the given ones, else /etc/nvme/hostnqn and /etc/nvme/hostid, else a
/// generated pair. A host NQN of the UUID form without a host identifier takes its own UUID.
/// \param hostnqn    empty = not given
/// \param hostid     empty = not given
/// \param directory  where the two files are
/// \throws Error (invalid_argument for what was given, malformed or an errno value for the files)
[[nodiscard]] HostIdentity host_identity(std::string_view hostnqn, std::string_view hostid,
                                         const std::string& directory = "/etc/nvme");

} // namespace haoh
