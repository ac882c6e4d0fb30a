// SPDX-License-Identifier: LGPL-2.1-or-later
// Sockets: ports, the control socket, arrays that go down and come back.
#include "support/scenario_builder.hpp"

#include <arraysim/serve/server.hpp>

#include <haoh/error.hpp>
#include <haoh/nvme/pdu.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
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
    // Nobody else gets it meanwhile, to be taken for this array.
    asio::io_context context;
    tcp::acceptor other_program(context, tcp::v4());
    boost::system::error_code taken;
    other_program.bind({asio::ip::make_address("127.0.0.1"), running.ports[1].address.trsvcid},
                       taken);
    EXPECT_EQ(taken, asio::error::address_in_use);
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

/// A blocking client of a control socket, with a bound on each wait.
class ControlClient {
  public:
    explicit ControlClient(const fs::path& path) : socket(context) {
        socket.connect({path.string()});
        const timeval bound{.tv_sec = 10, .tv_usec = 0};
        setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
    }
    void write(const std::string& text) { asio::write(socket, asio::buffer(text), error); }
    /// A line without its end; empty when the other end is gone.
    std::string line() {
        const std::size_t length =
            asio::read_until(socket, asio::dynamic_buffer(buffer), '\n', error);
        if (error) {
            return {};
        }
        std::string text = buffer.substr(0, length - 1);
        buffer.erase(0, length);
        return text;
    }

    asio::io_context context;
    asio::local::stream_protocol::socket socket;
    std::string buffer;
    boost::system::error_code error;
};

TEST(Server, AnswersControlLinesInTheirOrder) {
    const Running running(pair());
    ControlClient client(running.socket());
    client.write("ana b 1 inaccessible\nana b 9 change\nst");
    EXPECT_EQ(client.line(), "ok");
    EXPECT_THAT(client.line(), testing::StartsWith("error: "));
    client.write("ate\n");
    EXPECT_THAT(client.line(), HasSubstr("inaccessible")) << "one line, with an end of its own";
    EXPECT_EQ(client.line(), "ok");
    client.write(std::string(kMaxControlLine - 1, 'x') + "\n");
    EXPECT_THAT(client.line(), HasSubstr("is no command")) << "as long as a line may be";
    client.write("help\n");
    std::string last;
    for (std::string text = client.line(); !text.empty() && text != "ok"; text = client.line()) {
        last = text;
    }
    EXPECT_FALSE(last.empty());
    EXPECT_FALSE(client.error);
}

TEST(Server, HasAtMost64ControlClients) {
    const Running running(pair());
    std::vector<std::unique_ptr<ControlClient>> clients;
    for (unsigned i = 0; i < 64; ++i) {
        clients.push_back(std::make_unique<ControlClient>(running.socket()));
        clients.back()->write("latency a 0s\n");
        ASSERT_EQ(clients.back()->line(), "ok") << i;
    }
    ControlClient refused(running.socket());
    refused.write("state\n");
    EXPECT_EQ(refused.line(), "");
    clients.pop_back();
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    bool served = false;
    while (!served && Clock::now() < deadline) {
        ControlClient next(running.socket());
        next.write("latency a 0s\n");
        served = next.line() == "ok";
    }
    EXPECT_TRUE(served) << "when another one left";
}

TEST(Server, RefusesAControlSocketThatCannotBe) {
    Running running(pair());
    asio::io_context context;
    Simulator simulator(pair(), Clock::now());
    Server server(context.get_executor(), simulator);
    const auto code_of = [&](const fs::path& path) -> std::error_code {
        try {
            server.listen_control(path);
            return {};
        } catch (const Error& error) {
            EXPECT_EQ(error.object(), path.string());
            return error.code();
        }
    };
    const std::string folder = running.folder.string() + "/";
    // The kernel's sockaddr_un has 108 bytes, the last of them a NUL.
    EXPECT_EQ(code_of(folder + std::string(108 - folder.size(), 'x')), Errc::too_large);
    EXPECT_EQ(code_of(running.socket()), std::errc::address_in_use) << "somebody answers there";
    EXPECT_EQ(running.control("latency a 0s"), "");
}

TEST(Server, TakesThePlaceOfAControlSocketThatWasLeftBehind) {
    Running running(pair());
    const std::string folder = running.folder.string() + "/";
    const fs::path path = folder + std::string(107 - folder.size(), 'x');
    {
        asio::io_context context;
        asio::local::stream_protocol::acceptor left(context, {path.string()});
    }
    ASSERT_TRUE(fs::is_socket(path));
    asio::io_context context;
    Simulator simulator(pair(), Clock::now());
    {
        Server server(context.get_executor(), simulator);
        server.listen_control(path);
        const ControlClient client(path);
        EXPECT_FALSE(client.error);
    }
    EXPECT_FALSE(fs::exists(path)) << "cleans up behind itself";
    context.poll();
}

TEST(Server, StoppingEndsEverything) {
    Running running(pair());
    Client client(running.ports[0].address);
    ASSERT_TRUE(client.initialize());
    ControlClient control(running.socket());
    control.write("latency a 0s\n");
    ASSERT_EQ(control.line(), "ok");
    std::promise<void> stopped;
    asio::post(running.context, [&] {
        running.server.stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
    EXPECT_NE(client.drain(), asio::error::would_block);
    for (const ServedPort& port : running.ports) {
        EXPECT_EQ(Client(port.address).error, asio::error::connection_refused);
    }
    EXPECT_FALSE(fs::exists(running.socket()));
    // The clients' coroutines end too, and with them all work.
    control.write("state\n");
    EXPECT_EQ(control.line(), "");
    running.thread.join();
    EXPECT_FALSE(running.told_to_quit);
    // What changes afterwards opens nothing.
    running.simulator.run(parse_control("down a"), Clock::now());
    running.simulator.run(parse_control("up a"), Clock::now());
    running.context.restart();
    running.context.poll();
    EXPECT_EQ(Client(running.ports[0].address).error, asio::error::connection_refused);
}

TEST(Server, APortThatIsTakenMeanwhileIsOpenedWhenItIsFree) {
    const Running running(pair());
    const Address address = running.ports[1].address;
    running.control("down b");
    asio::io_context context;
    tcp::acceptor taker(context);
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    boost::system::error_code busy;
    const tcp::endpoint endpoint(asio::ip::make_address(address.traddr), address.trsvcid);
    taker.open(endpoint.protocol());
    taker.set_option(tcp::acceptor::reuse_address(true));
    do {
        taker.bind(endpoint, busy);
    } while (busy && Clock::now() < deadline);
    ASSERT_FALSE(busy);
    taker.listen();
    running.control("up b");
    EXPECT_EQ(running.control("latency b 0s"), "") << "goes on";
    taker.close();
    bool back = false;
    while (!back && Clock::now() < deadline) {
        Client after(address);
        back = !after.error && after.initialize();
    }
    EXPECT_TRUE(back);
}

TEST(Server, ListensAndAdvertisesAsItIsTold) {
    asio::io_context context;
    PortSpec elsewhere;
    elsewhere.listen = "127.0.0.9:0";
    Simulator simulator(ScenarioBuilder().array("a").port(elsewhere).array("b").build(),
                        Clock::now());
    Server server(context.get_executor(), simulator,
                  {.listen_on = "127.0.0.3", .advertise = "10.1.2.3"});
    server.start();
    for (const ServedPort& port : server.ports()) {
        EXPECT_EQ(port.address.traddr, "127.0.0.3");
    }
    for (std::size_t array = 0; array < 2; ++array) {
        const Port& shown = simulator.array(array).ports().at(0);
        EXPECT_EQ(shown.traddr, "10.1.2.3");
        EXPECT_EQ(shown.trsvcid, server.ports()[array].address.trsvcid);
        EXPECT_FALSE(shown.ipv6);
    }
    server.stop();
    context.poll();

    Simulator plain(ScenarioBuilder().array("a").port(elsewhere).build(), Clock::now());
    Server itself(context.get_executor(), plain);
    itself.start();
    EXPECT_EQ(plain.array(0).ports().at(0).traddr, "127.0.0.9");
    EXPECT_EQ(itself.run(parse_control("latency a 1s")), "");
    EXPECT_EQ(plain.array(0).spec().latency, std::chrono::seconds(1));

    PortSpec everywhere;
    everywhere.listen = "0.0.0.0:0";
    Simulator open(ScenarioBuilder().array("a").port(everywhere).build(), Clock::now());
    Server on_all(context.get_executor(), open);
    on_all.start();
    EXPECT_EQ(open.array(0).ports().at(0).traddr, "") << "the one that the host reached";

    Simulator wrong(pair(), Clock::now());
    Server nowhere(context.get_executor(), wrong, {.listen_on = "localhost", .advertise = {}});
    try {
        nowhere.start();
        FAIL() << "listens on a name";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        EXPECT_THAT(error.what(), HasSubstr("'localhost' for array 'a'"));
    }
}

TEST(Server, RunsTheTimeline) {
    const Running running(ScenarioBuilder()
                              .array("a")
                              .at(std::chrono::milliseconds(20), "ana a 1 inaccessible")
                              .build());
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    bool seen = false;
    while (!seen && Clock::now() < deadline) {
        seen = running.control("state").find("\"ana_state\":\"inaccessible\"") != std::string::npos;
    }
    EXPECT_TRUE(seen);
}

} // namespace
} // namespace haoh::arraysim
