// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What should be there: taken from an earlier observation, which was good.
#pragma once

#include <haoh/nvme/namespace_id.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <string>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A controller that should be there: a connection of a host, or a port that answered.
struct ExpectedController {
    std::string host; ///< that was connected to it; empty when it was asked directly
    std::string name; ///< as it was called then
    std::string subsysnqn;
    std::string transport; ///< "tcp", as in sysfs
    std::string traddr;
    std::string trsvcid;

    bool operator==(const ExpectedController&) const = default;
};

/// A namespace that a subsystem should show.
struct ExpectedNamespace {
    std::string subsysnqn;
    std::uint32_t nsid{};
    nvme::NamespaceIds ids; ///< empty where they were not known

    bool operator==(const ExpectedNamespace&) const = default;
};

/// What should be there. A value.
struct Expectation {
    std::string observed_at; ///< of the earlier observation
    std::vector<std::string> hosts;
    std::vector<ExpectedController> controllers; ///< over a fabric, each once
    std::vector<ExpectedNamespace> namespaces;   ///< by subsystem and NSID, each once

    bool operator==(const Expectation&) const = default;
};

/// Everything that an observation shows over a fabric, but for discovery subsystems. What it could
/// not observe is not expected.
[[nodiscard]] Expectation expectation_of(const Observation& baseline);

} // namespace haoh
