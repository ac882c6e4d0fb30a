// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Discovery logs, decoded, and where each subsystem is in them: they are looked at for each subsystem, and
/// there may be very many of both.
#pragma once

#include <haoh/observation.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace haoh::judge {

/// A discovery log, decoded. One for each pair of target and discovery controller.
struct DiscoveryView {
    const DiscoveryObservation* observed{};
    std::string array; ///< of the target
    nvme::DiscoveryLog log;
};

/// An entry of a log.
struct Listing {
    const DiscoveryView* log{};
    const nvme::DiscoveryEntry* entry{};
};

/// What is wrong with the frame of a log, so that its entries cannot be trusted; nullopt when
/// nothing is.
[[nodiscard]] std::optional<std::string> frame_defect(const nvme::DiscoveryLog& log);
/// A log that was asked for and not read.
[[nodiscard]] bool unread(const DiscoveryObservation& log);
/// A log that may lack entries, or have some of another moment.
[[nodiscard]] bool doubtful(const DiscoveryView& log);

/// A view: logs and observation must outlive it, at their places.
class DiscoveryIndex {
  public:
    DiscoveryIndex() = default;
    DiscoveryIndex(const Observation& observation, const std::vector<DiscoveryView>& logs);

    /// Entries of a subsystem in logs whose frame is well, in their order.
    [[nodiscard]] const std::vector<Listing>& of(const std::string& nqn) const;
    /// The first log of a target whose frame is well; null: there is none.
    [[nodiscard]] const DiscoveryView* first_log(const std::string& target) const;
    /// Whether logs of a target may leave out what they should say.
    [[nodiscard]] bool unsure(const std::string& target) const { return unsure_.contains(target); }

  private:
    std::map<std::string, std::vector<Listing>> listings_;
    std::vector<Listing> none_;
    std::map<std::string, const DiscoveryView*> first_;
    std::set<std::string> unsure_;
};

} // namespace haoh::judge
