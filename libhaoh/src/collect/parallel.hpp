// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Structured concurrency: several coroutines over one job list, all ended before the caller goes on.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace haoh {

/// Runs every coroutine of `tasks` and waits for all of them, also when one throws or the caller is
/// canceled (the cancellation reaches each). Rethrows the first exception then.
inline boost::asio::awaitable<void> when_all(std::vector<boost::asio::awaitable<void>> tasks) {
    const auto executor = co_await boost::asio::this_coro::executor;
    using Operation = decltype(boost::asio::co_spawn(
        executor, std::declval<boost::asio::awaitable<void>>(), boost::asio::deferred));
    std::vector<Operation> operations;
    operations.reserve(tasks.size());
    for (auto& task : tasks) {
        operations.push_back(
            boost::asio::co_spawn(executor, std::move(task), boost::asio::deferred));
    }
    if (operations.empty()) {
        co_return;
    }
    auto group = boost::asio::experimental::make_parallel_group(std::move(operations));
    const auto [order, failures] = co_await group.async_wait(
        boost::asio::experimental::wait_for_all(), boost::asio::use_awaitable);
    for (const std::size_t index : order) {
        if (failures[index]) {
            std::rethrow_exception(failures[index]);
        }
    }
}

/// Calls `job(i)` for every i below `count`, at most `depth` at a time. `job` is called from one coroutine
/// at a time but its awaitables overlap; it must outlive the call.
template <typename Job>
boost::asio::awaitable<void> for_each_index(std::size_t count, std::size_t depth, Job& job) {
    struct Worker {
        static boost::asio::awaitable<void> run(std::size_t& next, std::size_t count, Job& job) {
            while (next < count) {
                const std::size_t index = next++;
                co_await job(index);
            }
        }
    };
    std::size_t next = 0;
    const std::size_t workers = std::min(count, std::max<std::size_t>(depth, 1));
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.reserve(workers);
    for (std::size_t i = 0; i < workers; ++i) {
        tasks.push_back(Worker::run(next, count, job));
    }
    co_await when_all(std::move(tasks));
}

} // namespace haoh
