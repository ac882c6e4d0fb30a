// SPDX-License-Identifier: LGPL-2.1-or-later
// Which array a controller is on. The specification has no such field, so an administrator's word
// comes first, then what was asked for, then what separates the controllers that a host connected.
#include "attribution/array_name.hpp"
#include "attribution/known_controllers.hpp"
#include "attribution/site_evidence.hpp"
#include "attribution/site_matcher.hpp"
#include "attribution/target_groups.hpp"
#include "base/safe_text.hpp"

#include <haoh/attribution.hpp>
#include <haoh/config.hpp>
#include <haoh/observation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh {

namespace {

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

attribution::SiteEvidence evidence_of(const ControllerObservation& controller) {
    attribution::SiteEvidence out;
    if (controller.identify.ok()) {
        const nvme::IdentifyController id = controller.identify_data();
        out.domainid = id.domainid;
        out.serial = nvme::printable(id.sn);
        out.model = nvme::printable(id.mn);
        out.firmware = nvme::printable(id.fr);
    }
    out.cntlid = attribution::cntlid_of(controller);
    if (!controller.traddr.empty()) {
        out.endpoint = controller.traddr + ":" + controller.trsvcid;
    }
    return out;
}

std::vector<attribution::SiteEvidence>
evidence_of(const std::vector<const ControllerObservation*>& controllers,
            const std::vector<std::size_t>& members) {
    std::vector<attribution::SiteEvidence> out;
    for (const std::size_t i : members) {
        out.push_back(evidence_of(*controllers[i]));
    }
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
    std::set<std::string> used = taken; // also by targets, of which each host has its own view
    for (const Attribution& attribution : attributions) {
        used.insert(attribution.array);
    }
    for (const auto& [key, members] : subsystems) {
        const std::vector<attribution::Separation> separated = attribution::separate(
            evidence_of(controllers, members), key.first.empty() ? used : taken);
        for (std::size_t k = 0; k < members.size(); ++k) {
            attributions[members[k]].array = separated[k].array;
            attributions[members[k]].evidence = separated[k].evidence;
            attributions[members[k]].confidence =
                std::min(attributions[members[k]].confidence, separated[k].confidence);
        }
    }
}

/// Controllers that the logs of the only target named, or of targets that look like one: they may be on
/// two arrays, and then what they say tells them apart, as on a host.
/// \param one_target  else only what is sure counts
void separate_one_target(bool one_target,
                         const std::vector<const ControllerObservation*>& controllers,
                         const std::set<std::string>& taken,
                         std::vector<Attribution>& attributions) {
    std::map<std::string_view, std::vector<std::size_t>> subsystems;
    for (std::size_t i = 0; i < controllers.size(); ++i) {
        if (!controllers[i]->target.empty() && attributions[i].confidence != kDeclaredArray) {
            subsystems[controllers[i]->subsysnqn].push_back(i);
        }
    }
    for (const auto& [nqn, members] : subsystems) {
        const std::vector<attribution::Separation> separated =
            attribution::separate(evidence_of(controllers, members), taken);
        for (std::size_t k = 0; k < members.size(); ++k) {
            Attribution& one = attributions[members[k]];
            const bool sure = separated[k].confidence >= kSureOfArray;
            if (separated[k].array.empty() || (!sure && !one_target)) {
                continue;
            }
            if (sure) {
                one.array = separated[k].array;
                one.evidence = separated[k].evidence;
            }
            one.confidence = separated[k].confidence;
        }
    }
}

} // namespace

Attributions attribute(const Observation& observation, const std::vector<Site>& sites) {
    const std::vector<attribution::SiteMatcher> matchers(sites.begin(), sites.end());
    const std::set<std::string> taken = names_of(sites);
    const attribution::TargetGroups groups(observation);
    const std::vector<std::string> names = names_for(groups, taken);
    const attribution::PortIds ports(observation, sites);
    const std::vector<ControllerObservation> unread = attribution::unread_controllers(observation);
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
        for (const attribution::SiteMatcher& matcher : matchers) {
            if (auto evidence = matcher.match(*controller, ports)) {
                attribution.array = matcher.site().name;
                attribution.evidence = std::move(*evidence);
                break;
            }
        }
        if (attribution.array.empty() && !controller->target.empty()) {
            attribution.confidence = groups.confidence(*controller);
            if (!groups.astray(*controller)) {
                attribution.array = names[groups.of(*controller).number];
                attribution.evidence = evidence_of(groups, *controller);
            }
        }
        out.push_back(std::move(attribution));
    }
    if (groups.size() == 1 || groups.one_pool()) {
        separate_one_target(groups.size() == 1, controllers, taken, out);
    }
    separate_the_rest(controllers, taken, out);
    for (Attribution& attribution : out) {
        attribution.evidence = base::safe_text(attribution.evidence);
    }
    return Attributions(std::move(out));
}

} // namespace haoh
