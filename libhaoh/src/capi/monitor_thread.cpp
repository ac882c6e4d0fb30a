// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/monitor_thread.hpp"

#include "base/insist.hpp"
#include "base/without_signals.hpp"
#include "base/working_timers.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <future>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace haoh::capi {

namespace asio = boost::asio;

Flag::Flag() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (descriptor_ < 0) {
        throw Error({errno, std::generic_category()}, "make", "an eventfd");
    }
}

Flag::~Flag() {
    ::close(descriptor_);
}

void Flag::set(bool on) {
    if (on == on_) {
        return;
    }
    on_ = on;
    eventfd_t value = 1;
    static_cast<void>(on ? ::eventfd_write(descriptor_, value)
                         : ::eventfd_read(descriptor_, &value));
}

MonitorThread::MonitorThread(MonitorOptions options)
    : monitor_{context_.get_executor(), std::move(options)}, room_{context_} {
    room_.expires_at(asio::steady_timer::time_point::max());
}

MonitorThread::~MonitorThread() {
    stop();
}

void MonitorThread::start() {
    const std::lock_guard control(control_);
    {
        const std::lock_guard lock(mutex_);
        if (running_) {
            throw Error(Errc::invalid_argument, "start", "the monitor", "it is running");
        }
    }
    end_thread(); // of a monitor that ended by itself
    context_.restart();
    base::require_timers(context_);
    {
        const std::lock_guard lock(mutex_);
        events_.clear();
        failure_ = nullptr;
        started_ = draining_ = false;
        running_ = true;
        flag_.set(false);
    }
    asio::co_spawn(context_, begin(), [this](std::exception_ptr failure) { end(failure); });
    try {
        const base::WithoutSignals masked;
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
        ask_to_stop();
        run();
        throw Error(error.code(), "start", "a thread for the monitor");
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return started_ || !running_; });
    if (started_) {
        return;
    }
    const std::exception_ptr failure = std::exchange(failure_, nullptr);
    lock.unlock();
    end_thread();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// All that is to be done, also when one thing of it fails for want of memory: then the rest is to end.
void MonitorThread::run() {
    for (bool over = false; !over;) {
        try {
            context_.run();
            over = true;
        } catch (...) {
            {
                const std::lock_guard lock(mutex_);
                failure_ = std::current_exception();
            }
            base::insist([this] { monitor_.stop(); });
            room_.cancel();
        }
    }
    if (running()) { // what would have said so is gone
        end(nullptr);
    }
}

asio::awaitable<void> MonitorThread::begin() {
    co_await monitor_.start();
    {
        const std::lock_guard lock(mutex_);
        started_ = true;
    }
    changed_.notify_all();
    co_await take_events();
    co_await monitor_.stopped();
}

asio::awaitable<void> MonitorThread::take_events() {
    while (std::optional<Event> event = co_await monitor_.next()) {
        keep(std::move(*event));
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (events_.size() < kAhead || draining_) {
                    break;
                }
            }
            static_cast<void>(co_await room_.async_wait(asio::as_tuple(asio::use_awaitable)));
        }
    }
}

void MonitorThread::keep(Event event) {
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        flag_.set(true);
    }
    changed_.notify_all();
}

void MonitorThread::end(std::exception_ptr failure) {
    {
        const std::lock_guard lock(mutex_);
        failure_ = failure ? std::move(failure) : failure_;
        running_ = false;
        flag_.set(true);
    }
    changed_.notify_all();
}

void MonitorThread::end_thread() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void MonitorThread::ask_to_stop() {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    if (running_) { // else it would be done after the next start
        asio::post(context_, [this] {
            monitor_.stop();
            room_.cancel();
        });
    }
}

void MonitorThread::stop() {
    constexpr std::chrono::milliseconds kAskAgain{20};
    std::unique_lock control(control_, std::defer_lock);
    do { // a `start` that holds it may have begun only after it was asked
        ask_to_stop();
    } while (!control.try_lock_for(kAskAgain));
    end_thread();
}

bool MonitorThread::running() const {
    const std::lock_guard lock(mutex_);
    return running_;
}

std::optional<Event>
MonitorThread::next(std::optional<std::chrono::steady_clock::time_point> deadline) {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return !events_.empty() || !running_; };
    if (!deadline) {
        changed_.wait(lock, something);
    } else if (!changed_.wait_until(lock, *deadline, something)) {
        return std::nullopt;
    }
    if (events_.empty()) {
        if (const std::exception_ptr failure = std::exchange(failure_, nullptr)) {
            std::rethrow_exception(failure);
        }
        return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    flag_.set(!events_.empty() || !running_);
    if (events_.size() == kAhead - 1) {
        asio::post(context_, [this] { room_.cancel(); });
    }
    return event;
}

MonitorStatus MonitorThread::status() {
    std::packaged_task<MonitorStatus()> ask([this] { return monitor_.status(); });
    std::future<MonitorStatus> answer = ask.get_future();
    {
        const std::lock_guard lock(mutex_);
        if (running_) { // the thread does all that was posted before it ends
            asio::post(context_, [&ask] { ask(); });
        } else { // and then nobody else uses the monitor
            ask();
        }
    }
    return answer.get();
}

} // namespace haoh::capi
