// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the rules about discovery share: a log in words, and whose logs tell of a subsystem.
#pragma once

#include "judge/subject.hpp"

#include <haoh/check.hpp>

#include <set>
#include <string>

namespace haoh::judge {

/// "10.0.0.1:4420", with brackets around IPv6.
[[nodiscard]] std::string address_text(const nvme::DiscoveryEntry& entry);
/// A value of a finding about a discovery controller.
[[nodiscard]] FindingValue log_value(const DiscoveryView& log, const std::string& text);

/// The targets of the subsystem's controllers: the log of another subsystem's array says nothing of this
/// one.
[[nodiscard]] std::set<std::string> serving(const Subsystem& subsystem);
/// Of these, those whose logs may leave out what they should say of the subsystem.
[[nodiscard]] std::set<std::string> unsure_targets(const Subsystem& subsystem,
                                                   const DiscoveryIndex& index);

} // namespace haoh::judge
