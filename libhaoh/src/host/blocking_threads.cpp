// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/blocking_threads.hpp"

#include "base/insist.hpp"
#include "base/without_signals.hpp"

#include <haoh/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace haoh::host {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kLookAgain{1};

} // namespace

/// One run of work. `timer` and `done` belong to the caller's executor, the rest to the mutex.
struct BlockingThreads::Call {
    std::function<void()> work;
    std::exception_ptr failure;
    bool finished{};
    bool abandoned{};
    /// Only while the caller waits: its context may be gone before the work is.
    std::optional<asio::any_io_executor> executor;
    asio::steady_timer* timer{};
    bool done{};
};

struct BlockingThreads::Shared {
    explicit Shared(std::size_t limit) : count{std::max<std::size_t>(limit, 1)} {}

    const std::size_t count;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::shared_ptr<Call>> queue; ///< never more than free threads
    std::vector<std::thread> threads;
    std::vector<bool> busy; ///< each thread: in a call
    std::size_t occupied{}; ///< calls that were begun and did not finish
    std::size_t abandoned{};
    bool stop{};
    std::list<asio::steady_timer*> waiting; ///< callers without a thread; of the executor
};

/// A caller that waits for its call. However it stops to, the call then knows.
class BlockingThreads::Waiting {
  public:
    Waiting(std::shared_ptr<Shared> shared, std::shared_ptr<Call> call, asio::steady_timer& timer)
        : shared_{std::move(shared)}, call_{std::move(call)} {
        call_->timer = &timer;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
        call_->timer = nullptr;
        {
            const std::lock_guard lock(shared_->mutex);
            call_->executor.reset();
            if (!call_->finished) {
                call_->abandoned = true;
                ++shared_->abandoned;
            }
        }
        for (asio::steady_timer* const turn : shared_->waiting) {
            turn->cancel();
        }
    }

  private:
    std::shared_ptr<Shared> shared_;
    std::shared_ptr<Call> call_;
};

BlockingThreads::BlockingThreads(std::size_t count) : shared_{std::make_shared<Shared>(count)} {}

BlockingThreads::~BlockingThreads() {
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stop = true;
        threads = std::move(shared_->threads);
        for (std::size_t i = 0; i < threads.size(); ++i) {
            if (shared_->busy[i]) {
                threads[i].detach();
            }
        }
    }
    shared_->wake.notify_all();
    for (std::thread& one : threads) {
        if (one.joinable()) {
            one.join();
        }
    }
}

std::size_t BlockingThreads::count() const {
    return shared_->count;
}

void BlockingThreads::serve(const std::shared_ptr<Shared>& shared, std::size_t index) {
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->wake.wait(lock, [&] { return shared->stop || !shared->queue.empty(); });
        if (shared->stop) {
            return;
        }
        const std::shared_ptr<Call> call = std::move(shared->queue.front());
        shared->queue.pop_front();
        shared->busy[index] = true;
        std::function<void()> work = std::move(call->work);
        lock.unlock();
        std::exception_ptr failure;
        try {
            work();
        } catch (...) {
            failure = std::current_exception();
        }
        work = nullptr; // what it owns may be what the caller is about to end
        lock.lock();
        call->failure = std::move(failure);
        call->finished = true;
        shared->busy[index] = false;
        --shared->occupied;
        if (call->abandoned) {
            --shared->abandoned;
        } else if (call->executor) {
            const asio::any_io_executor executor = *std::exchange(call->executor, std::nullopt);
            base::insist([&] {
                asio::post(executor, [call] {
                    call->done = true;
                    if (call->timer != nullptr) {
                        call->timer->cancel();
                    }
                });
            });
        }
    }
}

/// With the mutex.
void BlockingThreads::add_thread() {
    const std::size_t index = shared_->threads.size();
    shared_->threads.reserve(index + 1);
    shared_->busy.resize(index + 1);
    try {
        const base::WithoutSignals masked;
        shared_->threads.emplace_back([shared = shared_, index] { serve(shared, index); });
    } catch (const std::system_error& error) {
        throw Error(error.code(), "start", "a thread for what blocks");
    }
}

void BlockingThreads::start(const std::shared_ptr<Call>& call) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->threads.size() <= shared_->occupied) {
            add_thread();
        }
        shared_->queue.push_back(call);
        ++shared_->occupied;
    }
    shared_->wake.notify_one();
}

asio::awaitable<BlockingThreads::Outcome>
BlockingThreads::run(std::function<void()> work, std::optional<std::chrono::milliseconds> limit) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    constexpr auto kForEver = asio::steady_timer::time_point::max();
    for (;;) {
        {
            const std::lock_guard lock(shared_->mutex);
            if (shared_->occupied < shared_->count) {
                break;
            }
            if (shared_->abandoned == shared_->count) {
                co_return Outcome::stuck;
            }
        }
        // The end of any caller's waiting wakes all who wait here.
        asio::steady_timer turn(executor, kForEver);
        struct Place {
            std::shared_ptr<Shared> shared;
            std::list<asio::steady_timer*>::iterator at;
            ~Place() { shared->waiting.erase(at); }
        } const place{shared_, shared_->waiting.insert(shared_->waiting.end(), &turn)};
        co_await turn.async_wait(asio::as_tuple(asio::use_awaitable));
        if ((co_await asio::this_coro::cancellation_state).cancelled() !=
            asio::cancellation_type::none) {
            co_return Outcome::canceled;
        }
    }
    asio::steady_timer timer(executor, kForEver);
    const auto end = limit ? asio::steady_timer::clock_type::now() + *limit : kForEver;
    const auto call = std::make_shared<Call>();
    call->work = std::move(work);
    call->executor = executor;
    start(call);
    const Waiting waiting(shared_, call, timer);
    bool canceled = false;
    while (!call->done && !canceled && asio::steady_timer::clock_type::now() < end) {
        // Asio does not say that there was no place for what wakes it: then it looks itself.
        timer.expires_at(std::min(end, asio::steady_timer::clock_type::now() + kLookAgain));
        const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        canceled = error && !call->done;
    }
    if (call->done) {
        if (call->failure) {
            std::rethrow_exception(call->failure);
        }
        co_return Outcome::done;
    }
    co_return canceled ? Outcome::canceled : Outcome::late;
}

} // namespace haoh::host
