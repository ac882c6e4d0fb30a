// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The port that an entry of a discovery log names.
#pragma once

#include <haoh/address.hpp>
#include <haoh/nvme/discovery_log.hpp>

#include <string>

namespace haoh::model {

/// Where an entry of the TCP transport leads; an empty TRSVCID stands for the port that IANA has for its
/// kind of subsystem.
/// \throws Error (malformed) saying what is wrong with the entry
[[nodiscard]] Address port_address(const nvme::DiscoveryEntry& entry);

/// An entry's address in words, also when it makes none: "10.0.0.1 port 4420".
[[nodiscard]] std::string port_words(const nvme::DiscoveryEntry& entry);

/// Under which name (`Unobserved::object`) it is told that an entry's port was not observed, so that who
/// looks for what was told finds it: its `port_address`, else its `port_words`.
[[nodiscard]] std::string port_object(const nvme::DiscoveryEntry& entry);

} // namespace haoh::model
