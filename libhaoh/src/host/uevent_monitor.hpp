// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The kernel's own uevents of NVMe devices: also where no udev runs.
#pragma once

#include "host/uevent.hpp"
#include "host/waitable_descriptor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

struct udev;
struct udev_monitor;

namespace haoh::host {

struct Uevents {
    std::vector<Uevent> events;
    /// The kernel had no room for some that came before `events`, or between them.
    bool lost{};
};

/// Receives from its making on. Used from one executor, whose context outlives it.
class UeventMonitor {
  public:
    /// Asked for; without CAP_NET_ADMIN the kernel gives what net.core.rmem_max allows.
    static constexpr int kReceiveBufferBytes = 8 << 20;

    /// \throws Error
    explicit UeventMonitor(const boost::asio::any_io_executor& executor,
                           int receive_buffer_bytes = kReceiveBufferBytes);

    /// What came since the last time: an event at least, or that some were lost; waits for it. One
    /// call at a time.
    /// \throws Error: canceled, also when the monitor goes meanwhile; an errno value
    [[nodiscard]] boost::asio::awaitable<Uevents> next();

  private:
    struct Release {
        void operator()(struct udev* context) const;
        void operator()(struct udev_monitor* monitor) const;
    };

    using Monitor = std::unique_ptr<struct udev_monitor, Release>;

    [[nodiscard]] static Monitor listen(struct udev* context, int receive_buffer_bytes);
    [[nodiscard]] static base::FileDescriptor duplicate_socket(struct udev_monitor& monitor);
    /// What can be received without waiting, up to a bound.
    [[nodiscard]] Uevents receive_some();

    std::unique_ptr<struct udev, Release> context_;
    Monitor monitor_;
    /// Of the same socket, but not libudev's: each closes its own.
    WaitableDescriptor socket_;
};

} // namespace haoh::host
