// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collect/parallel.hpp"

#include "fake_controller.hpp"

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace haoh::test {
namespace {

using boost::asio::awaitable;

awaitable<void> yield_once() {
    co_await boost::asio::post(co_await boost::asio::this_coro::executor,
                               boost::asio::use_awaitable);
}

awaitable<std::size_t> most_at_once(std::size_t count, std::size_t depth, std::vector<int>& calls) {
    std::size_t running = 0;
    std::size_t most = 0;
    auto job = [&](std::size_t index) -> awaitable<void> {
        ++calls.at(index);
        most = std::max(most, ++running);
        co_await yield_once();
        --running;
    };
    co_await for_each_index(count, depth, job);
    co_return most;
}

TEST(ForEachIndex, calls_every_index_once_and_no_more_than_depth_at_a_time) {
    boost::asio::io_context context{1};
    std::vector<int> calls(100, 0);
    EXPECT_EQ(run(context, most_at_once(100, 7, calls)), 7U);
    EXPECT_EQ(calls, std::vector<int>(100, 1));
}

TEST(ForEachIndex, does_nothing_for_nothing_and_takes_depth_zero_for_one) {
    boost::asio::io_context context{1};
    std::vector<int> none;
    EXPECT_EQ(run(context, most_at_once(0, 7, none)), 0U);
    std::vector<int> calls(3, 0);
    EXPECT_EQ(run(context, most_at_once(3, 0, calls)), 1U);
}

TEST(WhenAll, lets_all_end_before_it_rethrows) {
    boost::asio::io_context context{1};
    int ended = 0;
    struct Tasks {
        static awaitable<void> good(int& count) {
            co_await yield_once();
            co_await yield_once();
            ++count;
        }
        static awaitable<void> bad() {
            co_await yield_once();
            throw std::runtime_error("bad");
        }
        static awaitable<int> all(int& count) {
            std::vector<awaitable<void>> tasks;
            tasks.push_back(good(count));
            tasks.push_back(bad());
            tasks.push_back(good(count));
            co_await when_all(std::move(tasks));
            co_return count;
        }
    };
    EXPECT_THROW(run(context, Tasks::all(ended)), std::runtime_error);
    EXPECT_EQ(ended, 2);
}

} // namespace
} // namespace haoh::test
