// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/site_matcher.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::attribution {

PortIds::PortIds(const Observation& observation, const std::vector<Site>& sites) {
    if (std::all_of(sites.begin(), sites.end(),
                    [](const Site& site) { return site.portids.empty(); })) {
        return;
    }
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

std::vector<std::uint16_t> PortIds::of(const ControllerObservation& controller) const {
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

std::optional<std::uint16_t> cntlid_of(const ControllerObservation& controller) {
    if (!controller.connection.hostnqn.empty() || controller.connection.cntlid != 0) {
        return controller.connection.cntlid;
    }
    if (controller.identify.ok()) {
        return controller.identify_data().cntlid;
    }
    return std::nullopt;
}

SiteMatcher::SiteMatcher(const Site& site) : site_{&site} {
    for (const std::string& text : site.addresses) {
        std::string defect;
        if (auto range = parse_address_range(text, defect)) {
            ranges_.emplace_back(std::move(*range), text);
        }
    }
}

std::optional<std::string> SiteMatcher::match(const ControllerObservation& controller,
                                              const PortIds& ports) const {
    for (const auto& [range, text] : ranges_) {
        if (range.contains(controller.traddr, controller.trsvcid)) {
            return "configuration: addresses " + text;
        }
    }
    if (site_->cntlids) {
        const auto cntlid = cntlid_of(controller);
        if (cntlid && *cntlid >= site_->cntlids->first && *cntlid <= site_->cntlids->second) {
            return fmt::format("configuration: controller IDs {}-{}", site_->cntlids->first,
                               site_->cntlids->second);
        }
    }
    if (!site_->portids.empty()) {
        for (const std::uint16_t id : ports.of(controller)) {
            if (has_port(id)) {
                return fmt::format("configuration: port ID {}", id);
            }
        }
    }
    if (site_->domainid && controller.identify.ok() &&
        controller.identify_data().domainid == *site_->domainid) {
        return fmt::format("configuration: domain ID {}", *site_->domainid);
    }
    return std::nullopt;
}

bool SiteMatcher::has(std::string_view traddr, std::string_view trsvcid) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [&](const auto& range) { return range.first.contains(traddr, trsvcid); });
}

bool SiteMatcher::has_port(std::uint16_t portid) const {
    return std::find(site_->portids.begin(), site_->portids.end(), portid) != site_->portids.end();
}

} // namespace haoh::attribution
