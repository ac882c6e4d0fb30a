// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/inspect.hpp>

#include "inspect/readings.hpp"
#include "source/run_now.hpp"

#include <haoh/error.hpp>
#include <haoh/host_kernel.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace haoh {

namespace {

using Clock = std::chrono::steady_clock;

Inspection judged(Observation live, const std::vector<Observation>& recorded,
                  CheckOptions options) {
    Inspection out;
    if (recorded.empty()) {
        out.observation = std::move(live);
    } else {
        std::vector<Observation> parts = recorded;
        parts.push_back(std::move(live));
        out.observation = merge(std::move(parts));
    }
    if (options.kernel.empty() && out.observation.kernels.empty()) {
        options.kernel = running_kernel();
    }
    out.report = check(out.observation, options);
    return out;
}

} // namespace

boost::asio::awaitable<Inspection> inspect(Source source, CheckOptions options,
                                           std::vector<Observation> recorded) {
    inspection::Readings readings;
    Observation first = co_await observe(source);
    readings.take(judged(std::move(first), recorded, options));
    const auto until = Clock::now() + source.timeout;
    boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
    while (!readings.settled()) {
        pause.expires_after(inspection::pause_before(readings.count()));
        co_await pause.async_wait(boost::asio::use_awaitable);
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left <= std::chrono::milliseconds::zero()) {
            break;
        }
        Source again = source;
        again.timeout = left;
        Observation next;
        try {
            next = co_await observe(std::move(again));
        } catch (const Error&) {
            break; // what the readings before found stays
        }
        if (!readings.take(judged(std::move(next), recorded, options))) {
            break;
        }
    }
    co_return std::move(readings).result();
}

Inspection inspect_now(Source source, CheckOptions options, std::vector<Observation> recorded) {
    const LastMoment last(source, source.timeout);
    return run_now(inspect(std::move(source), std::move(options), std::move(recorded)), last);
}

} // namespace haoh
