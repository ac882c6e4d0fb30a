// SPDX-License-Identifier: LGPL-2.1-or-later
// A GoogleTest program that does as it is told: suite_test.py lets the suite run it, and wants each
// way of going wrong to be seen.
//
// usage: suite_sample [SUITE.NAME=WHAT]... [--gtest_...]
//   Each is a test; WHAT is one of those below.
#include <csignal>
#include <cstdlib>
#include <deque>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

class Sample : public testing::Test {
  public:
    explicit Sample(std::string_view what) : what_(what) {}

    void TestBody() override {
        EXPECT_TRUE(what_ != "fails" && what_ != "mended") << "as it was told";
        if (what_ == "mended" || what_ == "expected")
            RecordProperty("expected_failure", "not mended yet");
        if (what_ == "skips")
            GTEST_SKIP() << "there is no such thing";
        if (what_ == "exits")
            std::exit(0); // NOLINT(concurrency-mt-unsafe)
        if (what_ == "killed")
            std::raise(SIGKILL);
        while (what_ == "hangs")
            pause();
        if (what_ == "crashes_at_exit")
            std::atexit([] { std::abort(); });
    }

  private:
    std::string_view what_;
};

} // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    std::deque<std::string> names; // GoogleTest copies them, but not all of its versions
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const std::size_t dot = word.find('.');
        const std::size_t equals = word.find('=');
        if (dot == std::string_view::npos || equals == std::string_view::npos || equals < dot)
            return EXIT_FAILURE;
        const std::string& suite = names.emplace_back(word.substr(0, dot));
        const std::string& name = names.emplace_back(word.substr(dot + 1, equals - dot - 1));
        testing::RegisterTest(
            suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
            [what = word.substr(equals + 1)]() -> Sample* { return new Sample(what); });
    }
    return RUN_ALL_TESTS();
}
