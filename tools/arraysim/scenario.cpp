// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario.hpp>

#include <algorithm>
#include <array>

namespace haoh::arraysim {

namespace {

struct FaultName {
    FaultKind kind;
    std::string_view text;
};

constexpr std::array kFaultNames{
    FaultName{FaultKind::stall, "stall"},
    FaultName{FaultKind::garbage, "garbage"},
    FaultName{FaultKind::header_digest, "header-digest"},
    FaultName{FaultKind::data_digest, "data-digest"},
    FaultName{FaultKind::length, "length"},
    FaultName{FaultKind::unsolicited, "unsolicited"},
    FaultName{FaultKind::duplicate, "duplicate"},
    FaultName{FaultKind::no_answer, "no-answer"},
    FaultName{FaultKind::close, "close"},
    FaultName{FaultKind::terminate, "terminate"},
    FaultName{FaultKind::data_out_of_range, "data-out-of-range"},
    FaultName{FaultKind::banner, "banner"},
    FaultName{FaultKind::not_ready, "not-ready"},
    FaultName{FaultKind::moving_ana_count, "moving-ana-count"},
    FaultName{FaultKind::moving_generation, "moving-generation"},
};

constexpr auto kFaultKinds = [] {
    std::array<FaultKind, kFaultNames.size()> kinds{};
    std::transform(kFaultNames.begin(), kFaultNames.end(), kinds.begin(),
                   [](const FaultName& name) { return name.kind; });
    return kinds;
}();

} // namespace

std::string_view to_string(FaultKind kind) {
    const auto* const found =
        std::find_if(kFaultNames.begin(), kFaultNames.end(),
                     [kind](const FaultName& name) { return name.kind == kind; });
    return found == kFaultNames.end() ? std::string_view{} : found->text;
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
    for (const FaultName& name : kFaultNames) {
        if (name.text == text) {
            return name.kind;
        }
    }
    return std::nullopt;
}

std::span<const FaultKind> fault_kinds() {
    return kFaultKinds;
}

std::string_view to_string(Power power) {
    switch (power) {
    case Power::up:
        return "up";
    case Power::down:
        return "down";
    case Power::hung:
        return "hung";
    case Power::hidden:
        return "hidden";
    }
    return "up";
}

std::optional<Power> parse_power(std::string_view text) {
    for (const Power power : {Power::up, Power::down, Power::hung, Power::hidden}) {
        if (to_string(power) == text) {
            return power;
        }
    }
    return std::nullopt;
}

} // namespace haoh::arraysim
