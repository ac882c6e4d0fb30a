// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// This machine: what its kernel shows of NVMe, and what the controllers behind it say themselves.
/// Nothing here changes anything: attributes are read, Identify and Get Log Page (always with Retain
/// Asynchronous Event) and Get Features are sent, and nothing else.
#pragma once

#include <haoh/admin_channel.hpp>
#include <haoh/host_kernel.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// `read_kernel`, and then each NVM controller of the chosen subsystems that is live, read through
/// its device by `collect_controller`, different ones at the same time. Controllers are named as in
/// sysfs ("nvme3"). What cannot be asked (no device node, no permission, not live, no answer in
/// time, a recorded tree) is an Unobserved that says why.
///
/// Blocking calls run in threads that are this function's own and end with it; one that the kernel
/// holds in a command beyond its time is left behind and ends by itself.
/// \throws Error as `read_kernel`
[[nodiscard]] boost::asio::awaitable<Observation> observe_host(HostOptions options);

/// The admin queue of a controller through its device, by libnvme.
/// \param name     "nvme3"
/// \param options  `command_timeout` and `depth`
/// \throws Error (permission, no such device)
[[nodiscard]] std::unique_ptr<AdminChannel> open_device(boost::asio::any_io_executor executor,
                                                        std::string_view name,
                                                        const HostOptions& options);

} // namespace haoh
