// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include "snapshot/host_union.hpp"

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh {

namespace {

/// Values of parts, each kept once; of two with one key the one of the younger part stays, at the
/// place of the first.
template <typename Key, typename Value>
class Union {
  public:
    void add(Key key, Value value, const std::string& observed_at) {
        const auto [place, inserted] = places_.try_emplace(std::move(key), values_.size());
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
    std::map<Key, std::size_t> places_;
    std::vector<Value> values_;
    std::vector<std::string> observed_; ///< for each value, the time of its part
};

/// A host by its number, or what the part calls it where it says nothing else of it; neither: asked
/// directly.
struct HostKey {
    std::optional<std::size_t> number;
    std::string name;

    [[nodiscard]] bool none() const { return !number && name.empty(); }
    auto operator<=>(const HostKey&) const = default;
};

/// The hosts of one part, by what it calls them.
class PartHosts {
  public:
    PartHosts(const Observation& part, snapshot::HostUnion& hosts) {
        for (const KernelObservation& kernel : part.kernels) {
            numbers_.push_back(hosts.add(kernel));
            by_name_.try_emplace(kernel.host, numbers_.back());
        }
    }

    /// Of the part's kernels, in their order.
    [[nodiscard]] const std::vector<std::size_t>& numbers() const { return numbers_; }
    [[nodiscard]] HostKey find(const std::string& name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? HostKey{.number = {}, .name = name}
                                       : HostKey{.number = found->second, .name = {}};
    }
    [[nodiscard]] HostKey host_of(const ControllerObservation& controller) const {
        return controller.host.empty() && !named_by_kernel(controller) ? HostKey{}
                                                                       : find(controller.host);
    }
    /// Where a failure does not name its host, it is of the part's only one.
    [[nodiscard]] HostKey host_of(const Unobserved& failure) const {
        if (!failure.host.empty()) {
            return find(failure.host);
        }
        return failure.target.empty() && numbers_.size() == 1
                   ? HostKey{.number = numbers_.front(), .name = {}}
                   : HostKey{};
    }

  private:
    /// A host without a name has controllers without one.
    [[nodiscard]] bool named_by_kernel(const ControllerObservation& controller) const {
        return controller.target.empty() && by_name_.contains({});
    }

    std::vector<std::size_t> numbers_;
    std::map<std::string, std::size_t> by_name_;
};

/// Two subsystems behind one port may hand out the same controller ID. A host's name for a
/// controller is its own, whatever was behind it before.
using ControllerKey = std::tuple<HostKey, std::string, std::string>;
ControllerKey controller_key(const HostKey& host, const ControllerObservation& controller) {
    return {host, controller.name, host.none() ? controller.subsysnqn : std::string{}};
}

using DiscoveryKey = std::pair<std::string, std::string>;
DiscoveryKey discovery_key(const DiscoveryObservation& discovery) {
    return {discovery.target, discovery.address};
}

using UnobservedKey = std::tuple<HostKey, Unobserved>;
UnobservedKey unobserved_key(const HostKey& host, Unobserved failure) {
    failure.host.clear();
    return {host, std::move(failure)};
}

/// What the parts observed, by the names that a failure may have for it, and when it was last seen.
class Observed {
  public:
    void add(std::size_t part_index, const Observation& part, const PartHosts& hosts) {
        const Sight sight{.observed_at = part.observed_at, .part = part_index};
        for (const ControllerObservation& controller : part.controllers) {
            const std::string& name = controller.name;
            const HostKey host = hosts.host_of(controller);
            for (const std::string& object :
                 host.none() ? std::vector{controller.target, name, controller.address_text()}
                             : std::vector{name, "/dev/" + name}) {
                add({host, object, controller.target, controller.subsysnqn}, sight);
                // Of which only the port is known.
                add({host, object, controller.target, std::string()}, sight);
            }
        }
        for (const DiscoveryObservation& discovery : part.discovery) {
            add({HostKey{}, discovery.address, discovery.target, std::string()}, sight);
        }
    }

    /// Whether another part than the one that failed, no older, observed what it could not.
    [[nodiscard]] bool elsewhere(const HostKey& host, const Unobserved& failure,
                                 std::size_t part_index, const std::string& observed_at) const {
        const auto found = sights_.find({host, failure.object, failure.target, failure.subsysnqn});
        if (found == sights_.end()) {
            return false;
        }
        const auto& [last, before] = found->second;
        const std::optional<Sight>& other = last.part == part_index ? before : std::optional(last);
        return other && other->observed_at >= observed_at;
    }

  private:
    using Thing = std::tuple<HostKey, std::string, std::string, std::string>;
    struct Sight {
        std::string observed_at;
        std::size_t part{};
    };
    struct Sights {
        Sight last;
        std::optional<Sight> before; ///< the last of all other parts
    };

    /// Parts come one after the other.
    void add(const Thing& thing, const Sight& sight) {
        const auto [found, inserted] =
            sights_.try_emplace(thing, Sights{.last = sight, .before = {}});
        Sights& sights = found->second;
        if (inserted || sights.last.part == sight.part ||
            (sights.before && sights.before->part == sight.part)) {
            return;
        }
        if (sight.observed_at >= sights.last.observed_at) {
            sights.before = std::exchange(sights.last, sight);
        } else if (!sights.before || sight.observed_at >= sights.before->observed_at) {
            sights.before = sight;
        }
    }

    std::map<Thing, Sights> sights_;
};

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

/// What a host is called in the whole.
const std::string& name_of(const HostKey& host, const std::vector<std::string>& names) {
    return host.number ? names[*host.number] : host.name;
}

} // namespace

Observation merge(std::vector<Observation> parts) {
    Observation out;
    out.observed_at = earliest(parts);
    out.hostnqn = common(parts, &Observation::hostnqn);
    out.hostid = common(parts, &Observation::hostid);

    snapshot::HostUnion all_hosts;
    std::vector<PartHosts> hosts;
    Observed observed;
    for (std::size_t index = 0; index < parts.size(); ++index) {
        hosts.emplace_back(parts[index], all_hosts);
        observed.add(index, parts[index], hosts.back());
    }
    const std::vector<std::string> names = all_hosts.names();

    Union<UnobservedKey, Unobserved> unobserved;
    Union<ControllerKey, ControllerObservation> controllers;
    Union<DiscoveryKey, DiscoveryObservation> discovery;
    Union<std::size_t, KernelObservation> kernels;
    for (std::size_t index = 0; index < parts.size(); ++index) {
        const Observation& part = parts[index];
        for (Unobserved failure : part.unobserved) {
            const HostKey host = hosts[index].host_of(failure);
            if (!observed.elsewhere(host, failure, index, part.observed_at)) {
                auto key = unobserved_key(host, failure);
                failure.host = name_of(host, names);
                unobserved.add(std::move(key), std::move(failure), part.observed_at);
            }
        }
    }
    for (std::size_t index = 0; index < parts.size(); ++index) {
        Observation& part = parts[index];
        for (ControllerObservation& controller : part.controllers) {
            const HostKey host = hosts[index].host_of(controller);
            auto key = controller_key(host, controller);
            controller.host = name_of(host, names);
            controllers.add(std::move(key), std::move(controller), part.observed_at);
        }
        for (DiscoveryObservation& log : part.discovery) {
            auto key = discovery_key(log);
            discovery.add(std::move(key), std::move(log), part.observed_at);
        }
        for (std::size_t i = 0; i < part.kernels.size(); ++i) {
            KernelObservation& kernel = part.kernels[i];
            const std::size_t number = hosts[index].numbers()[i];
            std::string node = kernel.node_name();
            kernel.host = names[number];
            kernel.node = node == kernel.host ? std::nullopt : std::optional(std::move(node));
            kernels.add(number, std::move(kernel), part.observed_at);
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
