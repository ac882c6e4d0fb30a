// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/monitor_core.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

namespace {

/// Until what failed for want of memory is tried again, and how often before that is told.
constexpr std::chrono::milliseconds kWithoutMemory{100};
constexpr unsigned kSilentAttempts = 10;
/// What went on for so long had memory.
constexpr std::chrono::seconds kLongEnough{5};

bool canceled(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (const Error& error) {
        return error.code() == Errc::canceled;
    } catch (...) { // anything else
    }
    return false;
}

SourceProblem problem_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return "out of memory";
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) { // anything else
    }
    return "something that is no exception";
}

} // namespace

asio::awaitable<void> pause(std::chrono::nanoseconds duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(duration);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> unless_stopped() {
    co_return;
}

MonitorCore::MonitorCore(asio::any_io_executor executor, MonitorOptions options)
    : executor_{std::move(executor)}, options_{std::move(options)}, queue_{std::max<std::size_t>(
                                                                        options_.queue, 1)},
      arrived_{executor_, asio::steady_timer::time_point::max()},
      tried_{executor_, asio::steady_timer::time_point::max()},
      idle_{executor_, asio::steady_timer::time_point::max()},
      clock_{executor_, asio::steady_timer::time_point::max()} {}

void MonitorCore::begin() {
    fusion_ = Fusion();
    known_ = {};
    known_budget_ = {};
    neighbours_.clear();
    judge_delay_ = kJudgeDelay;
    handler_failure_ = nullptr;
    judging_ = false;
    timed_ = false;
    began_ = Moment::now();
    presence_ = {};
    running_ = true;
}

void MonitorCore::end() {
    running_ = false;
    // On the executor: from elsewhere, co_spawn would post a call to each signal, and a task that has
    // ended meanwhile has taken its own away. One that ends never does so within `emit`: its
    // completion is posted.
    asio::dispatch(executor_, [self = shared_from_this()] {
        for (Task& task : self->tasks_) {
            task.cancel.emit(asio::cancellation_type::terminal);
        }
    });
    arrived_.cancel();
    tried_.cancel();
}

asio::awaitable<void> MonitorCore::tried() {
    const auto self = shared_from_this();
    while (running_ && fusion_.expects_source()) {
        co_await tried_.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            co_return;
        }
    }
}

void MonitorCore::require_known_sites() const {
    if (running_) {
        require_sites(known_, options_.sites);
    }
}

asio::awaitable<void> MonitorCore::prepare(std::function<asio::awaitable<void>()> body) {
    struct Result {
        bool over{};
        std::exception_ptr failure;
    };
    const auto self = shared_from_this();
    const auto result = std::make_shared<Result>();
    run(
        [this, result, body = std::move(body)]() -> asio::awaitable<void> {
            try {
                co_await body();
            } catch (...) {
                result->failure = std::current_exception();
            }
            result->over = true;
            tried_.cancel();
        },
        "start");
    while (running_ && !result->over) {
        co_await tried_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (running_ && result->failure) {
        std::rethrow_exception(result->failure);
    }
}

asio::awaitable<void> MonitorCore::ended() {
    const auto self = shared_from_this();
    while (!tasks_.empty()) {
        co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (handler_failure_) {
        std::rethrow_exception(std::exchange(handler_failure_, nullptr));
    }
}

void MonitorCore::run(std::function<asio::awaitable<void>()> body, std::string name,
                      Shortage shortage) {
    const auto task = tasks_.emplace(tasks_.end());
    try {
        spawn(task, std::move(body), std::move(name), shortage);
    } catch (...) { // nobody would end what has not begun
        tasks_.erase(task);
        throw;
    }
}

asio::awaitable<void> MonitorCore::hold(std::shared_ptr<MonitorCore> self,
                                        std::function<asio::awaitable<void>()> body,
                                        std::string name, Shortage shortage) {
    asio::steady_timer again(self->executor_);
    bool over = false;
    bool told = false;
    for (unsigned attempts = 1;; ++attempts) {
        const auto began = std::chrono::steady_clock::now();
        try {
            if (!over) {
                co_await body();
                over = true;
            }
            if (told) {
                const Moment now = Moment::now();
                self->fusion_.restore_source(name, now);
                self->publish({.observed = now, .cause = {}, .source = name});
            }
            co_return;
        } catch (const std::bad_alloc&) {
            if (!over && std::chrono::steady_clock::now() - began > kLongEnough) {
                attempts = 1; // there was memory meanwhile
            }
        }
        if (attempts >= kSilentAttempts && shortage == Shortage::told && !told && !over) {
            try {
                self->lose_source(name, "out of memory", Moment::now());
                told = true;
            } catch (const std::bad_alloc&) { // the next attempt tells
            }
        }
        again.expires_after(kWithoutMemory);
        co_await again.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await unless_stopped();
    }
}

void MonitorCore::spawn(std::list<Task>::iterator task, std::function<asio::awaitable<void>()> body,
                        std::string name, Shortage shortage) {
    auto ended = [self = shared_from_this(), task, name](const std::exception_ptr& failure) {
        self->tasks_.erase(task);
        self->idle_.cancel();
        if (failure && self->running_ && !canceled(failure)) {
            self->lose_source(name, problem_of(failure), Moment::now());
        }
    };
    asio::co_spawn(executor_, hold(shared_from_this(), std::move(body), std::move(name), shortage),
                   asio::bind_cancellation_slot(task->cancel.slot(), std::move(ended)));
}

void MonitorCore::deliver(Event event) {
    event.sequence = ++sequence_;
    try {
        handler_(event);
    } catch (...) {
        handler_failure_ = std::current_exception();
        end();
    }
}

void MonitorCore::push(Event event, std::string_view owner) {
    const Moment observed = event.observed;
    try {
        queue_.push(std::move(event), owner);
    } catch (const std::bad_alloc&) {
        queue_.lose(observed);
    }
}

void MonitorCore::publish(const Occasion& occasion) {
    std::vector<OwnedEvent> events = fusion_.take_owned(occasion);
    tried_.cancel();
    for (auto& [event, owner] : events) {
        if (!running_) {
            return;
        }
        if (handler_) {
            deliver(std::move(event));
        } else {
            push(std::move(event), owner);
        }
    }
    if (!events.empty()) {
        arrived_.cancel();
        const auto deadline = timed_ ? fusion_.next_deadline() : std::nullopt;
        if (deadline && asio::steady_timer::time_point(*deadline) < clock_.expiry()) {
            clock_.cancel();
        }
    }
}

asio::awaitable<void> MonitorCore::time_to_tell(std::chrono::nanoseconds longest) {
    constexpr std::chrono::milliseconds kShortest{1};
    const auto self = shared_from_this();
    const auto begin = std::chrono::steady_clock::now();
    for (auto now = begin;; now = std::chrono::steady_clock::now()) {
        auto at = begin + longest;
        if (const auto deadline = fusion_.next_deadline()) {
            at = std::min(at, asio::steady_timer::time_point(*deadline));
        }
        at = std::max<asio::steady_timer::time_point>(at, begin + kShortest);
        if (now >= at) {
            co_return;
        }
        clock_.expires_at(at);
        timed_ = true;
        co_await clock_.async_wait(asio::as_tuple(asio::use_awaitable));
        timed_ = false;
        co_await unless_stopped();
    }
}

void MonitorCore::lose_source(std::string_view name, const SourceProblem& why, const Moment& now) {
    fusion_.lose_source(name, why, now);
    publish({.observed = now, .cause = {}, .source = name});
}

void MonitorCore::look_back(const Presence::Clocks& now) {
    if (const auto gap = presence_.see(now)) {
        const Moment observed = Moment::now();
        fusion_.tell_absence(describe(*gap), observed);
        publish({.observed = observed, .cause = {}, .source = kMonitorSource});
    }
}

bool MonitorCore::excuses(std::chrono::steady_clock::time_point began) {
    look_back(Presence::Clocks::now()); // the loss may be seen before anything else
    return presence_.excuses(began.time_since_epoch());
}

bool MonitorCore::has_returned() {
    look_back(Presence::Clocks::now());
    return presence_.has_returned();
}

void MonitorCore::set_handler(std::function<void(const Event&)> handler) {
    handler_ = std::move(handler);
    while (handler_ && !handler_failure_ && !queue_.empty()) {
        deliver(*queue_.pop());
    }
}

asio::awaitable<std::optional<Event>> MonitorCore::next() {
    const auto self = shared_from_this();
    for (;;) {
        if (std::optional<Event> event = queue_.pop()) {
            event->sequence = ++sequence_;
            co_return event;
        }
        if (!running_) {
            co_return std::nullopt;
        }
        co_await arrived_.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    }
}

MonitorStatus MonitorCore::status() const {
    MonitorStatus status = fusion_.status(Moment::now());
    status.began = began_;
    status.queue_merged = queue_.merged();
    status.queue_dropped = queue_.dropped();
    if (!options_.targets.empty()) {
        status.detection = detection_time(options_.connect);
    }
    return status;
}

} // namespace haoh::monitor
