// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/machine_reader.hpp"

#include "host/udev_rules.hpp"

#include <haoh/host.hpp>

#include <sys/utsname.h>

#include <initializer_list>

namespace haoh::host {

namespace {

/// The first of these files that says something.
std::string first_of(const SysfsRoot& root, std::initializer_list<const char*> files) {
    const SysfsDirectory top = root.open(".");
    for (const char* file : files) {
        const Attribute attribute = top.attribute(file);
        if (attribute.ok()) {
            return attribute.text;
        }
    }
    return {};
}

/// With empty texts where it does not say.
utsname this_machine() {
    utsname machine{};
    static_cast<void>(::uname(&machine));
    return machine;
}

std::string release_of(const SysfsRoot& root) {
    return root.this_machine()
               ? this_machine().release
               : first_of(root, {"sys/kernel/osrelease", "proc/sys/kernel/osrelease"});
}

} // namespace

void read_machine(const SysfsRoot& root, KernelObservation& out) {
    out.release = release_of(root);
    out.host =
        root.this_machine()
            ? this_machine().nodename
            : first_of(root, {"sys/kernel/hostname", "proc/sys/kernel/hostname", "etc/hostname"});
    const SysfsDirectory parameters = root.open("sys/module/nvme_core/parameters");
    if (parameters) {
        static_cast<void>(parameters.read({}, module_parameters(), out));
    }
    out.udev_rules = iopolicy_rules(root);
}

} // namespace haoh::host

namespace haoh {

std::string running_kernel(const std::string& sysroot) {
    return host::release_of(host::SysfsRoot(sysroot));
}

} // namespace haoh
