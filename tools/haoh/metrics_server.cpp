// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metrics_server.hpp"

#include "base/number_text.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace haoh::tool {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Clock = std::chrono::steady_clock;
using Request = http::request_parser<http::string_body>;
using Page = std::shared_ptr<const std::string>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kPageAge{1};
constexpr std::chrono::milliseconds kAcceptPause{100}; ///< when no descriptor is left
constexpr std::chrono::seconds kLinger{1};             ///< for a client to read why it is refused
constexpr std::size_t kMaxDrained = 65536;
constexpr std::size_t kReadBytes = 4096;

constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kTextType = "text/plain; charset=utf-8";
constexpr std::string_view kHtmlType = "text/html; charset=utf-8";
constexpr std::string_view kFrontPage =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>haoh monitor</title></head>\n"
    "<body><h1>haoh monitor</h1><p><a href=\"/metrics\">Metrics</a></p></body></html>\n";
constexpr std::string_view kBusy = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                                   "Content-Type: text/plain\r\nContent-Length: 21\r\n\r\n"
                                   "too many connections\n";

[[noreturn]] void refuse_address(std::string_view text, std::string_view cause) {
    throw Error(Errc::invalid_argument, "read the address of the metrics",
                fmt::format("\"{}\"", text), cause,
                "write ADDR:PORT with a numeric address, such as 127.0.0.1:9809, [::1]:9809 or "
                ":9809");
}

tcp::endpoint parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    std::string_view address = colon == text.npos ? std::string_view{} : text.substr(0, colon);
    const std::string_view digits = colon == text.npos ? text : text.substr(colon + 1);
    const auto port = base::parse_number<std::uint16_t>(digits);
    if (!port) {
        refuse_address(text, "the port is not a number up to 65535");
    }
    if (address.empty()) {
        return {asio::ip::address_v4::loopback(), *port};
    }
    const bool brackets = address.starts_with('[') && address.ends_with(']');
    if (brackets) {
        address = address.substr(1, address.size() - 2);
    }
    error_code bad;
    const asio::ip::address parsed = asio::ip::make_address(std::string{address}, bad);
    if (bad) {
        refuse_address(text, "that is no IP address");
    }
    if (parsed.is_v6() != brackets) {
        refuse_address(text, brackets ? "brackets are for IPv6" : "an IPv6 address needs brackets");
    }
    return {parsed, *port};
}

std::string to_text(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

std::string_view advice_for(const error_code& error) {
    if (error == asio::error::address_in_use) {
        return "another program listens there: choose another port";
    }
    if (error == asio::error::access_denied) {
        return "ports below 1024 need CAP_NET_BIND_SERVICE: choose another port";
    }
    if (error == boost::system::errc::address_not_available) {
        return "this host has no such address: see ip address";
    }
    return {};
}

struct Answer {
    http::status status{http::status::ok};
    std::string_view type{kTextType};
    Page page;
    std::string_view allow;
};

Answer plain(http::status status, std::string_view text) {
    return {.status = status,
            .type = kTextType,
            .page = std::make_shared<const std::string>(text),
            .allow = {}};
}

/// The status for a request that is none.
http::status status_of(const error_code& error) {
    if (error == http::error::header_limit) {
        return http::status::request_header_fields_too_large;
    }
    return error == http::error::body_limit ? http::status::payload_too_large
                                            : http::status::bad_request;
}

/// Whether bytes came that are no request, so that an answer makes sense.
bool is_malformed(const error_code& error) {
    return error.category() == http::make_error_code(http::error::bad_version).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
}

std::string header_of(const Answer& answer, unsigned version, bool keep_alive) {
    http::response<http::empty_body> response{answer.status, version};
    response.set(http::field::content_type,
                 beast::string_view{answer.type.data(), answer.type.size()});
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    if (!answer.allow.empty()) {
        response.set(http::field::allow,
                     beast::string_view{answer.allow.data(), answer.allow.size()});
    }
    response.keep_alive(keep_alive);
    response.content_length(answer.page->size());

    http::response_serializer<http::empty_body> serializer{response};
    std::string header;
    error_code error;
    while (!error && !serializer.is_done()) {
        serializer.next(error, [&](error_code&, const auto& buffers) {
            for (const asio::const_buffer buffer : beast::buffers_range_ref(buffers)) {
                header.append(static_cast<const char*>(buffer.data()), buffer.size());
            }
            serializer.consume(beast::buffer_bytes(buffers));
        });
    }
    return header;
}

} // namespace

class MetricsServer::State : public std::enable_shared_from_this<State> {
  public:
    State(const asio::any_io_executor& executor, std::string_view text,
          std::function<std::string()> metrics, const MetricsLimits& limits)
        : metrics_{std::move(metrics)}, limits_{limits}, acceptor_{executor}, pause_{executor} {
        const tcp::endpoint wanted = parse_endpoint(text);
        const auto check = [&wanted](const error_code& error) {
            if (error) {
                throw Error({error.value(), std::generic_category()}, "listen on",
                            to_text(wanted) + " for metrics", {}, advice_for(error));
            }
        };
        error_code error;
        acceptor_.open(wanted.protocol(), error);
        check(error);
        acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        check(error);
        acceptor_.bind(wanted, error);
        check(error);
        acceptor_.listen(asio::socket_base::max_listen_connections, error);
        check(error);
        endpoint_ = to_text(acceptor_.local_endpoint(error));
        check(error);
    }

    void start() {
        asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
    }

    void stop() {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        for (const auto& stream : std::exchange(streams_, {})) {
            stream->close();
        }
        metrics_ = nullptr;
    }

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] std::size_t connections() const { return streams_.size(); }

  private:
    using Stream = std::shared_ptr<beast::tcp_stream>;

    static asio::awaitable<void> accept(std::shared_ptr<State> self) {
        while (self->acceptor_.is_open()) {
            bool accepted = false;
            try {
                accepted = co_await accept_one(self);
            } catch (const std::bad_alloc&) { // there may be some again
            }
            if (!accepted && self->acceptor_.is_open()) {
                self->pause_.expires_after(kAcceptPause);
                co_await self->pause_.async_wait(kTuple);
            }
        }
    }

    static asio::awaitable<bool> accept_one(std::shared_ptr<State> self) {
        auto [error, socket] = co_await self->acceptor_.async_accept(kTuple);
        if (error || !self->acceptor_.is_open()) {
            co_return false;
        }
        if (self->streams_.size() >= self->limits_.connections) {
            turn_away(socket);
            co_return true;
        }
        auto stream = std::make_shared<beast::tcp_stream>(std::move(socket));
        self->streams_.push_back(stream);
        auto ended = [self, stream](const std::exception_ptr& /*failure*/) { // as without memory
            std::erase(self->streams_, stream);
        };
        asio::co_spawn(self->acceptor_.get_executor(), serve(self, stream), std::move(ended));
        co_return true;
    }

    /// As far as it goes without waiting: nothing is kept for a connection too many.
    static void turn_away(tcp::socket& socket) {
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(kBusy), ignored);
        socket.shutdown(tcp::socket::shutdown_send, ignored);
        socket.close(ignored);
    }

    static asio::awaitable<void> serve(std::shared_ptr<State> self, Stream stream) {
        beast::flat_buffer buffer{self->limits_.header_bytes + self->limits_.body_bytes};
        bool more = true;
        while (more && self->metrics_) {
            Request request;
            request.header_limit(static_cast<std::uint32_t>(self->limits_.header_bytes));
            request.body_limit(self->limits_.body_bytes);
            stream->expires_after(self->limits_.read);
            const error_code error = co_await read(stream, buffer, request);
            if (!self->metrics_ || (error && !is_malformed(error))) {
                break;
            }
            const bool head = !error && request.get().method() == http::verb::head;
            more = !error && request.get().keep_alive();
            const unsigned version = error ? 11 : request.get().version();
            const Answer answer = error ? plain(status_of(error), "this is no request\n")
                                        : self->answer_to(request.get());
            if (!co_await self->write(stream, answer, version, head, more)) {
                break;
            }
        }
        co_await finish(stream, self->limits_.read);
    }

    // Beast's parser and serializer without its asynchronous operations, which take seconds to
    // compile.

    /// What the client sent beyond the request stays in the buffer.
    static asio::awaitable<error_code> read(Stream stream, beast::flat_buffer& buffer,
                                            Request& request) {
        request.eager(true);
        for (;;) {
            if (buffer.size() > 0) {
                error_code error;
                buffer.consume(request.put(buffer.data(), error));
                if (request.is_done() || (error && error != http::error::need_more)) {
                    co_return error;
                }
            }
            const std::size_t room = std::min(kReadBytes, buffer.max_size() - buffer.size());
            if (room == 0) {
                co_return http::make_error_code(http::error::buffer_overflow);
            }
            const auto [error, size] =
                co_await stream->async_read_some(buffer.prepare(room), kTuple);
            if (error == asio::error::eof) {
                co_return http::make_error_code(request.got_some() ? http::error::partial_message
                                                                   : http::error::end_of_stream);
            }
            if (error) {
                co_return error;
            }
            buffer.commit(size);
        }
    }

    /// Whether the client took it all.
    asio::awaitable<bool> write(Stream stream, Answer answer, unsigned version, bool head,
                                bool keep_alive) const {
        const std::string header = header_of(answer, version, keep_alive);
        // The page is not copied for each client.
        std::array<asio::const_buffer, 2> rest{
            asio::buffer(header), head ? asio::const_buffer{} : asio::buffer(*answer.page)};
        stream->expires_after(limits_.write);
        while (asio::buffer_size(rest) > 0) {
            const auto [error, size] = co_await stream->async_write_some(rest, kTuple);
            if (error) {
                co_return false;
            }
            const std::size_t of_header = std::min(size, rest[0].size());
            rest[0] += of_header;
            rest[1] += size - of_header;
        }
        co_return true;
    }

    /// The client gets time to read its answer: closing with unread input would reset.
    static asio::awaitable<void> finish(Stream stream, std::chrono::milliseconds limit) {
        error_code ignored;
        if (!stream->socket().is_open()) {
            co_return;
        }
        stream->socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream->expires_after(std::min<std::chrono::milliseconds>(limit, kLinger));
        std::array<char, 4096> rest{};
        for (std::size_t drained = 0; drained < kMaxDrained;) {
            const auto [error, size] = co_await stream->async_read_some(asio::buffer(rest), kTuple);
            if (error) {
                break;
            }
            drained += size;
        }
        stream->close();
    }

    Answer answer_to(const http::request<http::string_body>& request) {
        const std::string_view target{request.target().data(), request.target().size()};
        const std::string_view path = target.substr(0, target.find('?'));
        if (path != "/" && path != "/metrics") {
            return plain(http::status::not_found, "not found; the metrics are at /metrics\n");
        }
        if (request.method() != http::verb::get && request.method() != http::verb::head) {
            Answer answer = plain(http::status::method_not_allowed, "only GET and HEAD\n");
            answer.allow = "GET, HEAD";
            return answer;
        }
        if (path == "/") {
            Answer answer = plain(http::status::ok, kFrontPage);
            answer.type = kHtmlType;
            return answer;
        }
        try {
            return {.status = http::status::ok,
                    .type = kMetricsType,
                    .page = current_page(),
                    .allow = {}};
        } catch (const std::exception&) {
            return plain(http::status::internal_server_error, "the metrics cannot be made\n");
        }
    }

    /// Clients that read slowly share a page: they cannot hold one each, nor have one made each.
    Page current_page() {
        Page page = last_page_.lock();
        if (!page || Clock::now() - made_ > kPageAge) {
            page = std::make_shared<const std::string>(metrics_());
            made_ = Clock::now();
            last_page_ = page;
        }
        return page;
    }

    std::function<std::string()> metrics_;
    MetricsLimits limits_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::string endpoint_;
    std::vector<Stream> streams_;
    std::weak_ptr<const std::string> last_page_;
    Clock::time_point made_{};
};

MetricsServer::MetricsServer(boost::asio::any_io_executor executor, std::string_view endpoint,
                             std::function<std::string()> metrics, const MetricsLimits& limits)
    : state_{std::make_shared<State>(executor, endpoint, std::move(metrics), limits)} {
    state_->start();
}

MetricsServer::~MetricsServer() {
    state_->stop();
}

const std::string& MetricsServer::endpoint() const {
    return state_->endpoint();
}

std::size_t MetricsServer::connections() const {
    return state_->connections();
}

void MetricsServer::stop() {
    state_->stop();
}

} // namespace haoh::tool
