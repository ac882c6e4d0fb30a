// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the rules about discovery share: a log in words.
#pragma once

#include "judge/subject.hpp"

#include <haoh/check.hpp>

namespace haoh::judge {

/// "10.0.0.1:4420", with brackets around IPv6.
[[nodiscard]] std::string address_text(const nvme::DiscoveryEntry& entry);
/// A value of a finding about a discovery controller.
[[nodiscard]] FindingValue log_value(const DiscoveryView& log, const std::string& text);

} // namespace haoh::judge
