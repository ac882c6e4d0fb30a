// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// FNV-1a, 64 bits: spreads, and tells differences that happen, not ones that somebody makes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace haoh::base {

class Fnv1a {
  public:
    constexpr explicit Fnv1a(std::uint64_t basis = kBasis) : value_{basis} {}

    constexpr Fnv1a& add(std::uint8_t byte) {
        value_ = (value_ ^ byte) * kPrime;
        return *this;
    }
    constexpr Fnv1a& add(std::span<const std::uint8_t> bytes) {
        for (const std::uint8_t byte : bytes) {
            add(byte);
        }
        return *this;
    }
    constexpr Fnv1a& add(std::string_view text) {
        for (const char byte : text) {
            add(static_cast<std::uint8_t>(byte));
        }
        return *this;
    }
    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }

    static constexpr std::uint64_t kBasis = 0xCBF29CE484222325;

  private:
    static constexpr std::uint64_t kPrime = 0x100000001B3;

    std::uint64_t value_;
};

} // namespace haoh::base
