// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Device nodes that exist only as functions.
#pragma once

#include "host/nvme_device.hpp"
#include "unit/collect/fake_controller.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace haoh::test {

/// Shut until it is opened; how many wait at it can be waited for.
class Gate {
  public:
    void open();
    /// \return false when nobody opened it for a minute
    bool pass();
    /// \return false when there were not that many within a minute
    bool wait_for(std::size_t waiting);
    /// The same for those who went through.
    bool wait_for_passed(std::size_t passed);

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_{};
    std::size_t waiting_{};
    std::size_t passed_{};
};

/// A device that does what a function does, in a page of zeros.
class FakeDevice : public host::NvmeDevice {
  public:
    using Execute =
        std::function<host::DeviceAnswer(const nvme::AdminCommand&, std::span<std::uint8_t>)>;
    explicit FakeDevice(Execute execute) : execute_{std::move(execute)} {}

    host::DeviceAnswer execute(const nvme::AdminCommand& command,
                               std::span<std::uint8_t> data) override {
        std::fill(data.begin(), data.end(), std::uint8_t{0});
        return execute_(command, data);
    }

  private:
    Execute execute_;
};

/// A device with a whole controller behind it.
class ControllerDevice : public host::NvmeDevice {
  public:
    explicit ControllerDevice(std::uint32_t namespaces)
        : controller{context_.get_executor(), namespaces} {}

    host::DeviceAnswer execute(const nvme::AdminCommand& command,
                               std::span<std::uint8_t> data) override;

  private:
    std::mutex mutex_;
    boost::asio::io_context context_{1};

  public:
    FakeController controller;
};

} // namespace haoh::test
