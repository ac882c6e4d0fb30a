// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Asks the controllers that a kernel shows.
#pragma once

#include "host/nvme_device.hpp"

#include <haoh/host.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace haoh::host {

/// Why a controller is not asked. Discovery and administrative controllers have no namespaces to
/// tell of: `skip`, without a reason.
struct AskDecision {
    bool ask{};
    std::string reason; ///< one clause with advice; empty for what is just not of interest
    UnobservedReason why{};
};
[[nodiscard]] AskDecision whether_to_ask(const KernelSubsystem* subsystem,
                                         const KernelController& controller, bool this_machine);

/// What sysfs tells of a controller that was, or could not be, asked: name, address, connection.
[[nodiscard]] ControllerObservation controller_from_sysfs(const KernelController& controller,
                                                          std::string_view host);

/// Gives what commands told of a controller its name, address and connection in sysfs.
void name_by_sysfs(ControllerObservation& told, const KernelController& controller,
                   std::string_view host);

/// `observe_host` with the kernel's view already read, and devices of the caller's choice.
/// \param this_machine  false: a recorded tree, whose controllers cannot be asked
[[nodiscard]] boost::asio::awaitable<Observation> observe_controllers(KernelObservation kernel,
                                                                      HostOptions options,
                                                                      DeviceOpener open,
                                                                      bool this_machine);

/// One reading of the kernel's view.
struct Scan {
    KernelObservation kernel;
    bool this_machine{};
};
using Scanner = std::function<boost::asio::awaitable<Scan>(KernelDetail)>;

/// `observe_host` with a kernel and devices of the caller's choice. The kernel's view is read before
/// the controllers are asked and after; as long as it changed in between, all is done again, three
/// times at most. What changed even then is in `KernelObservation::changed`.
[[nodiscard]] boost::asio::awaitable<Observation> observe_settled(Scanner scan, HostOptions options,
                                                                  DeviceOpener open);

} // namespace haoh::host
