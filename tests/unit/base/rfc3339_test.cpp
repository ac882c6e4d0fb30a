// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/rfc3339.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace haoh::base {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, is_written_in_utc) {
    EXPECT_EQ(rfc3339(0ns), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(rfc3339(951782400s - 1ns), "2000-02-28T23:59:59.999999Z");
    EXPECT_EQ(rfc3339_exact(951782400s - 1ns), "2000-02-28T23:59:59.999999999Z");
    EXPECT_EQ(rfc3339_exact(1777644187123456789ns), "2026-05-01T14:03:07.123456789Z");
    EXPECT_EQ(time_of_day(1777644187123456789ns), "14:03:07.123456Z");
}

TEST(Rfc3339, is_read_as_it_is_written) {
    for (const auto time :
         {0ns, 1ns, 999'999'999ns, 1777644187123456789ns, 9'000'000'000'000'000'001ns}) {
        EXPECT_EQ(parse_rfc3339(rfc3339_exact(time)), time);
        EXPECT_EQ(parse_rfc3339(rfc3339(time)),
                  std::chrono::floor<std::chrono::microseconds>(time));
    }
}

TEST(Rfc3339, is_read_with_less_and_with_an_offset) {
    struct Case {
        const char* text;
        std::chrono::nanoseconds time;
    };
    for (const Case& one : std::array<Case, 10>{{
             {"2026-05-01T14:03:07Z", 1777644187s},
             {"2026-05-01 14:03:07", 1777644187s},
             {"2026-05-01t14:03:07z", 1777644187s},
             {"2026-05-01T14:03", 1777644180s},
             {"2026-05-01T14:03Z", 1777644180s},
             {"2026-05-01T16:03:07+02:00", 1777644187s},
             {"2026-05-01T11:33:07.5-02:30", 1777644187s + 500ms},
             {"2026-05-01T14:03:07.000000001Z", 1777644187s + 1ns},
             {"2016-12-31T23:59:60Z", 1483228800s},
             {"2024-02-29T00:00:00Z", 1709164800s},
         }}) {
        EXPECT_EQ(parse_rfc3339(one.text), one.time) << one.text;
    }
}

TEST(Rfc3339, is_not_what_looks_like_it) {
    for (const char* const text : {"",
                                   "2026",
                                   "2026-05-01",
                                   "2026-05-01T",
                                   "2026-05-01T14",
                                   "2026-05-01T14:3",
                                   "2026-5-01T14:03",
                                   "2026-13-01T14:03",
                                   "2026-00-01T14:03",
                                   "2026-05-32T14:03",
                                   "2026-02-29T14:03",
                                   "2026-05-01T24:00",
                                   "2026-05-01T14:60",
                                   "2026-05-01T14:03:61",
                                   "2026-05-01T14:03:07.",
                                   "2026-05-01T14:03:07.Z",
                                   "2026-05-01T14:03:07.0000000001Z",
                                   "2026-05-01T14:03:07ZZ",
                                   "2026-05-01T14:03:07 Z",
                                   "2026-05-01T14:03:07+2",
                                   "2026-05-01T14:03:07+24:00",
                                   "2026-05-01x14:03:07",
                                   " 2026-05-01T14:03",
                                   "1969-12-31T23:59",
                                   "1970-01-01T00:00+00:01",
                                   "2262-01-01T00:00",
                                   "-026-05-01T14:03",
                                   "2026-05-01T+4:03",
                                   "yesterday"}) {
        EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace haoh::base
