// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a monitor asks of this host's controllers through their devices.
#pragma once

#include "host/device_channel.hpp"

#include <haoh/host.hpp>
#include <haoh/observation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>

namespace haoh::monitor {

/// Keeps a device open for each controller: one that is opened in the middle of a failover may be
/// too late. Nothing but Identify, Get Log Page with Retain Asynchronous Event and Get Features is
/// sent.
class ControllerReader {
  public:
    ControllerReader(boost::asio::any_io_executor executor, const HostOptions& options,
                     host::DeviceOpener open);

    /// All of a controller; `name`, `host`, address and connection are those of sysfs.
    /// \throws Error also when it did not identify itself
    [[nodiscard]] boost::asio::awaitable<ControllerObservation> read(KernelController controller,
                                                                     std::string host);
    /// \throws Error also for a log that is not whole
    [[nodiscard]] boost::asio::awaitable<nvme::AnaLog> read_ana_log(std::string controller);

    /// It went away, or is another one now.
    void forget(const std::string& controller);

  private:
    [[nodiscard]] std::shared_ptr<host::DeviceChannel> channel(const std::string& controller);

    boost::asio::any_io_executor executor_;
    std::chrono::milliseconds timeout_;
    std::chrono::milliseconds command_timeout_;
    Budget budget_; ///< of one reading
    host::DeviceOpener open_;
    std::map<std::string, std::shared_ptr<host::DeviceChannel>> channels_;
};

} // namespace haoh::monitor
