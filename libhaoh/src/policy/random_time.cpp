// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/random_time.hpp"

#include <algorithm>
#include <cmath>

namespace haoh::policy {
namespace {

constexpr std::size_t kParts = NormalQuantiles::kParts;

double probability_of(std::size_t part) {
    constexpr double kEdge = 0.25 / kParts;
    return std::clamp(static_cast<double>(part) / kParts, kEdge, 1 - kEdge);
}

/// By bisection of the distribution function.
double normal_quantile(double probability) {
    double low = -6;
    double high = 6;
    for (int i = 0; i < 44; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

NormalQuantiles::NormalQuantiles() : values_(kParts + 1) {
    for (std::size_t i = 0; i < kParts / 2; ++i) { // the one in the middle is 0
        values_[i] = normal_quantile(probability_of(i));
        values_[kParts - i] = -values_[i];
    }
}

RandomTime::RandomTime(const LatencyDistribution& distribution, const NormalQuantiles& normal)
    : constant_{distribution.mean.count()} {
    const auto mean = static_cast<double>(distribution.mean.count());
    const auto deviation = static_cast<double>(distribution.deviation.count());
    if (deviation <= 0 || distribution.kind == LatencyDistribution::Kind::constant) {
        return;
    }
    const double variance = std::log1p(deviation * deviation / (mean * mean));
    const double location = std::log(mean) - variance / 2;
    for (const double quantile : normal.values()) {
        quantiles_.push_back(distribution.kind == LatencyDistribution::Kind::normal
                                 ? std::max(mean + deviation * quantile, mean / 10)
                                 : std::exp(location + std::sqrt(variance) * quantile));
    }
}

RandomTime RandomTime::exponential(double mean_nanoseconds) {
    RandomTime out;
    for (std::size_t i = 0; i <= kParts; ++i) {
        const double probability = i == 0 ? 0 : probability_of(i);
        out.quantiles_.push_back(-mean_nanoseconds * std::log1p(-probability));
    }
    return out;
}

} // namespace haoh::policy
