// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/monitor_status.hpp>

#include <algorithm>
#include <numeric>

namespace haoh {

void LatencyHistogram::add(std::chrono::nanoseconds latency) {
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), latency);
    ++counts.at(static_cast<std::size_t>(bound - kBounds.begin()));
    sum += latency;
}

std::uint64_t LatencyHistogram::total() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

} // namespace haoh
