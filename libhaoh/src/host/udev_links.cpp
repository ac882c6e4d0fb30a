// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/udev_links.hpp"

#include <libudev.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace haoh::host {

namespace {

struct Release {
    void operator()(struct udev* context) const { ::udev_unref(context); }
    void operator()(struct udev_device* device) const { ::udev_device_unref(device); }
};

std::vector<std::string> links_of(struct udev& context, const std::string& name) {
    const std::unique_ptr<struct udev_device, Release> device(
        ::udev_device_new_from_subsystem_sysname(&context, "block", name.c_str()));
    std::vector<std::string> links;
    if (!device) {
        return links;
    }
    for (struct udev_list_entry* entry = ::udev_device_get_devlinks_list_entry(device.get());
         entry != nullptr; entry = ::udev_list_entry_get_next(entry)) {
        const std::string_view link = ::udev_list_entry_get_name(entry);
        if (link.starts_with("/dev/disk/by-id/")) {
            links.emplace_back(link);
        }
    }
    std::sort(links.begin(), links.end());
    return links;
}

} // namespace

void add_udev_links(KernelObservation& kernel) {
    const std::unique_ptr<struct udev, Release> context(::udev_new());
    if (!context) {
        return;
    }
    for (KernelSubsystem& subsystem : kernel.subsystems) {
        for (KernelNamespace& head : subsystem.namespaces) {
            if (head.dev.ok()) {
                head.links = links_of(*context, head.name);
            }
        }
    }
}

} // namespace haoh::host
