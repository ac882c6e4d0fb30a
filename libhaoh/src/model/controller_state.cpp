// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/controller_state.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace haoh {

namespace {

using StateName = std::pair<ControllerState, std::string_view>;

constexpr std::array<StateName, 7> kControllerStates{
    {{ControllerState::fresh, "new"},
     {ControllerState::live, "live"},
     {ControllerState::resetting, "resetting"},
     {ControllerState::connecting, "connecting"},
     {ControllerState::deleting, "deleting"},
     {ControllerState::deleting_no_io, "deleting (no IO)"},
     {ControllerState::dead, "dead"}}};

} // namespace

std::string_view to_string(ControllerState state) {
    const auto* const found = std::ranges::find(kControllerStates, state, &StateName::first);
    return found == kControllerStates.end() ? std::string_view() : found->second;
}

ControllerState parse_controller_state(std::string_view text) {
    const auto* const found = std::ranges::find(kControllerStates, text, &StateName::second);
    return found == kControllerStates.end() ? ControllerState::unknown : found->first;
}

} // namespace haoh
