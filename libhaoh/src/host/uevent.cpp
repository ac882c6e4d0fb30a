// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/uevent.hpp"

#include "linux/object_name.hpp"

#include <string_view>

namespace haoh::host {

namespace {

std::string_view value_of(const UeventProperties& properties, std::string_view key) {
    const auto found = properties.find(key);
    return found == properties.end() ? std::string_view() : std::string_view(found->second);
}

bool belongs(linux_kernel::ObjectName::Kind kind, std::string_view subsystem) {
    switch (kind) {
    case linux_kernel::ObjectName::Kind::controller:
        return subsystem == "nvme";
    case linux_kernel::ObjectName::Kind::subsystem:
        return subsystem == "nvme-subsystem";
    case linux_kernel::ObjectName::Kind::head:
    case linux_kernel::ObjectName::Kind::path:
        return subsystem == "block";
    }
    return false;
}

} // namespace

std::optional<Uevent> uevent_of(const UeventProperties& properties, const Moment& received) {
    const std::string_view path = value_of(properties, "DEVPATH");
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::string_view subsystem = value_of(properties, "SUBSYSTEM");
    const std::optional<linux_kernel::ObjectName> object = linux_kernel::parse_object_name(name);
    if (!object || !belongs(object->kind, subsystem)) {
        return std::nullopt;
    }
    Uevent event;
    event.action = value_of(properties, "ACTION");
    event.subsystem = subsystem;
    event.name = name;
    event.event = value_of(properties, "NVME_EVENT");
    event.aen = value_of(properties, "NVME_AEN");
    event.resize = value_of(properties, "RESIZE") == "1";
    const std::string_view read_only = value_of(properties, "DISK_RO");
    if (read_only == "0" || read_only == "1") {
        event.read_only = read_only == "1";
    }
    event.received = received;
    return event;
}

} // namespace haoh::host
