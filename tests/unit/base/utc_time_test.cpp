// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utc_time.hpp"

#include <gtest/gtest.h>

namespace haoh::base {
namespace {

// The numbers are those of `date -u -d TIME +%s`.
TEST(UtcText, is_iso_8601) {
    EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(utc_text(951782399), "2000-02-28T23:59:59Z");
    EXPECT_EQ(utc_text(951782400), "2000-02-29T00:00:00Z");
    EXPECT_EQ(utc_text(1796005809), "2026-11-30T02:30:09Z");
}

} // namespace
} // namespace haoh::base
