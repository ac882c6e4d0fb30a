// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/path_ana_state.hpp>

#include <algorithm>

namespace haoh {

PathAnaState::PathAnaState(nvme::AnaState state) {
    if (std::ranges::find(nvme::kAnaStates, state) == nvme::kAnaStates.end()) {
        kind_ = other;
        other_ = nvme::to_string(state);
    } else {
        kind_ = defined;
        state_ = state;
    }
}

PathAnaState PathAnaState::of(std::string_view text) {
    if (const auto state = nvme::parse_ana_state(text)) {
        return *state;
    }
    PathAnaState out;
    out.kind_ = text.empty() ? none : other;
    out.other_ = text;
    return out;
}

PathAnaState PathAnaState::not_read() {
    PathAnaState out;
    out.kind_ = unreadable;
    return out;
}

std::optional<nvme::AnaState> PathAnaState::state() const {
    return kind_ == defined ? std::optional(state_) : std::nullopt;
}

std::string PathAnaState::text() const {
    switch (kind_) {
    case defined:
        return nvme::to_string(state_);
    case unreadable:
        return "unreadable";
    case none:
    case other:
        break;
    }
    return other_;
}

} // namespace haoh
