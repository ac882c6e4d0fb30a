// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace haoh::base {
namespace {

using namespace std::chrono_literals;

TEST(Duration, is_a_number_and_a_unit) {
    const std::pair<const char*, std::chrono::nanoseconds> all[] = {
        {"3", 3s},       {"0", 0s},       {"3ns", 3ns},        {"3us", 3us},
        {"3ms", 3ms},    {"3s", 3s},      {"3m", 3min},        {"3min", 3min},
        {"3h", 3h},      {"3d", 72h},     {"1.5s", 1500ms},    {"0.25ms", 250us},
        {"2 min", 2min}, {"86400s", 24h}, {"366d", 24h * 366}, {"0.0000000006s", 1ns}};
    for (const auto& [text, time] : all) {
        EXPECT_EQ(parse_duration(text), time) << text;
    }
}

TEST(Duration, is_nothing_else) {
    for (const char* const text :
         {"", "s", " 1s", "1 ", "1s ", "-1s", "1w", "5mm", "nan", "inf", "1e3s", "2y", "366.1d",
          "99999999999999999999s", "2 fortnights", "+1s"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Duration, of_a_number_of_seconds) {
    EXPECT_EQ(duration_of_seconds(0), 0s);
    EXPECT_EQ(duration_of_seconds(0.5), 500ms);
    EXPECT_EQ(duration_of_seconds(366.0 * 86400), kLongestDuration);
    for (const double seconds : {-0.001, 366.0 * 86400 + 1, 1e300, double(INFINITY), double(NAN)}) {
        EXPECT_EQ(duration_of_seconds(seconds), std::nullopt) << seconds;
    }
}

} // namespace
} // namespace haoh::base
