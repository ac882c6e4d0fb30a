// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/uevent_monitor.hpp"

#include <haoh/error.hpp>

#include <fcntl.h>
#include <libudev.h>

#include <cerrno>
#include <string_view>

namespace haoh::host {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kReceive = "receive";
constexpr std::string_view kObject = "uevents of the kernel";
/// Behind the bound somebody else has a turn.
constexpr int kEventsATurn = 256;

[[noreturn]] void fail(int error, std::string_view operation) {
    const bool refused = error == EPERM || error == EACCES || error == EPROTONOSUPPORT;
    throw Error({error, std::generic_category()}, operation, kObject, {},
                refused ? "the sandbox must let netlink sockets (NETLINK_KOBJECT_UEVENT) through"
                        : std::string_view());
}

struct ReleaseDevice {
    void operator()(struct udev_device* device) const { ::udev_device_unref(device); }
};

UeventProperties properties_of(struct udev_device& device) {
    UeventProperties properties;
    for (struct udev_list_entry* entry = ::udev_device_get_properties_list_entry(&device);
         entry != nullptr; entry = ::udev_list_entry_get_next(entry)) {
        const char* const value = ::udev_list_entry_get_value(entry);
        properties.emplace(::udev_list_entry_get_name(entry), value == nullptr ? "" : value);
    }
    return properties;
}

} // namespace

void UeventMonitor::Release::operator()(struct udev* context) const {
    ::udev_unref(context);
}

void UeventMonitor::Release::operator()(struct udev_monitor* monitor) const {
    ::udev_monitor_unref(monitor);
}

UeventMonitor::Monitor UeventMonitor::listen(struct udev* context, int receive_buffer_bytes) {
    constexpr std::string_view kListen = "listen to";
    if (context == nullptr) {
        fail(ENOMEM, kListen);
    }
    errno = 0;
    Monitor monitor(::udev_monitor_new_from_netlink(context, "kernel"));
    if (!monitor) {
        fail(errno, kListen);
    }
    for (const char* const subsystem : {"nvme", "nvme-subsystem", "block"}) {
        const int added =
            ::udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), subsystem, nullptr);
        if (added < 0) {
            fail(-added, kListen);
        }
    }
    // A smaller one overflows sooner, and that is told.
    static_cast<void>(::udev_monitor_set_receive_buffer_size(monitor.get(), receive_buffer_bytes));
    const int enabled = ::udev_monitor_enable_receiving(monitor.get());
    if (enabled < 0) {
        fail(-enabled, kListen);
    }
    return monitor;
}

base::FileDescriptor UeventMonitor::duplicate_socket(struct udev_monitor& monitor) {
    base::FileDescriptor socket(::fcntl(::udev_monitor_get_fd(&monitor), F_DUPFD_CLOEXEC, 0));
    if (!socket) {
        fail(errno, "listen to");
    }
    return socket;
}

UeventMonitor::UeventMonitor(const asio::any_io_executor& executor, int receive_buffer_bytes)
    : context_{::udev_new()}, monitor_{listen(context_.get(), receive_buffer_bytes)},
      socket_{executor, duplicate_socket(*monitor_)} {}

Uevents UeventMonitor::receive_some() {
    Uevents received;
    int error = 0;
    for (int i = 0; i < kEventsATurn; ++i) {
        errno = 0;
        const std::unique_ptr<struct udev_device, ReleaseDevice> device(
            ::udev_monitor_receive_device(monitor_.get()));
        error = device ? 0 : errno;
        if (device) {
            std::optional<Uevent> event = uevent_of(properties_of(*device), Moment::now());
            if (event) {
                received.events.push_back(std::move(*event));
            }
        } else if (error == EAGAIN || error == 0) {
            return received;
        } else if (error == ENOBUFS) {
            received.lost = true;
        }
        // Any other error is about one message, which was not the kernel's or makes no sense; one
        // that stays is about the socket.
    }
    if (error != 0 && received.events.empty() && !received.lost) {
        fail(error, kReceive);
    }
    return received;
}

asio::awaitable<Uevents> UeventMonitor::next() {
    for (;;) {
        Uevents received = receive_some();
        if (!received.events.empty() || received.lost) {
            co_return received;
        }
        co_await socket_.readable(kReceive, kObject);
    }
}

} // namespace haoh::host
