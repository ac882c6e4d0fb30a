// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/random_time.hpp"

#include <algorithm>
#include <cmath>

namespace haoh::policy {
namespace {

/// The quantile of the standard normal distribution, by bisection of its distribution function.
double normal_quantile(double probability) {
    double low = -6;
    double high = 6;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

template <typename Quantile>
void RandomTime::tabulate(const Quantile& quantile) {
    constexpr std::size_t kParts = std::size_t{1} << kBits;
    constexpr double kEdge = 0.25 / kParts; // the ends lie at infinity
    quantiles_.reserve(kParts + 1);
    for (std::size_t i = 0; i <= kParts; ++i) {
        const double probability = std::clamp(static_cast<double>(i) / kParts, kEdge, 1 - kEdge);
        quantiles_.push_back(std::max(quantile(probability), 1.0));
    }
}

RandomTime::RandomTime(const LatencyDistribution& distribution)
    : constant_{distribution.mean.count()} {
    const auto mean = static_cast<double>(distribution.mean.count());
    const auto deviation = static_cast<double>(distribution.deviation.count());
    if (deviation <= 0 || distribution.kind == LatencyDistribution::Kind::constant) {
        return;
    }
    if (distribution.kind == LatencyDistribution::Kind::normal) {
        tabulate([&](double probability) {
            return std::max(mean + deviation * normal_quantile(probability), mean / 10);
        });
        return;
    }
    const double variance = std::log1p(deviation * deviation / (mean * mean));
    const double location = std::log(mean) - variance / 2;
    tabulate([&](double probability) {
        return std::exp(location + std::sqrt(variance) * normal_quantile(probability));
    });
}

RandomTime RandomTime::exponential(double mean_nanoseconds) {
    RandomTime out;
    out.tabulate([&](double probability) { return -mean_nanoseconds * std::log1p(-probability); });
    return out;
}

} // namespace haoh::policy
