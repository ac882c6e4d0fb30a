// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the tests. In CI (CI=true) a skipped test is a failure; elsewhere, when nothing failed and
// something was skipped, the exit status is 77.
//
// When a test failed and the kernel of a guest was spoilt by the emulation (spoilt_by_emulation), all
// is run again, twice at most, and that is told: such a failure says nothing of what is tested.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <unistd.h>
#include <vector>

#include "guest.hpp"
#include "support/process.hpp"

namespace haoh::test {
namespace {

/// How often all was run before.
constexpr const char* kEarlierRuns = "HAOH_KERNEL_EARLIER_RUNS";

/// The console of a guest of this run that the emulation spoilt; empty for none.
std::filesystem::path spoilt_console(std::filesystem::file_time_type begin) {
    const auto& run = *testing::UnitTest::GetInstance();
    for (int i = 0; i < run.total_test_suite_count(); ++i) {
        const auto directory = console_directory(run.GetTestSuite(i));
        if (!run.GetTestSuite(i)->should_run() || !is_directory(directory))
            continue;
        for (const auto& entry : std::filesystem::directory_iterator(directory)) {
            std::ostringstream text;
            text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            if (entry.last_write_time() >= begin && spoilt_by_emulation(text.str()))
                return entry.path();
        }
    }
    return {};
}

} // namespace
} // namespace haoh::test

int main(int argc, char** argv) {
    constexpr int kSkipped = 77;
    const std::vector<char*> arguments(argv, argv + argc + 1); // GoogleTest takes its own away
    const auto begin = std::filesystem::file_time_type::clock::now();
    testing::InitGoogleTest(&argc, argv);
    const int status = RUN_ALL_TESTS();
    const auto& run = *testing::UnitTest::GetInstance();
    const std::string earlier = haoh::test::environment(haoh::test::kEarlierRuns).value_or("0");
    if (status != 0 && earlier != "2") {
        if (const auto console = haoh::test::spoilt_console(begin); !console.empty()) {
            fmt::print(stderr,
                       "the emulation spoilt the kernel of a guest ({}): all is run again\n",
                       console.string());
            std::fflush(nullptr);
            setenv(haoh::test::kEarlierRuns, earlier == "0" ? "1" : "2", 1);
            execv("/proc/self/exe", arguments.data());
        }
    }
    if (status != 0 || run.skipped_test_count() == 0)
        return status;
    if (haoh::test::environment("CI") == "true") {
        fmt::print(stderr, "{} tests were skipped, and in CI none may be\n",
                   run.skipped_test_count());
        return 1;
    }
    return kSkipped;
}
