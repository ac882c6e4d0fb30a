// SPDX-License-Identifier: LGPL-2.1-or-later
// Sockets: ports, the control socket, arrays that go down and come back.
#include <arraysim/scenario_builder.hpp>
#include <arraysim/server.hpp>

#include <haoh/error.hpp>
#include <haoh/nvme/pdu.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace haoh::arraysim {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using testing::HasSubstr;

/// A server on a thread of its own, so that the test can use blocking sockets.
class Running {
  public:
    explicit Running(const Scenario& scenario)
        : simulator(scenario, Clock::now()), server(context.get_executor(), simulator) {
        folder = fs::temp_directory_path() / ("haoh-arraysim-test-" + std::to_string(getpid()));
        fs::create_directories(folder);
        server.on_quit = [this] {
            told_to_quit = true;
            context.stop();
        };
        server.start();
        ports = server.ports();
        server.listen_control(socket());
        thread = std::thread([this] { context.run(); });
    }
    ~Running() {
        context.stop();
        if (thread.joinable()) {
            thread.join();
        }
        fs::remove_all(folder);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    [[nodiscard]] fs::path socket() const { return folder / "control"; }
    std::string control(std::string_view line) const { return send_control(socket(), line); }

    asio::io_context context{1};
    Simulator simulator;
    Server server;
    std::vector<ServedPort> ports;
    fs::path folder;
    std::atomic<bool> told_to_quit{};
    std::thread thread;
};

/// A blocking connection with a bound on each wait.
class Client {
  public:
    explicit Client(const Address& address) : socket(context) {
        socket.connect({asio::ip::make_address(address.traddr), address.trsvcid}, error);
        if (!error) {
            const timeval bound{.tv_sec = 10, .tv_usec = 0};
            setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
        }
    }
    bool initialize() {
        const nvme::Bytes request = nvme::encode(nvme::IcReq{}, {});
        asio::write(socket, asio::buffer(request), error);
        nvme::Bytes answer(128);
        if (!error) {
            asio::read(socket, asio::buffer(answer), error);
        }
        return !error && answer[0] == 1;
    }
    /// Reads until the other end is gone. \return how it went
    boost::system::error_code drain() {
        nvme::Bytes part(4096);
        while (!error) {
            socket.read_some(asio::buffer(part), error);
        }
        return error;
    }

    asio::io_context context;
    tcp::socket socket;
    boost::system::error_code error;
};

Scenario pair() {
    return ScenarioBuilder().array("a").array("b").build();
}

TEST(Server, ServesEachArrayOnPortsOfItsOwn) {
    const Running running(pair());
    ASSERT_EQ(running.ports.size(), 2U);
    EXPECT_EQ(running.ports[0].array, "a");
    EXPECT_NE(running.ports[0].address.trsvcid, running.ports[1].address.trsvcid);
    for (const ServedPort& port : running.ports) {
        Client client(port.address);
        EXPECT_TRUE(client.initialize()) << client.error.message();
    }
}

TEST(Server, ListensOnIPv6) {
    PortSpec port;
    port.listen = "[::1]:0";
    const Running running(ScenarioBuilder().array("a").port(port).build());
    Client client(running.ports.at(0).address);
    EXPECT_TRUE(client.initialize()) << client.error.message();
    EXPECT_EQ(to_string(running.ports[0].address).substr(0, 12), "tcp://[::1]:");
}

TEST(Server, AnswersAMalformedPduBeforeItCloses) {
    const Running running(pair());
    Client client(running.ports[0].address);
    ASSERT_TRUE(client.initialize());
    const nvme::Bytes bad{0x04, 0, 0x48, 0x48, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3};
    asio::write(client.socket, asio::buffer(bad));
    nvme::Bytes answer(24);
    asio::read(client.socket, asio::buffer(answer), client.error);
    EXPECT_EQ(answer[0], 0x03); // C2HTermReq
    EXPECT_EQ(client.drain(), asio::error::eof);
}

TEST(Server, AnArrayGoesDownAndComesBackOnTheSamePort) {
    const Running running(pair());
    Client before(running.ports[1].address);
    Client other(running.ports[0].address);
    ASSERT_TRUE(before.initialize());
    ASSERT_TRUE(other.initialize());
    running.control("down b");
    EXPECT_EQ(before.drain(), asio::error::connection_reset);
    // The port closes a moment after the command was answered.
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    while (!Client(running.ports[1].address).error && Clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(Client(running.ports[1].address).error, asio::error::connection_refused);
    running.control("up b");
    bool back = false;
    while (!back && Clock::now() < deadline) {
        Client after(running.ports[1].address);
        back = !after.error && after.initialize();
    }
    EXPECT_TRUE(back);
    EXPECT_TRUE(Client(running.ports[0].address).initialize());
}

TEST(Server, AnArrayThatIsDownFromTheStartRefuses) {
    const Running running(ScenarioBuilder()
                              .array("a")
                              .with([](ArraySpec& spec) { spec.power = Power::down; })
                              .build());
    EXPECT_EQ(Client(running.ports.at(0).address).error, asio::error::connection_refused);
}

TEST(Server, TakesCommandsOnTheControlSocket) {
    const Running running(pair());
    EXPECT_EQ(running.control("ana b 1 inaccessible"), "");
    EXPECT_THAT(running.control("state"), HasSubstr("\"ana_state\":\"inaccessible\""));
    EXPECT_THAT(running.control("help"), HasSubstr("namespace resize"));
    try {
        running.control("ana b 9 optimized");
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("no such group"));
    }
    EXPECT_THROW((void)send_control(running.folder / "nobody", "state"), Error);
}

TEST(Server, RefusesAControlLineWithoutAnEnd) {
    const Running running(pair());
    asio::io_context context;
    asio::local::stream_protocol::socket socket(context);
    socket.connect({running.socket().string()});
    const timeval bound{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
    const std::string flood(kMaxControlLine + 1, 'x');
    asio::write(socket, asio::buffer(flood));
    std::string reply;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(reply), error);
    EXPECT_THAT(reply, HasSubstr("error: a line has more than 4096 bytes"));
}

TEST(Server, SaysWhichAddressCannotBeListenedOn) {
    Running running(pair());
    PortSpec taken;
    taken.listen = "127.0.0.1:" + std::to_string(running.ports[0].address.trsvcid);
    asio::io_context context;
    Simulator second(ScenarioBuilder().array("x").port(taken).build(), Clock::now());
    Server server(context.get_executor(), second);
    try {
        server.start();
        FAIL() << "listens on a port that is taken";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr(taken.listen));
        EXPECT_THAT(error.what(), HasSubstr("array 'x'"));
    }
}

TEST(Server, QuitsWhenTold) {
    Running running(pair());
    EXPECT_FALSE(running.told_to_quit);
    running.control("quit");
    running.thread.join();
    EXPECT_TRUE(running.told_to_quit);
}

} // namespace
} // namespace haoh::arraysim
