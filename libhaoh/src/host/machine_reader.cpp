// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/machine_reader.hpp"

#include "host/udev_rules.hpp"

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

} // namespace

void read_machine(const SysfsRoot& root, KernelObservation& out) {
    struct utsname machine {};
    if (!root.this_machine()) {
        out.release = first_of(root, {"sys/kernel/osrelease", "proc/sys/kernel/osrelease"});
        out.host =
            first_of(root, {"sys/kernel/hostname", "proc/sys/kernel/hostname", "etc/hostname"});
    } else if (::uname(&machine) == 0) {
        out.release = machine.release;
        out.host = machine.nodename;
    }
    const SysfsDirectory parameters = root.open("sys/module/nvme_core/parameters");
    if (parameters) {
        static_cast<void>(parameters.read({}, module_parameters(), out));
    }
    out.udev_rules = iopolicy_rules(root);
}

} // namespace haoh::host
