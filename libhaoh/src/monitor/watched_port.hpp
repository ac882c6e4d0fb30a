// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is watched of an array that is asked directly.
#pragma once

#include <haoh/address.hpp>

#include <string>

namespace haoh::monitor {

/// A port of an array and a subsystem behind it.
struct WatchedPort {
    Address address;
    std::string subsysnqn; ///< empty: nobody knows yet what is there
    std::string target;    ///< the address that the caller named
    std::string name;      ///< of the controller in events: stays through reconnects

    bool operator==(const WatchedPort&) const = default;
};

} // namespace haoh::monitor
