// SPDX-License-Identifier: LGPL-2.1-or-later
#include "snapshot/host_union.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::snapshot {

namespace {

/// What machines are called that nobody gave a name.
bool is_no_name(std::string_view node) {
    return node.empty() || node == "(none)" || node == "localhost" ||
           node == "localhost.localdomain";
}

std::string_view own_address(const KernelController& controller) {
    const std::string_view chosen = controller.address_part("src_addr");
    return chosen.empty() ? controller.address_part("host_traddr") : chosen;
}

template <typename Value>
bool disjoint(const std::set<Value>& a, const std::set<Value>& b) {
    return std::none_of(a.begin(), a.end(), [&](const Value& value) { return b.contains(value); });
}

/// Both say something, and nothing of it is the same.
template <typename Value>
bool contradict(const std::set<Value>& a, const std::set<Value>& b) {
    return !a.empty() && !b.empty() && disjoint(a, b);
}

} // namespace

void HostUnion::Host::merge(Host other) {
    identities.merge(other.identities);
    addresses.merge(other.addresses);
    connections.merge(other.connections);
    std::move(other.nameless.begin(), other.nameless.end(), std::back_inserter(nameless));
}

HostUnion::Host HostUnion::host_of(const KernelObservation& kernel) {
    Host out;
    out.node = kernel.node_name();
    if (is_no_name(out.node)) {
        KernelObservation& same = out.nameless.emplace_back(kernel);
        same.host = std::exchange(same.node, std::nullopt).value_or(same.host);
    }
    const auto add = [&](const KernelController& controller) {
        if (controller.hostnqn.ok()) {
            out.identities.emplace(controller.hostnqn.value(), controller.hostid.value());
        }
        const std::string_view own = own_address(controller);
        if (own.empty()) {
            return;
        }
        out.addresses.emplace(own);
        if (controller.cntlid.ok()) {
            out.connections.emplace(controller.subsysnqn.value(), controller.address.value(),
                                    controller.cntlid.value());
        }
    };
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        std::for_each(subsystem.controllers.begin(), subsystem.controllers.end(), add);
    }
    std::for_each(kernel.stray_controllers.begin(), kernel.stray_controllers.end(), add);
    return out;
}

/// \pre of one node name
bool HostUnion::may_be_one(const Host& a, const Host& b) {
    if (!is_no_name(a.node)) {
        return !contradict(a.identities, b.identities) && !contradict(a.addresses, b.addresses);
    }
    return !disjoint(a.connections, b.connections) ||
           std::any_of(b.nameless.begin(), b.nameless.end(), [&](const KernelObservation& one) {
               return std::find(a.nameless.begin(), a.nameless.end(), one) != a.nameless.end();
           });
}

std::size_t HostUnion::add(const KernelObservation& kernel) {
    Host host = host_of(kernel);
    std::vector<std::size_t>& known = by_node_[host.node];
    const auto same = std::find_if(known.begin(), known.end(), [&](std::size_t index) {
        return may_be_one(hosts_[index], host);
    });
    if (same != known.end()) {
        hosts_[*same].merge(std::move(host));
        return *same;
    }
    known.push_back(hosts_.size());
    hosts_.push_back(std::move(host));
    return hosts_.size() - 1;
}

/// What one host has and the others have not: its address, or its host NQN.
std::string HostUnion::told_apart(const Host& host, const std::vector<std::size_t>& others) const {
    const auto own = [&](const auto& is_of) {
        return std::none_of(others.begin(), others.end(), [&](std::size_t index) {
            return &hosts_[index] != &host && is_of(hosts_[index]);
        });
    };
    for (const std::string& address : host.addresses) {
        if (own([&](const Host& other) { return other.addresses.contains(address); })) {
            return address;
        }
    }
    for (const Identity& identity : host.identities) {
        if (own([&](const Host& other) { return other.identities.contains(identity); })) {
            return identity.first;
        }
    }
    return {};
}

std::vector<std::string> HostUnion::names() const {
    std::vector<std::string> out(hosts_.size());
    std::set<std::string> taken;
    for (const auto& [node, hosts] : by_node_) {
        if (hosts.size() == 1 && (!node.empty() || hosts_.size() == 1)) {
            out[hosts.front()] = node;
            taken.insert(node);
        }
    }
    for (const auto& [node, hosts] : by_node_) {
        if (hosts.size() == 1 && taken.contains(out[hosts.front()])) {
            continue;
        }
        const std::string base = node.empty() ? "unnamed host" : node;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const std::string mark =
                hosts.size() == 1 ? std::string() : told_apart(hosts_[hosts[i]], hosts);
            const std::string first = hosts.size() == 1 ? base
                                      : mark.empty()    ? fmt::format("{} ({})", base, i + 1)
                                                        : fmt::format("{} ({})", base, mark);
            std::string& name = out[hosts[i]];
            name = first;
            for (std::size_t count = 2; !taken.insert(name).second; ++count) {
                name = fmt::format("{} #{}", first, count);
            }
        }
    }
    return out;
}

} // namespace haoh::snapshot
