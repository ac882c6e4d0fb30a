// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Targets that lead to one array. A target is one array as long as nothing else is known; what
/// controller IDs tell counts for more: an array draws those of all its ports from one range.
#pragma once

#include <haoh/observation.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::attribution {

/// The array of a controller that was asked directly.
struct TargetGroup {
    std::size_t number{};             ///< in the order of the targets
    std::vector<std::string> targets; ///< that lead to the array
};

class TargetGroups {
  public:
    explicit TargetGroups(const Observation& observation);

    /// Of a controller with a target: that of its target; but a controller that was found by a
    /// discovery log goes to the array whose range of controller IDs it is in.
    [[nodiscard]] const TargetGroup& of(const ControllerObservation& controller) const;
    /// Whether the controller went to another array than its target's.
    [[nodiscard]] bool elsewhere(const ControllerObservation& controller) const;
    [[nodiscard]] std::size_t size() const { return groups_.size(); }

  private:
    /// The controller IDs that a target's own ports handed out for a subsystem.
    struct Range {
        std::string target;
        std::uint16_t first{0xFFFF};
        std::uint16_t last{};
    };

    void join(const Observation& observation);

    std::vector<TargetGroup> groups_;
    std::map<std::string, std::size_t, std::less<>> by_target_;
    std::map<std::string, std::vector<Range>, std::less<>> ranges_; ///< by subsystem
};

} // namespace haoh::attribution
