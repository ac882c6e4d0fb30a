// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/controller_state.hpp>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

struct StateText {
    ControllerState::Kind kind;
    std::string_view text;
};

constexpr std::array kStateTexts{StateText{ControllerState::unknown, ""},
                                 StateText{ControllerState::created, "new"},
                                 StateText{ControllerState::live, "live"},
                                 StateText{ControllerState::resetting, "resetting"},
                                 StateText{ControllerState::connecting, "connecting"},
                                 StateText{ControllerState::deleting, "deleting"},
                                 StateText{ControllerState::deleting_no_io, "deleting (no IO)"},
                                 StateText{ControllerState::dead, "dead"},
                                 StateText{ControllerState::lost, "lost"},
                                 StateText{ControllerState::unreadable, "unreadable"}};

} // namespace

ControllerState ControllerState::of(std::string_view text) {
    const auto found = std::ranges::find(kStateTexts, text, &StateText::text);
    if (found != kStateTexts.end()) {
        return found->kind;
    }
    ControllerState out{other};
    out.other_ = text;
    return out;
}

std::string_view ControllerState::text() const {
    const auto found = std::ranges::find(kStateTexts, kind_, &StateText::kind);
    return found == kStateTexts.end() ? std::string_view(other_) : found->text;
}

} // namespace haoh
