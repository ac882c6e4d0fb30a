// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario.hpp>

#include <algorithm>
#include <array>

namespace haoh::arraysim {

namespace {

struct Name {
    FaultKind kind;
    std::string_view text;
};

constexpr std::array kNames{
    Name{FaultKind::stall, "stall"},
    Name{FaultKind::garbage, "garbage"},
    Name{FaultKind::header_digest, "header-digest"},
    Name{FaultKind::data_digest, "data-digest"},
    Name{FaultKind::length, "length"},
    Name{FaultKind::unsolicited, "unsolicited"},
    Name{FaultKind::duplicate, "duplicate"},
    Name{FaultKind::no_answer, "no-answer"},
    Name{FaultKind::close, "close"},
    Name{FaultKind::terminate, "terminate"},
    Name{FaultKind::data_out_of_range, "data-out-of-range"},
    Name{FaultKind::banner, "banner"},
    Name{FaultKind::not_ready, "not-ready"},
    Name{FaultKind::moving_ana_count, "moving-ana-count"},
    Name{FaultKind::moving_generation, "moving-generation"},
};

constexpr auto kKinds = [] {
    std::array<FaultKind, kNames.size()> kinds{};
    std::transform(kNames.begin(), kNames.end(), kinds.begin(),
                   [](const Name& name) { return name.kind; });
    return kinds;
}();

} // namespace

std::string_view to_string(FaultKind kind) {
    const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                           [kind](const Name& name) { return name.kind == kind; });
    return found == kNames.end() ? std::string_view{} : found->text;
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
    for (const Name& name : kNames) {
        if (name.text == text) {
            return name.kind;
        }
    }
    return std::nullopt;
}

std::span<const FaultKind> fault_kinds() {
    return kKinds;
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
