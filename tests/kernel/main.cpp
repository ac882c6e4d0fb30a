// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the tests. In CI (CI=true) a skipped test is a failure; elsewhere, when nothing failed and
// something was skipped, the exit status is 77.
#include <cstdio>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/process.hpp"

int main(int argc, char** argv) {
    constexpr int kSkipped = 77;
    testing::InitGoogleTest(&argc, argv);
    const int status = RUN_ALL_TESTS();
    const auto& run = *testing::UnitTest::GetInstance();
    if (status != 0 || run.skipped_test_count() == 0)
        return status;
    if (haoh::test::environment("CI") == "true") {
        fmt::print(stderr, "{} tests were skipped, and in CI none may be\n",
                   run.skipped_test_count());
        return 1;
    }
    return kSkipped;
}
