// SPDX-License-Identifier: LGPL-2.1-or-later
#include "snapshot/host_union.hpp"

#include "snapshot/kernel_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

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

// No address and no NQN has a line break in it.
constexpr const char* kNone = "\nnone";
constexpr const char* kAny = "\nany";

std::string mark(const char* text, const std::string* /*kind*/) {
    return text;
}
std::pair<std::string, std::string> mark(const char* text,
                                         const std::pair<std::string, std::string>* /*kind*/) {
    return {text, {}};
}

template <typename Value>
void add_bounded(std::set<Value>& values, Value value) {
    if (values.size() < HostUnion::kMaxMarks) {
        values.insert(std::move(value));
    }
}

/// Under what something that says `values` is kept: whoever says nothing may be anybody.
template <typename Value>
std::vector<Value> kept_under(const std::set<Value>& values) {
    std::vector<Value> out(values.begin(), values.end());
    out.push_back(mark(kAny, static_cast<const Value*>(nullptr)));
    if (values.empty()) {
        out.push_back(mark(kNone, static_cast<const Value*>(nullptr)));
    }
    return out;
}

/// Under what it is looked for.
template <typename Value>
std::vector<Value> looked_under(const std::set<Value>& values) {
    std::vector<Value> out(values.begin(), values.end());
    out.push_back(mark(values.empty() ? kAny : kNone, static_cast<const Value*>(nullptr)));
    return out;
}

/// How many hosts of one node name say each thing.
template <typename Value>
using Sayers = std::map<std::pair<std::string_view, Value>, std::size_t>;

/// What only this host says; nullptr: nothing.
template <typename Value>
const Value* own_of(std::string_view node, const std::set<Value>& values,
                    const Sayers<Value>& sayers) {
    const auto own = std::find_if(values.begin(), values.end(), [&](const Value& value) {
        return sayers.at({node, value}) == 1;
    });
    return own == values.end() ? nullptr : &*own;
}

} // namespace

HostUnion::Host HostUnion::host_of(const KernelObservation& kernel) {
    Host out{.node = kernel.node_name(), .identities = {}, .addresses = {}};
    const auto add = [&](const KernelController& controller) {
        if (controller.hostnqn.ok()) {
            add_bounded(out.identities,
                        Identity(controller.hostnqn.value(), controller.hostid.value()));
        }
        const std::string_view own = own_address(controller);
        if (own.empty()) {
            return;
        }
        add_bounded(out.addresses, std::string(own));
        if (controller.cntlid.ok()) {
            out.connections.emplace(controller.subsysnqn.value(), controller.address.value(),
                                    controller.cntlid.value());
        }
    };
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        std::for_each(subsystem.controllers.begin(), subsystem.controllers.end(), add);
    }
    std::for_each(kernel.stray_controllers.begin(), kernel.stray_controllers.end(), add);
    if (is_no_name(out.node) && out.connections.empty()) {
        KernelObservation same = kernel;
        same.host.clear();
        same.node.reset();
        out.reading = kernel_json(same).dump();
    }
    return out;
}

std::optional<std::size_t> HostUnion::find(const Host& host) const {
    std::optional<std::size_t> first;
    const auto look = [&](const auto& index, const auto& key) {
        const auto found = index.find(key);
        if (found != index.end()) {
            first = std::min(first.value_or(found->second), found->second);
        }
    };
    if (!is_no_name(host.node)) {
        for (const std::string& address : looked_under(host.addresses)) {
            for (const Identity& identity : looked_under(host.identities)) {
                look(by_marks_, Marks{host.node, address, identity});
            }
        }
        return first;
    }
    for (const Connection& connection : host.connections) {
        look(by_connection_, std::pair{host.node, connection});
    }
    if (!host.reading.empty()) {
        look(by_reading_, std::pair{host.node, host.reading});
    }
    return first;
}

void HostUnion::learn(std::size_t number, Host host) {
    if (number == hosts_.size()) {
        hosts_.push_back({.node = host.node, .identities = {}, .addresses = {}});
    }
    Host& known = hosts_[number];
    const auto each_mark = [&](const auto& action) {
        for (const std::string& address : kept_under(known.addresses)) {
            for (const Identity& identity : kept_under(known.identities)) {
                action(Marks{known.node, address, identity});
            }
        }
    };
    // Who said nothing and does now is not anybody any more.
    each_mark([&](const Marks& marks) {
        const auto kept = by_marks_.find(marks);
        if (kept != by_marks_.end() && kept->second == number) {
            by_marks_.erase(kept);
        }
    });
    for (const std::string& address : host.addresses) {
        add_bounded(known.addresses, address);
    }
    for (const Identity& identity : host.identities) {
        add_bounded(known.identities, identity);
    }
    if (!is_no_name(host.node)) {
        each_mark([&](const Marks& marks) { by_marks_.try_emplace(marks, number); });
        return;
    }
    for (const Connection& connection : host.connections) {
        by_connection_.try_emplace({host.node, connection}, number);
    }
    if (!host.reading.empty()) {
        by_reading_.try_emplace({host.node, std::move(host.reading)}, number);
    }
}

std::size_t HostUnion::add(const KernelObservation& kernel) {
    Host host = host_of(kernel);
    const std::size_t number = find(host).value_or(hosts_.size());
    learn(number, std::move(host));
    return number;
}

std::vector<std::string> HostUnion::names() const {
    std::map<std::string_view, std::vector<std::size_t>> by_node;
    Sayers<std::string> addresses;
    Sayers<Identity> identities;
    for (std::size_t number = 0; number < hosts_.size(); ++number) {
        const Host& host = hosts_[number];
        by_node[host.node].push_back(number);
        for (const std::string& address : host.addresses) {
            ++addresses[{host.node, address}];
        }
        for (const Identity& identity : host.identities) {
            ++identities[{host.node, identity}];
        }
    }
    const auto keeps_its_name = [&](std::string_view node, std::size_t count) {
        return count == 1 && (!node.empty() || hosts_.size() == 1);
    };
    std::vector<std::string> out(hosts_.size());
    std::set<std::string> taken;
    for (const auto& [node, numbers] : by_node) {
        if (keeps_its_name(node, numbers.size())) {
            out[numbers.front()] = node;
            taken.emplace(node);
        }
    }
    for (const auto& [node, numbers] : by_node) {
        if (keeps_its_name(node, numbers.size())) {
            continue;
        }
        const std::string_view base = node.empty() ? std::string_view("unnamed host") : node;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const Host& host = hosts_[numbers[i]];
            std::string first(base);
            if (numbers.size() > 1) {
                if (const std::string* address = own_of(node, host.addresses, addresses)) {
                    first = fmt::format("{} ({})", base, *address);
                } else if (const Identity* identity = own_of(node, host.identities, identities)) {
                    first = fmt::format("{} ({})", base, identity->first);
                } else {
                    first = fmt::format("{} ({})", base, i + 1);
                }
            }
            std::string& name = out[numbers[i]];
            name = first;
            for (std::size_t count = 2; !taken.insert(name).second; ++count) {
                name = fmt::format("{} #{}", first, count);
            }
        }
    }
    return out;
}

} // namespace haoh::snapshot
