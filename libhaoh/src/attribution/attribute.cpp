// SPDX-License-Identifier: LGPL-2.1-or-later
// Which array a controller is on. The specification has no such field, so an administrator's word
// comes first, then what was asked for, then what separates the controllers that a host connected.
#include "attribution/address_range.hpp"
#include "attribution/array_name.hpp"
#include "attribution/site_evidence.hpp"
#include "attribution/target_groups.hpp"
#include "base/safe_text.hpp"

#include <haoh/attribution.hpp>
#include <haoh/config.hpp>
#include <haoh/observation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace haoh {

namespace {

/// Port IDs of the discovery logs.
class PortIds {
  public:
    PortIds() = default;
    explicit PortIds(const Observation& observation) {
        for (const DiscoveryObservation& discovery : observation.discovery) {
            if (!discovery.log.ok()) {
                continue;
            }
            for (const nvme::DiscoveryEntry& entry : discovery.entries().entries) {
                ids_[{entry.traddr, entry.trsvcid, entry.subnqn}].emplace_back(discovery.target,
                                                                               entry.portid);
            }
        }
    }

    /// Those under which the logs list the controller's address. Both arrays may number from 1, so
    /// its own target's log comes first.
    [[nodiscard]] std::vector<std::uint16_t> of(const ControllerObservation& controller) const {
        std::vector<std::uint16_t> own;
        std::vector<std::uint16_t> any;
        const auto found = ids_.find({controller.traddr, controller.trsvcid, controller.subsysnqn});
        if (found != ids_.end()) {
            for (const auto& [target, id] : found->second) {
                (target == controller.target ? own : any).push_back(id);
            }
        }
        return own.empty() ? any : own;
    }

  private:
    std::map<std::tuple<std::string, std::string, std::string>,
             std::vector<std::pair<std::string, std::uint16_t>>>
        ids_; ///< by address and subsystem: target and ID
};

std::optional<std::uint16_t> cntlid_of(const ControllerObservation& controller) {
    if (!controller.connection.hostnqn.empty() || controller.connection.cntlid != 0) {
        return controller.connection.cntlid;
    }
    if (controller.identify.ok()) {
        return controller.identify_data().cntlid;
    }
    return std::nullopt;
}

/// A site's addresses, parsed once.
struct Matcher {
    const Site* site{};
    std::vector<std::pair<attribution::AddressRange, std::string>> ranges;

    explicit Matcher(const Site& from) : site(&from) {
        for (const std::string& text : from.addresses) {
            std::string defect;
            if (auto range = attribution::parse_address_range(text, defect)) {
                ranges.emplace_back(std::move(*range), text);
            }
        }
    }

    /// The evidence; nullopt when nothing matches.
    [[nodiscard]] std::optional<std::string> match(const ControllerObservation& controller,
                                                   const PortIds& ports) const {
        for (const auto& [range, text] : ranges) {
            if (range.contains(controller.traddr, controller.trsvcid)) {
                return "configuration: addresses " + text;
            }
        }
        if (site->cntlids) {
            const auto cntlid = cntlid_of(controller);
            if (cntlid && *cntlid >= site->cntlids->first && *cntlid <= site->cntlids->second) {
                return fmt::format("configuration: controller IDs {}-{}", site->cntlids->first,
                                   site->cntlids->second);
            }
        }
        if (!site->portids.empty()) {
            for (const std::uint16_t id : ports.of(controller)) {
                if (std::find(site->portids.begin(), site->portids.end(), id) !=
                    site->portids.end()) {
                    return fmt::format("configuration: port ID {}", id);
                }
            }
        }
        if (site->domainid && controller.identify.ok() &&
            controller.identify_data().domainid == *site->domainid) {
            return fmt::format("configuration: domain ID {}", *site->domainid);
        }
        return std::nullopt;
    }
};

std::set<std::string> names_of(const std::vector<Site>& sites) {
    std::set<std::string> out;
    for (const Site& site : sites) {
        out.insert(site.name);
    }
    return out;
}

/// Names for arrays that nobody named, in the order of the targets.
std::vector<std::string> names_for(const attribution::TargetGroups& groups,
                                   const std::set<std::string>& taken) {
    std::vector<std::string> out;
    for (std::size_t next = 0; out.size() < groups.size(); ++next) {
        std::string name = attribution::array_name(next);
        if (!taken.contains(name)) {
            out.push_back(std::move(name));
        }
    }
    return out;
}

std::string evidence_of(const attribution::TargetGroups& groups,
                        const ControllerObservation& controller) {
    if (groups.elsewhere(controller)) {
        return fmt::format("controller ID {}, near those of target {}",
                           controller.connection.cntlid, groups.of(controller).targets.front());
    }
    const std::vector<std::string>& targets = groups.of(controller).targets;
    return targets.size() == 1
               ? "target " + controller.target
               : fmt::format("target {}, of one range of controller IDs with {}", controller.target,
                             targets.front() == controller.target ? targets[1] : targets.front());
}

/// A controller as only the kernel knows it, for the criteria of a configuration.
ControllerObservation known_to_kernel(const KernelObservation& kernel,
                                      const KernelSubsystem& subsystem,
                                      const KernelController& controller) {
    ControllerObservation out;
    out.name = controller.name;
    out.host = kernel.host;
    out.transport = controller.transport.value();
    out.traddr = controller.address_part("traddr");
    out.trsvcid = controller.address_part("trsvcid");
    out.subsysnqn = subsystem.subsysnqn.value();
    const auto cntlid = controller.cntlid.number();
    if (cntlid && *cntlid <= 0xFFFFU) { // a recorded tree may say anything
        // Only together: an ID beside a host NQN counts as known, also 0.
        out.connection.hostnqn = controller.hostnqn.value();
        out.connection.cntlid = static_cast<std::uint16_t>(*cntlid);
    }
    return out;
}

/// Every controller, those that were read first.
std::vector<ControllerObservation> unread_controllers(const Observation& observation) {
    std::set<std::pair<std::string_view, std::string_view>> read;
    for (const ControllerObservation& controller : observation.controllers) {
        read.emplace(controller.host, controller.name);
    }
    std::vector<ControllerObservation> out;
    for (const KernelObservation& kernel : observation.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& controller : subsystem.controllers) {
                if (!read.contains({kernel.host, controller.name})) {
                    out.push_back(known_to_kernel(kernel, subsystem, controller));
                }
            }
        }
    }
    return out;
}

attribution::SiteEvidence evidence_of(const ControllerObservation& controller) {
    attribution::SiteEvidence out;
    if (controller.identify.ok()) {
        const nvme::IdentifyController id = controller.identify_data();
        out.domainid = id.domainid;
        out.serial = nvme::printable(id.sn);
    }
    out.cntlid = cntlid_of(controller);
    out.endpoint = controller.traddr + ":" + controller.trsvcid;
    return out;
}

/// Controllers that a host connected: told apart by what they say.
void separate_the_rest(const std::vector<const ControllerObservation*>& controllers,
                       const std::set<std::string>& taken, std::vector<Attribution>& attributions) {
    std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> subsystems;
    for (std::size_t i = 0; i < controllers.size(); ++i) {
        if (attributions[i].array.empty()) {
            subsystems[{controllers[i]->host, controllers[i]->subsysnqn}].push_back(i);
        }
    }
    for (const auto& [key, members] : subsystems) {
        std::vector<attribution::SiteEvidence> evidence;
        for (const std::size_t i : members) {
            evidence.push_back(evidence_of(*controllers[i]));
        }
        const std::vector<attribution::Separation> separated =
            attribution::separate(evidence, taken);
        for (std::size_t k = 0; k < members.size(); ++k) {
            attributions[members[k]].array = separated[k].array;
            attributions[members[k]].evidence = separated[k].evidence;
        }
    }
}

} // namespace

Attributions attribute(const Observation& observation, const std::vector<Site>& sites) {
    const std::vector<Matcher> matchers(sites.begin(), sites.end());
    const std::set<std::string> taken = names_of(sites);
    const attribution::TargetGroups groups(observation);
    const std::vector<std::string> names = names_for(groups, taken);
    const bool by_port = std::any_of(sites.begin(), sites.end(),
                                     [](const Site& site) { return !site.portids.empty(); });
    const PortIds ports = by_port ? PortIds(observation) : PortIds();
    const std::vector<ControllerObservation> unread = unread_controllers(observation);
    std::vector<const ControllerObservation*> controllers;
    for (const auto* list : {&observation.controllers, &unread}) {
        for (const ControllerObservation& controller : *list) {
            controllers.push_back(&controller);
        }
    }
    std::vector<Attribution> out;
    for (const ControllerObservation* controller : controllers) {
        Attribution attribution{
            .host = controller->host, .controller = controller->name, .array = {}, .evidence = {}};
        for (const Matcher& matcher : matchers) {
            if (auto evidence = matcher.match(*controller, ports)) {
                attribution.array = matcher.site->name;
                attribution.evidence = std::move(*evidence);
                break;
            }
        }
        if (attribution.array.empty() && !controller->target.empty()) {
            attribution.array = names[groups.of(*controller).number];
            attribution.evidence = evidence_of(groups, *controller);
        }
        out.push_back(std::move(attribution));
    }
    separate_the_rest(controllers, taken, out);
    for (Attribution& attribution : out) {
        attribution.evidence = base::safe_text(attribution.evidence);
    }
    return Attributions(std::move(out));
}

} // namespace haoh
