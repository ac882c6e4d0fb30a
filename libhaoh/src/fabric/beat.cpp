// SPDX-License-Identifier: LGPL-2.1-or-later
#include "beat.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh {

namespace fabric {

std::chrono::milliseconds kato_of(const ConnectOptions& options) {
    return options.keep_alive.count() == 0 ? options.keep_alive
                                           : std::max(options.keep_alive, options.detect);
}

Beat beat_of(const ConnectOptions& options) {
    if (options.detect.count() == 0) {
        return {.interval = options.keep_alive / 2, .limit = options.keep_alive};
    }
    // Not above the half of KATO, which is no shorter.
    const auto interval = options.detect / 2;
    return {.interval = interval, .limit = options.detect - interval, .probe = true};
}

} // namespace fabric

std::chrono::milliseconds detection_time(const ConnectOptions& options) {
    const fabric::Beat beat = fabric::beat_of(options);
    return beat.interval + beat.limit;
}

void require_detection(std::chrono::milliseconds detect) {
    const bool possible =
        detect.count() == 0 || (detect >= kShortestDetection && detect <= kLongestDetection);
    if (!possible) {
        throw Error(Errc::invalid_argument, "notice silence within",
                    fmt::format("{} ms", detect.count()),
                    fmt::format("it is {}", detect < kShortestDetection ? "too short" : "too long"),
                    fmt::format("say {} ms to {} s", kShortestDetection.count(),
                                kLongestDetection.count() / 1000));
    }
}

} // namespace haoh
