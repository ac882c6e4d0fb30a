// SPDX-License-Identifier: LGPL-2.1-or-later
#include "draw.hpp"

#include "support/process.hpp"

#include <cmath>

namespace haoh::test {
namespace {

std::uint64_t wanted_seed() {
    const auto given = environment("HAOH_TEST_SEED");
    return given ? std::stoull(*given) : 1;
}

} // namespace

bool thorough() {
    return environment("HAOH_TEST_LONG") == "1";
}

Draw::Draw() : seed_{wanted_seed()}, generator_{seed_} {}

std::uint64_t Draw::number(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{1, most}(generator_);
}

std::chrono::microseconds Draw::moment(std::chrono::microseconds window) {
    const double part = std::uniform_real_distribution<double>{0.0, 1.05}(generator_);
    return std::chrono::microseconds{
        std::llround(static_cast<double>(window.count()) * part * part)};
}

} // namespace haoh::test
