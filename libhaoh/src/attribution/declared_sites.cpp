// SPDX-License-Identifier: LGPL-2.1-or-later
// Sites of the configuration that no controller is of. One whose array is away is expected, and
// absent; one that fits nothing while there are controllers of no site does not say what it should.
#include "attribution/known_controllers.hpp"
#include "attribution/site_matcher.hpp"
#include "base/address_text.hpp"
#include "linux/controller_message.hpp"

#include <haoh/address.hpp>
#include <haoh/attribution.hpp>
#include <haoh/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace haoh {

namespace {

using attribution::PortIds;
using attribution::SiteMatcher;

/// Where a controller should be, or was.
struct Place {
    std::string traddr;
    std::string trsvcid;
};

constexpr std::string_view kScheme = "tcp://";

/// "tcp://10.0.0.1:4420", "tcp://[fd00::1]:4420".
std::optional<Place> place_of(const std::string& text) {
    try {
        const Address address = parse_address(text);
        return Place{.traddr = address.traddr, .trsvcid = std::to_string(address.trsvcid)};
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Everything of which something is known, and that is no controller.
class Places {
  public:
    Places(const Observation& observation, const Expectation* expected) {
        for (const Unobserved& missing : observation.unobserved) {
            add_unobserved(missing.object, missing.target);
        }
        for (const ControllerObservation& controller : observation.controllers) {
            if (controller.name.empty()) { // a target that has not answered yet
                add_unobserved(controller.target, {});
            }
        }
        for (const DiscoveryObservation& discovery : observation.discovery) {
            if (discovery.log.ok()) {
                for (const nvme::DiscoveryEntry& entry : discovery.entries().entries) {
                    places_.push_back({.traddr = entry.traddr, .trsvcid = entry.trsvcid});
                    portids_.insert(entry.portid);
                }
            }
        }
        for (const KernelObservation& kernel : observation.kernels) {
            add_kernel(kernel);
        }
        if (expected != nullptr) {
            for (const ExpectedController& one : expected->controllers) {
                places_.push_back({.traddr = one.traddr, .trsvcid = one.trsvcid});
            }
        }
    }

    /// Whether one of them is, or may be, of the site.
    [[nodiscard]] bool may_fit(const SiteMatcher& site) const {
        return named_ || (port_only_ && site.site().addresses.empty()) ||
               std::any_of(
                   places_.begin(), places_.end(),
                   [&site](const Place& place) { return site.has(place.traddr, place.trsvcid); }) ||
               std::any_of(portids_.begin(), portids_.end(),
                           [&site](std::uint16_t id) { return site.has_port(id); });
    }

  private:
    /// \param object  a port, or a device of a host, of which the kernel knows the address
    void add_unobserved(const std::string& object, const std::string& target) {
        for (const std::string& text : {object, target}) {
            if (!text.starts_with(kScheme)) {
                continue;
            }
            port_only_ = true;
            if (auto place = place_of(text)) {
                boost::system::error_code no_number;
                static_cast<void>(boost::asio::ip::make_address(place->traddr, no_number));
                named_ = named_ || no_number;
                places_.push_back(std::move(*place));
            }
        }
    }
    void add_kernel(const KernelObservation& kernel) {
        for (const KernelController& stray : kernel.stray_controllers) {
            places_.push_back({.traddr = std::string(stray.address_part("traddr")),
                               .trsvcid = std::string(stray.address_part("trsvcid"))});
        }
        for (const KernelMessage& line : kernel.messages) {
            const auto message = linux_kernel::parse_controller_message(line.text);
            if (message && !message->address.empty()) {
                if (auto place = place_of(std::string(kScheme) + message->address)) {
                    places_.push_back(std::move(*place));
                }
            }
        }
    }

    std::vector<Place> places_;
    std::set<std::uint16_t> portids_;
    bool named_{};     ///< one of them is known by a name, which may have any address
    bool port_only_{}; ///< of one that was not observed only the address is known
};

bool can_be_of_a_site(const ControllerObservation& controller) {
    const Transport transport = controller.known_transport();
    return !controller.name.empty() && controller.subsysnqn != nvme::kDiscoveryNqn &&
           transport != Transport::pcie && transport != Transport::apple;
}

/// Which controllers the sites claim, and which they leave.
struct Claims {
    std::set<const Site*> matched;
    std::vector<const ControllerObservation*> left; ///< that a mistaken site may have meant

    Claims(const std::vector<const ControllerObservation*>& controllers,
           const std::vector<SiteMatcher>& sites, const PortIds& ports) {
        std::set<std::string_view> subsystems; ///< with a controller that a site claims
        for (const ControllerObservation* controller : controllers) {
            bool claimed = false;
            for (const SiteMatcher& site : sites) {
                if (site.match(*controller, ports)) {
                    matched.insert(&site.site());
                    claimed = true;
                }
            }
            if (claimed) {
                subsystems.insert(controller->subsysnqn);
            } else {
                left.push_back(controller);
            }
        }
        // Arrays that the configuration leaves out altogether are none that it got wrong.
        std::erase_if(left, [&subsystems](const ControllerObservation* one) {
            return !subsystems.empty() && !subsystems.contains(one->subsysnqn);
        });
    }
};

/// Whether what a site is recognised by was not read of controllers of no site.
bool undecided(const Site& site, const Observation& observation,
               const std::vector<const ControllerObservation*>& left) {
    return (!site.portids.empty() && observation.discovery.empty()) ||
           (site.domainid && std::any_of(left.begin(), left.end(),
                                         [](const auto* one) { return !one->identify.ok(); }));
}

std::string endpoint_text(const ControllerObservation& controller) {
    std::string text = controller.name;
    if (!controller.traddr.empty()) {
        text = base::bracketed(controller.traddr);
        text += (controller.trsvcid.empty() ? "" : ":") + controller.trsvcid;
    }
    if (const auto cntlid = attribution::cntlid_of(controller)) {
        text += fmt::format(" (controller ID {})", *cntlid);
    }
    return text;
}

std::string seen_text(const std::vector<const ControllerObservation*>& controllers) {
    constexpr std::size_t kShown = 8;
    std::vector<std::string> texts;
    std::set<std::string> known;
    for (const ControllerObservation* controller : controllers) {
        std::string text = endpoint_text(*controller);
        if (known.insert(text).second) {
            texts.push_back(std::move(text));
        }
    }
    if (texts.size() > kShown) {
        const std::size_t rest = texts.size() - kShown;
        texts.resize(kShown);
        texts.push_back(fmt::format("{} more", rest));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

struct Found {
    std::vector<MissingSite> missing;
    std::string left; ///< controllers of no site, as people read them
};

Found find_missing(const Observation& observation, const std::vector<Site>& sites,
                   const Expectation* expected) {
    Found out;
    if (sites.empty()) {
        return out;
    }
    const std::vector<ControllerObservation> unread = attribution::unread_controllers(observation);
    std::vector<const ControllerObservation*> controllers;
    for (const auto* list : {&observation.controllers, &unread}) {
        for (const ControllerObservation& controller : *list) {
            if (can_be_of_a_site(controller)) {
                controllers.push_back(&controller);
            }
        }
    }
    const std::vector<SiteMatcher> matchers(sites.begin(), sites.end());
    const Claims claims(controllers, matchers, PortIds(observation, sites));
    if (claims.matched.size() == sites.size()) {
        return out;
    }
    const Places places(observation, expected);
    for (const SiteMatcher& matcher : matchers) {
        if (claims.matched.contains(&matcher.site())) {
            continue;
        }
        const bool may_be =
            places.may_fit(matcher) || undecided(matcher.site(), observation, claims.left);
        const SiteFate fate = may_be                ? SiteFate::known
                              : claims.left.empty() ? SiteFate::absent
                                                    : SiteFate::mistaken;
        out.missing.push_back({.site = matcher.site(), .fate = fate});
    }
    out.left = seen_text(claims.left);
    return out;
}

} // namespace

std::string criteria_text(const Site& site) {
    std::vector<std::string> parts;
    if (!site.addresses.empty()) {
        parts.push_back(fmt::format("addresses {}", fmt::join(site.addresses, ", ")));
    }
    if (site.cntlids) {
        parts.push_back(
            fmt::format("controller IDs {}-{}", site.cntlids->first, site.cntlids->second));
    }
    if (!site.portids.empty()) {
        parts.push_back(fmt::format("port IDs {}", fmt::join(site.portids, ", ")));
    }
    if (site.domainid) {
        parts.push_back(fmt::format("domain ID {}", *site.domainid));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<MissingSite> missing_sites(const Observation& observation,
                                       const std::vector<Site>& sites,
                                       const Expectation* expected) {
    return find_missing(observation, sites, expected).missing;
}

void require_sites(const Observation& observation, const std::vector<Site>& sites,
                   const Expectation* expected) {
    Found found = find_missing(observation, sites, expected);
    std::erase_if(found.missing,
                  [](const MissingSite& one) { return one.fate != SiteFate::mistaken; });
    if (found.missing.empty()) {
        return;
    }
    const Site& first = found.missing.front().site;
    std::vector<std::string> criteria;
    for (const MissingSite& one : found.missing) {
        criteria.push_back(fmt::format("\"{}\" ({})", one.site.name, criteria_text(one.site)));
    }
    throw Error(
        Errc::invalid_argument, "match",
        fmt::format("{}{}site \"{}\"", first.where, first.where.empty() ? "" : ": ", first.name),
        fmt::format("nothing that was seen is of {}; of no site are {}",
                    fmt::join(criteria, " or "), found.left),
        "correct what the site is recognised by, or take it out of the file");
}

} // namespace haoh
