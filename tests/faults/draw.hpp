// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Samples of what is too much to be tried in full.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace haoh::test {

/// HAOH_TEST_LONG=1
[[nodiscard]] bool thorough();

/// Always the same draw, unless HAOH_TEST_SEED says otherwise: another would find, or miss, by chance.
class Draw {
  public:
    Draw();

    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    /// From 1 to `most`.
    [[nodiscard]] std::uint64_t number(std::uint64_t most);
    /// Within the time and a little beyond, and more often soon: that is when most is going on.
    [[nodiscard]] std::chrono::microseconds moment(std::chrono::microseconds window);

  private:
    std::uint64_t seed_;
    std::mt19937_64 generator_;
};

} // namespace haoh::test
