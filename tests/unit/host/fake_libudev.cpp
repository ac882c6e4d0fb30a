// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_libudev.hpp"

#include <dlfcn.h>
#include <libudev.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace {

thread_local haoh::test::FakeLibudev* fake_udev = nullptr;

/// The system's own function of that name. Where all that is used is here, the linker leaves out the
/// library itself.
template <typename Function>
Function* next(const char* name) {
    static void* const library = ::dlopen("libudev.so.1", RTLD_LAZY);
    return reinterpret_cast<Function*>(::dlsym(library, name));
}

/// A device of the fake: its list. The address of a part of it is that of the entry.
using List = std::vector<haoh::test::FakeLibudev::Entry>;

struct udev_device* device_of(List list) {
    // The last one, without a name, ends the list.
    list.emplace_back();
    ++fake_udev->held;
    return reinterpret_cast<struct udev_device*>(new List(std::move(list))); // NOLINT: unref
}

List& list_of(struct udev_device* device) {
    return *reinterpret_cast<List*>(device);
}

struct udev_list_entry* first_of(struct udev_device* device) {
    List& list = list_of(device);
    return list.front().name.empty() ? nullptr
                                     : reinterpret_cast<struct udev_list_entry*>(list.data());
}

} // namespace

namespace haoh::test {

FakeLibudev::FakeLibudev() {
    fake_udev = this;
}

FakeLibudev::~FakeLibudev() {
    fake_udev = nullptr;
}

} // namespace haoh::test

#define HAOH_NEXT(function) next<decltype(function)>(#function)

extern "C" {

struct udev* udev_new() {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_new)();
    }
    if (fake_udev->no_context) {
        return nullptr;
    }
    ++fake_udev->held;
    return reinterpret_cast<struct udev*>(fake_udev);
}

struct udev* udev_unref(struct udev* context) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_unref)(context);
    }
    --fake_udev->held;
    return nullptr;
}

struct udev_monitor* udev_monitor_new_from_netlink(struct udev* context, const char* name) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_monitor_new_from_netlink)(context, name);
    }
    errno = fake_udev->monitor_error;
    if (errno != 0 || std::string_view(name) != "kernel") {
        return nullptr;
    }
    ++fake_udev->held;
    return reinterpret_cast<struct udev_monitor*>(fake_udev);
}

struct udev_monitor* udev_monitor_unref(struct udev_monitor* monitor) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_monitor_unref)(monitor);
    }
    --fake_udev->held;
    return nullptr;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor* monitor,
                                                    const char* subsystem, const char* type) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_monitor_filter_add_match_subsystem_devtype)(
                                      monitor, subsystem, type)
                                : fake_udev->filter_result;
}

int udev_monitor_set_receive_buffer_size(struct udev_monitor* monitor, int size) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_monitor_set_receive_buffer_size)(monitor, size)
                                : 0;
}

int udev_monitor_enable_receiving(struct udev_monitor* monitor) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_monitor_enable_receiving)(monitor)
                                : fake_udev->enable_result;
}

int udev_monitor_get_fd(struct udev_monitor* monitor) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_monitor_get_fd)(monitor) : fake_udev->socket;
}

struct udev_device* udev_monitor_receive_device(struct udev_monitor* monitor) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_monitor_receive_device)(monitor);
    }
    if (fake_udev->messages.empty()) {
        errno = fake_udev->then;
        return nullptr;
    }
    haoh::test::FakeLibudev::Message message = std::move(fake_udev->messages.front());
    fake_udev->messages.pop_front();
    errno = message.error;
    return message.error != 0 ? nullptr : device_of(std::move(message.properties));
}

struct udev_device* udev_device_new_from_subsystem_sysname(struct udev* context,
                                                           const char* subsystem,
                                                           const char* name) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_device_new_from_subsystem_sysname)(context, subsystem, name);
    }
    const auto found = fake_udev->links.find(name);
    if (std::string_view(subsystem) != "block" || found == fake_udev->links.end()) {
        errno = ENODEV;
        return nullptr;
    }
    List list;
    for (const std::string& link : found->second) {
        list.push_back({link, nullptr});
    }
    return device_of(std::move(list));
}

struct udev_device* udev_device_unref(struct udev_device* device) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_device_unref)(device);
    }
    --fake_udev->held;
    delete &list_of(device); // NOLINT: device_of
    return nullptr;
}

struct udev_list_entry* udev_device_get_properties_list_entry(struct udev_device* device) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_device_get_properties_list_entry)(device)
                                : first_of(device);
}

struct udev_list_entry* udev_device_get_devlinks_list_entry(struct udev_device* device) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_device_get_devlinks_list_entry)(device)
                                : first_of(device);
}

struct udev_list_entry* udev_list_entry_get_next(struct udev_list_entry* entry) {
    if (fake_udev == nullptr) {
        return HAOH_NEXT(udev_list_entry_get_next)(entry);
    }
    auto* const following = reinterpret_cast<haoh::test::FakeLibudev::Entry*>(entry) + 1;
    return following->name.empty() ? nullptr : reinterpret_cast<struct udev_list_entry*>(following);
}

const char* udev_list_entry_get_name(struct udev_list_entry* entry) {
    return fake_udev == nullptr
               ? HAOH_NEXT(udev_list_entry_get_name)(entry)
               : reinterpret_cast<haoh::test::FakeLibudev::Entry*>(entry)->name.c_str();
}

const char* udev_list_entry_get_value(struct udev_list_entry* entry) {
    return fake_udev == nullptr ? HAOH_NEXT(udev_list_entry_get_value)(entry)
                                : reinterpret_cast<haoh::test::FakeLibudev::Entry*>(entry)->value;
}
}
