// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The admin queue of a controller through its device node. What is not for reading never reaches
/// the kernel, and no command is waited for longer than the caller's time.
#pragma once

#include "host/blocking_threads.hpp"
#include "host/nvme_device.hpp"

#include <haoh/admin_channel.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace haoh::host {

/// Why a command must not be sent, empty when it may: only Identify, Get Log Page with Retain
/// Asynchronous Event, and Get Features are sent, with a buffer of the length that the command
/// announces (a longer answer would go over its end). Pure.
[[nodiscard]] std::string why_refused(const nvme::AdminCommand& command);

class DeviceChannel : public AdminChannel {
  public:
    DeviceChannel(boost::asio::any_io_executor executor, std::string name,
                  std::unique_ptr<NvmeDevice> device, std::chrono::milliseconds command_timeout,
                  std::size_t depth);

    /// \throws Error: invalid_argument for what is not sent; timed_out; closed when every thread is
    /// in a command that timed out; canceled; an errno value of the kernel.
    /// Property Get, which passthrough does not offer here, is answered with Invalid Command Opcode
    /// as a controller answers that does not know it: a reader goes on without.
    [[nodiscard]] boost::asio::awaitable<nvme::AdminResult>
    submit(nvme::AdminCommand command) override;
    [[nodiscard]] std::size_t depth() const override { return threads_.count(); }
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }

  private:
    boost::asio::any_io_executor executor_;
    std::string name_;
    std::shared_ptr<NvmeDevice> device_; ///< also of the threads that are left behind
    std::chrono::milliseconds command_timeout_;
    std::array<std::uint8_t, 16> mark_{}; ///< what no controller knows
    BlockingThreads threads_;
};

} // namespace haoh::host
