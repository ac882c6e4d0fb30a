// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Where an observation comes from: this host's kernel, a recorded tree, arrays asked directly, or
/// several of them at once. What to look at is haoh/source_options.hpp.
#pragma once

#include <haoh/fabric.hpp>
#include <haoh/host.hpp>
#include <haoh/observation.hpp>
#include <haoh/source_options.hpp>
#include <haoh/visibility.h>

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace HAOH_PUBLIC haoh {

/// The host's part. \pre reads_host()
[[nodiscard]] HostOptions host_options(const Source& source);
/// Of the targets. \throws Error (invalid_argument) as parse_address, and for the same one twice
[[nodiscard]] std::vector<Address> target_addresses(const Source& source);
/// Of the targets.
/// \throws Error as host_identity
[[nodiscard]] ConnectOptions connect_options(const Source& source);

/// Looks at the host and asks the targets, and joins what they gave. `observe_host` says which
/// threads are used, and when there are none.
/// \throws Error as require_consistent and observe_host; an array that does not answer is in
///         `unobserved`
[[nodiscard]] boost::asio::awaitable<Observation> observe(Source source);
/// The same in the calling thread, which waits.
[[nodiscard]] Observation observe_now(Source source);

} // namespace haoh
