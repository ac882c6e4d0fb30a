// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a refused Connect command means for the user.
#pragma once

#include "failure.hpp"

#include <haoh/fabric.hpp>

namespace haoh::fabric {

/// \param status   the status of the Connect response, not success
/// \param dword0   its dword 0: for Connect Invalid Parameters IPO (15:0) and IATTR (16)
[[nodiscard]] Failure describe_refusal(nvme::Status status, std::uint32_t dword0,
                                       const Address& address, const ConnectOptions& options);

/// The demand for authentication in a successful Connect response (ATR, ASCR in dword 0), if there
/// is one.
[[nodiscard]] std::optional<Failure> authentication_demand(std::uint32_t dword0);

} // namespace haoh::fabric
