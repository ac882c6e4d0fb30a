// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tcp_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace haoh::fabric {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kUseTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 64U << 10U;
/// How long a connection stays after a termination request was sent, so that the peer can read it.
constexpr std::chrono::milliseconds kLinger{250};

std::error_code as_std(const error_code& error) {
    return {error.value(), std::generic_category()};
}

std::int64_t milliseconds_until(TimePoint from, TimePoint to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

std::string port_advice(std::uint16_t port) {
    switch (port) {
    case kNvmeTcpPort:
        return "check the address; the array may serve NVMe/TCP on another port (4420 is usual for "
               "subsystems, 8009 for discovery)";
    case kDiscoveryPort:
        return "check the address; port 8009 is for discovery controllers, subsystems usually "
               "listen on 4420";
    default:
        return "check address and port: subsystems usually listen on 4420, discovery controllers "
               "on 8009";
    }
}

/// What a failed TCP connection means for the user.
Failure connect_failure(const error_code& error, std::uint16_t port) {
    Failure failure;
    failure.code = as_std(error);
    if (error == asio::error::connection_refused) {
        failure.cause = "connection refused: nothing listens on this port";
        failure.advice = port_advice(port);
    } else if (error == asio::error::host_unreachable ||
               error == asio::error::network_unreachable) {
        failure.cause = error == asio::error::host_unreachable ? "no route to the host"
                                                               : "the network is unreachable";
        failure.advice = "check the address, the route to it and the link";
    } else if (error == asio::error::timed_out) {
        failure.code = make_error_code(Errc::timed_out);
        failure.cause = "no answer to the TCP connection request";
        failure.advice = "check the address, the route to it and firewalls between";
    } else {
        failure.cause = error.message();
    }
    return failure;
}

Failure lookup_failure(const error_code& error, const std::string& host) {
    Failure failure;
    failure.code = make_error_code(Errc::not_found);
    if (error == asio::error::host_not_found || error == asio::error::no_data) {
        failure.cause = fmt::format("the host name \"{}\" is not known", host);
        failure.advice = "check the spelling and the name service, or give an IP address";
    } else {
        failure.cause =
            fmt::format("the host name \"{}\" cannot be resolved: {}", host, error.message());
        failure.advice = "check the name service, or give an IP address";
    }
    return failure;
}

} // namespace

TcpConnection::TcpConnection(asio::any_io_executor executor, const SessionOptions& options)
    : executor_{std::move(executor)}, session_{options}, socket_{executor_}, timer_{executor_},
      running_(options.queue_size) {}

asio::awaitable<std::vector<tcp::endpoint>> TcpConnection::resolve(Self self, Address address,
                                                                   TimePoint deadline) {
    std::vector<Endpoint> endpoints;
    error_code numeric_error;
    const auto numeric = asio::ip::make_address(address.traddr, numeric_error);
    if (!numeric_error) {
        endpoints.emplace_back(numeric, address.trsvcid);
        co_return endpoints;
    }
    // A lookup in progress cannot be stopped, so it is left behind when the time is over.
    struct Lookup {
        explicit Lookup(const asio::any_io_executor& executor)
            : resolver{executor}, done{executor} {}
        tcp::resolver resolver;
        asio::steady_timer done;
        bool finished{};
        error_code error;
        tcp::resolver::results_type results;
    };
    const auto lookup = std::make_shared<Lookup>(self->executor_);
    lookup->done.expires_at(deadline);
    lookup->resolver.async_resolve(
        address.traddr, std::to_string(address.trsvcid), tcp::resolver::numeric_service,
        [lookup](const error_code& error, tcp::resolver::results_type results) {
            lookup->finished = true;
            lookup->error = error;
            lookup->results = std::move(results);
            lookup->done.cancel();
        });
    if (!lookup->finished) {
        co_await lookup->done.async_wait(kUseTuple);
    }
    if (!lookup->finished) {
        lookup->resolver.cancel();
        const Failure failure{.code = make_error_code(Errc::timed_out),
                              .cause = fmt::format("the host name \"{}\" could not be resolved in "
                                                   "time",
                                                   address.traddr),
                              .advice = "check the name service, or give an IP address"};
        throw failure.to_error("connect to", self->name_);
    }
    if (lookup->error) {
        throw lookup_failure(lookup->error, address.traddr).to_error("connect to", self->name_);
    }
    for (const auto& result : lookup->results) {
        const Endpoint endpoint = result.endpoint();
        if (std::find(endpoints.begin(), endpoints.end(), endpoint) == endpoints.end()) {
            endpoints.push_back(endpoint);
        }
    }
    co_return endpoints;
}

asio::awaitable<error_code> TcpConnection::connect_to(Self self, Endpoint endpoint,
                                                      std::string host_traddr, TimePoint until) {
    error_code error;
    tcp::socket& socket = self->socket_;
    socket.close(error);
    socket.open(endpoint.protocol(), error);
    if (!error && !host_traddr.empty()) {
        const auto source = asio::ip::make_address(host_traddr, error);
        if (!error) {
            socket.bind(Endpoint(source, 0), error);
        }
    }
    if (error) {
        co_return error;
    }
    // The timer's handler may already be on its way when the connection stands: the flag stops it.
    struct Limit {
        explicit Limit(const asio::any_io_executor& executor) : timer{executor} {}
        asio::steady_timer timer;
        bool armed{true};
        bool expired{};
    };
    const auto limit = std::make_shared<Limit>(self->executor_);
    limit->timer.expires_at(until);
    limit->timer.async_wait([limit, self](const error_code& canceled) {
        if (!canceled && limit->armed) {
            limit->expired = true;
            error_code ignored;
            self->socket_.close(ignored);
        }
    });
    const auto [connect_error] = co_await socket.async_connect(endpoint, kUseTuple);
    limit->armed = false;
    limit->timer.cancel();
    if (limit->expired) {
        co_return asio::error::timed_out;
    }
    co_return connect_error;
}

asio::awaitable<void> TcpConnection::open(Address address, TimePoint deadline) {
    const Self self = shared_from_this();
    name_ = to_string(address);
    const std::vector<Endpoint> endpoints = co_await resolve(self, address, deadline);
    Failure last;
    std::string tried;
    bool connected = false;
    for (std::size_t i = 0; i < endpoints.size() && !connected; ++i) {
        // Each address gets its share of the time that is left.
        const TimePoint now = Clock::now();
        const TimePoint until =
            now + (deadline - now) / static_cast<std::int64_t>(endpoints.size() - i);
        const error_code error =
            co_await connect_to(self, endpoints[i], address.host_traddr, until);
        if (!error) {
            connected = true;
            peer_ = endpoints[i].address().to_string();
            break;
        }
        last = connect_failure(error, address.trsvcid);
        if (error == asio::error::timed_out) {
            last.cause += fmt::format(" within {} ms", milliseconds_until(now, until));
        }
        if (!address.host_traddr.empty() &&
            (error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL ||
             error == asio::error::invalid_argument)) {
            last.cause = fmt::format("the source address {} cannot be used: {}",
                                     address.host_traddr, error.message());
            last.advice = "give an address of this host, of the target's address family";
        }
        tried += fmt::format("{}{}: {}", tried.empty() ? "" : ", ",
                             endpoints[i].address().to_string(), last.cause);
    }
    if (!connected) {
        if (endpoints.size() > 1) {
            last.cause =
                fmt::format("none of its {} addresses answers ({})", endpoints.size(), tried);
        }
        if (endpoints.empty()) {
            last = lookup_failure(asio::error::no_data, address.traddr);
        }
        throw last.to_error("connect to", name_);
    }
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
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

asio::awaitable<nvme::AdminResult> TcpConnection::run(nvme::AdminCommand command,
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

void TcpConnection::enqueue(Waiting waiting) {
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
        submit_waiting();
    }
}

void TcpConnection::submit_waiting() {
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
        watch(deadline);
    }
    wake_writer();
}

void TcpConnection::cancel_command(std::uint64_t id) {
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

asio::awaitable<nvme::AsyncEvent> TcpConnection::next_event() {
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

void TcpConnection::start_keep_alive(std::chrono::milliseconds kato) {
    session_.start_keep_alive(kato, Clock::now());
    watch(session_.next_deadline());
}

void TcpConnection::set_deadline(Deadline deadline) {
    deadline_ = std::move(deadline);
    watch(deadline_.at);
}

void TcpConnection::close(Failure failure) {
    if (!failed()) {
        session_.fail(std::move(failure));
        pump();
    }
}

void TcpConnection::deliver(Completion completion) {
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

void TcpConnection::pump() {
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
    if (failed()) {
        finish();
    }
}

void TcpConnection::finish() {
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
        watch(linger_until_);
        wake_writer();
    } else {
        close_socket();
    }
}

void TcpConnection::close_socket() {
    if (closed_) {
        return;
    }
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    wake_writer();
}

void TcpConnection::wake_writer() {
    if (writer_) {
        writer_.resume(executor_, {});
    }
}

void TcpConnection::watch(TimePoint when) {
    if (when < timer_target_) {
        timer_.cancel();
    }
}

void TcpConnection::drop_waiting() {
    closed_ = true;
    // Taken out first: destroying a waiter destroys its coroutine, which may come back here.
    const auto writer = std::exchange(writer_, {});
    const auto opener = std::exchange(opener_, {});
    const auto event = std::exchange(event_, {});
    const auto waiting = std::exchange(waiting_, {});
    std::vector<Waiter<nvme::AdminResult>> running;
    running.reserve(running_.size());
    for (Running& command : running_) {
        running.push_back(std::move(command.waiter));
    }
}

asio::awaitable<void> TcpConnection::read_loop(Self self) {
    // When the executor's context is destroyed, so is this coroutine, and nobody will ever resume
    // those who wait: without them nothing holds the connection.
    struct Guard {
        explicit Guard(Self guarded) : connection{std::move(guarded)} {}
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() {
            if (!connection->closed_) {
                connection->drop_waiting();
            }
        }
        Self connection;
    };
    const Guard guard(self);
    std::vector<std::uint8_t> buffer(kReadBytes);
    while (!self->closed_) {
        const auto [error, length] =
            co_await self->socket_.async_read_some(asio::buffer(buffer), kUseTuple);
        if (error) {
            if (error == asio::error::eof) {
                self->session_.end_of_stream();
            } else {
                self->session_.fail(
                    {.code = as_std(error),
                     .cause = fmt::format("the connection was lost: {}", error.message()),
                     .advice = {}});
            }
            self->pump();
            self->close_socket();
            break;
        }
        // After a failure the peer's bytes are only taken away: unread ones would make the close a
        // reset, and a termination request on its way would be lost.
        self->session_.receive(nvme::ByteView(buffer.data(), length), Clock::now());
        self->pump();
        // Behind the answer to a Keep Alive the next one is due sooner than that answer was.
        self->watch(self->session_.next_deadline());
    }
}

asio::awaitable<void> TcpConnection::write_loop(Self self) {
    while (!self->closed_) {
        if (!self->session_.has_output()) {
            if (self->failed()) {
                error_code ignored;
                self->socket_.shutdown(tcp::socket::shutdown_send, ignored);
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
        const auto [error, length] =
            co_await asio::async_write(self->socket_, asio::buffer(output), kUseTuple);
        static_cast<void>(length);
        if (error) {
            // The reader has the better story: what the peer said before it closed. It gives up by
            // itself, or its commands time out.
            break;
        }
    }
}

asio::awaitable<void> TcpConnection::time_loop(Self self) {
    while (!self->closed_) {
        self->timer_target_ =
            std::min({self->session_.next_deadline(), self->deadline_.at, self->linger_until_});
        self->timer_.expires_at(self->timer_target_);
        co_await self->timer_.async_wait(kUseTuple);
        const TimePoint now = Clock::now();
        self->session_.advance(now);
        if (now >= self->deadline_.at && !self->failed()) {
            self->session_.fail(self->deadline_.failure);
        }
        self->pump();
        if (now >= self->linger_until_) {
            self->close_socket();
        }
    }
}

} // namespace haoh::fabric
