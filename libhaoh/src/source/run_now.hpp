// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Runs a coroutine that observes in the calling thread.
#pragma once

#include "base/working_timers.hpp"

#include <haoh/error.hpp>
#include <haoh/source_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace haoh {

/// When nothing can be expected of an observation any more. Each wait has a bound of its own, but where
/// memory is short the coroutine that would keep it may be gone, and a caller's resolver may not heed it;
/// these bounds take no memory.
class LastMoment {
  public:
    using Clock = std::chrono::steady_clock;

    // All targets are asked at once. How many controllers a host has is not known before.
    explicit LastMoment(const Source& source)
        : all_{source.reads_host() ? Clock::time_point::max()
                                   : Clock::now() + source.timeout + kGrace},
          one_wait_{std::max(source.timeout, source.command_timeout) + kGrace} {}

    /// Runs until the end or the last moment. What is due is done even then: a busy machine may be late.
    void run(boost::asio::io_context& context) const {
        while (context.run_one_until(next()) + context.poll_one() > 0) {
        }
    }

  private:
    /// Beyond the time of what is observed, while nothing happens: for connections to be closed.
    static constexpr std::chrono::seconds kGrace{5};

    [[nodiscard]] Clock::time_point next() const {
        return std::min(Clock::now() + one_wait_, all_);
    }

    Clock::time_point all_;
    Clock::duration one_wait_;
};

/// \throws what it throws; Error (timed_out) when the last moment has come, (not_enough_memory) when it
///         ended without a result
template <typename Result>
[[nodiscard]] Result run_now(boost::asio::awaitable<Result> work, const LastMoment& last) {
    boost::asio::io_context context{1};
    base::require_timers(context);
    std::optional<Result> out;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, Result result) {
        failure = std::move(error);
        out = std::move(result);
    });
    last.run(context);
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!out && !context.stopped()) {
        throw Error(std::make_error_code(std::errc::timed_out), "observe", {},
                    "it did not end in its time");
    }
    if (!out) { // a coroutine is gone that the others waited for
        throw Error(std::make_error_code(std::errc::not_enough_memory), "observe", {});
    }
    return *std::move(out);
}

} // namespace haoh
