// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a finding is about, without what moves: by this two reports are held together.
#pragma once

#include <haoh/baseline.hpp>
#include <haoh/check.hpp>

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::accept {

/// All but the namespaces, of which a finding may have many. Texts are safe.
struct FindingKey {
    std::string rule;
    std::string subsystem;
    std::string host;
    std::vector<std::string> parties;

    auto operator<=>(const FindingKey&) const = default;
};

/// Ordered, each once; no names that a kernel hands out anew.
class Parties {
  public:
    /// \param array, object  of a value; either may be empty
    void add(std::string_view array, std::string_view object);
    [[nodiscard]] std::vector<std::string> take() &&;

  private:
    std::vector<std::string> all_;
};

/// The namespaces of a finding; none for one that is about none.
[[nodiscard]] std::span<const std::uint32_t> nsids_of(const Finding& finding);
[[nodiscard]] BaselineFinding remembered(const Finding& finding);
[[nodiscard]] FindingKey key_of(const BaselineFinding& finding);

/// Whether it is about waivers, and so neither waived nor known.
[[nodiscard]] bool about_waivers(std::string_view rule);
/// The subsystems that were seen, by their NQNs.
[[nodiscard]] std::vector<std::string_view> subsystems_in(const Observation& observation);

} // namespace haoh::accept
