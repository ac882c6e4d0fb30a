// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device.hpp"

namespace haoh::test {

Device::Device(std::string policy, std::string release) {
    kernel.host = "alpha";
    kernel.release = std::move(release);
    kernel.multipath = Attribute::of("Y");
    kernel.iopolicy = Attribute::of("numa");
    KernelSubsystem& made = kernel.subsystems.emplace_back();
    made.name = "nvme-subsys0";
    made.subsysnqn = Attribute::of("nqn.2026-01.io.example:pair");
    made.subsystype = Attribute::of("nvm");
    made.iopolicy = Attribute::of(policy);
    KernelNamespace& only = made.namespaces.emplace_back();
    only.name = "nvme0n1";
    only.nsid = Attribute::of("7");
    only.size = Attribute::of("65536");
    only.multipath = true;
}

Device& Device::path(const std::string& ana_state) {
    const std::string number = std::to_string(subsystem().controllers.size());
    KernelController& one = subsystem().controllers.emplace_back();
    one.name = "nvme" + number;
    one.state = Attribute::of("live");
    one.numa_node = Attribute::of("-1");
    one.ctrl_loss_tmo = Attribute::of("600");
    one.fast_io_fail_tmo = Attribute::of("off");
    KernelPath& made = head().paths.emplace_back();
    made.name = "nvme0c" + number + "n1";
    made.controller = one.name;
    made.ana_state = Attribute::of(ana_state);
    made.size = head().size;
    return *this;
}

} // namespace haoh::test
