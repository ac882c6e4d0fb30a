// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh monitor --detect: how soon an array that falls silent is lost, and that no other one is.
#include "running_program.hpp"
#include "simulated_arrays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> watching(const SimulatedArrays& arrays, std::vector<std::string> more) {
    std::vector<std::string> words{
        HAOH_PROGRAM,       "monitor", "-t",     arrays.target("a"), "-t",
        arrays.target("b"), "--nqn",   kPairNqn, "--metrics",        "0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

bool ready(const RunningProgram& monitor) {
    return monitor.wait_for([&] { return monitor.errors().find("/metrics") != std::string::npos; });
}

/// Twice as many threads as there are processors, none of which rests.
class BusyMachine {
  public:
    BusyMachine() {
        const unsigned threads = 2 * std::max(1U, std::thread::hardware_concurrency());
        for (unsigned i = 0; i < threads; ++i) {
            threads_.emplace_back([this] {
                while (!over_.load(std::memory_order_relaxed)) {
                }
            });
        }
    }
    ~BusyMachine() {
        over_ = true;
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    BusyMachine(const BusyMachine&) = delete;
    BusyMachine& operator=(const BusyMachine&) = delete;

  private:
    std::atomic<bool> over_{};
    std::vector<std::thread> threads_;
};

TEST(MonitorDetect, says_from_the_start_how_long_it_takes) {
    const SimulatedArrays arrays{healthy_scenario()};
    for (const auto& [more, said] :
         {std::pair{std::vector<std::string>{},
                    "haoh: an array that falls silent is noticed within 15 s, or sooner with "
                    "--detect\n"},
          std::pair{std::vector<std::string>{"--detect", "1500ms"},
                    "haoh: an array that falls silent is noticed within 1.5 s\n"}}) {
        const RunningProgram monitor(watching(arrays, more));
        ASSERT_TRUE(ready(monitor)) << monitor.errors();
        monitor.signal(SIGTERM);
        EXPECT_EQ(monitor.ended(), 0);
        EXPECT_THAT(monitor.errors(), HasSubstr(said));
        EXPECT_THAT(monitor.output(), HasSubstr("\ndetection "));
    }
}

TEST(MonitorDetect, loses_an_array_that_hangs_within_its_time) {
    const SimulatedArrays arrays{healthy_scenario()};
    const RunningProgram monitor(
        watching(arrays, {"--detect", "1s", "-o", "json", "--until", "source_lost"}));
    ASSERT_TRUE(ready(monitor)) << monitor.errors();
    arrays.send({"hang", "b"});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(monitor.ended(), 3) << monitor.told();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 9s) << "15 s unless told otherwise";
    EXPECT_THAT(monitor.output(), HasSubstr(arrays.target("b")));
    EXPECT_THAT(monitor.output(),
                Not(HasSubstr("\"event\":\"source_lost\",\"source\":\"" + arrays.target("a"))));
}

TEST(MonitorDetect, loses_nothing_although_the_machine_is_busy) {
    const SimulatedArrays arrays{healthy_scenario()};
    const RunningProgram monitor(watching(arrays, {"--detect", "2s", "-o", "json"}));
    ASSERT_TRUE(ready(monitor)) << monitor.errors();
    {
        const BusyMachine busy;
        std::this_thread::sleep_for(std::getenv("HAOH_TEST_LONG") != nullptr ? 20s : 3s);
    }
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0) << monitor.told();
    EXPECT_THAT(monitor.output(), IsEmpty());
}

TEST(MonitorDetect, refuses_what_is_impossible) {
    const SimulatedArrays arrays{healthy_scenario()};
    const std::vector<std::string> words{"monitor", "-t", arrays.target("a"), "--nqn", kPairNqn,
                                         "--for",   "1s", "--detect"};
    for (const auto& [time, why] : {std::pair{"499ms", "it is too short; say 500 ms to 60 s"},
                                    std::pair{"61", "it is too long; say 500 ms to 60 s"},
                                    std::pair{"soon", "the time 'soon'"}}) {
        std::vector<std::string> these = words;
        these.emplace_back(time);
        const ProgramResult result = haoh(these);
        EXPECT_EQ(result.status, 2) << time;
        EXPECT_THAT(result.standard_error, HasSubstr(why));
    }
    const ProgramResult host = haoh({"monitor", "--detect", "1s", "--for", "1s"});
    EXPECT_EQ(host.status, 2);
    EXPECT_THAT(host.standard_error, HasSubstr("name one with -t"));
}

} // namespace
} // namespace haoh::test
