// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/machine_reader.hpp"

#include "host/udev_rules.hpp"

#include <haoh/error.hpp>
#include <haoh/host.hpp>

#include <fmt/format.h>

#include <sys/utsname.h>

#include <initializer_list>
#include <utility>

namespace haoh::host {

namespace {

/// The first of these files that says something; else why one does not.
Attribute first_of(const SysfsRoot& root, std::initializer_list<const char*> files) {
    const SysfsDirectory top = root.open(".");
    if (!top) {
        return broken_attribute(top.error());
    }
    Attribute out;
    for (const char* file : files) {
        Attribute attribute = top.attribute(file);
        if (attribute.ok()) {
            return attribute;
        }
        if (attribute.state == Attribute::State::unreadable) {
            out = std::move(attribute);
        }
    }
    return out;
}

/// With empty texts where it does not say.
utsname this_machine() {
    utsname machine{};
    static_cast<void>(::uname(&machine));
    return machine;
}

Attribute release_of(const SysfsRoot& root) {
    return root.this_machine()
               ? Attribute::of(this_machine().release)
               : first_of(root, {"sys/kernel/osrelease", "proc/sys/kernel/osrelease"});
}

Attribute host_of(const SysfsRoot& root) {
    return root.this_machine() ? Attribute::of(this_machine().nodename)
                               : first_of(root, {"sys/kernel/hostname", "proc/sys/kernel/hostname",
                                                 "etc/hostname"});
}

} // namespace

void read_machine(const SysfsRoot& root, KernelObservation& out) {
    const auto take = [&out](const Attribute& attribute, std::string_view what) {
        if (attribute.state == Attribute::State::unreadable) {
            out.unread.push_back(fmt::format("{}: {}", what, attribute.text));
        }
        return std::string(attribute.value());
    };
    out.release = take(release_of(root), "the kernel's release");
    out.host = take(host_of(root), "the host's name");
    const SysfsDirectory parameters = root.open("sys/module/nvme_core/parameters");
    if (parameters) {
        static_cast<void>(parameters.read({}, module_parameters(), out));
    } else if (!means_absent(parameters.error())) {
        mark_broken(module_parameters(), out, broken_attribute(parameters.error()));
    }
    out.udev_rules = iopolicy_rules(root, out.unread);
}

} // namespace haoh::host

namespace haoh {

std::string running_kernel(const std::string& sysroot) {
    const Attribute release = host::release_of(host::SysfsRoot(sysroot));
    if (release.state == Attribute::State::unreadable) {
        throw Error(std::make_error_code(std::errc::io_error), "read the kernel's release below",
                    sysroot, release.text);
    }
    return std::string(release.value());
}

} // namespace haoh
