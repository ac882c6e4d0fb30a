// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <haoh/nvme/ana_log.hpp>

#include <optional>
#include <string_view>

namespace haoh::policy {

/// What `nvme::to_string` writes of a defined state; nullopt for anything else.
[[nodiscard]] inline std::optional<nvme::AnaState> parse_ana_state(std::string_view text) {
    using nvme::AnaState;
    for (const AnaState state :
         {AnaState::optimized, AnaState::non_optimized, AnaState::inaccessible,
          AnaState::persistent_loss, AnaState::change}) {
        if (nvme::to_string(state) == text) {
            return state;
        }
    }
    return std::nullopt;
}

} // namespace haoh::policy
