// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/inspect.hpp>

#include "inspect/readings.hpp"

#include <haoh/error.hpp>
#include <haoh/host_kernel.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace haoh {

namespace {

using Clock = std::chrono::steady_clock;

Inspection judged(Observation live, const std::vector<Observation>& recorded,
                  const CheckOptions& options) {
    Inspection out;
    if (recorded.empty()) {
        out.observation = std::move(live);
    } else {
        std::vector<Observation> parts = recorded;
        parts.push_back(std::move(live));
        out.observation = merge(std::move(parts));
    }
    out.report = check_here(out.observation, options);
    return out;
}

/// Looks until it is settled, or the time for looking again is over.
class Look {
  public:
    Look(Source source, CheckOptions options, std::vector<Observation> recorded)
        : source_{std::move(source)}, options_{std::move(options)}, recorded_{std::move(recorded)} {
    }

    [[nodiscard]] const Source& source() const { return source_; }

    /// \return how long to wait before the next reading; nullopt when there is none. One that takes
    /// longer than is left is not begun.
    [[nodiscard]] std::optional<std::chrono::milliseconds> take(Observation reading) {
        const bool quick = Clock::now() - began_ < source_.command_timeout;
        readings_.take(judged(std::move(reading), recorded_, options_), quick);
        const auto now = Clock::now();
        last_took_ = now - began_;
        if (readings_.tried() == 1) {
            until_ = now + source_.timeout;
        }
        const auto pause = inspection::pause_before(readings_.tried());
        if (readings_.settled() || now + pause + last_took_ > until_) {
            return std::nullopt;
        }
        return pause;
    }
    /// What the next reading looks at, in the time that is left.
    [[nodiscard]] Source next() {
        began_ = Clock::now();
        Source again = source_;
        again.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - began_);
        return again;
    }
    [[nodiscard]] Inspection result() && { return std::move(readings_).result(); }

  private:
    Source source_;
    CheckOptions options_;
    std::vector<Observation> recorded_;
    inspection::Readings readings_;
    Clock::time_point began_{Clock::now()};
    Clock::time_point until_;
    Clock::duration last_took_{};
};

} // namespace

Report check_here(const Observation& observation, CheckOptions options) {
    if (options.kernel.empty() && observation.kernels.empty()) {
        options.kernel = running_kernel();
    }
    return check(observation, options);
}

boost::asio::awaitable<Inspection> inspect(Source source, CheckOptions options,
                                           std::vector<Observation> recorded) {
    Look look(std::move(source), std::move(options), std::move(recorded));
    Observation reading = co_await observe(look.source());
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (const auto pause = look.take(std::move(reading))) {
        timer.expires_after(*pause);
        co_await timer.async_wait(boost::asio::use_awaitable);
        try {
            reading = co_await observe(look.next());
        } catch (const Error&) {
            break; // what the readings before found stays
        }
    }
    co_return std::move(look).result();
}

Inspection inspect_now(Source source, CheckOptions options, std::vector<Observation> recorded) {
    Look look(std::move(source), std::move(options), std::move(recorded));
    Observation reading = observe_now(look.source());
    while (const auto pause = look.take(std::move(reading))) {
        std::this_thread::sleep_for(*pause);
        try {
            reading = observe_now(look.next());
        } catch (const Error&) {
            break; // what the readings before found stays
        }
    }
    return std::move(look).result();
}

} // namespace haoh
