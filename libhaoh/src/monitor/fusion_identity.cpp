// SPDX-License-Identifier: LGPL-2.1-or-later
// What controllers say of themselves, and what of it is kept for those who compare.
#include "monitor/fusion.hpp"

#include "catalogue/cited_rows.hpp"
#include "monitor/find_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace haoh::monitor {

void Fusion::see_identity(const std::string& host, const std::string& controller,
                          ControllerIdentity identity, const Occasion& occasion) {
    World& world = world_of(host);
    Controller* const one = find_value(world.controllers, controller);
    if (one == nullptr) {
        return;
    }
    if (one->identity) {
        keep_unread(identity, *one->identity);
        const std::vector<std::string> differences = identity_differences(*one->identity, identity);
        if (!differences.empty()) {
            Event& event =
                add_controller(EventKind::identity_changed, host, controller, *one, occasion);
            event.rule = judge::kHostCtrlFirstSeen.rule.id;
            event.text = fmt::format("{}", fmt::join(differences, "; "));
        }
        if (*one->identity == identity) {
            return;
        }
    }
    one->identity = std::move(identity);
    one->digests.clear();
    world.digests.erase(one->subsysnqn);
}

const std::string& Fusion::digest_of(const World& world, const std::string& subsysnqn,
                                     std::span<const ControllerIdentity* const> known) {
    const auto [place, fresh] = world.digests.try_emplace(subsysnqn);
    if (fresh) {
        place->second = known.empty() ? std::string{} : identity_digest(known);
    }
    return place->second;
}

const std::string& Fusion::digest_of(const Controller& controller, std::uint32_t nsid) {
    const auto [place, fresh] = controller.digests.try_emplace(nsid);
    if (fresh && controller.identity) {
        const auto* const identity = find_value(controller.identity->namespaces, nsid);
        place->second = identity == nullptr ? std::string{} : identity->digest();
    }
    return place->second;
}

} // namespace haoh::monitor
