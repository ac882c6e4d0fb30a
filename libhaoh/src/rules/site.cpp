// SPDX-License-Identifier: LGPL-2.1-or-later
// Which array a controller is on. The specification has no such field, so an administrator's word
// comes first, then what was asked for, then the domain that the controller names.
#include "address_range.hpp"

#include <haoh/check.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace haoh {

namespace {

/// A discovery log, decoded once.
struct Log {
    std::string target;
    std::vector<nvme::DiscoveryEntry> entries;
};

std::vector<Log> decode_logs(const Observation& observation) {
    std::vector<Log> out;
    for (const DiscoveryObservation& discovery : observation.discovery) {
        if (discovery.log.ok()) {
            out.push_back({.target = discovery.target,
                           .entries = nvme::decode_discovery_log(discovery.log.whole()).entries});
        }
    }
    return out;
}

/// Port IDs under which the discovery logs list the controller's address. Both arrays may number
/// from 1, so its own target's log comes first.
std::vector<std::uint16_t> port_ids(const ControllerObservation& controller,
                                    const std::vector<Log>& logs) {
    std::vector<std::uint16_t> own;
    std::vector<std::uint16_t> any;
    for (const Log& log : logs) {
        for (const nvme::DiscoveryEntry& entry : log.entries) {
            if (entry.traddr == controller.traddr && entry.trsvcid == controller.trsvcid &&
                entry.subnqn == controller.subsysnqn) {
                (log.target == controller.target ? own : any).push_back(entry.portid);
            }
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

/// A site's addresses, parsed once.
struct Matcher {
    const Site* site{};
    std::vector<std::pair<judge::AddressRange, std::string>> ranges;

    explicit Matcher(const Site& from) : site(&from) {
        for (const std::string& text : from.addresses) {
            std::string defect;
            if (auto range = judge::parse_address_range(text, defect)) {
                ranges.emplace_back(std::move(*range), text);
            }
        }
    }

    /// The evidence, empty when nothing matches.
    [[nodiscard]] std::string match(const ControllerObservation& controller,
                                    const std::vector<Log>& logs) const {
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
            for (const std::uint16_t id : port_ids(controller, logs)) {
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
        return {};
    }
};

/// "a", ..., "z", "aa", ...
std::string letters(std::size_t number) {
    constexpr std::size_t kLetters = 26;
    std::string out;
    for (std::size_t rest = number + 1; rest > 0; rest = (rest - 1) / kLetters) {
        out.insert(out.begin(), static_cast<char>('a' + (rest - 1) % kLetters));
    }
    return out;
}

/// Names for targets in their order, none of which a configured site bears.
class TargetNames {
  public:
    TargetNames(const Observation& observation, const std::vector<Site>& sites) {
        for (const Site& site : sites) {
            taken_.insert(site.name);
        }
        for (const ControllerObservation& controller : observation.controllers) {
            add(controller.target);
        }
        for (const Unobserved& missing : observation.unobserved) {
            add(missing.target);
        }
    }

    [[nodiscard]] std::string of(const std::string& target) const {
        const auto found = std::find_if(names_.begin(), names_.end(), [&target](const auto& entry) {
            return entry.first == target;
        });
        return found == names_.end() ? std::string{} : found->second;
    }

  private:
    void add(const std::string& target) {
        if (target.empty() || !of(target).empty()) {
            return;
        }
        std::string name;
        do {
            name = "array-" + letters(next_++);
        } while (taken_.contains(name));
        names_.emplace_back(target, std::move(name));
    }

    std::set<std::string> taken_;
    std::vector<std::pair<std::string, std::string>> names_;
    std::size_t next_{};
};

} // namespace

std::vector<Attribution> attribute(const Observation& observation, const std::vector<Site>& sites) {
    const std::vector<Matcher> matchers(sites.begin(), sites.end());
    const TargetNames names(observation, sites);
    const bool by_port = std::any_of(sites.begin(), sites.end(),
                                     [](const Site& site) { return !site.portids.empty(); });
    const std::vector<Log> logs = by_port ? decode_logs(observation) : std::vector<Log>{};
    std::vector<Attribution> out;
    for (const ControllerObservation& controller : observation.controllers) {
        Attribution attribution{.controller = controller.name, .site = {}, .evidence = {}};
        for (const Matcher& matcher : matchers) {
            std::string evidence = matcher.match(controller, logs);
            if (!evidence.empty()) {
                attribution.site = matcher.site->name;
                attribution.evidence = std::move(evidence);
                break;
            }
        }
        if (attribution.site.empty() && !controller.target.empty()) {
            attribution.site = names.of(controller.target);
            attribution.evidence = "target " + controller.target;
        }
        if (attribution.site.empty() && controller.identify.ok()) {
            const std::uint16_t domain = controller.identify_data().domainid;
            if (domain != 0) {
                attribution.site = fmt::format("domain-{}", domain);
                attribution.evidence = fmt::format("domain ID {}", domain);
            }
        }
        out.push_back(std::move(attribution));
    }
    return out;
}

} // namespace haoh
