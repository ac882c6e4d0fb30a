// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metrics_server.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"

#include <haoh/error.hpp>

#include <boost/asio/io_context.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kPatience = 120s; ///< bound of every wait; none is expected to take long

/// A client that reads and writes as far as it goes without waiting.
class Client {
  public:
    explicit Client(const std::string& endpoint, int receive_buffer = 0) {
        const std::size_t colon = endpoint.rfind(':');
        const bool six = endpoint.starts_with('[');
        std::uint16_t port = 0;
        std::from_chars(endpoint.data() + colon + 1, endpoint.data() + endpoint.size(), port);
        socket_ = ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer > 0) {
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        int result = 0;
        if (six) {
            ::sockaddr_in6 address{};
            address.sin6_family = AF_INET6;
            address.sin6_port = htons(port);
            address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
            result = connect(address);
        } else {
            ::sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(port);
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            result = connect(address);
        }
        if (result != 0) {
            throw std::system_error{errno, std::generic_category(), "connect"};
        }
    }
    Client(Client&& other) noexcept
        : socket_{std::exchange(other.socket_, -1)}, received_{std::move(other.received_)},
          closed_{other.closed_} {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client& operator=(Client&&) = delete;
    ~Client() {
        if (socket_ >= 0) {
            ::close(socket_);
        }
    }

    void send(std::string_view text) const {
        static_cast<void>(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }
    /// Says that nothing more comes.
    void finish() const { ::shutdown(socket_, SHUT_WR); }
    void receive() {
        std::array<char, 65536> part{};
        for (;;) {
            const ::ssize_t got = ::recv(socket_, part.data(), part.size(), MSG_DONTWAIT);
            if (got > 0) {
                received_.append(part.data(), static_cast<std::size_t>(got));
                continue;
            }
            closed_ = closed_ || got == 0 || (errno != EAGAIN && errno != EINTR);
            return;
        }
    }
    [[nodiscard]] const std::string& received() const { return received_; }
    [[nodiscard]] bool closed() const { return closed_; }

    /// Whether one whole answer came.
    [[nodiscard]] bool answered(bool head = false) const {
        const std::size_t end = received_.find("\r\n\r\n");
        const std::size_t field = received_.find("Content-Length: ");
        if (end == received_.npos || field == received_.npos) {
            return false;
        }
        std::size_t length = 0;
        std::from_chars(received_.data() + field + 16, received_.data() + end, length);
        return head || received_.size() >= end + 4 + length;
    }
    [[nodiscard]] std::string body() const {
        return received_.substr(received_.find("\r\n\r\n") + 4);
    }
    void forget() { received_.clear(); }

  private:
    template <typename Address>
    int connect(const Address& address) const {
        return ::connect(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address);
    }

    int socket_{-1};
    std::string received_;
    bool closed_{};
};

class MetricsServerTest : public testing::Test {
  protected:
    MetricsServer& serve(const MetricsLimits& limits = {}, std::string_view endpoint = "0") {
        server_.emplace(
            context_.get_executor(), endpoint,
            [this] {
                ++made_;
                return page_;
            },
            limits);
        return *server_;
    }

    /// Runs the server until the condition holds; false when it does not come about.
    template <typename Condition>
    bool run_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) {
                return false;
            }
            context_.restart();
            context_.run_one_for(10ms);
        }
        return true;
    }

    std::string ask(Client& client, std::string_view request, bool head = false) {
        client.send(request);
        EXPECT_TRUE(run_until([&] {
            client.receive();
            return client.answered(head) || client.closed();
        }));
        return client.received();
    }
    std::string ask(std::string_view request, bool head = false) {
        Client client{server_->endpoint()};
        return ask(client, request, head);
    }

    boost::asio::io_context context_;
    std::optional<MetricsServer> server_;
    std::string page_{"# HELP x y\n# TYPE x gauge\nx 1\n"};
    int made_{};
};

constexpr std::string_view kScrape = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(MetricsServerTest, ServesThePage) {
    serve();
    Client client{server_->endpoint()};
    const std::string answer = ask(client, kScrape);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_EQ(client.body(), page_);
}

TEST_F(MetricsServerTest, ServesEachRequestOfAConnectionAFreshPage) {
    serve();
    Client client{server_->endpoint()};
    ask(client, kScrape);
    client.forget();
    page_ = "x 2\n";
    ask(client, "GET /metrics?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.body(), "x 2\n");
    EXPECT_EQ(made_, 2);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(MetricsServerTest, ClosesWhenTheClientAsksForIt) {
    serve();
    for (const char* request : {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                                "GET /metrics HTTP/1.0\r\n\r\n"}) {
        Client client{server_->endpoint()};
        EXPECT_THAT(ask(client, request), HasSubstr(" 200 OK\r\n"));
        EXPECT_TRUE(run_until([&] {
            client.receive();
            return client.closed();
        }));
        EXPECT_EQ(client.body(), page_);
    }
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
}

TEST_F(MetricsServerTest, AnswersHeadWithoutABody) {
    serve();
    Client client{server_->endpoint()};
    const std::string answer = ask(client, "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", true);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(page_.size()) + "\r\n"));
    client.forget();
    // What comes next is the next answer, not a body.
    EXPECT_THAT(ask(client, kScrape), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsServerTest, LeadsToTheMetrics) {
    serve();
    const std::string answer = ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/html"));
    EXPECT_THAT(answer, HasSubstr("href=\"/metrics\""));
    EXPECT_EQ(made_, 0);
}

TEST_F(MetricsServerTest, SaysHowItsAnswersAreToBeTaken) {
    serve();
    const std::string answer = ask(kScrape);
    EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("\r\nAllow:")));
    EXPECT_THAT(answer, Not(HasSubstr("\r\nConnection: close\r\n")));
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n"),
                HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(ask("GET /metrics HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200 "));
    EXPECT_THAT(ask("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                HasSubstr("\r\nConnection: keep-alive\r\n"));
    const std::string refusal = ask("no request\r\n\r\n");
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(refusal, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(refusal, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
}

TEST_F(MetricsServerTest, AnswersNothingToHalfARequest) {
    serve();
    for (const std::string_view text : {std::string_view{}, kScrape.substr(0, 20)}) {
        Client client{server_->endpoint()};
        client.send(text);
        client.finish();
        EXPECT_TRUE(run_until([&] {
            client.receive();
            return client.closed();
        }));
        EXPECT_EQ(client.received(), "");
    }
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
    EXPECT_EQ(made_, 0);
}

TEST_F(MetricsServerTest, TakesAsMuchAsItsHeaderSaysAndNoMore) {
    serve();
    const auto scrape = [](std::size_t size) {
        std::string request = "GET /metrics HTTP/1.1\r\nX: ";
        request.resize(size - 4, 'x');
        return request + "\r\n\r\n";
    };
    EXPECT_THAT(ask(scrape(8192)), HasSubstr(" 200 "));
    EXPECT_THAT(ask(scrape(8300)), HasSubstr(" 431 "));
    const auto post = [](std::size_t size) {
        return "POST /metrics HTTP/1.1\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };
    EXPECT_THAT(ask(post(4096)), HasSubstr(" 405 "));
    EXPECT_THAT(ask(post(4097)), HasSubstr(" 413 "));
    std::vector<Client> clients;
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
    for (int i = 0; i < 16; ++i) {
        clients.emplace_back(server_->endpoint());
    }
    EXPECT_TRUE(run_until([&] { return server_->connections() == 16; }));
    EXPECT_THAT(ask(""), HasSubstr(" 503 "));
    EXPECT_EQ(server_->connections(), 16U);
}

TEST_F(MetricsServerTest, MakesAnotherPageWhenTheLastIsASecondOld) {
    serve({.read = 60s, .write = 60s});
    page_.assign(std::size_t{32} << 20U, '#');
    Client lazy{server_->endpoint(), 4096};
    lazy.send(kScrape);
    EXPECT_TRUE(run_until([&] { return made_ == 1; }));
    std::this_thread::sleep_for(1100ms); // no less
    Client keen{server_->endpoint()};
    EXPECT_THAT(ask(keen, kScrape), HasSubstr(" 200 OK\r\n"));
    EXPECT_EQ(made_, 2);
}

TEST_F(MetricsServerTest, RefusesWhatItDoesNotHave) {
    serve();
    EXPECT_THAT(ask("GET /metric HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 404 Not Found\r\n"));
    EXPECT_THAT(ask("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 404 "));
    const std::string answer =
        ask("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_THAT(answer, HasSubstr(" 405 Method Not Allowed\r\n"));
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
    EXPECT_EQ(made_, 0);
}

TEST_F(MetricsServerTest, RefusesWhatIsTooLargeOrNoRequest) {
    serve();
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n"),
                HasSubstr(" 431 "));
    EXPECT_THAT(
        ask("POST /metrics HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x')),
        HasSubstr(" 413 "));
    EXPECT_THAT(ask("\x16\x03\x01 hello\r\n\r\n"), HasSubstr(" 400 "));
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
    EXPECT_THAT(ask(kScrape), HasSubstr(" 200 OK\r\n"));
}

TEST_F(MetricsServerTest, LetsGoOfARefusedClientThatDoesNotClose) {
    serve({.read = 60s, .write = 60s});
    Client client{server_->endpoint()};
    EXPECT_THAT(ask(client, "no request\r\n\r\n"), HasSubstr(" 400 "));
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
}

TEST_F(MetricsServerTest, SaysThatThePageCannotBeMade) {
    server_.emplace(context_.get_executor(), "0",
                    []() -> std::string { throw std::runtime_error{"no"}; });
    EXPECT_THAT(ask(kScrape), HasSubstr(" 500 Internal Server Error\r\n"));
    EXPECT_THAT(ask(kScrape), HasSubstr(" 500 "));
}

TEST_F(MetricsServerTest, DropsAClientThatSaysNothing) {
    serve({.read = 500ms});
    Client silent{server_->endpoint()};
    Client slow{server_->endpoint()};
    slow.send("GET /metrics HTTP/1.1\r\n");
    EXPECT_TRUE(run_until([&] { return server_->connections() == 2; }));
    EXPECT_TRUE(run_until([&] {
        silent.receive();
        slow.send("A: b\r\n"); // one line after the other does not win time
        slow.receive();
        return silent.closed() && slow.closed();
    }));
    EXPECT_EQ(silent.received(), "");
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
}

TEST_F(MetricsServerTest, ServesOthersWhileOneDoesNotReadALargePage) {
    serve({.read = 10s, .write = 2s});
    page_.assign(std::size_t{32} << 20U, '#');
    Client lazy{server_->endpoint(), 4096};
    lazy.send(kScrape);
    EXPECT_TRUE(run_until([&] { return made_ == 1; }));
    Client keen{server_->endpoint()};
    EXPECT_THAT(ask(keen, kScrape), HasSubstr(" 200 OK\r\n"));
    EXPECT_EQ(keen.body().size(), page_.size());
    EXPECT_EQ(made_, 1); // the same page: another one would be another 32 MiB
    // The lazy one is given up, and what it asked for is gone with it.
    EXPECT_TRUE(run_until([&] { return server_->connections() == 1; }));
    EXPECT_TRUE(run_until([&] {
        lazy.receive();
        return lazy.closed();
    }));
    EXPECT_LT(lazy.received().size(), page_.size());
}

TEST_F(MetricsServerTest, TurnsAwayConnectionsBeyondTheLimit) {
    serve({.connections = 4});
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server_->endpoint());
    }
    EXPECT_TRUE(run_until([&] { return server_->connections() == 4; }));
    for (int i = 0; i < 40; ++i) {
        Client extra{server_->endpoint()};
        EXPECT_TRUE(run_until([&] {
            extra.receive();
            return extra.closed();
        }));
        EXPECT_THAT(extra.received(), HasSubstr(" 503 Service Unavailable\r\n"));
        EXPECT_TRUE(extra.answered());
    }
    EXPECT_EQ(server_->connections(), 4U);
    for (Client& client : clients) {
        EXPECT_THAT(ask(client, kScrape), HasSubstr(" 200 OK\r\n"));
    }
    clients.clear();
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
    EXPECT_THAT(ask(kScrape), HasSubstr(" 200 OK\r\n"));
}

TEST_F(MetricsServerTest, SurvivesClientsThatLeave) {
    serve();
    page_.assign(std::size_t{8} << 20U, '#');
    for (int i = 0; i < 10; ++i) {
        Client client{server_->endpoint()};
        client.send(i % 2 == 0 ? kScrape : kScrape.substr(0, 20));
    }
    EXPECT_TRUE(run_until([&] { return made_ > 0 && server_->connections() == 0; }));
}

TEST_F(MetricsServerTest, StopClosesEverything) {
    serve();
    page_.assign(std::size_t{32} << 20U, '#');
    Client silent{server_->endpoint()};
    Client lazy{server_->endpoint(), 4096};
    lazy.send(kScrape);
    EXPECT_TRUE(run_until([&] { return made_ == 1 && server_->connections() == 2; }));
    const std::string endpoint = server_->endpoint();
    server_->stop();
    EXPECT_EQ(server_->connections(), 0U);
    EXPECT_TRUE(run_until([&] {
        silent.receive();
        lazy.receive();
        return silent.closed() && lazy.closed();
    }));
    EXPECT_THROW(Client{endpoint}, std::system_error);
    server_->stop();
    server_.reset();
    context_.restart();
    context_.run_for(kPatience); // returns at once: nothing is left to do
    EXPECT_TRUE(context_.stopped());
    EXPECT_EQ(made_, 1);
}

TEST_F(MetricsServerTest, CanBeDestroyedWhileItServes) {
    serve();
    Client client{server_->endpoint()};
    EXPECT_TRUE(run_until([&] { return server_->connections() == 1; }));
    client.send(kScrape);
    server_.reset();
    context_.restart();
    context_.run_for(kPatience);
    EXPECT_EQ(made_, 0);
}

TEST_F(MetricsServerTest, ListensOnLoopbackUnlessToldOtherwise) {
    for (const char* text : {"0", ":0", "127.0.0.1:0"}) {
        EXPECT_THAT(serve({}, text).endpoint(), StartsWith("127.0.0.1:")) << text;
    }
    EXPECT_THAT(serve({}, "0.0.0.0:0").endpoint(), StartsWith("0.0.0.0:"));
}

TEST_F(MetricsServerTest, ListensOnIpv6) {
    try {
        serve({}, "[::1]:0");
    } catch (const Error& error) {
        GTEST_SKIP() << "this machine has no IPv6 loopback: " << error.what();
    }
    EXPECT_THAT(server_->endpoint(), StartsWith("[::1]:"));
    EXPECT_THAT(ask(kScrape), HasSubstr(" 200 OK\r\n"));
}

TEST_F(MetricsServerTest, SaysWhatIsWrongWithAnAddress) {
    const auto refusal = [&](std::string_view text) -> std::string {
        try {
            serve({}, text);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_EQ(refusal("host:9809"),
              "read the address of the metrics \"host:9809\": that is no IP address; write "
              "ADDR:PORT with a numeric address, such as 127.0.0.1:9809, [::1]:9809 or :9809");
    for (const char* text : {"[::1:0", "::1]:0", "x::1]:0", "[::1x:0", "[]:0", "[:0"}) {
        EXPECT_THAT(refusal(text), HasSubstr("that is no IP address")) << text;
    }
    EXPECT_THAT(refusal("::1:9809"), HasSubstr("an IPv6 address needs brackets"));
    EXPECT_THAT(refusal("[127.0.0.1]:9809"), HasSubstr("brackets are for IPv6"));
    for (const char* text : {"", ":", "70000", "127.0.0.1", "127.0.0.1:", "1.2.3.4:-1", "80x"}) {
        EXPECT_THAT(refusal(text), HasSubstr("the port is not a number up to 65535")) << text;
    }
    EXPECT_THAT(refusal("192.0.2.1:9809"),
                testing::AllOf(StartsWith("listen on 192.0.2.1:9809 for metrics: "),
                               HasSubstr("this host has no such address")));
}

TEST_F(MetricsServerTest, TakesItsPortAgainAtOnce) {
    serve();
    const std::string endpoint = server_->endpoint();
    {
        // Who closes first keeps the port in TIME_WAIT: here the server.
        Client client{endpoint};
        ask(client, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_TRUE(run_until([&] {
            client.receive();
            return client.closed();
        }));
    }
    EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
    server_.reset();
    EXPECT_EQ(serve({}, endpoint).endpoint(), endpoint);
    EXPECT_THAT(ask(kScrape), HasSubstr(" 200 OK\r\n"));
}

TEST_F(MetricsServerTest, WaitsForADescriptorAndThenServes) {
    serve();
    Client client{server_->endpoint()}; // the kernel takes the connection, the server cannot yet
    const int next = ::dup(STDERR_FILENO);
    ::close(next);
    ::rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    ::rlimit none = limit;
    none.rlim_cur = static_cast<::rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &none);
    const std::size_t turns = context_.run_for(500ms);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_LT(turns, 30U) << "it does not try again and again";
    EXPECT_EQ(server_->connections(), 0U);
    EXPECT_THAT(ask(client, kScrape), HasSubstr(" 200 OK\r\n"));
}

TEST_F(MetricsServerTest, SaysWhatTheSystemSaidWhateverItIsThatFails) {
    for (const long call : {SYS_socket, SYS_setsockopt, SYS_bind, SYS_listen, SYS_getsockname}) {
        EXPECT_EQ(test::status_of_child([call] {
                      boost::asio::io_context context;
                      if (!test::fail_call(call, ENOBUFS)) {
                          return 1;
                      }
                      try {
                          const MetricsServer server{context.get_executor(), "127.0.0.1:0",
                                                     [] { return std::string{}; }};
                      } catch (const Error& error) {
                          return error.code() == std::errc::no_buffer_space &&
                                         error.operation() == "listen on" &&
                                         error.object() == "127.0.0.1:0 for metrics"
                                     ? 0
                                     : 2;
                      }
                      return 3;
                  }),
                  0)
            << call;
    }
}

TEST_F(MetricsServerTest, SaysWhoMayListenBelowPort1024) {
    EXPECT_EQ(test::status_of_child([] {
                  boost::asio::io_context context;
                  if (!test::fail_call(SYS_bind, EACCES)) {
                      return 1;
                  }
                  try {
                      const MetricsServer server{context.get_executor(), "80",
                                                 [] { return std::string{}; }};
                  } catch (const Error& error) {
                      return error.advice().find("CAP_NET_BIND_SERVICE") != std::string::npos ? 0
                                                                                              : 2;
                  }
                  return 3;
              }),
              0);
}

TEST_F(MetricsServerTest, SaysThatAPortIsTaken) {
    const std::string taken = serve().endpoint();
    try {
        MetricsServer second{context_.get_executor(), taken, [] { return std::string{}; }};
        FAIL() << "two servers at " << taken;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::errc::address_in_use);
        EXPECT_THAT(error.what(), HasSubstr("listen on " + taken));
        EXPECT_THAT(error.what(), HasSubstr("choose another port"));
    }
}

} // namespace
} // namespace haoh::tool
