// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whether a controller, or an address of which less is known, is one of a `[[site]]`.
#pragma once

#include "attribution/address_range.hpp"

#include <haoh/config.hpp>
#include <haoh/observation.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh::attribution {

/// Port IDs of the discovery logs, where a site is recognised by one.
class PortIds {
  public:
    PortIds(const Observation& observation, const std::vector<Site>& sites);

    /// Those under which the logs list the controller's address. Both arrays may number from 1, so
    /// its own target's log comes first.
    [[nodiscard]] std::vector<std::uint16_t> of(const ControllerObservation& controller) const;

  private:
    std::map<std::tuple<std::string, std::string, std::string>,
             std::vector<std::pair<std::string, std::uint16_t>>>
        ids_; ///< by address and subsystem: target and ID
};

/// The ID of the Connect response, else that of Identify Controller.
[[nodiscard]] std::optional<std::uint16_t> cntlid_of(const ControllerObservation& controller);

/// A site's addresses, parsed once. The site must outlive it.
class SiteMatcher {
  public:
    explicit SiteMatcher(const Site& site);

    [[nodiscard]] const Site& site() const { return *site_; }
    /// The evidence; nullopt when nothing matches.
    [[nodiscard]] std::optional<std::string> match(const ControllerObservation& controller,
                                                   const PortIds& ports) const;
    /// Whether an address is one of its own.
    [[nodiscard]] bool has(std::string_view traddr, std::string_view trsvcid) const;
    [[nodiscard]] bool has_port(std::uint16_t portid) const;

  private:
    const Site* site_;
    std::vector<std::pair<AddressRange, std::string>> ranges_;
};

} // namespace haoh::attribution
