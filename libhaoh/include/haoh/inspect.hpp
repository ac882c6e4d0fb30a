// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Looking again at what does not hold, on the caller's executor.
#pragma once

#include <haoh/inspection.hpp>
#include <haoh/source.hpp>
#include <haoh/visibility.h>

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace HAOH_PUBLIC haoh {

/// As `inspect_now`.
[[nodiscard]] boost::asio::awaitable<Inspection> inspect(Source source, CheckOptions options,
                                                         std::vector<Observation> recorded = {});

} // namespace haoh
