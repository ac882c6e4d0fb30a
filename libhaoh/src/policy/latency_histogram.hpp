// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Counts times in buckets that are exact to 1/128, so that percentiles need no list of all.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace haoh::policy {

class LatencyHistogram {
  public:
    LatencyHistogram() : buckets_(index_of(kMax) + 1) {}

    void add(std::int64_t nanoseconds) {
        const auto value =
            std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0)), kMax);
        ++buckets_[index_of(value)];
        ++count_;
        sum_ += value;
        max_ = std::max(max_, value);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t max() const { return max_; }
    [[nodiscard]] std::uint64_t mean() const { return sum_ / std::max<std::uint64_t>(count_, 1); }
    /// The largest value of the bucket in which the quantile lies; at most `max`. \param of 0 to 1
    [[nodiscard]] std::uint64_t quantile(double of) const {
        const auto rank = static_cast<std::uint64_t>(of * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen > rank) {
                return std::min(upper_of(i), max_);
            }
        }
        return max_;
    }

  private:
    static constexpr unsigned kBits = 7;
    static constexpr std::uint64_t kMax = (std::uint64_t{1} << 44U) - 1; ///< about 5 hours

    /// Below 2^8 a bucket a value; then 2^7 buckets for each power of 2.
    static std::size_t index_of(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value | (1U << kBits)));
        const unsigned shift = width - kBits - 1;
        return (std::size_t{shift} << kBits) + (value >> shift);
    }
    static std::uint64_t upper_of(std::size_t index) {
        if (index < (std::size_t{2} << kBits)) {
            return index;
        }
        const std::size_t shift = (index >> kBits) - 1;
        const std::uint64_t top = (index & ((1U << kBits) - 1)) + (1U << kBits);
        return ((top + 1) << shift) - 1;
    }

    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_{};
    std::uint64_t sum_{};
    std::uint64_t max_{};
};

} // namespace haoh::policy
