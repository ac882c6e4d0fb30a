// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh {

namespace {

/// Values of parts, each kept once; of two with one key the one of the younger part stays, at the
/// place of the first.
template <typename Value, typename KeyOf>
class Union {
  public:
    explicit Union(KeyOf key_of) : key_of_(std::move(key_of)) {}

    void add(Value value, const std::string& observed_at) {
        const auto [place, inserted] = places_.try_emplace(key_of_(value), values_.size());
        if (inserted) {
            values_.push_back(std::move(value));
            observed_.push_back(observed_at);
        } else if (observed_at >= observed_[place->second]) {
            values_[place->second] = std::move(value);
            observed_[place->second] = observed_at;
        }
    }
    [[nodiscard]] std::vector<Value> take() && { return std::move(values_); }

  private:
    using Key = decltype(std::declval<KeyOf>()(std::declval<const Value&>()));

    KeyOf key_of_;
    std::map<Key, std::size_t> places_;
    std::vector<Value> values_;
    std::vector<std::string> observed_; ///< for each value, the time of its part
};

/// Two subsystems behind one port may hand out the same controller ID. A host's name for a
/// controller is its own, whatever was behind it before.
auto controller_key(const ControllerObservation& controller) {
    return std::tuple{controller.host, controller.name,
                      controller.host.empty() ? controller.subsysnqn : std::string{}};
}

auto kernel_key(const KernelObservation& kernel) {
    return kernel.host;
}

auto discovery_key(const DiscoveryObservation& discovery) {
    return std::pair{discovery.target, discovery.address};
}

auto unobserved_key(const Unobserved& failure) {
    return std::tuple{failure.object, failure.target, failure.subsysnqn, failure.error};
}

/// "tcp://[fd00::1]:4420", as `to_string(Address)` has it.
std::string address_text(const ControllerObservation& controller) {
    const bool ipv6 = controller.traddr.find(':') != std::string::npos;
    return controller.transport + "://" + (ipv6 ? "[" : "") + controller.traddr +
           (ipv6 ? "]" : "") + ":" + controller.trsvcid;
}

/// The host that a part's failures without a target are about; empty when it is none, or several.
std::string host_of(const Observation& part) {
    return part.kernels.size() == 1 ? part.kernels.front().host : std::string{};
}

/// What a part observed, by the words in which a failure may name it.
class Observed {
  public:
    explicit Observed(const Observation& part) {
        for (const ControllerObservation& controller : part.controllers) {
            const std::string& name = controller.name;
            if (controller.host.empty()) {
                for (const std::string& object :
                     {controller.target, name, address_text(controller)}) {
                    add(object, controller);
                }
                continue;
            }
            add(controller.host + " " + name, controller);
            for (const std::string& object : {name, "/dev/" + name}) {
                add(controller.host + '\0' + object, controller);
            }
        }
        for (const DiscoveryObservation& discovery : part.discovery) {
            things_.emplace(discovery.address, discovery.target, std::string());
        }
    }

    /// \param host  the one that the failure was met on
    [[nodiscard]] bool has(const Unobserved& failure, const std::string& host) const {
        return things_.contains({failure.object, failure.target, failure.subsysnqn}) ||
               things_.contains({host + '\0' + failure.object, failure.target, failure.subsysnqn});
    }

  private:
    void add(const std::string& object, const ControllerObservation& controller) {
        things_.emplace(object, controller.target, controller.subsysnqn);
        things_.emplace(object, controller.target,
                        std::string()); // of which only the port is known
    }

    std::set<std::tuple<std::string, std::string, std::string>> things_;
};

/// Whether another part, no older, observed what `failing` could not.
bool observed_elsewhere(const Unobserved& failure, const std::string& host,
                        const Observation& failing, const std::vector<Observation>& parts,
                        const std::vector<Observed>& observed) {
    for (std::size_t index = 0; index < parts.size(); ++index) {
        const Observation& part = parts[index];
        if (&part != &failing && part.observed_at >= failing.observed_at &&
            observed[index].has(failure, host)) {
            return true;
        }
    }
    return false;
}

/// The value that all parts which have one agree in; empty when there is none.
std::string common(const std::vector<Observation>& parts, std::string Observation::*member) {
    std::string value;
    for (const Observation& part : parts) {
        const std::string& other = part.*member;
        if (!value.empty() && !other.empty() && value != other) {
            return {};
        }
        if (!other.empty()) {
            value = other;
        }
    }
    return value;
}

std::string earliest(const std::vector<Observation>& parts) {
    std::string time;
    for (const Observation& part : parts) {
        if (!part.observed_at.empty() && (time.empty() || part.observed_at < time)) {
            time = part.observed_at;
        }
    }
    return time;
}

/// Names must tell controllers apart, also those of two subsystems with one controller ID. Those
/// of sysfs stay as they are: they lead to the host's kernel.
void make_names_unique(std::vector<ControllerObservation>& controllers) {
    std::set<std::string> names;
    for (ControllerObservation& controller : controllers) {
        if (controller.host.empty() && !names.insert(controller.name).second) {
            controller.name += " of " + controller.subsysnqn;
            names.insert(controller.name);
        }
    }
}

/// A failure of a part as one of several hosts: "nvme3" is on each of them.
Unobserved with_host(Unobserved failure, const Observation& part, bool several_hosts) {
    const std::string host = host_of(part);
    if (several_hosts && failure.target.empty() && !host.empty() &&
        !failure.object.starts_with(host + " ")) {
        failure.object = host + " " + failure.object;
    }
    return failure;
}

/// What tells one machine from another behind a name that many have.
struct Machine {
    std::set<std::string> addresses; ///< of its own ends of connections
    std::set<std::string> ids;       ///< host IDs

    explicit Machine(const KernelObservation& kernel) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& controller : subsystem.controllers) {
                for (const std::string_view key : {"host_traddr", "src_addr"}) {
                    addresses.emplace(controller.address_part(key));
                }
                ids.emplace(controller.hostid.value());
            }
        }
        addresses.erase("");
        ids.erase("");
    }
};

/// Nothing when one of them is not known.
std::optional<bool> meet(const std::set<std::string>& a, const std::set<std::string>& b) {
    if (a.empty() || b.empty()) {
        return std::nullopt;
    }
    return std::any_of(a.begin(), a.end(),
                       [&b](const std::string& one) { return b.contains(one); });
}

/// A name that says nothing: of recorded trees without one, of clones and containers.
bool nobodys_name(const std::string& host) {
    return host.empty() || host == "localhost" || host.starts_with("localhost.") ||
           host == "(none)";
}

/// Whether two views with one name are of one machine.
bool same_machine(const KernelObservation& a, const KernelObservation& b) {
    const Machine one(a);
    const Machine other(b);
    const auto ids = meet(one.ids, other.ids);
    if (ids && !*ids) {
        return false;
    }
    if (!nobodys_name(a.host)) {
        return true;
    }
    return meet(one.addresses, other.addresses).value_or(a == b);
}

/// Gives a host of a part another name, also where its controllers say it. What was asked through a
/// host without a name has no target.
void rename_host(Observation& part, KernelObservation& kernel, const std::string& name) {
    for (ControllerObservation& controller : part.controllers) {
        if (controller.host == kernel.host && (!kernel.host.empty() || controller.target.empty())) {
            controller.host = name;
        }
    }
    kernel.host = name;
}

/// Views of machines that have one name.
struct Namesakes {
    std::vector<const KernelObservation*> machines;         ///< one view of each
    std::vector<std::pair<std::size_t, std::size_t>> views; ///< part, machine; in their order
};

/// \return a name that nobody has, which is taken then
std::string name_of_machine(const std::string& name, std::size_t number,
                            std::set<std::string>& taken) {
    std::string out;
    do {
        ++number;
        out = name.empty() ? "host " + std::to_string(number)
                           : name + " (" + std::to_string(number) + ")";
    } while (!taken.insert(out).second);
    return out;
}

/// Different machines of one name, or of none, get names that tell them apart.
void tell_hosts_apart(std::vector<Observation>& parts) {
    std::map<std::string, Namesakes> hosts;
    std::set<std::string> taken;
    for (std::size_t index = 0; index < parts.size(); ++index) {
        for (const KernelObservation& kernel : parts[index].kernels) {
            taken.insert(kernel.host);
            Namesakes& all = hosts[kernel.host];
            const auto same = std::find_if(
                all.machines.begin(), all.machines.end(),
                [&kernel](const KernelObservation* one) { return same_machine(*one, kernel); });
            all.views.emplace_back(index, static_cast<std::size_t>(same - all.machines.begin()));
            if (same == all.machines.end()) {
                all.machines.push_back(&kernel);
            }
        }
    }
    for (const auto& [name, all] : hosts) {
        if (all.machines.size() < 2) {
            continue;
        }
        std::vector<std::string> names;
        for (std::size_t number = 0; number < all.machines.size(); ++number) {
            names.push_back(number == 0 && !name.empty() ? name
                                                         : name_of_machine(name, number, taken));
        }
        for (const auto& [index, machine] : all.views) {
            std::vector<KernelObservation>& kernels = parts[index].kernels;
            const auto kernel =
                std::find_if(kernels.begin(), kernels.end(),
                             [&name](const KernelObservation& one) { return one.host == name; });
            if (kernel != kernels.end() && names[machine] != name) {
                rename_host(parts[index], *kernel, names[machine]);
            }
        }
    }
}

bool have_several_hosts(const std::vector<Observation>& parts) {
    std::set<std::string> hosts;
    for (const Observation& part : parts) {
        for (const KernelObservation& kernel : part.kernels) {
            hosts.insert(kernel.host);
        }
    }
    return hosts.size() > 1;
}

} // namespace

Observation merge(std::vector<Observation> parts) {
    if (parts.size() > 1) {
        tell_hosts_apart(parts);
    }
    Observation out;
    out.observed_at = earliest(parts);
    out.hostnqn = common(parts, &Observation::hostnqn);
    out.hostid = common(parts, &Observation::hostid);

    const bool several_hosts = have_several_hosts(parts);
    Union<Unobserved, decltype(&unobserved_key)> unobserved{&unobserved_key};
    const std::vector<Observed> observed(parts.begin(), parts.end());
    for (const Observation& part : parts) {
        const std::string host = host_of(part);
        for (const Unobserved& failure : part.unobserved) {
            if (!observed_elsewhere(failure, host, part, parts, observed)) {
                unobserved.add(with_host(failure, part, several_hosts), part.observed_at);
            }
        }
    }
    Union<ControllerObservation, decltype(&controller_key)> controllers{&controller_key};
    Union<DiscoveryObservation, decltype(&discovery_key)> discovery{&discovery_key};
    Union<KernelObservation, decltype(&kernel_key)> kernels{&kernel_key};
    for (Observation& part : parts) {
        for (ControllerObservation& controller : part.controllers) {
            controllers.add(std::move(controller), part.observed_at);
        }
        for (DiscoveryObservation& log : part.discovery) {
            discovery.add(std::move(log), part.observed_at);
        }
        for (KernelObservation& kernel : part.kernels) {
            kernels.add(std::move(kernel), part.observed_at);
        }
    }
    out.controllers = std::move(controllers).take();
    make_names_unique(out.controllers);
    out.discovery = std::move(discovery).take();
    out.unobserved = std::move(unobserved).take();
    out.kernels = std::move(kernels).take();
    return out;
}

} // namespace haoh
