// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a monitor told, for the tests of this room.
#pragma once

#include <haoh/event.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

namespace haoh::test {

/// Those of one kind, in their order.
inline std::vector<Event> events_of(const std::vector<Event>& events, EventKind kind) {
    std::vector<Event> out;
    std::copy_if(events.begin(), events.end(), std::back_inserter(out),
                 [kind](const Event& event) { return event.kind == kind; });
    return out;
}

} // namespace haoh::test
