// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A pair with a deviation, and waivers for it.
#pragma once

#include "unit/catalogue/pair.hpp"

#include <haoh/check.hpp>
#include <haoh/waivers.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace haoh::test {

/// The day on which these tests judge.
inline const Day kThisDay = *parse_day("2026-12-01");

/// A pair whose volume under this NSID has another UUID on array B.
inline Pair with_other_uuid(std::uint32_t nsid) {
    Pair pair;
    pair.on_b(nsid, [](Path& path) { path.uuid(nvme::Uuid{0xAB, 1, 2, 3, 0, 0, 0x40, 0, 0x80}); });
    return pair;
}

/// A pair whose array B has another serial number: a warning of a rule that a glob may waive.
inline Pair with_other_serial() {
    Pair pair;
    pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); });
    return pair;
}

inline Waiver waiver_of(std::string rule) {
    return {.rule = std::move(rule),
            .reason = "fixed in 4.2",
            .owner = "storage team",
            .expires = kThisDay + std::chrono::days{30},
            .where = "waivers.toml:1"};
}

inline Waivers these(std::vector<Waiver> all) {
    return {.all = std::move(all), .file = "waivers.toml"};
}

inline const Finding* find(const Report& report, std::string_view rule) {
    const auto found = std::ranges::find(report.findings, rule, &Finding::rule);
    return found == report.findings.end() ? nullptr : &*found;
}

inline RuleState state_of(const Report& report, std::string_view rule) {
    const auto found = std::ranges::find(report.rules, rule, &RuleResult::rule);
    return found == report.rules.end() ? RuleState::not_applicable : found->state;
}

} // namespace haoh::test
