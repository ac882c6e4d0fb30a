// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario.hpp>

#include <arraysim/scenario/name_table.hpp>

#include <array>

namespace haoh::arraysim {

namespace {

using FaultName = KindName<FaultKind>;

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
    FaultName{FaultKind::short_data, "short"},
};

constexpr auto kFaultKinds = kinds_of(kFaultNames);

} // namespace

std::string_view to_string(FaultKind kind) {
    return name_of(kFaultNames, kind);
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
    return named(kFaultNames, text);
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
