// SPDX-License-Identifier: LGPL-2.1-or-later
#include "duration.hpp"

#include "base/duration.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

namespace haoh::tool {

std::chrono::milliseconds parse_duration(std::string_view text) {
    const auto time = base::parse_duration(text);
    if (time && *time >= std::chrono::milliseconds{1}) {
        return std::chrono::round<std::chrono::milliseconds>(*time);
    }
    throw Error(Errc::invalid_argument, "use", fmt::format("the time '{}'", text),
                "it is no time between 1ms and a year", "write 500ms, 30s, 5m, 2h or 1d");
}

} // namespace haoh::tool
