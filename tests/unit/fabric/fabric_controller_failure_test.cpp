// SPDX-License-Identifier: LGPL-2.1-or-later
// Commands that go wrong, and connections that fail.
#include "fabric_controller_fixture.hpp"

#include "collect/parallel.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

namespace asio = boost::asio;

// ---- commands that go wrong

TEST_F(FabricControllerTest, TimesOutOneCommandAndGoesOn) {
    options.timeout = kShort;
    const ControllerPtr controller = connect();
    std::optional<std::pair<FakeArray::Link, std::uint16_t>> late;
    on_identify([&](const FakeArray::Link& link, std::uint16_t cid) {
        if (!late) {
            late.emplace(link, cid);
            return;
        }
        late->first->respond_data(late->second, Bytes(4096)); // long after its time
        link->respond_data(cid, Bytes(4096, 5));
    });
    const Error error = identify_error(*controller);
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Identify (CNS 01h)"), HasSubstr("within 500 ms"),
                                    HasSubstr(controller->name())));
    const nvme::AdminResult result = submit(*controller, nvme::identify_controller_command());
    EXPECT_EQ(result.data, Bytes(4096, 5));
}

TEST_F(FabricControllerTest, TimesOutACommandAfterAPause) {
    options.timeout = kShort;
    options.keep_alive = 0ms; // that would wake the timer, too
    const ControllerPtr controller = connect();
    on_identify([](const FakeArray::Link&, std::uint16_t) {});
    // Until nothing falls due any more of what connected it.
    asio::steady_timer pause(context, 2 * kShort);
    bool over = false;
    pause.async_wait([&over](const auto& /*error*/) { over = true; });
    ASSERT_TRUE(wait_until([&] { return over; }));
    EXPECT_EQ(identify_error(*controller).code(), Errc::timed_out);
}

TEST_F(FabricControllerTest, CancelsOneCommandAndGoesOn) {
    const ControllerPtr controller = connect();
    asio::cancellation_signal cancel;
    std::optional<std::pair<FakeArray::Link, std::uint16_t>> late;
    on_identify([&](const FakeArray::Link& link, std::uint16_t cid) {
        if (!late) {
            late.emplace(link, cid);
            cancel.emit(asio::cancellation_type::terminal);
            return;
        }
        late->first->respond_data(late->second, Bytes(4096));
        link->respond_data(cid, Bytes(4096, 5));
    });
    std::error_code code;
    bool done = false;
    asio::co_spawn(
        context,
        [](FabricController& used, std::error_code& out) -> asio::awaitable<void> {
            try {
                nvme::AdminCommand command = nvme::identify_controller_command();
                co_await used.submit(std::move(command));
            } catch (const Error& error) {
                out = error.code();
            }
        }(*controller, code),
        asio::bind_cancellation_slot(cancel.slot(),
                                     [&](const std::exception_ptr&) { done = true; }));
    EXPECT_TRUE(wait_until([&] { return done; }));
    EXPECT_EQ(code, Errc::canceled);
    EXPECT_EQ(submit(*controller, nvme::identify_controller_command()).data, Bytes(4096, 5));
}

TEST_F(FabricControllerTest, CancelsACommandThatWaitsForTheQueue) {
    options.queue_size = 2;
    const ControllerPtr controller = connect();
    std::vector<std::pair<FakeArray::Link, std::uint16_t>> held;
    on_identify(
        [&](const FakeArray::Link& link, std::uint16_t cid) { held.emplace_back(link, cid); });
    const auto ask = [](FabricController& used, std::error_code& out) -> asio::awaitable<void> {
        try {
            nvme::AdminCommand command = nvme::identify_controller_command();
            co_await used.submit(std::move(command));
            out = {};
        } catch (const Error& error) {
            out = error.code();
        }
    };
    std::error_code first = make_error_code(Errc::unexpected);
    std::error_code second = make_error_code(Errc::unexpected);
    int done = 0;
    asio::cancellation_signal cancel;
    asio::co_spawn(context, ask(*controller, first), [&](const std::exception_ptr&) { ++done; });
    asio::co_spawn(
        context, ask(*controller, second),
        asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&) { ++done; }));
    ASSERT_TRUE(wait_until([&] { return !held.empty(); }));
    cancel.emit(asio::cancellation_type::terminal);
    ASSERT_TRUE(wait_until([&] { return done == 1; }));
    EXPECT_EQ(second, Errc::canceled);
    held[0].first->respond_data(held[0].second, Bytes(4096));
    ASSERT_TRUE(wait_until([&] { return done == 2; }));
    EXPECT_FALSE(first);
    EXPECT_EQ(held.size(), 1U) << "the canceled one was never sent";
}

TEST_F(FabricControllerTest, RefusesAnOversizedCommand) {
    const ControllerPtr controller = connect();
    nvme::AdminCommand command = nvme::identify_controller_command();
    command.data_in = 1U << 30U;
    const Error error = submit_error(*controller, command);
    EXPECT_EQ(error.code(), Errc::too_large);
    EXPECT_THAT(error.what(), HasSubstr("it transfers 1073741824 bytes, at most 4194304"));
    command.data_in = 0;
    command.data_out = Bytes((4U << 20U) + 1);
    EXPECT_THAT(submit_error(*controller, command).what(), HasSubstr("4194305 bytes"));
    command.data_out.clear();
    command.data_in = (4U << 20U) + 1;
    EXPECT_EQ(submit_error(*controller, command).code(), Errc::too_large);
    command.data_in = 4U << 20U;
    EXPECT_EQ(submit(*controller, command).data.size(), 4096U) << "as much as is possible";
    command = {};
    command.opcode = nvme::opcode::set_features;
    command.data_out = Bytes(4U << 20U);
    EXPECT_TRUE(submit(*controller, command).status.ok()) << "the array asks for none of it";
    EXPECT_TRUE(submit(*controller, nvme::identify_controller_command()).status.ok());
}

TEST_F(FabricControllerTest, ReportsEveryBreakOfTheProtocolOnce) {
    struct Case {
        std::string what;
        std::function<void(FakeArray::Link, std::uint16_t)> answer;
        Errc code;
        std::string text;
        int fes; ///< of the termination request; 0 = none
    };
    const auto header = [](std::uint8_t type, std::uint32_t length) {
        Bytes bytes(24);
        bytes[0] = type;
        bytes[2] = 24;
        bytes[3] = type == 7 ? 24 : 0;
        nvme::store_le(bytes, 4, length);
        return bytes;
    };
    const std::vector<Case> cases{
        {"PLEN 0",
         [&](const FakeArray::Link& link, std::uint16_t) { link->send_bytes(header(5, 0)); },
         Errc::malformed, "length of 0", 1},
        {"PLEN 4 GiB",
         [&](const FakeArray::Link& link, std::uint16_t) {
             link->send_bytes(header(7, 0xFFFFFFFF));
         },
         Errc::malformed, "length of 4294967295", 4},
        {"garbage",
         [](const FakeArray::Link& link, std::uint16_t) { link->send_bytes(Bytes(100, 0xEE)); },
         Errc::malformed, "PDU type EEh", 1},
        {"unsolicited response",
         [](const FakeArray::Link& link, std::uint16_t cid) { link->respond(cid ^ 5U); },
         Errc::unexpected, "not outstanding", 1},
        {"response beyond the queue",
         [](const FakeArray::Link& link, std::uint16_t cid) { link->respond(cid ^ 0x0FFFU); },
         Errc::unexpected, "not outstanding", 1},
        {"data out of order",
         [](const FakeArray::Link& link, std::uint16_t cid) {
             nvme::DataPdu data;
             data.cccid = cid;
             data.datao = 2048;
             data.data = Bytes(2048);
             link->send(data);
         },
         Errc::unexpected, "byte 0 is next", 4},
        {"too much data",
         [](const FakeArray::Link& link, std::uint16_t cid) {
             nvme::DataPdu data;
             data.cccid = cid;
             data.data = Bytes(5000);
             link->send(data);
         },
         Errc::unexpected, "4096 bytes were asked for", 4},
        {"R2T",
         [](const FakeArray::Link& link, std::uint16_t cid) {
             link->send(nvme::R2t{.cccid = cid, .ttag = 1, .r2to = 0, .r2tl = 4096});
         },
         Errc::unexpected, "no data to send", 4},
        {"ICResp again",
         [](const FakeArray::Link& link, std::uint16_t) {
             link->send(nvme::IcResp{.maxh2cdata = 4096});
         },
         Errc::unexpected, "a second ICResp", 2},
        {"termination",
         [](const FakeArray::Link& link, std::uint16_t) {
             nvme::TermReq request;
             request.fes = 2;
             link->send(request);
         },
         Errc::terminated, "PDU sequence error", 0},
        {"close", [](const FakeArray::Link& link, std::uint16_t) { link->close(); }, Errc::closed,
         "the peer closed the connection", 0},
        {"close inside a PDU",
         [](const FakeArray::Link& link, std::uint16_t) {
             link->send_bytes(Bytes{5, 0});
             link->close();
         },
         Errc::closed, "in the middle of a PDU, after 2 bytes", 0},
    };
    for (const Case& wrong : cases) {
        SCOPED_TRACE(wrong.what);
        int fes = 0;
        array.on_termination = [&](const nvme::TermReq& request) { fes = request.fes; };
        array.on_command = {};
        const ControllerPtr controller = connect();
        on_identify(wrong.answer);
        const Error error = identify_error(*controller);
        EXPECT_EQ(error.code(), wrong.code) << error.what();
        EXPECT_THAT(error.what(), AllOf(HasSubstr("Identify (CNS 01h)"), HasSubstr(wrong.text)));
        if (wrong.fes != 0) {
            EXPECT_TRUE(wait_until([&] { return fes != 0; }));
            EXPECT_EQ(fes, wrong.fes);
        }
        // Afterwards everything fails at once, with the same story.
        EXPECT_THAT(identify_error(*controller).what(), HasSubstr(wrong.text));
        run(context, controller->shutdown());
    }
    array.on_command = {};
    EXPECT_TRUE(submit(*connect(), nvme::identify_controller_command()).status.ok());
}

TEST_F(FabricControllerTest, ReportsAResponseThatComesTwice) {
    const ControllerPtr controller = connect();
    on_identify([](const FakeArray::Link& link, std::uint16_t cid) {
        link->respond_data(cid, Bytes(4096));
        link->respond(cid);
    });
    EXPECT_TRUE(submit(*controller, nvme::identify_controller_command()).status.ok());
    EXPECT_THAT(identify_error(*controller).what(), HasSubstr("was answered before"));
}

TEST_F(FabricControllerTest, ReportsALostConnection) {
    const ControllerPtr controller = connect();
    on_identify([](const FakeArray::Link& link, std::uint16_t) { link->reset(); });
    EXPECT_THAT(identify_error(*controller).what(), HasSubstr("Connection reset by peer"));
}

TEST_F(FabricControllerTest, ReportsAStallInsideAPdu) {
    options.timeout = kShort;
    const ControllerPtr controller = connect();
    on_identify([](const FakeArray::Link& link, std::uint16_t cid) {
        nvme::DataPdu data;
        data.cccid = cid;
        data.data = Bytes(4096);
        Bytes bytes = nvme::encode(data, {});
        bytes.resize(1000);
        link->send_bytes(bytes);
    });
    const Error error = identify_error(*controller);
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(), HasSubstr("in the middle of a PDU after 1000 bytes"));
    EXPECT_EQ(identify_error(*controller).code(), Errc::timed_out);
}

TEST_F(FabricControllerTest, ReportsAWrongHeaderDigest) {
    options.header_digest = true;
    const ControllerPtr controller = connect();
    on_identify([](const FakeArray::Link& link, std::uint16_t cid) {
        nvme::CompletionEntry entry;
        entry.cid = cid;
        Bytes bytes = nvme::encode(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)}, link->format);
        bytes.back() ^= 0xFFU;
        link->send_bytes(bytes);
    });
    EXPECT_EQ(identify_error(*controller).code(), Errc::digest);
    EXPECT_EQ(identify_error(*controller).code(), Errc::digest);
}

TEST_F(FabricControllerTest, FailsOneCommandForAWrongDataDigest) {
    options.data_digest = true;
    const ControllerPtr controller = connect();
    bool broken = true;
    on_identify([&](const FakeArray::Link& link, std::uint16_t cid) {
        nvme::DataPdu data;
        data.cccid = cid;
        data.last = true;
        data.data = Bytes(4096, 7);
        Bytes bytes = nvme::encode(data, link->format);
        if (std::exchange(broken, false)) {
            bytes.back() ^= 0xFFU;
        }
        link->send_bytes(bytes);
        link->respond(cid);
    });
    EXPECT_EQ(identify_error(*controller).code(), Errc::digest);
    EXPECT_EQ(submit(*controller, nvme::identify_controller_command()).data, Bytes(4096, 7));
}

// ---- connections that fail

TEST_F(FabricControllerTest, ReportsPeersThatAreNoController) {
    struct Case {
        std::string what;
        std::function<void(FakeArray::Link)> answer;
        std::string text;
    };
    const auto says = [](std::string_view text) {
        return [text](const FakeArray::Link& link) {
            link->send_bytes(Bytes(text.begin(), text.end()));
        };
    };
    const std::vector<Case> cases{
        {"silence", [](const FakeArray::Link&) {}, "no ICResp came in time"},
        {"HTTP", says("HTTP/1.1 400 Bad Request\r\n\r\n"), "\"HTTP/1.1 400 Bad Request\""},
        {"SSH", says("SSH-2.0-OpenSSH_9.2\r\n"), "\"SSH-2.0-OpenSSH_9.2\""},
        {"TLS", says("\x15\x03\x03"), "TLS"},
        {"garbage", says("\xDE\xAD\xBE\xEF"), "deadbeef"},
        {"RST", [](const FakeArray::Link& link) { link->reset(); }, "reset"},
        {"close", [](const FakeArray::Link& link) { link->close(); }, "without answering ICReq"},
        {"half of ICResp",
         [](const FakeArray::Link& link) {
             Bytes bytes = nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {});
             bytes.resize(64);
             link->send_bytes(bytes);
         },
         "stopped after 64 bytes"},
        {"bad ICResp",
         [](const FakeArray::Link& link) { link->send(nvme::IcResp{.maxh2cdata = 1}); },
         "MAXH2CDATA"},
        {"termination",
         [](const FakeArray::Link& link) {
             nvme::TermReq request;
             request.fes = 6;
             request.fei = 8;
             request.data = Bytes(24);
             link->send(request);
         },
         "in answer to ICReq"},
    };
    const auto patience = std::exchange(options.timeout, kShort);
    for (const Case& wrong : cases) {
        SCOPED_TRACE(wrong.what);
        array.on_first_bytes = wrong.answer;
        EXPECT_THAT(connect_error().what(), HasSubstr(wrong.text));
    }
    array.on_first_bytes = {};
    options.timeout = patience;
    EXPECT_EQ(connect()->connection().cntlid, 1);
}

TEST_F(FabricControllerTest, SaysThatAPortMayWantTlsWhereItEndsTheConnectionAtOnce) {
    array.on_first_bytes = [](const FakeArray::Link& link) { link->reset(); };
    const Error reset = connect_error();
    EXPECT_EQ(reset.code(), std::errc::connection_reset);
    EXPECT_THAT(reset.advice(), AllOf(HasSubstr("demands TLS"), HasSubstr("4420")));
    array.on_first_bytes = [](const FakeArray::Link& link) { link->close(); };
    EXPECT_THAT(connect_error().advice(), HasSubstr("demands TLS"));
    // Who began to answer speaks no TLS.
    array.on_first_bytes = [](const FakeArray::Link& link) {
        Bytes bytes = nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {});
        bytes.resize(64);
        link->send_bytes(bytes);
        link->close();
    };
    EXPECT_THAT(connect_error().advice(), testing::Not(HasSubstr("TLS")));
    array.on_first_bytes = {};
    const ControllerPtr controller = connect();
    on_identify([](const FakeArray::Link& link, std::uint16_t) { link->reset(); });
    EXPECT_THAT(identify_error(*controller).advice(), testing::Not(HasSubstr("TLS")));
}

TEST_F(FabricControllerTest, ReportsARefusedConnection) {
    const Error error = connect_error(closed_port());
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("nothing listens"), HasSubstr("4420")));
}

TEST_F(FabricControllerTest, SaysWhichPortsAreUsual) {
    const auto advice = [this](std::uint16_t port) {
        return connect_error({.traddr = own_loopback_address(), .trsvcid = port, .host_traddr = {}})
            .advice();
    };
    EXPECT_THAT(advice(4420), HasSubstr("another port"));
    EXPECT_THAT(advice(8009), HasSubstr("port 8009 is for discovery controllers"));
    EXPECT_THAT(advice(4421), HasSubstr("check address and port"));
}

TEST_F(FabricControllerTest, ReportsAnUnreachableNetwork) {
    // Linux connects no TCP to a multicast group (tcp_v4_connect), whatever its routes are.
    const Error error = connect_error({.traddr = "224.0.0.1", .trsvcid = 4420, .host_traddr = {}});
    EXPECT_EQ(error.code(), std::errc::network_unreachable);
    EXPECT_THAT(error.what(), HasSubstr("the network is unreachable"));
    EXPECT_THAT(error.advice(), HasSubstr("the route to it"));
}

TEST_F(FabricControllerTest, ReportsWhatTheSystemSays) {
    // A link-local address without its link.
    const Error error = connect_error({.traddr = "fe80::1", .trsvcid = 4420, .host_traddr = {}});
    if (error.code() == std::errc::network_unreachable) {
        GTEST_SKIP() << "no IPv6 here";
    }
    EXPECT_EQ(error.code().category(), std::generic_category());
    EXPECT_THAT(error.what(), HasSubstr(error.code().message()));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("source address"))) << "none was given";
    EXPECT_EQ(error.advice(), "");
}

TEST_F(FabricControllerTest, ReportsAPeerThatDoesNotAcceptConnections) {
    // Linux drops what asks for a connection when the backlog is full.
    asio::ip::tcp::acceptor full(context);
    full.open(asio::ip::tcp::v4());
    full.bind({asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    std::vector<asio::ip::tcp::socket> fillers;
    for (int i = 0; i < 8; ++i) {
        fillers.emplace_back(context);
        fillers.back().async_connect(full.local_endpoint(), [](const auto&) {});
    }
    options.timeout = kShort;
    const Error error = connect_error(
        {.traddr = "127.0.0.1", .trsvcid = full.local_endpoint().port(), .host_traddr = {}});
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(),
                testing::ContainsRegex("no answer to the TCP connection request within "
                                       "[1-9][0-9]* ms"));
    EXPECT_THAT(error.advice(), HasSubstr("firewalls"));
}

TEST_F(FabricControllerTest, ReportsAHostNameThatCannotBe) {
    // A label of more than 63 bytes fits into no question to a name server.
    const std::string host(64, 'x');
    options.resolver = make_thread_resolver();
    const Error error = connect_error({.traddr = host, .trsvcid = 4420, .host_traddr = {}});
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_THAT(error.what(), HasSubstr("the host name \"" + host + "\""));
    EXPECT_THAT(error.advice(), HasSubstr("or give an IP address"));
    const bool known_to_be_none =
        std::string(error.what()).find("is not known") != std::string::npos;
    EXPECT_EQ(std::string(error.advice()).find("spelling") != std::string::npos, known_to_be_none);
}

TEST_F(FabricControllerTest, ReportsAHostNameWithoutAResolver) {
    const Error error = connect_error({.traddr = "localhost", .trsvcid = 4420, .host_traddr = {}});
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("nobody resolves the host name \"localhost\""));
    EXPECT_THAT(error.advice(), HasSubstr("give an IP address"));
}

TEST_F(FabricControllerTest, ReportsAHostNameThatNobodyKnows) {
    options.timeout = 1s;
    options.resolver = make_thread_resolver();
    const Error error =
        connect_error({.traddr = "array.invalid", .trsvcid = 4420, .host_traddr = {}});
    EXPECT_THAT(error.what(), AllOf(HasSubstr("the host name \"array.invalid\""),
                                    AnyOf(HasSubstr("not known"), HasSubstr("resolved"))));
}

TEST_F(FabricControllerTest, ReportsAnUnknownSubsystem) {
    options.subsysnqn = "nqn.2024-01.com.example:other";
    const Error error = connect_error();
    EXPECT_EQ(error.code(), Errc::unknown_subsystem);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("nqn.2024-01.com.example:other"),
                                    HasSubstr("haoh list -t " + to_string(array.address()))));
}

TEST_F(FabricControllerTest, ReportsAnswersToConnect) {
    struct Case {
        std::uint16_t status;
        std::uint32_t dword0;
        Errc code;
        std::string text;
    };
    const std::vector<Case> cases{
        {nvme::status::connect_invalid_host | nvme::status::dnr, 0, Errc::refused_host,
         "does not allow this host"},
        {nvme::status::connect_controller_busy, 0, Errc::command_failed, "no free controller"},
        {nvme::status::authentication_required, 0, Errc::not_authenticated, "DH-HMAC-CHAP"},
        {0, 1U << 17U | 7U, Errc::not_authenticated, "DH-HMAC-CHAP"},
    };
    for (const Case& refusal : cases) {
        SCOPED_TRACE(refusal.text);
        array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                               nvme::ByteView) {
            link->respond(entry.cid, refusal.status, refusal.dword0);
            return true;
        };
        const Error error = connect_error();
        EXPECT_EQ(error.code(), refusal.code);
        EXPECT_THAT(error.what(), HasSubstr(refusal.text));
    }
}

TEST_F(FabricControllerTest, ReportsAConnectCommandWithoutAnswer) {
    options.timeout = kShort;
    array.on_command = [](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView) {
        return true;
    };
    const Error error = connect_error();
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(), HasSubstr("the Connect command got no answer"));
}

TEST_F(FabricControllerTest, ReportsAControllerThatNeverGetsReady) {
    array.becomes_ready = false;
    const Error error = connect_error();
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("CSTS.RDY"), HasSubstr("up to 500 ms")));
}

/// Its last answer comes when the host's time is over.
TEST_F(FabricControllerTest, ReportsAControllerThatIsNotReadyInTheHostsTime) {
    options.timeout = kShort;
    array.cap = 0x0000'0020'0A00'03FF; // 5 s
    array.becomes_ready = false;
    std::vector<std::shared_ptr<asio::steady_timer>> late;
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.fctype != nvme::fctype::property_get || entry.cdw[1] != nvme::property::csts) {
            return false;
        }
        late.push_back(std::make_shared<asio::steady_timer>(context, 30ms));
        late.back()->async_wait([link, cid = entry.cid](const boost::system::error_code& error) {
            if (!error) {
                link->respond(cid, 0, 0);
            }
        });
        return true;
    };
    const Error error = connect_error();
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("CSTS.RDY"), HasSubstr("up to 5000 ms")));
    EXPECT_THAT(error.advice(), HasSubstr("allow more time"));
    EXPECT_GT(late.size(), 1U) << "it was asked more than once";
}

TEST_F(FabricControllerTest, ReportsAFatalController) {
    array.on_command = [](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                          nvme::ByteView) {
        if (entry.fctype == nvme::fctype::property_get && entry.cdw[1] == nvme::property::csts) {
            link->respond(entry.cid, 0, 3);
            return true;
        }
        return false;
    };
    EXPECT_THAT(connect_error().what(), HasSubstr("CSTS.CFS"));
}

TEST_F(FabricControllerTest, ReportsARefusedProperty) {
    array.on_command = [](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                          nvme::ByteView) {
        if (entry.fctype == nvme::fctype::property_get) {
            link->respond(entry.cid, nvme::status::authentication_required);
            return true;
        }
        return false;
    };
    EXPECT_THAT(connect_error().what(), HasSubstr("DH-HMAC-CHAP"));
}

TEST_F(FabricControllerTest, ChecksItsOptions) {
    const ConnectOptions good = options;
    options.subsysnqn.clear();
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    options = good;
    options.subsysnqn = std::string(224, 'x');
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    options = good;
    options.queue_size = 1;
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    options = good;
    options.timeout = 0ms;
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    options = good;
    options.queue_size = 4097;
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    options = good;
    options.host.hostnqn.clear();
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    options = good;
    options.host.hostnqn = std::string(224, 'x');
    EXPECT_EQ(connect_error().code(), Errc::invalid_argument);
    EXPECT_THAT(array.links, testing::IsEmpty()) << "nobody was asked";
    options = good;
    EXPECT_EQ(connect()->connection().cntlid, 1);

    // As much as there may be.
    options.queue_size = 4096;
    options.host.hostnqn = std::string(223, 'h');
    array.subsysnqn = options.subsysnqn = std::string(223, 's');
    EXPECT_EQ(connect()->depth(), 4093U);
    options.timeout = 1ms;
    try {
        connect();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::timed_out);
    }
}

} // namespace
} // namespace haoh::test
