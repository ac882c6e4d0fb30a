// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric_controller_fixture.hpp"

#include "base/number_text.hpp"
#include "collect/parallel.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using testing::HasSubstr;

namespace asio = boost::asio;

// ---- healthy

TEST_F(FabricControllerTest, ConnectsEnablesIdentifiesAndShutsDown) {
    const ControllerPtr controller = connect();
    EXPECT_EQ(controller->name(), to_string(array.address()) + " controller 1");
    EXPECT_EQ(controller->address(), array.address());
    EXPECT_EQ(controller->peer(), "127.0.0.1");
    EXPECT_EQ(controller->depth(), 29U);
    const Connection& connection = controller->connection();
    EXPECT_EQ(connection.cntlid, 1);
    EXPECT_EQ(connection.requested_cntlid, nvme::kDynamicController);
    EXPECT_EQ(connection.hostnqn, options.host.hostnqn);
    EXPECT_EQ(connection.maxh2cdata, 131072U);
    EXPECT_FALSE(connection.header_digest);

    const nvme::AdminResult page = submit(*controller, nvme::identify_controller_command());
    EXPECT_TRUE(page.status.ok());
    EXPECT_EQ(page.data.size(), 4096U);
    run(context, controller->shutdown());
    EXPECT_EQ(array.shutdowns, 1U);
    EXPECT_TRUE(wait_until([&] { return array.connections_now == 0; }));
    EXPECT_EQ(identify_error(*controller).code(), Errc::closed);
}

TEST_F(FabricControllerTest, TellsTheArrayWhoAsks) {
    nvme::ConnectData seen;
    nvme::SubmissionEntry command;
    array.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                           nvme::ByteView data) {
        if (entry.opcode == nvme::opcode::fabrics && entry.fctype == nvme::fctype::connect) {
            seen = nvme::decode_connect_data(data);
            command = entry;
        }
        return false;
    };
    options.queue_size = 64;
    options.keep_alive = 15s;
    connect();
    EXPECT_EQ(seen.hostnqn, options.host.hostnqn);
    EXPECT_EQ(seen.hostid, options.host.hostid);
    EXPECT_EQ(seen.subnqn, array.subsysnqn);
    EXPECT_EQ(seen.cntlid, 0xFFFF);
    EXPECT_EQ(command.cdw[1] & 0xFFFFU, 63U); // SQSIZE
    EXPECT_EQ(command.cdw[2], 15000U);        // KATO
}

TEST_F(FabricControllerTest, SetsCcAsCapAsks) {
    connect();
    EXPECT_EQ(array.links.back()->cc, 0x00460001U);
    array.cap |= 0x40ULL << 37U; // one or more I/O command sets
    connect();
    EXPECT_EQ(array.links.back()->cc, 0x00460061U);
    array.cap = (array.cap & ~(0xFFULL << 37U)) | 0x80ULL << 37U; // admin commands only
    connect();
    EXPECT_EQ(array.links.back()->cc, 0x00460071U);
}

TEST_F(FabricControllerTest, SetsTheSmallestPageThatTheControllerHas) {
    array.cap |= 3ULL << 48U; // MPSMIN: 2^(12+3)
    connect();
    EXPECT_EQ(array.links.back()->cc, 0x00460181U);
}

TEST_F(FabricControllerTest, PrefersTheNvmCommandSetToAdminCommandsOnly) {
    array.cap = (array.cap & ~(0xFFULL << 37U)) | 0x81ULL << 37U;
    connect();
    EXPECT_EQ(array.links.back()->cc, 0x00460001U);
}

TEST_F(FabricControllerTest, LeavesCcAsItIsWhereItIsEnabled) {
    // Not what haoh would write: an array that enables itself must keep what it chose.
    constexpr std::uint32_t kOwn = 0x00470001;
    constexpr std::uint32_t kShutdown = 1U << 14U;
    for (const std::uint32_t own : {kOwn, 0x00470000U}) {
        std::vector<std::uint32_t> written;
        array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                               nvme::ByteView) {
            if (entry.opcode == nvme::opcode::fabrics) {
                if (entry.fctype == nvme::fctype::connect) {
                    link->cc = own;
                } else if (entry.fctype == nvme::fctype::property_set) {
                    written.push_back(entry.cdw[2]);
                }
            }
            return false;
        };
        const ControllerPtr controller = connect();
        if (own == kOwn) {
            EXPECT_THAT(written, testing::IsEmpty());
            EXPECT_EQ(array.links.back()->cc, kOwn);
            run(context, controller->shutdown());
            EXPECT_THAT(written, testing::ElementsAre(kOwn | kShutdown)) << "CC as it was, and SHN";
        } else {
            EXPECT_THAT(written, testing::ElementsAre(0x00460001U)) << "one that is not enabled is";
        }
    }
}

TEST_F(FabricControllerTest, UsesDigestsWhereBothWantThem) {
    options.header_digest = true;
    options.data_digest = true;
    const ControllerPtr controller = connect();
    EXPECT_TRUE(controller->connection().header_digest);
    EXPECT_TRUE(controller->connection().data_digest);
    EXPECT_EQ(submit(*controller, nvme::identify_controller_command()).data.size(), 4096U);

    array.icresp.dgst = 0;
    const ControllerPtr plain = connect();
    EXPECT_FALSE(plain->connection().header_digest);
    EXPECT_EQ(submit(*plain, nvme::identify_controller_command()).data.size(), 4096U);
}

TEST_F(FabricControllerTest, AsksForNoFlowControlWhereToldTo) {
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.fctype == nvme::fctype::connect && (entry.cdw[1] & 1U << 18U) != 0) {
            link->respond(entry.cid, 0, 9, 0xFFFF);
            return true;
        }
        return false;
    };
    EXPECT_FALSE(connect()->connection().sq_flow_control_disabled);
    options.disable_sq_flow_control = true;
    EXPECT_TRUE(connect()->connection().sq_flow_control_disabled);
}

TEST_F(FabricControllerTest, AsksForAStaticController) {
    std::uint16_t asked = 0;
    array.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                           nvme::ByteView data) {
        if (entry.fctype == nvme::fctype::connect && !data.empty()) {
            asked = nvme::decode_connect_data(data).cntlid;
        }
        return false;
    };
    options.cntlid = nvme::kAnyStaticController;
    EXPECT_EQ(connect()->connection().requested_cntlid, 0xFFFE);
    EXPECT_EQ(asked, 0xFFFE);
}

TEST_F(FabricControllerTest, TriesEveryAddressOfAHostName) {
    // "localhost" is ::1 and 127.0.0.1 on most machines; the array listens on one of them.
    Address address = array.address();
    address.traddr = "localhost";
    options.resolver = make_thread_resolver();
    options.timeout = 2s;
    const ControllerPtr controller = connect(address);
    EXPECT_EQ(controller->peer(), "127.0.0.1");
    EXPECT_EQ(controller->name(),
              "tcp://localhost:" + std::to_string(address.trsvcid) + " controller 1");
}

TEST_F(FabricControllerTest, ConnectsOverIpv6) {
    std::unique_ptr<FakeArray> other;
    try {
        other = std::make_unique<FakeArray>(context, "::1");
    } catch (const boost::system::system_error& error) {
        GTEST_SKIP() << "no IPv6 loopback here: " << error.what();
    }
    options.subsysnqn = other->subsysnqn;
    EXPECT_EQ(connect(other->address())->peer(), "::1");
}

TEST_F(FabricControllerTest, ConnectsFromAGivenSource) {
    Address address = array.address();
    address.host_traddr = "127.0.0.2";
    EXPECT_EQ(connect(address)->connection().cntlid, 1);
    address.host_traddr = "192.0.2.1"; // documentation, on no host
    EXPECT_THAT(connect_error(address).what(), HasSubstr("source address 192.0.2.1"));
    address.host_traddr = "::1";
    EXPECT_THAT(connect_error(address).what(), HasSubstr("source address ::1"));
}

TEST_F(FabricControllerTest, KeepsManyCommandsInFlightAndTakesAnswersInAnyOrder) {
    const ControllerPtr controller = connect();
    // Nothing is answered until the queue is full, and then backwards.
    std::vector<std::pair<FakeArray::Link, nvme::SubmissionEntry>> held;
    std::size_t most = 0;
    std::size_t answered = 0;
    const std::size_t total = controller->depth() * 7;
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        held.emplace_back(link, entry);
        most = std::max(most, held.size());
        if (held.size() == std::min(controller->depth(), total - answered)) {
            answered += held.size();
            for (; !held.empty(); held.pop_back()) {
                held.back().first->respond(held.back().second.cid, 0, held.back().second.nsid);
            }
        }
        return true;
    };
    std::vector<std::uint64_t> results(total);
    auto job = [&](std::size_t index) -> asio::awaitable<void> {
        nvme::AdminCommand command;
        command.opcode = nvme::opcode::get_features;
        command.nsid = static_cast<std::uint32_t>(index + 1);
        const nvme::AdminResult result = co_await controller->submit(std::move(command));
        results[index] = result.dword01;
    };
    run(context, for_each_index(total, total, job));
    EXPECT_EQ(most, controller->depth());
    for (std::size_t i = 0; i < total; ++i) {
        EXPECT_EQ(results[i], i + 1);
    }
}

TEST_F(FabricControllerTest, SendsKeepAlive) {
    options.keep_alive = 40ms;
    const ControllerPtr controller = connect();
    EXPECT_TRUE(wait_until([&] { return array.keep_alives >= 3; }));
    EXPECT_TRUE(submit(*controller, nvme::identify_controller_command()).status.ok());
}

/// The shortest of several, so that a machine that is busy for a moment makes no difference.
TEST_F(FabricControllerTest, BeatsAtHalfOfTheTimeoutAlsoBehindTheFirst) {
    options.keep_alive = 600ms;
    std::vector<Clock::time_point> beats;
    array.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.opcode == nvme::opcode::keep_alive) {
            beats.push_back(Clock::now());
        }
        return false;
    };
    const ControllerPtr controller = connect();
    ASSERT_TRUE(wait_until([&] { return beats.size() >= 6; }));
    auto shortest = Clock::duration::max();
    for (std::size_t i = 1; i < beats.size(); ++i) {
        shortest = std::min(shortest, beats[i] - beats[i - 1]);
        EXPECT_GT(beats[i] - beats[i - 1], options.keep_alive / 3);
    }
    EXPECT_LT(shortest, options.keep_alive * 3 / 4);
}

TEST_F(FabricControllerTest, NoticesSilenceAsSoonAsIsAsked) {
    EXPECT_EQ(detection_time(options), 15s);
    options.detect = kShortestDetection;
    std::uint32_t kato = 0;
    bool silent = false;
    array.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.opcode == nvme::opcode::fabrics && entry.fctype == nvme::fctype::connect) {
            kato = entry.cdw[2];
        }
        return silent;
    };
    const ControllerPtr controller = connect();
    EXPECT_EQ(kato, 10000U) << "the array has all of its patience with us";
    ASSERT_TRUE(wait_until([&] { return array.keep_alives >= 2; }));
    silent = true;
    const auto begin = Clock::now();
    try {
        run(context, controller->next_event());
        ADD_FAILURE() << "an event";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::timed_out);
        EXPECT_THAT(error.what(), testing::HasSubstr("nothing came for"));
    }
    EXPECT_LT(Clock::now() - begin, 8s) << "15 s unless told otherwise";
}

TEST_F(FabricControllerTest, RefusesADetectionThatIsImpossible) {
    options.detect = 10ms;
    try {
        const ControllerPtr controller = connect();
        ADD_FAILURE() << "connected";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("notice silence within 10 ms"));
    }
    EXPECT_TRUE(array.links.empty());
}

TEST_F(FabricControllerTest, TellsOfAnswersThatAreLate) {
    options.detect = 60s; // it has 30 s, half of which nobody waits for
    options.timeout = 2s;
    std::vector<LateAnswer> late;
    options.on_late = [&](const LateAnswer& answer) { late.push_back(answer); };
    FakeArray::Link held;
    std::uint16_t cid = 0;
    on_identify([&](const FakeArray::Link& link, std::uint16_t command) {
        held = link;
        cid = command;
    });
    const ControllerPtr controller = connect();
    EXPECT_TRUE(late.empty());
    boost::asio::co_spawn(context, controller->submit(nvme::identify_controller_command()),
                          [](const std::exception_ptr&, const nvme::AdminResult&) {});
    ASSERT_TRUE(wait_until([&] { return late.size() == 1; }));
    EXPECT_FALSE(late[0].answered);
    EXPECT_THAT(late[0].command, testing::HasSubstr("Identify"));
    EXPECT_EQ(late[0].limit, 2s);
    EXPECT_GE(Clock::now() - late[0].sent, 1s);
    held->respond_data(cid, nvme::Bytes(4096));
    ASSERT_TRUE(wait_until([&] { return late.size() == 2; }));
    EXPECT_TRUE(late[1].answered);
    EXPECT_EQ(late[1].sent, late[0].sent);
}

TEST_F(FabricControllerTest, DeliversEvents) {
    const ControllerPtr controller = connect();
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.opcode == nvme::opcode::async_event_request && array.commands.size() < 20) {
            link->respond(entry.cid, 0, 0x000C0302); // at once, for as long as this goes on
            return true;
        }
        return false;
    };
    EXPECT_TRUE(run(context, controller->next_event()).ana_change());
    EXPECT_TRUE(run(context, controller->next_event()).ana_change());
    const auto configured =
        std::find_if(array.commands.begin(), array.commands.end(),
                     [](const auto& entry) { return entry.opcode == nvme::opcode::set_features; });
    ASSERT_NE(configured, array.commands.end());
    EXPECT_EQ(configured->cdw[0], 0x0BU);
    EXPECT_EQ(configured->cdw[1], 0x900U); // what OAES offers
    EXPECT_TRUE(submit(*controller, nvme::identify_controller_command()).status.ok());
}

TEST_F(FabricControllerTest, TakesNoPartOfAPageForWhatEventsThereAre) {
    const ControllerPtr controller = connect();
    for (const std::size_t came : {std::size_t{0}, std::size_t{2048}, std::size_t{4095}}) {
        on_identify([came](const FakeArray::Link& link, std::uint16_t cid) {
            if (came == 0) {
                link->respond(cid, 0);
            } else {
                link->respond_data(cid, Bytes(came));
            }
        });
        try {
            run(context, controller->next_event());
            ADD_FAILURE() << "an event";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::short_answer);
            EXPECT_THAT(error.what(), HasSubstr(fmt::format("of Identify Controller {} of 4,096 "
                                                            "bytes came",
                                                            base::grouped(came))));
        }
    }
    array.on_command = {};
    EXPECT_TRUE(submit(*controller, nvme::identify_controller_command()).status.ok());
}

TEST_F(FabricControllerTest, SetsNoFeatureUnlessEventsAreAskedFor) {
    const ControllerPtr controller = connect();
    submit(*controller, nvme::identify_controller_command());
    run(context, controller->shutdown());
    for (const nvme::SubmissionEntry& entry : array.commands) {
        EXPECT_NE(entry.opcode, nvme::opcode::set_features);
        EXPECT_NE(entry.opcode, nvme::opcode::async_event_request);
    }
}

TEST_F(FabricControllerTest, EndsWaitingForEventsWithTheConnection) {
    const ControllerPtr controller = connect();
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.opcode == nvme::opcode::async_event_request) {
            link->close();
            return true;
        }
        return false;
    };
    try {
        run(context, controller->next_event());
        ADD_FAILURE() << "an event";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::closed);
        EXPECT_THAT(error.what(), HasSubstr("wait for an event of"));
    }
}

TEST_F(FabricControllerTest, WaitsAgainForEventsAfterItWasCanceled) {
    const ControllerPtr controller = connect();
    std::optional<std::pair<FakeArray::Link, std::uint16_t>> asked;
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.opcode == nvme::opcode::async_event_request) {
            asked.emplace(link, entry.cid);
            return true;
        }
        return false;
    };
    asio::cancellation_signal cancel;
    std::optional<std::error_code> code;
    asio::co_spawn(
        context,
        [](FabricController& used, std::optional<std::error_code>& out) -> asio::awaitable<void> {
            try {
                co_await used.next_event();
            } catch (const Error& error) {
                out = error.code();
            }
        }(*controller, code),
        asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    ASSERT_TRUE(wait_until([&] { return asked.has_value(); }));
    try {
        run(context, controller->next_event());
        ADD_FAILURE() << "an event";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument) << "one at a time";
    }
    cancel.emit(asio::cancellation_type::terminal);
    ASSERT_TRUE(wait_until([&] { return code.has_value(); }));
    EXPECT_EQ(*code, Errc::canceled);
    cancel.emit(asio::cancellation_type::terminal); // nobody waits
    asked->first->respond(asked->second, 0, 0x000C0302);
    EXPECT_TRUE(run(context, controller->next_event()).ana_change());
}

TEST_F(FabricControllerTest, ReportsThatEventsAreRefused) {
    const ControllerPtr controller = connect();
    array.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                           nvme::ByteView) {
        if (entry.opcode == nvme::opcode::async_event_request) {
            link->respond(entry.cid, nvme::status::aer_limit_exceeded);
            return true;
        }
        return false;
    };
    try {
        run(context, controller->next_event());
        ADD_FAILURE() << "an event";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::command_failed);
        EXPECT_THAT(error.what(), HasSubstr("wait for an event of"));
        EXPECT_THAT(error.what(), HasSubstr("Asynchronous Event Request failed"));
    }
    EXPECT_TRUE(submit(*controller, nvme::identify_controller_command()).status.ok());
}

TEST_F(FabricControllerTest, NeedsAnEntryForEvents) {
    options.queue_size = 2;
    const ControllerPtr controller = connect();
    try {
        run(context, controller->next_event());
        ADD_FAILURE() << "an event";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::unsupported);
        EXPECT_THAT(error.what(), HasSubstr("larger queue"));
    }
}

// ---- the end

TEST_F(FabricControllerTest, EndsWhatIsInFlightWhenDestroyed) {
    ControllerPtr controller = connect();
    bool asked = false;
    array.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView) {
        asked = true;
        return true;
    };
    std::optional<std::error_code> code;
    asio::co_spawn(
        context,
        [](FabricController& used, std::optional<std::error_code>& out) -> asio::awaitable<void> {
            try {
                nvme::AdminCommand command = nvme::identify_controller_command();
                co_await used.submit(std::move(command));
            } catch (const Error& error) {
                out = error.code();
            }
        }(*controller, code),
        asio::detached);
    ASSERT_TRUE(wait_until([&] { return asked; }));
    EXPECT_FALSE(code);
    controller.reset();
    ASSERT_TRUE(wait_until([&] { return code.has_value(); }));
    EXPECT_EQ(*code, Errc::closed);
}

TEST_F(FabricControllerTest, ShutsDownWithinTheTimeoutWhateverTheControllerDoes) {
    array.shuts_down = false;
    options.timeout = kShort;
    const ControllerPtr controller = connect();
    const auto begin = Clock::now();
    run(context, controller->shutdown());
    EXPECT_LT(Clock::now() - begin, 20s);
    EXPECT_EQ(array.shutdowns, 1U);

    const ControllerPtr lost = connect();
    array.links.back()->reset();
    run(context, lost->shutdown());
    run(context, lost->shutdown()); // twice does no harm
}

TEST_F(FabricControllerTest, ClosesTheSocketWhenDestroyed) {
    { const ControllerPtr controller = connect(); }
    EXPECT_TRUE(wait_until([&] { return array.connections_now == 0; }));
    EXPECT_EQ(array.shutdowns, 0U);
}

TEST_F(FabricControllerTest, LeavesNothingBehindWhenTheContextIsDestroyed) {
    // A leak checker sees it if it does.
    for (const bool answers_icreq : {false, true}) {
        asio::io_context other;
        FakeArray silent(context);
        if (!answers_icreq) {
            silent.on_first_bytes = [](const FakeArray::Link&) {};
        }
        bool asked = false;
        silent.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                                nvme::ByteView) {
            asked = asked || entry.opcode == nvme::opcode::identify;
            return entry.opcode == nvme::opcode::identify;
        };
        ConnectOptions patient = options;
        patient.timeout = 10s;
        asio::co_spawn(
            other,
            [](Address address, ConnectOptions used) -> asio::awaitable<void> {
                const ControllerPtr controller = co_await FabricController::connect(address, used);
                nvme::AdminCommand command = nvme::identify_controller_command();
                co_await controller->submit(std::move(command));
            }(silent.address(), patient),
            asio::detached);
        EXPECT_TRUE(wait_until([&] {
            other.poll();
            return answers_icreq ? asked : !silent.links.empty();
        }));
    }
}

} // namespace
} // namespace haoh::test
