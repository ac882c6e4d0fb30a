// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/expectation.hpp>

#include <haoh/nvme/fabrics.hpp>
#include <haoh/transport.hpp>

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace haoh {

namespace {

bool local(std::string_view transport) {
    const Transport known = parse_transport(transport);
    return transport.empty() || known == Transport::pcie || known == Transport::apple;
}

class Collected {
  public:
    void add(ExpectedController controller) {
        const auto key = std::tuple{controller.host, controller.subsysnqn, controller.transport,
                                    controller.traddr, controller.trsvcid};
        if (seen_.insert(key).second) {
            out_.controllers.push_back(std::move(controller));
        }
    }
    /// What a controller says of identifiers counts for more than a kernel's copy: it comes first.
    void add(const std::string& subsysnqn, std::uint32_t nsid, nvme::NamespaceIds ids) {
        namespaces_.try_emplace({subsysnqn, nsid}, std::move(ids));
    }
    [[nodiscard]] Expectation take(const Observation& baseline) && {
        out_.observed_at = baseline.observed_at;
        for (const KernelObservation& kernel : baseline.kernels) {
            out_.hosts.push_back(kernel.host);
        }
        for (auto& [key, ids] : namespaces_) {
            out_.namespaces.push_back(
                {.subsysnqn = key.first, .nsid = key.second, .ids = std::move(ids)});
        }
        return std::move(out_);
    }

  private:
    Expectation out_;
    std::set<std::tuple<std::string, std::string, std::string, std::string, std::string>> seen_;
    std::map<std::pair<std::string, std::uint32_t>, nvme::NamespaceIds> namespaces_;
};

void add_asked(const ControllerObservation& controller, Collected& out) {
    if (local(controller.transport) || controller.subsysnqn == nvme::kDiscoveryNqn ||
        !controller.identify.ok()) {
        return;
    }
    if (controller.host.empty()) {
        out.add({.host = {},
                 .name = controller.name,
                 .subsysnqn = controller.subsysnqn,
                 .transport = controller.transport,
                 .traddr = controller.traddr,
                 .trsvcid = controller.trsvcid});
    }
    for (const NamespaceObservation& path : controller.namespaces) {
        out.add(controller.subsysnqn, path.nsid, path.ids());
    }
}

void add_subsystem(const KernelObservation& kernel, const KernelSubsystem& subsystem,
                   Collected& out) {
    if (subsystem.discovery()) {
        return;
    }
    const std::string nqn(subsystem.subsysnqn.value());
    bool fabric = false;
    for (const KernelController& controller : subsystem.controllers) {
        if (local(controller.transport.value())) {
            continue;
        }
        fabric = true;
        out.add({.host = kernel.host,
                 .name = controller.name,
                 .subsysnqn = nqn,
                 .transport = std::string(controller.transport.value()),
                 .traddr = std::string(controller.address_part("traddr")),
                 .trsvcid = std::string(controller.address_part("trsvcid"))});
    }
    for (const KernelNamespace& head : subsystem.namespaces) {
        const auto nsid = head.nsid.number();
        if (fabric && nsid && *nsid != 0 && *nsid < 0xFFFFFFFFU) {
            out.add(nqn, static_cast<std::uint32_t>(*nsid), head.ids());
        }
    }
}

} // namespace

Expectation expectation_of(const Observation& baseline) {
    Collected out;
    for (const ControllerObservation& controller : baseline.controllers) {
        add_asked(controller, out);
    }
    for (const KernelObservation& kernel : baseline.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            add_subsystem(kernel, subsystem, out);
        }
    }
    return std::move(out).take(baseline);
}

} // namespace haoh
