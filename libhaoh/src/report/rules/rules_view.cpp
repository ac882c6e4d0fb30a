// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/rules/rules_view.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace haoh::report {

std::string_view stake(Severity severity) {
    switch (severity) {
    case Severity::corruption:
        return "data corruption";
    case Severity::loss:
        return "loss of access";
    case Severity::degraded:
        return "degraded";
    case Severity::management:
        return "management";
    }
    return {};
}

Tone tone_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass:
        return Tone::pass;
    case Verdict::note:
        return Tone::note;
    case Verdict::unknown:
        return Tone::unknown;
    case Verdict::warn:
        return Tone::warn;
    case Verdict::fail:
        return Tone::fail;
    }
    return Tone::plain;
}

std::string_view meaning(RuleClass rule_class) {
    switch (rule_class) {
    case RuleClass::eqs:
        return "equal on all controllers of one subsystem";
    case RuleClass::eqn:
        return "equal for one namespace on all controllers that it is attached to";
    case RuleClass::uni:
        return "unique in its scope";
    case RuleClass::dom:
        return "equal inside one array, may differ between arrays";
    case RuleClass::int_:
        return "one structure is well formed by itself";
    case RuleClass::xrf:
        return "two structures or commands tell the same story";
    case RuleClass::tmp:
        return "holds between two moments";
    }
    return {};
}

std::vector<std::string> windows_of(const Rule& rule) {
    constexpr std::array<std::pair<Window, std::string_view>, 3> windows{
        {{Window::migration, "migration"},
         {Window::upgrade, "upgrade"},
         {Window::resize, "resize"}}};
    std::vector<std::string> out;
    for (const auto& [window, name] : windows) {
        if (((rule.relaxed_in >> static_cast<unsigned>(window)) & 1U) != 0) {
            out.emplace_back(name);
        }
    }
    return out;
}

namespace {

/// Where a distribution has a change in an older kernel: " (EL 9: from 5.14.0-448 on)".
std::string taken_earlier(const std::optional<DriverChange>& change, bool with_it) {
    std::string out;
    if (!change) {
        return out;
    }
    for (const DistributionChange& one : info_of(*change).distributions) {
        if (one.distribution == Distribution::enterprise_linux && one.absent_until != 0 &&
            one.present_from == one.absent_until + 1) {
            out +=
                fmt::format(" (EL {}: {} {}.{}.0-{}{})", one.product, with_it ? "from" : "before",
                            one.base.major, one.base.minor, one.present_from, with_it ? " on" : "");
        }
    }
    return out;
}

} // namespace

std::vector<EffectView> effects_of(const Rule& rule) {
    const auto text = [](KernelVersion version) {
        return fmt::format("{}.{}", version.major, version.minor);
    };
    std::vector<EffectView> out;
    for (const KernelEffect& effect : rule.on_linux) {
        std::string releases = "Linux";
        if (effect.from > kFirstKnownKernel) {
            releases += fmt::format(" from {} on", text(effect.from));
            releases += taken_earlier(effect.since, true);
        }
        if (effect.until <= kLastKnownKernel) {
            releases += fmt::format(" before {}", text(effect.until));
            releases += taken_earlier(effect.gone_with, false);
        }
        out.push_back({.releases = std::move(releases), .effect = &effect});
    }
    return out;
}

} // namespace haoh::report
