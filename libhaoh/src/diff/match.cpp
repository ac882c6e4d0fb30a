// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/match.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace haoh::differ {

namespace {

using Controllers = std::vector<const ControllerObservation*>;

bool is_dynamic(const ControllerObservation& controller) {
    return controller.connection.requested_cntlid == nvme::kDynamicController;
}

/// How closely two controllers must agree, from close to loose.
struct Likeness {
    bool cntlid;
    bool host;
    bool name; ///< in sysfs: it stays when a controller reconnects
};
constexpr std::array<Likeness, 5> kLikenesses{{{.cntlid = true, .host = true, .name = false},
                                               {.cntlid = true, .host = false, .name = false},
                                               {.cntlid = false, .host = true, .name = true},
                                               {.cntlid = false, .host = true, .name = false},
                                               {.cntlid = false, .host = false, .name = false}}};

auto key_of(const ControllerObservation& controller, Likeness likeness) {
    return std::tuple{controller.transport,
                      controller.traddr,
                      controller.trsvcid,
                      controller.subsysnqn,
                      likeness.cntlid ? controller.connection.cntlid : std::uint16_t{0},
                      likeness.host ? controller.connection.hostnqn : std::string{},
                      likeness.host ? controller.host : std::string{},
                      likeness.name && !controller.host.empty() ? controller.name : std::string{}};
}

class Matcher {
  public:
    Matcher(const Observation& before, const Observation& after) {
        for (const ControllerObservation& controller : before.controllers) {
            before_.push_back(&controller);
        }
        for (const ControllerObservation& controller : after.controllers) {
            after_.push_back(&controller);
        }
    }

    void match(Likeness likeness) {
        using Key = decltype(key_of(*before_.front(), likeness));
        std::map<Key, std::pair<Controllers, Controllers>> candidates;
        const auto is_candidate = [&likeness](const ControllerObservation& controller) {
            return likeness.cntlid || is_dynamic(controller);
        };
        for (const ControllerObservation* controller : before_) {
            if (is_candidate(*controller)) {
                candidates[key_of(*controller, likeness)].first.push_back(controller);
            }
        }
        for (const ControllerObservation* controller : after_) {
            if (is_candidate(*controller)) {
                candidates[key_of(*controller, likeness)].second.push_back(controller);
            }
        }
        for (const auto& [key, both] : candidates) {
            if (both.first.size() == 1 && both.second.size() == 1) {
                take(both.first.front(), both.second.front(), !likeness.cntlid);
            }
        }
    }

    [[nodiscard]] std::vector<Match> result() && {
        for (const ControllerObservation* controller : before_) {
            matches_.push_back({.before = controller, .after = nullptr});
        }
        for (const ControllerObservation* controller : after_) {
            matches_.push_back({.before = nullptr, .after = controller});
        }
        return std::move(matches_);
    }

  private:
    void take(const ControllerObservation* before, const ControllerObservation* after,
              bool renumbered) {
        matches_.push_back({.before = before, .after = after, .renumbered = renumbered});
        std::erase(before_, before);
        std::erase(after_, after);
    }

    Controllers before_; ///< not matched yet
    Controllers after_;
    std::vector<Match> matches_;
};

} // namespace

std::vector<Match> match_controllers(const Observation& before, const Observation& after) {
    Matcher matcher(before, after);
    for (const Likeness likeness : kLikenesses) {
        matcher.match(likeness);
    }
    return std::move(matcher).result();
}

} // namespace haoh::differ
