// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/id_list.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

namespace lid = nvme::lid;
using testing::HasSubstr;

constexpr std::uint32_t kAnaBit = 1U << 11;
constexpr std::uint32_t kNamespaceBit = 1U << 8;

/// The event that a request completed with, when it did.
std::optional<nvme::AsyncEvent> event_of(Queue& queue, std::uint16_t cid) {
    const auto reply = queue.take(cid);
    if (!reply) {
        return std::nullopt;
    }
    EXPECT_TRUE(reply->status.ok());
    return nvme::decode_async_event(static_cast<std::uint32_t>(reply->dword01));
}

class SimulatorTest : public testing::Test {
  protected:
    void simulate(const ScenarioBuilder& builder) {
        simulator = std::make_unique<Simulator>(builder.build(), kStart);
    }
    static ScenarioBuilder pair() {
        NamespaceSpec spread;
        spread.count = 4;
        spread.ana_groups = 2;
        return ScenarioBuilder().ns(spread).array("a").array("b");
    }
    std::string control(std::string_view line) {
        return simulator->run(parse_control(line), kStart);
    }
    std::string refusal(std::string_view line) {
        try {
            control(line);
        } catch (const Error& error) {
            return error.what();
        }
        return "accepted";
    }
    /// Switches events on and sends a request.
    static std::uint16_t listen(Queue& queue, std::uint32_t mask) {
        EXPECT_TRUE(
            queue.run(set_features(nvme::fid::async_event_configuration, mask)).status.ok());
        return queue.submit(nvme::async_event_request_command());
    }

    std::unique_ptr<Simulator> simulator;
};

TEST_F(SimulatorTest, AnaChangesAreToldToTheControllersOfThatArray) {
    simulate(pair());
    Admin a(*simulator, 0);
    Admin b(*simulator, 1);
    const std::uint16_t at_a = listen(a, kAnaBit);
    const std::uint16_t at_b = listen(b, kAnaBit);
    control("ana b 1 inaccessible");
    EXPECT_FALSE(event_of(a, at_a));
    const auto event = event_of(b, at_b);
    ASSERT_TRUE(event);
    EXPECT_TRUE(event->ana_change());
    EXPECT_EQ(event->log_page, lid::ana);
    const auto log = nvme::decode_ana_log(b.run(log_page(lid::ana, 512, false)).data);
    EXPECT_EQ(log.groups.at(0).state, nvme::AnaState::inaccessible);
    EXPECT_EQ(log.groups.at(1).state, nvme::AnaState::optimized);
}

TEST_F(SimulatorTest, AnEventStaysMaskedUntilTheLogIsReadWithoutRetaining) {
    simulate(pair());
    Admin admin(*simulator, 0);
    ASSERT_TRUE(event_of(admin, [&] {
        const std::uint16_t cid = listen(admin, kAnaBit);
        control("ana a 1 inaccessible");
        return cid;
    }()));
    const std::uint16_t next = admin.submit(nvme::async_event_request_command());
    control("ana a 1 optimized");
    EXPECT_FALSE(event_of(admin, next));
    (void)admin.run(log_page(lid::ana, 512, true)); // retains the event
    control("ana a 1 inaccessible");
    EXPECT_FALSE(event_of(admin, next));
    (void)admin.run(log_page(lid::ana, 512, false));
    EXPECT_FALSE(event_of(admin, next));
    control("ana a 1 optimized");
    EXPECT_TRUE(event_of(admin, next));
}

TEST_F(SimulatorTest, NoEventForTheChangeStateForNoChangeOrWithoutTheFeature) {
    simulate(pair());
    Admin admin(*simulator, 0);
    Admin deaf(*simulator, 0);
    const std::uint16_t cid = listen(admin, kAnaBit);
    const std::uint16_t unheard = listen(deaf, kNamespaceBit);
    control("ana a 1 change");
    control("ana a 2 optimized"); // as it is
    EXPECT_FALSE(event_of(admin, cid));
    control("ana a 1 non-optimized");
    EXPECT_TRUE(event_of(admin, cid));
    EXPECT_FALSE(event_of(deaf, unheard));
}

TEST_F(SimulatorTest, AnArrayMayKeepItsChangesToItself) {
    simulate(ScenarioBuilder().array("a").with([](ArraySpec& spec) { spec.ana_events = false; }));
    Admin admin(*simulator, 0);
    const std::uint16_t cid = listen(admin, kAnaBit);
    control("ana a 1 inaccessible");
    EXPECT_FALSE(event_of(admin, cid));
}

TEST_F(SimulatorTest, ANamespaceThatChangesItsGroupIsAnAnaChange) {
    simulate(pair());
    Admin admin(*simulator, 0);
    const std::uint16_t cid = listen(admin, kAnaBit);
    control("set a 1 anagrpid 2");
    EXPECT_TRUE(event_of(admin, cid));
    const auto log = nvme::decode_ana_log(admin.run(log_page(lid::ana, 512)).data);
    ASSERT_EQ(log.groups.size(), 2U);
    EXPECT_EQ(log.groups[1].nsids, (std::vector<std::uint32_t>{1, 2, 4}));
    EXPECT_EQ(log.groups[0].nsids, (std::vector<std::uint32_t>{3}));
}

TEST_F(SimulatorTest, WhatIsDoneOnAnAnswerFallsBetweenItAndTheNext) {
    simulate(pair());
    Admin admin(*simulator, 0);
    std::vector<AnswerKind> answers;
    simulator->on_answer = [&](const Array& array, AnswerKind kind) {
        EXPECT_EQ(array.name(), "a");
        answers.push_back(kind);
        control("ana a 1 inaccessible");
    };
    const auto state = [&] {
        const auto log = nvme::decode_ana_log(admin.run(log_page(lid::ana, 512)).data);
        return log.groups.at(0).state;
    };
    EXPECT_EQ(state(), nvme::AnaState::optimized);
    EXPECT_EQ(state(), nvme::AnaState::inaccessible);
    EXPECT_EQ(answers, (std::vector{AnswerKind::ana_log, AnswerKind::ana_log}));
}

TEST_F(SimulatorTest, AllGroupsChangeAtOnce) {
    simulate(pair());
    control("ana a all inaccessible");
    for (const auto& [agid, group] : simulator->array(0).groups()) {
        EXPECT_EQ(group.state, nvme::AnaState::inaccessible) << agid;
    }
    EXPECT_EQ(simulator->array(1).groups().at(1).state, nvme::AnaState::optimized);
}

TEST_F(SimulatorTest, NamespacesComeAndGoWithTheirIdentity) {
    simulate(pair());
    Admin a(*simulator, 0);
    Admin b(*simulator, 1);
    const std::uint16_t cid = listen(b, kNamespaceBit);
    control("namespace remove b 2");
    const auto event = event_of(b, cid);
    ASSERT_TRUE(event);
    EXPECT_TRUE(event->namespace_attribute());
    EXPECT_EQ(nvme::decode_namespace_list(b.run(identify(nvme::cns::active_namespaces)).data).nsids,
              (std::vector<std::uint32_t>{1, 3, 4}));
    control("namespace add b 2");
    EXPECT_EQ(b.run(identify(nvme::cns::namespace_descriptors, 2)).data,
              a.run(identify(nvme::cns::namespace_descriptors, 2)).data);
    EXPECT_EQ(simulator->array(1).find(2)->volume, simulator->array(0).find(2)->volume);
}

TEST_F(SimulatorTest, FieldsAndOverridesChangeWhileItRuns) {
    simulate(pair());
    Admin b(*simulator, 1);
    control("set b sn CHANGED");
    control("set b 1 noiob 8");
    control("override b ana-log nagd 9");
    EXPECT_EQ(b.run(identify(nvme::cns::identify_controller)).data.at(4), 'C');
    EXPECT_EQ(b.run(identify(nvme::cns::identify_namespace, 1)).data.at(46), 8);
    EXPECT_EQ(nvme::decode_ana_log(b.run(log_page(lid::ana, 512)).data).nagd, 9);
    control("set b 1 uuid 00112233-4455-4677-8899-aabbccddeeff");
    const auto ids =
        nvme::decode_id_descriptors(b.run(identify(nvme::cns::namespace_descriptors, 1)).data);
    ASSERT_NE(ids.find(nvme::IdType::uuid), nullptr);
    EXPECT_EQ(ids.find(nvme::IdType::uuid)->nid.at(5), 0x55);
    control("override b clear");
    EXPECT_EQ(nvme::decode_ana_log(b.run(log_page(lid::ana, 512)).data).nagd, 2);
}

TEST_F(SimulatorTest, AnArrayThatGoesDownResetsItsConnections) {
    simulate(pair());
    Admin a(*simulator, 0);
    Admin b(*simulator, 1);
    control("down b");
    EXPECT_TRUE(b.session().closing());
    EXPECT_TRUE(b.session().reset());
    EXPECT_FALSE(a.session().closing());
    EXPECT_EQ(simulator->controllers().size(), 1U);
}

TEST_F(SimulatorTest, AHiddenSubsystemLeavesTheDiscoveryLogAndTellsSo) {
    simulate(pair());
    Queue discovery(*simulator, 0);
    ASSERT_TRUE(discovery.connect(nvme::kDiscoveryNqn).status.ok());
    ASSERT_EQ(discovery.enable(), 1U);
    const auto read = [&discovery] {
        return nvme::decode_discovery_log(
            discovery.run(log_page(lid::discovery, 4096, false)).data);
    };
    const auto before = read();
    ASSERT_EQ(before.entries.size(), 2U);
    Admin b(*simulator, 1);
    const std::uint16_t cid = listen(discovery, 1U << 31);
    control("hide b");
    EXPECT_TRUE(b.session().closing());
    const auto event = event_of(discovery, cid);
    ASSERT_TRUE(event);
    EXPECT_TRUE(event->discovery_log_change());
    const auto after = read();
    EXPECT_EQ(after.entries.size(), 1U);
    EXPECT_GT(after.genctr, before.genctr);
    Queue refused(*simulator, 1);
    EXPECT_EQ(refused.connect(simulator->array(1).nqn()).status.code(),
              nvme::status::connect_invalid_parameters);
    control("up b");
    EXPECT_EQ(read().entries.size(), 2U);
    Admin again(*simulator, 1);
}

TEST_F(SimulatorTest, AnArrayThatHangsAnswersWhenItIsBack) {
    simulate(pair());
    Admin b(*simulator, 1);
    control("hang b");
    const std::uint16_t cid = b.submit(identify(nvme::cns::identify_controller));
    EXPECT_FALSE(b.take(cid));
    EXPECT_EQ(b.session().next_deadline(), TimePoint::max());
    control("up b");
    EXPECT_TRUE(b.take(cid));
}

TEST_F(SimulatorTest, AControllerGoesWhenItsHostIsSilentForTheKeepAliveTime) {
    simulate(pair());
    Queue queue(*simulator, 0);
    ASSERT_TRUE(
        queue.connect(simulator->array(0).nqn(), 0, nvme::kDynamicController, kHostNqn, 2000)
            .status.ok());
    ASSERT_EQ(queue.enable(), 1U);
    EXPECT_EQ(simulator->next_deadline(), kStart + std::chrono::seconds(2));
    queue.at(kStart + std::chrono::milliseconds(1500));
    EXPECT_TRUE(queue.run(nvme::keep_alive_command()).status.ok());
    simulator->advance(kStart + std::chrono::seconds(2));
    EXPECT_FALSE(queue.session().closing());
    simulator->advance(kStart + std::chrono::milliseconds(3500) - std::chrono::nanoseconds(1));
    EXPECT_FALSE(queue.session().closing());
    simulator->advance(kStart + std::chrono::milliseconds(3500)); // no slack
    EXPECT_TRUE(queue.session().closing());
    EXPECT_TRUE(simulator->controllers().empty());
}

TEST_F(SimulatorTest, TheTimelineRunsInOrderAtItsTimes) {
    simulate(pair()
                 .at(std::chrono::seconds(2), "ana a 1 inaccessible")
                 .at(std::chrono::seconds(1), "ana a 1 change")
                 .at(std::chrono::seconds(2), "ana a 2 change")
                 .at(std::chrono::seconds(2), "ana a 2 persistent-loss"));
    const auto state = [this](std::uint32_t group) {
        return simulator->array(0).groups().at(group).state;
    };
    EXPECT_EQ(simulator->next_deadline(), kStart + std::chrono::seconds(1));
    simulator->advance(kStart + std::chrono::milliseconds(999));
    EXPECT_EQ(state(1), nvme::AnaState::optimized);
    simulator->advance(kStart + std::chrono::seconds(1));
    EXPECT_EQ(state(1), nvme::AnaState::change);
    simulator->advance(kStart + std::chrono::seconds(5));
    EXPECT_EQ(state(1), nvme::AnaState::inaccessible);
    EXPECT_EQ(state(2), nvme::AnaState::persistent_loss);
    EXPECT_EQ(simulator->next_deadline(), TimePoint::max());
}

TEST_F(SimulatorTest, SaysWhatACommandCannotDo) {
    simulate(pair());
    EXPECT_THAT(refusal("ana z 1 optimized"), HasSubstr("the arrays are: a, b"));
    EXPECT_THAT(refusal("ana a 99 optimized"), HasSubstr("no such group"));
    EXPECT_THAT(refusal("namespace remove a 99"), HasSubstr("no such namespace"));
    EXPECT_THAT(refusal("namespace resize a 99 8MiB"), HasSubstr("no such namespace"));
    EXPECT_THAT(refusal("namespace add a 1"), HasSubstr("there already"));
    EXPECT_THAT(refusal("namespace add a 70000"), HasSubstr("NSIDs of array 'a' are 1 to"));
    EXPECT_THAT(refusal("set a 99 noiob 1"), HasSubstr("no such namespace"));
}

TEST_F(SimulatorTest, TellsItsStateAndQuits) {
    simulate(pair());
    Admin a(*simulator, 0);
    const std::string state = control("state");
    EXPECT_THAT(state, HasSubstr("\"name\":\"a\""));
    EXPECT_THAT(state, HasSubstr("\"ana_state\":\"optimized\""));
    EXPECT_THAT(state, HasSubstr("\"cntlid\":1"));
    EXPECT_FALSE(simulator->quit_requested());
    control("quit");
    EXPECT_TRUE(simulator->quit_requested());
}

TEST_F(SimulatorTest, SeparateDataStaysSeparate) {
    NamespaceSpec own;
    own.nsid = 1;
    own.data = "copy";
    simulate(ScenarioBuilder().array("a").array("b").ns(own));
    Admin a(*simulator, 0);
    Admin b(*simulator, 1);
    Io at_a(*simulator, 0, a.cntlid);
    Io at_b(*simulator, 1, b.cntlid);
    ASSERT_TRUE(at_a.run(write_command(1, 0, filled(512, 1))).status.ok());
    EXPECT_EQ(at_b.run(read_command(1, 0, 1)).data, filled(512, 0));
}

} // namespace
} // namespace haoh::arraysim::test
