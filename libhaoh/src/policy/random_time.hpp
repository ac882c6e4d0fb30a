// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Random numbers and times that are the same with every standard library.
#pragma once

#include <haoh/simulate.hpp>

#include <cstdint>
#include <vector>

namespace haoh::policy {

/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

  private:
    std::uint64_t state_;
};

/// The quantiles of the standard normal distribution, from which those of others are made.
class NormalQuantiles {
  public:
    static constexpr unsigned kBits = 12;
    static constexpr std::size_t kParts = std::size_t{1} << kBits;

    NormalQuantiles();
    /// Ascending, `kParts` + 1 of them; the ends, which lie at infinity, are those of a quarter part.
    [[nodiscard]] const std::vector<double>& values() const { return values_; }

  private:
    std::vector<double> values_;
};

/// Times of a distribution, from a table of its quantiles: a look-up and a line between two entries.
class RandomTime {
  public:
    RandomTime(const LatencyDistribution& distribution, const NormalQuantiles& normal);
    /// Times between arrivals that do not know of each other.
    static RandomTime exponential(double mean_nanoseconds);

    [[nodiscard]] std::int64_t draw(Random& random) const {
        if (quantiles_.empty()) {
            return constant_;
        }
        const std::uint64_t bits = random.next();
        const auto index = static_cast<std::size_t>(bits >> (64U - kBits));
        const double part = static_cast<double>(bits & 0xFFFFFFFFU) * 0x1p-32;
        const double low = quantiles_[index];
        return static_cast<std::int64_t>(low + (quantiles_[index + 1] - low) * part);
    }

  private:
    static constexpr unsigned kBits = NormalQuantiles::kBits;

    RandomTime() = default;

    std::int64_t constant_{};
    std::vector<double> quantiles_;
};

} // namespace haoh::policy
