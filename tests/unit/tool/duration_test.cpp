// SPDX-License-Identifier: LGPL-2.1-or-later
#include "duration.hpp"

#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;

TEST(Duration, is_read_with_its_unit) {
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("1d"), 24h);
    EXPECT_EQ(parse_duration("1.5s"), 1500ms);
    EXPECT_EQ(parse_duration("90"), 90s) << "a bare number is seconds";
}

TEST(Duration, is_a_millisecond_at_least_and_rounded_to_them) {
    EXPECT_EQ(parse_duration("1ms"), 1ms);
    EXPECT_EQ(parse_duration("1000us"), 1ms);
    EXPECT_EQ(parse_duration("1.6ms"), 2ms);
    EXPECT_EQ(parse_duration("1.4ms"), 1ms);
    EXPECT_EQ(parse_duration("366d"), 24h * 366);
    try {
        static_cast<void>(parse_duration("0.999ms"));
        ADD_FAILURE() << "taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        EXPECT_NE(std::string_view{error.what()}.find("'0.999ms'"), std::string_view::npos);
    }
}

TEST(Duration, is_nothing_else) {
    for (const char* text : {"", "s", "0", "-1s", "1w", "5mm", "nan", "inf", "1e3s", "2y", "400d",
                             "0.0001ms", "99999999999999999999s"}) {
        EXPECT_THROW(static_cast<void>(parse_duration(text)), Error) << text;
    }
}

} // namespace
} // namespace haoh::tool
