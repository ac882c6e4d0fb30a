// SPDX-License-Identifier: LGPL-2.1-or-later
#include "queue_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

namespace haoh::fabric {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kUseTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 64U << 10U;
/// How long a connection stays after a termination request was sent, so that the peer can read it.
constexpr std::chrono::milliseconds kLinger{250};
constexpr std::chrono::milliseconds kTurn{10};
constexpr std::chrono::seconds kLongestTurn{1};

} // namespace

QueueConnection::QueueConnection(asio::any_io_executor executor, const SessionOptions& options,
                                 std::unique_ptr<ByteStream> stream)
    : executor_{std::move(executor)}, session_{options}, stream_{std::move(stream)},
      timer_{executor_}, running_(options.queue_size) {}

asio::awaitable<void> QueueConnection::open(Address address, TimePoint deadline) {
    const Self self = shared_from_this();
    name_ = to_string(address);
    peer_ = co_await stream_->open(address, deadline, name_);
    session_.start(Clock::now(), deadline);
    asio::co_spawn(executor_, time_loop(self), asio::detached);
    asio::co_spawn(executor_, write_loop(self), asio::detached);
    asio::co_spawn(executor_, read_loop(self), asio::detached);
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr)>(
        [this](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([weak = weak_from_this()](asio::cancellation_type /*type*/) {
                    if (const Self connection = weak.lock()) {
                        connection->close({.code = make_error_code(Errc::canceled),
                                           .cause = "canceled",
                                           .advice = {}});
                    }
                });
            }
            opener_ = Waiter<>(std::move(handler));
            pump();
        },
        asio::use_awaitable);
    if (failed()) {
        throw session_.failure()->to_error("connect to", name_);
    }
}

asio::awaitable<nvme::AdminResult> QueueConnection::run(nvme::AdminCommand command,
                                                        std::chrono::milliseconds timeout) {
    return asio::async_initiate<const asio::use_awaitable_t<>&,
                                void(std::exception_ptr, nvme::AdminResult)>(
        [](auto handler, Self self, nvme::AdminCommand admin, std::chrono::milliseconds limit) {
            const std::uint64_t id = self->next_id_++;
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([weak = std::weak_ptr(self), id](asio::cancellation_type /*type*/) {
                    if (const Self connection = weak.lock()) {
                        connection->cancel_command(id);
                    }
                });
            }
            self->enqueue({.id = id,
                           .timeout = limit,
                           .command = std::move(admin),
                           .waiter = Waiter<nvme::AdminResult>(std::move(handler))});
        },
        asio::use_awaitable, shared_from_this(), std::move(command), timeout);
}

void QueueConnection::enqueue(Waiting waiting) {
    const auto refuse = [&](const Failure& failure) {
        auto error = std::make_exception_ptr(
            failure.to_error(fmt::format("run {} on", nvme::describe(waiting.command)), name_));
        waiting.waiter.resume(executor_, std::move(error), nvme::AdminResult{});
    };
    if (failed()) {
        refuse(*session_.failure());
    } else if (!session_.ready()) {
        refuse({.code = make_error_code(Errc::closed),
                .cause = "there is no connection",
                .advice = {}});
    } else if (waiting.command.data_in > kMaxTransfer ||
               waiting.command.data_out.size() > kMaxTransfer) {
        refuse({.code = make_error_code(Errc::too_large),
                .cause = fmt::format(
                    "it transfers {} bytes, at most {} are possible",
                    std::max<std::size_t>(waiting.command.data_in, waiting.command.data_out.size()),
                    kMaxTransfer),
                .advice = {}});
    } else {
        waiting_.push_back(std::move(waiting));
        pump();
    }
}

void QueueConnection::submit_waiting() {
    if (waiting_.empty() || !session_.can_submit()) {
        return;
    }
    const TimePoint now = Clock::now();
    while (!waiting_.empty() && session_.can_submit()) {
        Waiting waiting = std::move(waiting_.front());
        waiting_.pop_front();
        const TimePoint deadline = now + waiting.timeout;
        const std::uint16_t cid = session_.submit(std::move(waiting.command), now, deadline);
        running_[cid & kCidIndexMask] = {
            .id = waiting.id, .cid = cid, .waiter = std::move(waiting.waiter)};
    }
}

void QueueConnection::cancel_command(std::uint64_t id) {
    const Failure failure{
        .code = make_error_code(Errc::canceled), .cause = "canceled", .advice = {}};
    for (auto waiting = waiting_.begin(); waiting != waiting_.end(); ++waiting) {
        if (waiting->id == id) {
            auto error = std::make_exception_ptr(failure.to_error(
                fmt::format("run {} on", nvme::describe(waiting->command)), name_));
            waiting->waiter.resume(executor_, std::move(error), nvme::AdminResult{});
            waiting_.erase(waiting);
            return;
        }
    }
    for (Running& running : running_) {
        if (running.id == id && running.waiter) {
            session_.abandon(running.cid);
            auto error = std::make_exception_ptr(failure.to_error("run a command on", name_));
            running.waiter.resume(executor_, std::move(error), nvme::AdminResult{});
            return;
        }
    }
}

asio::awaitable<nvme::AsyncEvent> QueueConnection::next_event() {
    return asio::async_initiate<const asio::use_awaitable_t<>&,
                                void(std::exception_ptr, nvme::AsyncEvent)>(
        [](auto handler, Self self) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([weak = std::weak_ptr(self)](asio::cancellation_type /*type*/) {
                    const Self connection = weak.lock();
                    if (connection && connection->event_) {
                        const Failure failure{.code = make_error_code(Errc::canceled),
                                              .cause = "canceled",
                                              .advice = {}};
                        connection->event_.resume(connection->executor_,
                                                  std::make_exception_ptr(failure.to_error(
                                                      "wait for an event of", connection->name_)),
                                                  nvme::AsyncEvent{});
                    }
                });
            }
            Waiter<nvme::AsyncEvent> waiter(std::move(handler));
            const auto refuse = [&](const Failure& failure) {
                waiter.resume(
                    self->executor_,
                    std::make_exception_ptr(failure.to_error("wait for an event of", self->name_)),
                    nvme::AsyncEvent{});
            };
            if (self->event_) {
                refuse({.code = make_error_code(Errc::invalid_argument),
                        .cause = "somebody else waits for its events",
                        .advice = {}});
            } else if (self->failed()) {
                refuse(*self->session_.failure());
            } else if (!self->session_.start_events(Clock::now())) {
                refuse({.code = make_error_code(Errc::unsupported),
                        .cause = "the queue has no entry for Asynchronous Event Requests",
                        .advice = "use a larger queue"});
            } else {
                self->event_ = std::move(waiter);
                self->pump();
            }
        },
        asio::use_awaitable, shared_from_this());
}

void QueueConnection::start_keep_alive(const Beat& beat) {
    session_.start_keep_alive(beat, Clock::now());
    pump();
}

void QueueConnection::set_deadline(Deadline deadline) {
    deadline_ = std::move(deadline);
    pump();
}

void QueueConnection::close(Failure failure) {
    if (failed()) {
        return;
    }
    try {
        session_.fail(std::move(failure));
        pump();
    } catch (const std::bad_alloc&) {
        abandon();
    }
}

void QueueConnection::deliver(Completion completion) {
    Running& running = running_[completion.cid & kCidIndexMask];
    if (!running.waiter) {
        return;
    }
    if (auto* const result = std::get_if<nvme::AdminResult>(&completion.outcome)) {
        running.waiter.resume(executor_, {}, std::move(*result));
    } else {
        auto error = std::make_exception_ptr(
            std::get<Failure>(completion.outcome)
                .to_error(fmt::format("run {} on", nvme::describe(completion.command)), name_));
        running.waiter.resume(executor_, std::move(error), nvme::AdminResult{});
    }
}

void QueueConnection::pump() {
    while (session_.has_completion()) {
        deliver(session_.take_completion());
    }
    if (event_) {
        if (const auto event = session_.take_event()) {
            event_.resume(executor_, {}, *event);
        } else if (const auto* const status = session_.events_refused()) {
            auto error = std::make_exception_ptr(Error(
                make_error_code(Errc::command_failed), "wait for an event of", name_,
                fmt::format("Asynchronous Event Request failed: {}", nvme::describe(*status))));
            event_.resume(executor_, std::move(error), nvme::AsyncEvent{});
        }
    }
    if (opener_ && (session_.ready() || failed())) {
        opener_.resume(executor_, {});
    }
    submit_waiting();
    if (session_.has_output()) {
        wake_writer();
    }
    tell_late();
    if (failed()) {
        finish();
    }
    arm();
}

void QueueConnection::tell_late() {
    while (const std::optional<Lateness> lateness = session_.take_lateness()) {
        if (on_late_) {
            asio::post(executor_, [told = on_late_, lateness = *lateness] { told(lateness); });
        }
    }
}

void QueueConnection::finish() {
    if (finished_) {
        return;
    }
    finished_ = true;
    const Failure& failure = *session_.failure();
    for (Waiting& waiting : std::exchange(waiting_, {})) {
        auto error = std::make_exception_ptr(
            failure.to_error(fmt::format("run {} on", nvme::describe(waiting.command)), name_));
        waiting.waiter.resume(executor_, std::move(error), nvme::AdminResult{});
    }
    if (event_) {
        event_.resume(executor_,
                      std::make_exception_ptr(failure.to_error("wait for an event of", name_)),
                      nvme::AsyncEvent{});
    }
    if (session_.has_output()) {
        // A termination request: time to send it, and for the peer to read it.
        linger_until_ = Clock::now() + kLinger;
        wake_writer();
    } else {
        close_stream();
    }
}

void QueueConnection::close_stream() {
    if (closed_) {
        return;
    }
    closed_ = true;
    stream_->close();
    timer_.cancel();
    wake_writer();
}

void QueueConnection::wake_writer() {
    if (writer_) {
        writer_.resume(executor_, {});
    }
}

TimePoint QueueConnection::due() const {
    if (failed()) {
        return linger_until_;
    }
    return std::min(session_.next_deadline(), deadline_.at);
}

void QueueConnection::arm() {
    if (due() < timer_target_) {
        timer_.cancel();
    }
}

void QueueConnection::break_off(const std::exception& reason) noexcept {
    const bool memory = dynamic_cast<const std::bad_alloc*>(&reason) != nullptr;
    try {
        close({.code = std::make_error_code(memory ? std::errc::not_enough_memory
                                                   : std::errc::io_error),
               .cause = memory ? "" : reason.what(),
               .advice = {}});
        close_stream();
    } catch (const std::exception&) {
        abandon();
    }
}

void QueueConnection::abandon() noexcept {
    closed_ = true;
    stream_->close();
    timer_.cancel();
}

void QueueConnection::drop_waiting() {
    closed_ = true;
    // Taken out first: destroying a waiter destroys its coroutine, which may come back here.
    const auto writer = std::exchange(writer_, {});
    const auto opener = std::exchange(opener_, {});
    const auto event = std::exchange(event_, {});
    while (!waiting_.empty()) { // another deque would take memory
        const Waiting waiting = std::move(waiting_.front());
        waiting_.pop_front();
    }
    for (Running& command : running_) {
        const auto waiter = std::exchange(command.waiter, {});
    }
}

asio::awaitable<void> QueueConnection::read_loop(Self self) {
    // When the executor's context is destroyed, so is this coroutine, and nobody will ever resume
    // those who wait: without them nothing holds the connection. In the end nobody waits any more,
    // unless memory was short.
    struct Guard {
        explicit Guard(Self guarded) : connection{std::move(guarded)} {}
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() { connection->drop_waiting(); }
        Self connection;
    };
    const Guard guard(self);
    try {
        co_await receive_all(self);
    } catch (const std::exception& error) {
        self->break_off(error);
    }
}

asio::awaitable<void> QueueConnection::receive_all(Self self) {
    std::vector<std::uint8_t> buffer(kReadBytes);
    while (!self->closed_) {
        const auto [error, length] = co_await self->stream_->read_some(asio::buffer(buffer));
        if (error) {
            if (error == asio::error::eof) {
                self->session_.end_of_stream();
            } else {
                self->session_.connection_lost(as_std(error), error.message());
            }
            self->pump();
            self->close_stream();
            break;
        }
        // After a failure the peer's bytes are only taken away: unread ones would make the close a
        // reset, and a termination request on its way would be lost.
        self->session_.receive(nvme::ByteView(buffer.data(), length), Clock::now());
        self->pump();
    }
}

asio::awaitable<void> QueueConnection::write_loop(Self self) {
    try {
        co_await send_all(self);
    } catch (const std::exception& error) {
        self->break_off(error);
    }
}

asio::awaitable<void> QueueConnection::send_all(Self self) {
    while (!self->closed_) {
        if (!self->session_.has_output()) {
            if (self->failed()) {
                self->stream_->shutdown_send();
                break;
            }
            // Being resumed through the executor's queue lets everybody who is ready now add a
            // command before all of them are written at once.
            co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr)>(
                [connection = self.get()](auto handler) {
                    connection->writer_ = Waiter<>(std::move(handler));
                },
                asio::use_awaitable);
            continue;
        }
        const nvme::Bytes output = self->session_.take_output();
        if (const error_code error = co_await self->stream_->write(asio::buffer(output))) {
            // The reader has the better story: what the peer said before it closed. It may have none.
            asio::steady_timer pause(self->executor_);
            for (auto waited = kLinger; waited.count() > 0 && !self->closed_; waited -= kTurn) {
                pause.expires_after(kTurn);
                co_await pause.async_wait(kUseTuple);
            }
            if (!self->failed()) {
                self->session_.connection_lost(as_std(error), error.message());
                self->pump();
                self->close_stream();
            }
            break;
        }
    }
}

asio::awaitable<void> QueueConnection::time_loop(Self self) {
    try {
        co_await keep_time(self);
    } catch (const std::exception& error) {
        self->break_off(error);
    }
}

asio::awaitable<void> QueueConnection::look_again(Self self, Clock::duration overslept) {
    // A process that did not run (others were in the way, or it was stopped) finds its time over and
    // the answer waiting; as long as it did not run, what it had to send did not go out either.
    const auto turn = std::clamp<Clock::duration>(overslept, kTurn, kLongestTurn);
    self->timer_target_ = TimePoint::min(); // `arm` lets this end in its time
    self->timer_.expires_after(turn);
    co_await self->timer_.async_wait(kUseTuple);
}

asio::awaitable<void> QueueConnection::keep_time(Self self) {
    while (!self->closed_) {
        self->timer_target_ = self->due();
        self->timer_.expires_at(self->timer_target_);
        co_await self->timer_.async_wait(kUseTuple);
        const TimePoint woken = Clock::now();
        self->session_.send_due(woken); // whatever else there is to do
        self->pump();
        if (self->due() > woken || self->closed_) {
            continue;
        }
        co_await look_again(self, woken - self->timer_target_);
        const TimePoint now = Clock::now();
        self->session_.advance(now);
        if (now >= self->deadline_.at && !self->failed()) {
            self->session_.fail(self->deadline_.failure);
        }
        self->pump();
        if (now >= self->linger_until_) {
            self->close_stream();
        }
    }
}

} // namespace haoh::fabric
