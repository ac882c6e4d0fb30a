// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How much of the machine something may take that others can make arbitrarily laborious.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace haoh::monitor {

/// After work that took a time of the processor comes a rest of nine times as long: it takes a tenth at
/// most, however much there is to do and however often it is called for.
class Rest {
  public:
    using Clock = std::chrono::steady_clock;

    /// Lasts as long as the work, during which its thread may wait and do other things.
    class Work {
      public:
        explicit Work(Rest& rest) : rest_{rest} {}
        ~Work() {
            rest_.worked(std::min(Clock::now() - begin_, processor() - spent_), Clock::now());
        }
        Work(const Work&) = delete;
        Work& operator=(const Work&) = delete;

      private:
        Rest& rest_;
        Clock::time_point begin_{Clock::now()};
        Clock::duration spent_{processor()};
    };

    void worked(Clock::duration time, Clock::time_point now) { until_ = now + kTimes * time; }
    /// Until when it lasts; it may be over.
    [[nodiscard]] Clock::time_point until() const { return until_; }

  private:
    static constexpr int kTimes = 9;

    /// Of all threads: another one may go on with what one began.
    static Clock::duration processor() {
        ::timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }

    Clock::time_point until_{};
};

} // namespace haoh::monitor
