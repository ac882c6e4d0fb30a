// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A recorded controller behind the same seam as a real one.
#pragma once

#include <haoh/admin_channel.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <memory>

namespace HAOH_PUBLIC haoh {

/// A channel that answers from an observation: Identify, log pages (any part of them), features and
/// properties give what was recorded; what the controller refused is refused with the same status, and what
/// was never read gives Invalid Field. Collecting from it gives the same observation again.
[[nodiscard]] std::unique_ptr<AdminChannel> replay(ControllerObservation controller,
                                                   boost::asio::any_io_executor executor);

} // namespace haoh
