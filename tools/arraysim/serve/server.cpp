// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/serve/server.hpp>

#include "base/number_text.hpp"

#include <arraysim/serve/connection.hpp>

#include <haoh/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>
#include <utility>

namespace haoh::arraysim {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kRetry{100};
constexpr std::chrono::milliseconds kAcceptPause{50};
constexpr std::size_t kMaxControlClients = 64;

struct Endpoint {
    std::string address;
    std::uint16_t port{};
};

/// "127.0.0.1:0", "[::1]:4420"; the parser of scenarios checked the form.
Endpoint parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    Endpoint endpoint;
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    endpoint.address = address;
    if (colon != std::string_view::npos) {
        endpoint.port = base::parse_number<std::uint16_t>(text.substr(colon + 1)).value_or(0);
    }
    return endpoint;
}

std::error_code to_std(const error_code& error) {
    return {error.value(), std::generic_category()};
}

} // namespace

struct Server::State : std::enable_shared_from_this<State> {
    struct Listener {
        std::size_t array{};
        std::size_t port{};
        tcp::endpoint endpoint; ///< with the port that the system chose
        tcp::acceptor acceptor; ///< open: the port is this program's; who connects may be refused
        bool listening{};
        std::uint64_t opened{}; ///< how often: an accept loop belongs to one opening
    };

    State(asio::any_io_executor executor_in, Simulator& simulator_in, ServerOptions options_in)
        : executor(std::move(executor_in)), simulator(simulator_in), options(std::move(options_in)),
          ticker(executor), retry(executor), control(executor) {}

    void check(const Listener& listener, const error_code& error) const {
        if (error) {
            throw Error(to_std(error), "listen on",
                        fmt::format("{}:{} for array '{}'", listener.endpoint.address().to_string(),
                                    listener.endpoint.port(),
                                    simulator.array(listener.array).name()));
        }
    }

    /// Takes the port; who connects is refused.
    void reserve(Listener& listener) const {
        error_code error;
        listener.acceptor.open(listener.endpoint.protocol(), error);
        check(listener, error);
        listener.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        check(listener, error);
        listener.acceptor.bind(listener.endpoint, error);
        check(listener, error);
        listener.endpoint = listener.acceptor.local_endpoint(error);
        check(listener, error);
    }

    void open(Listener& listener) const {
        if (!listener.acceptor.is_open()) {
            reserve(listener);
        }
        error_code error;
        listener.acceptor.listen(asio::socket_base::max_listen_connections, error);
        check(listener, error);
        listener.listening = true;
        ++listener.opened;
    }

    /// The port stays reserved: another program's array would answer in place of this one.
    void close(Listener& listener) const {
        listener.listening = false;
        error_code ignored;
        listener.acceptor.close(ignored);
        try {
            reserve(listener);
        } catch (const Error&) {
            listener.acceptor.close(ignored); // it is taken when the array is up again
        }
    }

    /// Out of descriptors, or a connection that was gone at once: the next may work.
    static asio::awaitable<void> pause_accepting(asio::any_io_executor executor) {
        asio::steady_timer pause(executor, kAcceptPause);
        co_await pause.async_wait(kTuple);
    }

    static asio::awaitable<void> accept(std::shared_ptr<State> state, Listener& listener) {
        const std::uint64_t opened = listener.opened;
        const auto goes_on = [&] {
            return !state->stopped && listener.listening && listener.opened == opened;
        };
        while (goes_on()) {
            auto [error, socket] = co_await listener.acceptor.async_accept(kTuple);
            if (!goes_on()) {
                co_return;
            }
            if (error) {
                co_await pause_accepting(state->executor);
                continue;
            }
            state->serve(listener, std::move(socket));
        }
    }

    void serve(const Listener& listener, tcp::socket socket) {
        error_code ignored;
        const bool together = !simulator.array(listener.array).splits_answers(listener.port);
        socket.set_option(tcp::no_delay(together), ignored);
        const tcp::endpoint local = socket.local_endpoint(ignored);
        auto address = local.address();
        if (address.is_v6() && address.to_v6().is_v4_mapped()) {
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        }
        auto session =
            simulator.open(listener.array, listener.port, Clock::now(), address.to_string());
        auto connection = std::make_shared<Connection>(std::move(socket), std::move(session));
        std::erase_if(connections, [](const auto& entry) { return entry.expired(); });
        connections.push_back(connection);
        asio::co_spawn(executor, read_connection(connection), asio::detached);
        asio::co_spawn(executor, write_connection(connection), asio::detached);
    }

    /// Opens and closes listeners as the arrays' power says.
    void reconcile() {
        if (stopped) {
            return;
        }
        for (const auto& listener : listeners) {
            const bool wanted = simulator.array(listener->array).power != Power::down;
            if (wanted && !listener->listening) {
                reopen(*listener);
            } else if (!wanted && listener->listening) {
                close(*listener);
            }
        }
        ticker.cancel();
        if (simulator.quit_requested() && on_quit) {
            std::exchange(on_quit, {})();
        }
    }

    /// Opens a port again; tries until it is free, or not wanted any more.
    void reopen(Listener& listener) {
        try {
            open(listener);
            asio::co_spawn(executor, accept(shared_from_this(), listener), asio::detached);
        } catch (const Error&) {
            error_code ignored;
            listener.acceptor.close(ignored);
            retry.expires_after(kRetry);
            retry.async_wait([weak = weak_from_this()](const error_code& error) {
                const auto state = weak.lock();
                if (state && !error) {
                    state->reconcile();
                }
            });
        }
    }

    static asio::awaitable<void> tick(std::shared_ptr<State> state) {
        while (!state->stopped) {
            state->simulator.advance(Clock::now());
            state->ticker.expires_at(state->simulator.next_deadline());
            co_await state->ticker.async_wait(kTuple);
        }
    }

    static asio::awaitable<void> accept_control(std::shared_ptr<State> state) {
        while (state->control.is_open()) {
            auto [error, socket] = co_await state->control.async_accept(kTuple);
            if (state->stopped || !state->control.is_open()) {
                co_return;
            }
            if (error) {
                co_await pause_accepting(state->executor);
                continue;
            }
            if (state->clients >= kMaxControlClients) {
                continue;
            }
            ++state->clients;
            asio::co_spawn(state->executor, serve_control(state, std::move(socket)),
                           asio::detached);
        }
    }

    static asio::awaitable<void> serve_control(std::shared_ptr<State> state,
                                               stream_protocol::socket socket) {
        std::string buffer;
        while (!state->stopped) {
            // One byte more than a line may have, so that one too long is noticed.
            auto input = asio::dynamic_buffer(buffer, kMaxControlLine + 1);
            const auto [error, length] =
                co_await asio::async_read_until(socket, input, '\n', kTuple);
            std::string reply;
            if (error == asio::error::not_found) {
                reply = fmt::format("error: a line has more than {} bytes\n", kMaxControlLine);
            } else if (error || state->stopped) {
                break;
            } else {
                const std::string line = buffer.substr(0, length - 1);
                buffer.erase(0, length);
                reply = state->reply_to(line);
            }
            const auto [write_error, written] =
                co_await asio::async_write(socket, asio::buffer(reply), kTuple);
            if (write_error || error) {
                break;
            }
            if (state->simulator.quit_requested()) {
                state->reconcile();
                break;
            }
        }
        --state->clients;
    }

    [[nodiscard]] std::string reply_to(std::string_view line) const {
        try {
            const ControlCommand command = parse_control(line);
            std::string text = simulator.run(command, Clock::now());
            if (!text.empty() && text.back() != '\n') {
                text.push_back('\n');
            }
            return text + "ok\n";
        } catch (const Error& error) {
            return fmt::format("error: {}\n", error.what());
        }
    }

    asio::any_io_executor executor;
    Simulator& simulator;
    ServerOptions options;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::weak_ptr<Connection>> connections;
    asio::steady_timer ticker;
    asio::steady_timer retry; ///< of a port that could not be opened again
    stream_protocol::acceptor control;
    std::filesystem::path control_path;
    std::function<void()> on_quit;
    std::size_t clients{};
    bool stopped{};
};

Server::Server(asio::any_io_executor executor, Simulator& simulator, const ServerOptions& options)
    : state_(std::make_shared<State>(std::move(executor), simulator, options)) {}

Server::~Server() {
    stop();
}

void Server::start() {
    State& state = *state_;
    for (std::size_t a = 0; a < state.simulator.array_count(); ++a) {
        const Array& array = state.simulator.array(a);
        for (std::size_t p = 0; p < array.ports().size(); ++p) {
            Endpoint endpoint = parse_endpoint(array.ports()[p].spec.listen);
            if (!state.options.listen_on.empty()) {
                endpoint.address = state.options.listen_on;
            }
            error_code error;
            const auto address = asio::ip::make_address(endpoint.address, error);
            if (error) {
                throw Error(Errc::invalid_argument, "listen on",
                            fmt::format("'{}' for array '{}'", endpoint.address, array.name()),
                            "not an IP address");
            }
            auto listener = std::make_unique<State::Listener>(
                State::Listener{.array = a,
                                .port = p,
                                .endpoint = tcp::endpoint(address, endpoint.port),
                                .acceptor = tcp::acceptor(state.executor)});
            // An array that is down has its ports too.
            state.open(*listener);
            const bool any = address.is_unspecified();
            std::string traddr = any ? std::string() : address.to_string();
            if (!state.options.advertise.empty()) {
                traddr = state.options.advertise;
            }
            state.simulator.set_address(a, p, std::move(traddr), listener->endpoint.port(),
                                        address.is_v6());
            state.listeners.push_back(std::move(listener));
        }
    }
    for (const auto& listener : state.listeners) {
        asio::co_spawn(state.executor, State::accept(state_, *listener), asio::detached);
    }
    state.simulator.on_change = [weak = std::weak_ptr(state_)] {
        if (const auto locked = weak.lock()) {
            asio::post(locked->executor, [weak] {
                if (const auto again = weak.lock()) {
                    again->reconcile();
                }
            });
        }
    };
    state.on_quit = [this] {
        if (on_quit) {
            on_quit();
        }
    };
    state.reconcile();
    asio::co_spawn(state.executor, State::tick(state_), asio::detached);
}

std::vector<ServedPort> Server::ports() const {
    std::vector<ServedPort> ports;
    for (const auto& listener : state_->listeners) {
        ports.push_back({.array = state_->simulator.array(listener->array).name(),
                         .address = {.traddr = listener->endpoint.address().to_string(),
                                     .trsvcid = listener->endpoint.port(),
                                     .host_traddr = {}}});
    }
    return ports;
}

void Server::listen_control(const std::filesystem::path& path) {
    const auto check = [&path](const error_code& error) {
        if (error) {
            throw Error(to_std(error), "listen on the control socket", path.string());
        }
    };
    error_code error;
    if (path.native().size() >= 108) {
        throw Error(Errc::too_large, "listen on the control socket", path.string(),
                    "the path of a Unix socket has at most 107 bytes");
    }
    // What an earlier run left behind may go, but only if nobody answers there.
    if (std::filesystem::is_socket(path)) {
        asio::io_context probe_context;
        stream_protocol::socket probe(probe_context);
        error_code probe_error;
        probe.connect(stream_protocol::endpoint(path.string()), probe_error);
        if (probe_error) {
            std::filesystem::remove(path);
        }
    }
    state_->control.open(stream_protocol(), error);
    check(error);
    state_->control.bind(stream_protocol::endpoint(path.string()), error);
    check(error);
    state_->control_path = path;
    state_->control.listen(asio::socket_base::max_listen_connections, error);
    check(error);
    asio::co_spawn(state_->executor, State::accept_control(state_), asio::detached);
}

std::string Server::run(const ControlCommand& command) {
    return state_->simulator.run(command, Clock::now());
}

void Server::stop() {
    State& state = *state_;
    if (state.stopped) {
        return;
    }
    state.stopped = true;
    state.simulator.on_change = {};
    state.on_quit = {};
    error_code ignored;
    for (const auto& listener : state.listeners) {
        listener->acceptor.close(ignored);
    }
    for (const auto& weak : state.connections) {
        if (const auto connection = weak.lock()) {
            connection->drop();
        }
    }
    state.ticker.cancel();
    state.retry.cancel();
    state.control.close(ignored);
    if (!state.control_path.empty()) {
        std::error_code not_there;
        std::filesystem::remove(state.control_path, not_there);
    }
}

namespace {

asio::awaitable<void> exchange(stream_protocol::socket& socket, const std::string& request,
                               std::string& reply, error_code& failure) {
    const auto [error, written] = co_await asio::async_write(socket, asio::buffer(request), kTuple);
    failure = error;
    while (!failure) {
        const std::size_t line = reply.rfind('\n', reply.empty() ? 0 : reply.size() - 2);
        const std::string_view last =
            std::string_view(reply).substr(line == std::string::npos ? 0 : line + 1);
        if (last == "ok\n" || (last.starts_with("error: ") && last.ends_with('\n'))) {
            co_return;
        }
        std::array<char, 16384> part{};
        const auto [read_error, length] =
            co_await socket.async_read_some(asio::buffer(part), kTuple);
        failure = read_error;
        reply.append(part.data(), length);
    }
}

} // namespace

std::string send_control(const std::filesystem::path& path, std::string_view line) {
    constexpr std::chrono::seconds kAnswerTime{10};
    asio::io_context context;
    stream_protocol::socket socket(context);
    error_code error;
    socket.connect(stream_protocol::endpoint(path.string()), error);
    if (error) {
        throw Error(to_std(error), "connect to the control socket", path.string(), {},
                    "is haoh-arraysim running with --control?");
    }
    const std::string request = fmt::format("{}\n", line);
    std::string reply;
    bool done = false;
    asio::co_spawn(context, exchange(socket, request, reply, error),
                   [&done](const std::exception_ptr&) { done = true; });
    context.run_for(kAnswerTime);
    if (!done) {
        throw Error(Errc::timed_out, "send a command to", path.string());
    }
    if (error) {
        throw Error(to_std(error), "send a command to", path.string());
    }
    const std::size_t last = reply.rfind('\n', reply.size() - 2);
    const std::size_t start = last == std::string::npos ? 0 : last + 1;
    const std::string_view verdict = std::string_view(reply).substr(start);
    if (verdict != "ok\n") {
        std::string_view cause = verdict.substr(std::string_view("error: ").size());
        cause.remove_suffix(1);
        throw Error(Errc::invalid_argument, "run", fmt::format("'{}'", line), cause);
    }
    return reply.substr(0, start);
}

} // namespace haoh::arraysim
