// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tcp_stream.hpp"

#include "failure.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace haoh::fabric {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

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

/// \throws Error
asio::awaitable<std::vector<tcp::endpoint>> endpoints_of(Address address,
                                                         std::shared_ptr<Resolver> resolver,
                                                         TimePoint deadline, std::string name) {
    constexpr std::string_view kOperation = "connect to";
    std::vector<tcp::endpoint> endpoints;
    error_code numeric_error;
    const auto numeric = asio::ip::make_address(address.traddr, numeric_error);
    if (!numeric_error) {
        endpoints.emplace_back(numeric, address.trsvcid);
        co_return endpoints;
    }
    if (!resolver) {
        throw Error(Errc::invalid_argument, kOperation, name,
                    fmt::format("nobody resolves the host name \"{}\"", address.traddr),
                    "give an IP address, or ConnectOptions::resolver");
    }
    try {
        for (const auto& found : co_await resolver->resolve(address.traddr, deadline)) {
            endpoints.emplace_back(found, address.trsvcid);
        }
    } catch (const Error& error) {
        throw Error(error.code(), kOperation, name, error.cause(), error.advice());
    }
    if (endpoints.empty()) {
        throw Error(Errc::not_found, kOperation, name,
                    fmt::format("the host name \"{}\" has no address", address.traddr));
    }
    co_return endpoints;
}

} // namespace

asio::awaitable<error_code> TcpStream::connect_to(Endpoint endpoint, std::string host_traddr,
                                                  TimePoint until) {
    error_code error;
    socket_.close(error);
    socket_.open(endpoint.protocol(), error);
    if (!error && !host_traddr.empty()) {
        const auto source = asio::ip::make_address(host_traddr, error);
        if (!error) {
            socket_.bind(Endpoint(source, 0), error);
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
    const auto limit = std::make_shared<Limit>(co_await asio::this_coro::executor);
    struct Disarm { // also when this coroutine is destroyed
        explicit Disarm(std::shared_ptr<Limit> armed) : limit{std::move(armed)} {}
        Disarm(const Disarm&) = delete;
        Disarm& operator=(const Disarm&) = delete;
        ~Disarm() { limit->armed = false; }
        std::shared_ptr<Limit> limit;
    };
    const Disarm disarm{limit};
    limit->timer.expires_at(until);
    limit->timer.async_wait([limit, this](const error_code& canceled) {
        if (!canceled && limit->armed) {
            limit->expired = true;
            error_code ignored;
            socket_.close(ignored);
        }
    });
    const auto [connect_error] = co_await socket_.async_connect(endpoint, kAsTuple);
    limit->armed = false;
    limit->timer.cancel();
    if (limit->expired) {
        co_return asio::error::timed_out;
    }
    co_return connect_error;
}

asio::awaitable<std::string> TcpStream::open(Address address, TimePoint deadline,
                                             std::string name) {
    const std::vector<Endpoint> endpoints =
        co_await endpoints_of(address, resolver_, deadline, name);
    Failure last;
    std::string tried;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        // Each address gets its share of the time that is left.
        const TimePoint now = Clock::now();
        const TimePoint until =
            now + (deadline - now) / static_cast<std::int64_t>(endpoints.size() - i);
        const error_code error = co_await connect_to(endpoints[i], address.host_traddr, until);
        if (!error) {
            error_code ignored;
            socket_.set_option(tcp::no_delay(true), ignored);
            acknowledge();
            co_return endpoints[i].address().to_string();
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
    if (endpoints.size() > 1) {
        last.cause = fmt::format("none of its {} addresses answers ({})", endpoints.size(), tried);
    }
    throw last.to_error("connect to", name);
}

asio::awaitable<std::pair<error_code, std::size_t>>
TcpStream::read_some(asio::mutable_buffer into) {
    const auto [error, length] = co_await socket_.async_read_some(into, kAsTuple);
    acknowledge();
    co_return std::pair{error, length};
}

void TcpStream::acknowledge() {
    // A target that sends an answer's data and its completion apart, and with Nagle's algorithm, holds
    // the second back until the first is acknowledged, which Linux would put off by 40 ms. This sends
    // what is owed now; Linux forgets it with the next answer of ours (tcp(7)).
    const int on = 1;
    static_cast<void>(
        ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)));
}

asio::awaitable<error_code> TcpStream::write(asio::const_buffer bytes) {
    const auto [error, length] = co_await asio::async_write(socket_, bytes, kAsTuple);
    static_cast<void>(length);
    co_return error;
}

void TcpStream::shutdown_send() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void TcpStream::close() {
    error_code ignored;
    socket_.close(ignored);
}

} // namespace haoh::fabric
