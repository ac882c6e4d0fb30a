// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/linux_host.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace haoh::test {

namespace {

Attribute number(std::uint64_t value) {
    return Attribute::of(fmt::format("{}", value));
}

KernelController kernel_controller(const ControllerObservation& observed,
                                   const nvme::IdentifyController& first) {
    KernelController out;
    out.name = observed.name;
    out.state = Attribute::of("live");
    out.transport = Attribute::of("tcp");
    out.address =
        Attribute::of(fmt::format("traddr={},trsvcid={}", observed.traddr, observed.trsvcid));
    out.subsysnqn = Attribute::of(observed.subsysnqn);
    out.cntlid = number(observed.connection.cntlid);
    out.cntrltype = Attribute::of("io");
    out.serial = Attribute::of(nvme::printable(first.sn));
    out.model = Attribute::of(nvme::printable(first.mn));
    out.hostnqn = Attribute::of(observed.connection.hostnqn);
    out.hostid = Attribute::of(nvme::format_uuid(observed.connection.hostid));
    out.numa_node = Attribute::of("-1");
    out.kato = Attribute::of("5");
    out.ctrl_loss_tmo = Attribute::of("600");
    out.reconnect_delay = Attribute::of("10");
    out.fast_io_fail_tmo = Attribute::of("off");
    return out;
}

std::uint64_t sectors(const NamespaceObservation& path) {
    const nvme::IdentifyNamespace id = path.identify_data();
    return id.nsze << (id.active_format().lbads - 9U);
}

KernelNamespace head(const NamespaceObservation& path) {
    const nvme::NamespaceIds ids = path.ids();
    KernelNamespace out;
    out.name = fmt::format("nvme0n{}", path.nsid);
    out.nsid = number(path.nsid);
    if (ids.uuid) {
        out.uuid = Attribute::of(nvme::format_uuid(*ids.uuid));
        out.wwid = Attribute::of("uuid." + out.uuid.text);
    }
    if (ids.nguid) {
        out.nguid = Attribute::of(nvme::format_uuid(*ids.nguid)); // as the kernel's %pU
    }
    if (ids.eui64) {
        std::string text;
        for (const std::uint8_t byte : *ids.eui64) {
            text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
        }
        out.eui = Attribute::of(text);
    }
    if (!ids.uuid) {
        out.uuid = out.nguid;
        out.wwid = Attribute::of("eui." + (ids.nguid ? nvme::format_nguid(*ids.nguid) : "0"));
    }
    out.csi = number(ids.csi);
    out.size = number(sectors(path));
    out.ro = Attribute::of("0");
    out.dev = Attribute::of(fmt::format("259:{}", path.nsid));
    out.logical_block_size = number(1ULL << path.identify_data().active_format().lbads);
    out.multipath = true;
    return out;
}

} // namespace

Observation connected(const Observation& pair, const std::string& release) {
    Observation out = pair;
    out.discovery.clear();
    KernelObservation kernel;
    kernel.host = "host1";
    kernel.release = release;
    kernel.multipath = Attribute::of("Y");
    kernel.iopolicy = Attribute::of("numa");
    KernelSubsystem subsystem;
    subsystem.name = "nvme-subsys0";
    subsystem.subsystype = Attribute::of("nvm");
    subsystem.iopolicy = Attribute::of("round-robin");
    const nvme::IdentifyController first = pair.controllers.front().identify_data();
    subsystem.subsysnqn = Attribute::of(pair.controllers.front().subsysnqn);
    subsystem.serial = Attribute::of(nvme::printable(first.sn));
    subsystem.model = Attribute::of(nvme::printable(first.mn));
    for (std::size_t i = 0; i < out.controllers.size(); ++i) {
        ControllerObservation& controller = out.controllers[i];
        controller.name = fmt::format("nvme{}", i);
        controller.host = kernel.host;
        controller.target.clear();
        controller.probed_cntlids.clear();
        subsystem.controllers.push_back(kernel_controller(controller, first));
        const auto places = controller.ana_places();
        for (const NamespaceObservation& path : controller.namespaces) {
            auto found = std::find_if(
                subsystem.namespaces.begin(), subsystem.namespaces.end(),
                [&](const KernelNamespace& one) { return one.nsid.number() == path.nsid; });
            if (found == subsystem.namespaces.end()) {
                found = subsystem.namespaces.insert(found, head(path));
            }
            const KernelNamespace same = head(path);
            if (same.uuid != found->uuid || same.nguid != found->nguid || same.eui != found->eui) {
                continue;
            }
            KernelPath one;
            one.name = fmt::format("nvme0c{}n{}", i, path.nsid);
            one.controller = controller.name;
            const auto place = places.find(path.nsid);
            if (place != places.end()) {
                one.ana_state = Attribute::of(nvme::to_string(place->second.state));
                one.ana_grpid = number(place->second.agid);
            }
            one.size = number(sectors(path));
            one.ro = Attribute::of("0");
            one.logical_block_size = same.logical_block_size;
            found->paths.push_back(std::move(one));
        }
    }
    kernel.subsystems.push_back(std::move(subsystem));
    out.kernels.push_back(std::move(kernel));
    return out;
}

KernelNamespace& head_of(Observation& host, std::uint32_t nsid) {
    for (KernelNamespace& one : host.kernels.front().subsystems.front().namespaces) {
        if (one.nsid.number() == nsid) {
            return one;
        }
    }
    throw std::logic_error("no such namespace");
}

KernelPath& path_of(Observation& host, std::uint32_t nsid, const std::string& controller) {
    for (KernelPath& one : head_of(host, nsid).paths) {
        if (one.controller == controller) {
            return one;
        }
    }
    throw std::logic_error("no such path");
}

KernelController& controller_of(Observation& host, const std::string& name) {
    for (KernelController& one : host.kernels.front().subsystems.front().controllers) {
        if (one.name == name) {
            return one;
        }
    }
    throw std::logic_error("no such controller");
}

void refuse(Observation& host, std::uint32_t nsid, const std::string& controller) {
    std::erase_if(head_of(host, nsid).paths,
                  [&](const KernelPath& one) { return one.controller == controller; });
}

void log(Observation& host, const std::string& text) {
    host.kernels.front().messages.push_back({.microseconds = 1, .text = text});
}

std::vector<Finding> findings_of(const Observation& host, const std::string& rule,
                                 const Config& config) {
    CheckOptions options;
    options.config = config;
    std::vector<Finding> out = check(host, options).findings;
    std::erase_if(out, [&rule](const Finding& one) { return one.rule != rule; });
    return out;
}

namespace {

/// Of a controller that is gone its paths may be left.
bool has_path(const KernelObservation& kernel, const std::string& controller) {
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        for (const KernelNamespace& head : subsystem.namespaces) {
            for (const KernelPath& path : head.paths) {
                if (path.controller == controller) {
                    return true;
                }
            }
        }
    }
    return false;
}

bool knows_controller(const Observation& host, const std::string& name) {
    return std::any_of(host.controllers.begin(), host.controllers.end(),
                       [&](const auto& one) { return one.name == name; }) ||
           std::any_of(host.kernels.begin(), host.kernels.end(),
                       [&](const KernelObservation& kernel) {
                           return kernel.find_controller(name) != nullptr || has_path(kernel, name);
                       });
}

} // namespace

std::vector<std::string> told(const Observation& host, const std::string& rule,
                              const Config& config) {
    std::vector<std::string> out;
    for (const Finding& finding : findings_of(host, rule, config)) {
        out.push_back(finding.what);
        for (const FindingValue& value : finding.values) {
            EXPECT_TRUE(value.controller.empty() || knows_controller(host, value.controller))
                << value.controller << " is no controller";
            EXPECT_TRUE(value.controller.empty() || value.object.empty()) << value.object;
            out.push_back(fmt::format("{} ({}): {}",
                                      value.object.empty() ? value.controller : value.object,
                                      value.array, value.value));
        }
    }
    return out;
}

} // namespace haoh::test
