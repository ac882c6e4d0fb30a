// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample_host.hpp"

#include <fmt/format.h>

namespace haoh::test {
namespace {

constexpr const char* kSectors = "134217728"; // 64 GiB

KernelController kernel_controller(const ControllerObservation& from) {
    KernelController out;
    out.name = from.name;
    out.state = Attribute::of("live");
    out.transport = Attribute::of(from.transport);
    out.address = Attribute::of(
        fmt::format("traddr={},trsvcid={},src_addr=10.9.0.1", from.traddr, from.trsvcid));
    out.subsysnqn = Attribute::of(from.subsysnqn);
    out.cntlid = Attribute::of(std::to_string(from.connection.cntlid));
    out.hostnqn = Attribute::of(from.connection.hostnqn);
    out.serial = Attribute::of("SN0001");
    out.model = Attribute::of("ArrayOne 9000");
    out.firmware_rev = Attribute::of("1.0");
    return out;
}

KernelPath kernel_path(const ControllerObservation& controller, std::size_t index,
                       std::uint32_t nsid) {
    KernelPath out;
    out.name = fmt::format("nvme0c{}n{}", index, nsid);
    out.controller = controller.name;
    const AnaPlace place = controller.ana_places().at(nsid);
    out.ana_state = Attribute::of(nvme::to_string(place.state));
    out.ana_grpid = Attribute::of(std::to_string(place.agid));
    out.size = Attribute::of(kSectors);
    return out;
}

KernelNamespace kernel_namespace(const Observation& observation, const NamespaceObservation& from) {
    KernelNamespace out;
    out.name = fmt::format("nvme0n{}", from.nsid);
    out.nsid = Attribute::of(std::to_string(from.nsid));
    const nvme::NamespaceIds ids = from.ids();
    const std::string nguid = nvme::format_nguid(*ids.nguid);
    out.uuid = Attribute::of(nvme::format_uuid(*ids.uuid));
    out.wwid = Attribute::of("uuid." + out.uuid.text);
    out.nguid =
        Attribute::of(nguid.substr(0, 8) + "-" + nguid.substr(8, 4) + "-" + nguid.substr(12, 4) +
                      "-" + nguid.substr(16, 4) + "-" + nguid.substr(20));
    out.size = Attribute::of(kSectors);
    out.logical_block_size = Attribute::of("512");
    out.dev = Attribute::of(fmt::format("259:{}", from.nsid));
    out.multipath = true;
    for (std::size_t index = 0; index < observation.controllers.size(); ++index) {
        out.paths.push_back(kernel_path(observation.controllers[index], index, from.nsid));
    }
    return out;
}

} // namespace

Sample healthy_host(std::uint32_t namespaces) {
    Sample sample = healthy_pair(namespaces);
    KernelSubsystem subsystem;
    subsystem.name = "nvme-subsys0";
    subsystem.subsysnqn = Attribute::of(kSampleNqn);
    subsystem.serial = Attribute::of("SN0001");
    subsystem.model = Attribute::of("ArrayOne 9000");
    subsystem.firmware_rev = Attribute::of("1.0");
    subsystem.iopolicy = Attribute::of("numa");
    std::vector<ControllerObservation>& controllers = sample.observation.controllers;
    for (std::size_t index = 0; index < controllers.size(); ++index) {
        controllers[index].name = fmt::format("nvme{}", index);
        controllers[index].host = "alpha";
        controllers[index].target.clear();
        change(sample.report, index, [&](Attribution& one) {
            one.host = controllers[index].host;
            one.controller = controllers[index].name;
        });
        subsystem.controllers.push_back(kernel_controller(controllers[index]));
    }
    for (const NamespaceObservation& one : controllers.front().namespaces) {
        subsystem.namespaces.push_back(kernel_namespace(sample.observation, one));
    }
    KernelObservation kernel;
    kernel.host = "alpha";
    kernel.release = "6.12.107-amd64";
    kernel.multipath = Attribute::of("Y");
    kernel.subsystems.push_back(std::move(subsystem));
    sample.observation.kernels.push_back(std::move(kernel));
    return sample;
}

Sample host_without_root(std::uint32_t namespaces) {
    Sample sample = healthy_host(namespaces);
    for (const ControllerObservation& controller : sample.observation.controllers) {
        sample.observation.unobserved.push_back(
            {.object = controller.name,
             .target = "",
             .subsysnqn = kSampleNqn,
             .error = "open /dev/" + controller.name + ": Permission denied; run haoh as root"});
    }
    sample.observation.controllers.clear();
    return sample;
}

KernelPath& path_of(Sample& sample, std::uint32_t nsid, std::size_t controller) {
    return subsystem_of(sample).namespaces.at(nsid - 1).paths.at(controller);
}

} // namespace haoh::test
