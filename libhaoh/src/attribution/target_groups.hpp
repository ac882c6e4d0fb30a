// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Targets that lead to one array. A target is one array as long as nothing else is known; what
/// controller IDs tell counts for more: an array draws those of all its ports from one range. Two
/// arrays whose ranges are mixed look so as well, so it takes more to be sure: a common domain, unit
/// or list of ports, or arrays that lie apart and have several targets each, or hand out IDs to these by
/// turns.
#pragma once

#include <haoh/observation.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::attribution {

/// The array of a controller that was asked directly.
struct TargetGroup {
    std::size_t number{};             ///< in the order of the targets
    std::vector<std::string> targets; ///< that lead to the array
    std::uint8_t confidence{};        ///< Attribution::confidence
};

class TargetGroups {
  public:
    explicit TargetGroups(const Observation& observation);

    /// Of a controller with a target: that of its target; but a controller that was found by a
    /// discovery log goes to the array whose range of controller IDs it is in.
    [[nodiscard]] const TargetGroup& of(const ControllerObservation& controller) const;
    /// Whether the controller went to another array than its target's.
    [[nodiscard]] bool elsewhere(const ControllerObservation& controller) const;
    /// Whether nothing tells where it is: its ID is near to nobody's, and several logs name its port.
    [[nodiscard]] bool astray(const ControllerObservation& controller) const;
    /// Attribution::confidence of a controller's being there.
    [[nodiscard]] std::uint8_t confidence(const ControllerObservation& controller) const;
    [[nodiscard]] std::size_t size() const { return groups_.size(); }
    /// Whether the targets of each subsystem draw from one range: they may be ports of one array, and no
    /// more is known of who else was found than behind a single target.
    [[nodiscard]] bool one_pool() const { return one_pool_; }

  private:
    /// The controller IDs that a target's own ports handed out for a subsystem.
    struct Range {
        std::string target;
        std::uint16_t first{0xFFFF};
        std::uint16_t last{};
    };

    void join(const Observation& observation);
    /// Where the controller is, and how far its ID is from those that are known to be there.
    struct Placed {
        std::size_t group{};
        bool near{};
    };
    [[nodiscard]] Placed place(const ControllerObservation& controller) const;
    /// Whether the logs of several targets name the port of a controller: it may be of any of them.
    [[nodiscard]] bool shared(const ControllerObservation& controller) const;

    bool one_pool_{};
    std::vector<TargetGroup> groups_;
    std::map<std::string, std::size_t, std::less<>> by_target_;
    std::map<std::string, std::vector<Range>, std::less<>> ranges_; ///< by subsystem
    /// By subsystem and port: targets whose logs name it.
    std::map<std::array<std::string, 3>, std::set<std::string>> named_by_;
};

} // namespace haoh::attribution
