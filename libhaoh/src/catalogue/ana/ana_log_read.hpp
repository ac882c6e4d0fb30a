// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the rules about ANA share: how much of a controller's ANA log is known.
#pragma once

#include "judge/subject.hpp"

#include <cstdint>

namespace haoh::judge {

enum class AnaLogRead : std::uint8_t {
    none,   ///< the controller does not report ANA, or has no such log
    unread, ///< it is due (or may be: no Identify page), and could not be read undisturbed
    partly, ///< it is cut short: what it holds can be judged, not what it lacks
    whole,
};

[[nodiscard]] inline AnaLogRead ana_log_read(const Controller& controller) {
    const AnaObservation& ana = controller.observed->ana;
    if (controller.ana_log_ok) {
        return controller.ana_log_truncated ? AnaLogRead::partly : AnaLogRead::whole;
    }
    const bool refused = ana.stable && ana.log.state == Page::State::status;
    const bool without_ana = controller.has_identify && !controller.ana();
    return without_ana || refused ? AnaLogRead::none : AnaLogRead::unread;
}

} // namespace haoh::judge
