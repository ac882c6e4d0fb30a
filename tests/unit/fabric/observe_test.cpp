// SPDX-License-Identifier: LGPL-2.1-or-later
#include "discovery_entries.hpp"
#include "observe_fixture.hpp"

#include <haoh/error.hpp>
#include <haoh/fabric.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <utility>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using test::FakeArray;
using test::nvm_entry;
using test::ObserveTest;
using test::referral_entry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

TEST_F(ObserveTest, ReadsBothArrays) {
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    EXPECT_EQ(seen.hostnqn, options.connect.host.hostnqn);
    EXPECT_EQ(seen.hostid, "ab000000-0000-0000-0000-000000000000");
    EXPECT_THAT(seen.observed_at, testing::MatchesRegex("....-..-..T..:..:..Z"));
    ASSERT_THAT(seen.controllers, SizeIs(2));
    const ControllerObservation& first = seen.controllers[0];
    EXPECT_EQ(first.name, to_string(a.address()) + " controller 100");
    EXPECT_EQ(first.transport, "tcp");
    EXPECT_EQ(first.traddr, "127.0.0.1");
    EXPECT_EQ(first.trsvcid, std::to_string(a.address().trsvcid));
    EXPECT_EQ(first.target, to_string(a.address()));
    EXPECT_EQ(first.subsysnqn, options.subsysnqn);
    EXPECT_EQ(first.connection.cntlid, 100);
    EXPECT_TRUE(first.identify.ok());
    EXPECT_THAT(first.namespaces, SizeIs(2));
    EXPECT_EQ(seen.controllers[1].target, to_string(b.address()));
    const auto until = Clock::now() + 60s;
    while (a.connections_now + b.connections_now > 0 && Clock::now() < until) {
        context.run_one_for(5ms);
    }
    EXPECT_EQ(a.connections_now + b.connections_now, 0U);
    for (const FakeArray::Link& link : a.links) {
        EXPECT_TRUE(link->cc == 0 || (link->cc & 0xC000U) == 0x4000U) << "shut down in order";
    }
}

TEST_F(ObserveTest, SaysWhenItWas) {
    const std::time_t before = std::time(nullptr);
    const std::string text = observe_all().observed_at;
    const std::time_t after = std::time(nullptr);
    std::tm parts{};
    const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    ASSERT_NE(end, nullptr) << text;
    EXPECT_EQ(*end, '\0');
    const std::time_t seen = ::timegm(&parts);
    EXPECT_GE(seen, before);
    EXPECT_LE(seen, after);
}

TEST_F(ObserveTest, ProbesTheNextControllerIdWhileAllControllersExist) {
    std::size_t open_at_probe = 0;
    b.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                       nvme::ByteView data) {
        if (entry.fctype == nvme::fctype::connect && entry.opcode == nvme::opcode::fabrics &&
            nvme::decode_connect_data(data).subnqn == b.subsysnqn && b.next_cntlid == 201) {
            open_at_probe = a.connections_now;
        }
        return false;
    };
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_THAT(seen.controllers[0].probed_cntlids, ElementsAre(101));
    EXPECT_THAT(seen.controllers[1].probed_cntlids, ElementsAre(201));
    EXPECT_GE(open_at_probe, 1U);
}

TEST_F(ObserveTest, AsksForTheDiscoveryLogAfterTheSubsystem) {
    // nvmet numbers controllers of all subsystems from one pool.
    a.log = {nvm_entry(a.address(), a.subsysnqn)};
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_EQ(seen.controllers[0].connection.cntlid, 100);
    ASSERT_THAT(seen.discovery, SizeIs(2));
    EXPECT_EQ(seen.discovery[0].target, to_string(a.address()));
    EXPECT_THAT(seen.discovery[0].entries().entries, SizeIs(1));
    EXPECT_EQ(a.links.back()->subsysnqn, nvme::kDiscoveryNqn);
}

TEST_F(ObserveTest, DoesNotMissADiscoveryLogThatNobodyAskedFor) {
    a.serves_discovery = false;
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    EXPECT_THAT(seen.discovery, SizeIs(1));
}

TEST_F(ObserveTest, ProbesOnlyWhereItIsWanted) {
    options.probe_cntlids = false;
    for (const ControllerObservation& controller : observe_all().controllers) {
        EXPECT_THAT(controller.probed_cntlids, IsEmpty());
    }
    options.probe_cntlids = true;
    options.targets = {a.address()};
    const Observation one = observe_all();
    ASSERT_THAT(one.controllers, SizeIs(1));
    EXPECT_THAT(one.controllers[0].probed_cntlids, IsEmpty());
}

TEST_F(ObserveTest, ToleratesAFailedProbe) {
    a.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                       nvme::ByteView data) {
        if (!data.empty() && a.next_cntlid > 100) {
            link->respond(entry.cid, nvme::status::connect_controller_busy);
            return true;
        }
        return false;
    };
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    EXPECT_THAT(seen.controllers.at(0).probed_cntlids, IsEmpty());
    EXPECT_THAT(seen.controllers.at(1).probed_cntlids, ElementsAre(201));
}

TEST_F(ObserveTest, ProbesThreePortsInTheirOrderAndThenTheOtherWayRound) {
    FakeArray c(context);
    c.namespaces = b.namespaces;
    options.targets.push_back(c.address());
    std::vector<std::string> order;
    std::size_t most = 0;
    FakeArray* const arrays[] = {&a, &b, &c};
    const char* const names[] = {"a", "b", "c"};
    for (std::size_t i = 0; i < 3; ++i) {
        arrays[i]->on_command = [&, i](const FakeArray::Link&, const nvme::SubmissionEntry&,
                                       nvme::ByteView data) {
            if (!data.empty() && nvme::decode_connect_data(data).subnqn == a.subsysnqn) {
                order.emplace_back(names[i]);
                most = std::max(most, a.connections_now + b.connections_now + c.connections_now);
            }
            return false;
        };
    }
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(3));
    ASSERT_THAT(order, SizeIs(9));
    order.erase(order.begin(), order.begin() + 3); // their own controllers, at once
    EXPECT_THAT(order, ElementsAre("a", "b", "c", "c", "b", "a"));
    EXPECT_EQ(most, 9U) << "all of them are there at the same time";
    EXPECT_THAT(seen.controllers[0].probed_cntlids, ElementsAre(101, 102));
    EXPECT_THAT(seen.controllers[2].probed_cntlids, SizeIs(2));
}

TEST_F(ObserveTest, LooksOnceMoreWhereTwoGaveTheSameId) {
    b.next_cntlid = 90; // of its own controller; the next two are those of a
    b.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView data) {
        if (!data.empty() && b.next_cntlid == 91) {
            b.next_cntlid = 101;
        }
        return false;
    };
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_EQ(seen.controllers[1].connection.cntlid, 90);
    EXPECT_THAT(seen.controllers[0].probed_cntlids, ElementsAre(101, 102));
    EXPECT_THAT(seen.controllers[1].probed_cntlids, ElementsAre(101, 102));
}

// The array gives the ID of the first controller again: beside it, or after it gave that one up.
TEST_F(ObserveTest, TakesAnIdForGivenTwiceOnlyWhileTheControllerIsThere) {
    for (const bool is_there : {true, false}) {
        SCOPED_TRACE(is_there);
        a.next_cntlid = 100;
        const std::size_t first = a.links.size();
        bool probed = false;
        a.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&,
                           nvme::ByteView data) {
            if (!data.empty() && a.next_cntlid == 101 && !std::exchange(probed, true)) {
                a.next_cntlid = 100;
                if (!is_there) {
                    a.links.at(first)->close();
                }
            }
            return false;
        };
        const Observation seen = observe_all();
        ASSERT_THAT(seen.controllers, SizeIs(2));
        EXPECT_TRUE(probed);
        EXPECT_TRUE(seen.controllers[0].identify.ok());
        EXPECT_EQ(seen.controllers[0].connection.cntlid, 100);
        if (is_there) {
            EXPECT_THAT(seen.controllers[0].probed_cntlids, ElementsAre(100));
        } else {
            EXPECT_THAT(seen.controllers[0].probed_cntlids, IsEmpty());
        }
    }
}

TEST_F(ObserveTest, JudgesTheOthersWhenOneFails) {
    b.on_first_bytes = [](const FakeArray::Link&) {}; // silence
    options.connect.timeout = 1s;
    const auto begin = Clock::now();
    const Observation seen = observe_all();
    EXPECT_LT(Clock::now() - begin, 25s);
    ASSERT_THAT(seen.controllers, SizeIs(1));
    EXPECT_EQ(seen.controllers[0].target, to_string(a.address()));
    EXPECT_TRUE(seen.controllers[0].identify.ok());
    EXPECT_THAT(seen.controllers[0].probed_cntlids, ElementsAre(101));
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_EQ(seen.unobserved[0].object, to_string(b.address()));
    EXPECT_EQ(seen.unobserved[0].target, to_string(b.address()));
    EXPECT_EQ(seen.unobserved[0].subsysnqn, options.subsysnqn);
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("no ICResp"));
    EXPECT_EQ(seen.unobserved[0].reason, UnobservedReason::timed_out);
}

TEST_F(ObserveTest, KeepsWhatWasReadWhenTheTimeForATargetIsOver) {
    options.timeout = 2s;
    options.connect.timeout = 30s;
    b.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry, nvme::ByteView) {
        return entry.opcode == nvme::opcode::identify && (entry.cdw[0] & 0xFFU) != 1; // no answer
    };
    const auto begin = Clock::now();
    const Observation seen = observe_all();
    EXPECT_LT(Clock::now() - begin, 25s);
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_TRUE(seen.controllers[1].identify.ok());
    EXPECT_FALSE(seen.controllers[1].active_nsids);
    EXPECT_THAT(seen.controllers[1].unread,
                testing::Contains(HasSubstr("the time for this target")));
    EXPECT_THAT(seen.controllers[0].unread,
                testing::Not(testing::Contains(HasSubstr("the time for this target"))));
}

TEST_F(ObserveTest, KeepsWhatWasReadWhenTheArrayDies) {
    b.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                       nvme::ByteView) {
        if (entry.opcode == nvme::opcode::identify && entry.nsid == 2) {
            link->reset();
            return true;
        }
        return false;
    };
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_TRUE(seen.controllers[1].identify.ok());
    EXPECT_FALSE(seen.controllers[1].unread.empty());
}

TEST_F(ObserveTest, AsksATargetOnceThatIsNamedTwice) {
    options.targets = {a.address(), a.address()};
    EXPECT_THAT(observe_all().controllers, SizeIs(1));
}

TEST_F(ObserveTest, ReportsProgress) {
    std::set<std::string> targets;
    std::size_t most = 0;
    options.progress = [&](std::string_view target, std::size_t done, std::size_t total) {
        targets.emplace(target);
        EXPECT_LE(done, total);
        most = std::max(most, total);
    };
    observe_all();
    EXPECT_THAT(targets, ElementsAre(to_string(std::min(a.address(), b.address())),
                                     to_string(std::max(a.address(), b.address()))));
    EXPECT_EQ(most, 2U);
}

TEST_F(ObserveTest, ReportsThatItBegins) {
    // Also of an array that never answers.
    for (FakeArray* const array : {&a, &b}) {
        array->on_first_bytes = [](const FakeArray::Link& link) { link->close(); };
    }
    for (const bool with_nqn : {true, false}) {
        std::multiset<std::string> begun;
        options.subsysnqn = with_nqn ? a.subsysnqn : "";
        options.progress = [&](std::string_view target, std::size_t done, std::size_t total) {
            EXPECT_EQ(done, 0U);
            EXPECT_EQ(total, 0U);
            begun.emplace(target);
        };
        EXPECT_THAT(observe_all().unobserved, SizeIs(2));
        EXPECT_EQ(begun.count(to_string(a.address())), 1U);
        EXPECT_EQ(begun.count(to_string(b.address())), 1U);
    }
}

TEST_F(ObserveTest, AsksForTheControllerThatIsWanted) {
    std::vector<std::uint16_t> asked;
    a.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView data) {
        if (!data.empty() && nvme::decode_connect_data(data).subnqn == a.subsysnqn) {
            asked.push_back(nvme::decode_connect_data(data).cntlid);
        }
        return false;
    };
    options.connect.cntlid = 0xFFFE;
    const Observation seen = observe_all();
    EXPECT_THAT(asked, ElementsAre(0xFFFE)) << "and no probe of static ones";
    EXPECT_THAT(seen.discovery, SizeIs(2));
}

TEST_F(ObserveTest, ProbesOnlyAfterAllTargetsWereTried) {
    asio::steady_timer later(context);
    bool answered = false;
    bool probed = false;
    b.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                       nvme::ByteView data) {
        if (data.empty() || answered) {
            return false;
        }
        later.expires_after(300ms);
        later.async_wait([&answered, link, cid = entry.cid](const auto& /*error*/) {
            answered = true;
            link->respond(cid, 0, 200);
        });
        return true;
    };
    a.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView data) {
        if (!data.empty() && a.next_cntlid == 101) {
            probed = true;
            EXPECT_TRUE(answered) << "the controller of b did not exist yet";
        }
        return false;
    };
    EXPECT_THAT(observe_all().controllers, SizeIs(2));
    EXPECT_TRUE(probed);
}

TEST_F(ObserveTest, IgnoresTheSubsystemOfItsConnectOptions) {
    options.connect.subsysnqn = "nqn.2024-01.com.example:other";
    for (const bool with_nqn : {true, false}) {
        options.subsysnqn = with_nqn ? a.subsysnqn : "";
        a.log = {nvm_entry(a.address(), a.subsysnqn)};
        b.log = {nvm_entry(b.address(), b.subsysnqn)};
        const Observation seen = observe_all();
        EXPECT_THAT(seen.unobserved, IsEmpty());
        EXPECT_THAT(seen.controllers, SizeIs(2));
        EXPECT_THAT(seen.discovery, SizeIs(2));
    }
}

TEST_F(ObserveTest, LeavesAnArrayAloneThatRefuses) {
    b.subsysnqn = "nqn.2024-01.com.example:other";
    const Observation seen = observe_all();
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_EQ(seen.unobserved[0].target, to_string(b.address()));
    EXPECT_THAT(seen.discovery, SizeIs(1));
    EXPECT_THAT(b.links, SizeIs(1)) << "no discovery log to compare nothing with";
}

TEST_F(ObserveTest, FollowsNoReferralBesideTheSubsystemThatWasNamed) {
    FakeArray other(context);
    a.log = {nvm_entry(a.address(), a.subsysnqn), referral_entry(other.address())};
    const Observation seen = observe_all();
    EXPECT_THAT(seen.discovery, SizeIs(2));
    EXPECT_THAT(seen.unobserved, IsEmpty());
    EXPECT_THAT(other.links, IsEmpty());
}

TEST_F(ObserveTest, WaitsBrieflyForALogThatNobodyAskedFor) {
    b.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView data) {
        return !data.empty() && nvme::decode_connect_data(data).subnqn == nvme::kDiscoveryNqn;
    };
    options.connect.timeout = 60s;
    options.timeout = 80s;
    const auto begin = Clock::now();
    const Observation seen = observe_all();
    EXPECT_LT(Clock::now() - begin, 40s) << "2 s, and what a busy machine takes";
    EXPECT_THAT(seen.discovery, SizeIs(1));
    EXPECT_THAT(seen.controllers, SizeIs(2));
    EXPECT_THAT(seen.unobserved, IsEmpty());
}

TEST_F(ObserveTest, EndsEarlyWhenItIsCanceled) {
    asio::cancellation_signal cancel;
    bool canceled = false;
    a.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry, nvme::ByteView) {
        if (entry.opcode == nvme::opcode::identify && !std::exchange(canceled, true)) {
            cancel.emit(asio::cancellation_type::terminal);
        }
        return entry.opcode == nvme::opcode::identify;
    };
    options.connect.timeout = 30s;
    options.timeout = 30s;
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(context, observe(options),
                   asio::bind_cancellation_slot(cancel.slot(),
                                                [&](std::exception_ptr error, const Observation&) {
                                                    done = true;
                                                    failure = std::move(error);
                                                }));
    const auto until = Clock::now() + 60s;
    while (!done && Clock::now() < until) {
        context.run_one_for(5ms);
    }
    EXPECT_TRUE(canceled);
    EXPECT_TRUE(done);
    EXPECT_TRUE(failure);
}

} // namespace
} // namespace haoh
