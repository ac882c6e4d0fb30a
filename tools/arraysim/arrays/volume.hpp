// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A volume: what belongs to a namespace itself and not to a path. Arrays that share a volume
/// share its data, its reservations and its write protection.
#pragma once

#include <arraysim/arrays/reservation.hpp>
#include <arraysim/arrays/store.hpp>

namespace haoh::arraysim {

struct Volume {
    Store store;
    Reservations reservations;
    std::uint8_t write_protect{}; ///< Namespace Write Protection Config state, 0..3
};

} // namespace haoh::arraysim
