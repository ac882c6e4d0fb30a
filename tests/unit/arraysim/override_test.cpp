// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

namespace cns = nvme::cns;
namespace lid = nvme::lid;
using nvme::Bytes;

/// Array "a" tells the truth, array "b" lies.
Scenario lying(const OverrideSpec& lie) {
    NamespaceSpec two;
    two.count = 2;
    return ScenarioBuilder().ns(two).array("a").array("b").lie(lie).build();
}

OverrideSpec of(AnswerKind answer) {
    OverrideSpec spec;
    spec.answer = answer;
    return spec;
}

TEST(Override, PatchesAFieldByNameOnThatArrayOnly) {
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .array("b")
                            .lie(AnswerKind::identify_controller, "sn", std::string("LIE"))
                            .build(),
                        kStart);
    for (const std::size_t array : {0U, 1U}) {
        Admin admin(simulator, array);
        const auto id =
            nvme::decode_identify_controller(admin.run(identify(cns::identify_controller)).data);
        EXPECT_EQ(id.sn[0] == 'L', array == 1);
    }
}

TEST(Override, PatchesBytesAtAnOffset) {
    OverrideSpec lie = of(AnswerKind::identify_namespace);
    lie.nsid = 2;
    lie.offset = 4000;
    lie.value = Bytes{0xDE, 0xAD};
    Simulator simulator(lying(lie), kStart);
    Admin admin(simulator, 1);
    EXPECT_EQ(admin.run(identify(cns::identify_namespace, 2)).data.at(4001), 0xAD);
    EXPECT_EQ(admin.run(identify(cns::identify_namespace, 1)).data.at(4001), 0);
}

TEST(Override, ExtendsAnAnswerThatIsTooShort) {
    OverrideSpec list = of(AnswerKind::dispersed_log);
    list.offset = 300; // the log has 256 bytes, and then its names
    list.value = Bytes{0xDE, 0xAD};
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .with([](ArraySpec& spec) { spec.dispersed.emplace(); })
                            .lie(list)
                            .build(),
                        kStart);
    Admin admin(simulator, 0);
    const Bytes log = admin.run(log_page(lid::dispersed_namespaces, 304)).data;
    EXPECT_EQ(Bytes(log.begin() + 298, log.end()), (Bytes{0, 0, 0xDE, 0xAD, 0, 0}));
    EXPECT_EQ(log.at(0), 1); // what stood there before
}

TEST(Override, StrikesTheAnswersItIsToldTo) {
    Simulator simulator(
        ScenarioBuilder()
            .array("a")
            .lie(AnswerKind::ana_log, "chgc", std::uint64_t{99}, {.first = 2, .last = 2})
            .build(),
        kStart);
    Admin admin(simulator, 0);
    std::vector<std::uint64_t> counts;
    for (int i = 0; i < 3; ++i) {
        counts.push_back(nvme::decode_ana_log(admin.run(log_page(lid::ana, 512)).data).chgc);
    }
    EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 99, 1}));
}

TEST(Override, ReplacesCutsAndExtendsAnswers) {
    OverrideSpec lie = of(AnswerKind::namespace_list);
    lie.replace = Bytes{7, 0, 0, 0};
    lie.length = 4096;
    Simulator simulator(lying(lie), kStart);
    Admin admin(simulator, 1);
    const Bytes list = admin.run(identify(cns::active_namespaces)).data;
    EXPECT_EQ(list.size(), 4096U);
    EXPECT_EQ(list[0], 7);
    EXPECT_EQ(list[4], 0);

    OverrideSpec cut = of(AnswerKind::identify_controller);
    cut.length = 100;
    Simulator shorter(lying(cut), kStart);
    Admin brief(shorter, 1);
    EXPECT_EQ(brief.run(identify(cns::identify_controller)).data.size(), 100U);
}

TEST(Override, TheAnswerNeverExceedsWhatTheHostGaveRoomFor) {
    OverrideSpec lie = of(AnswerKind::identify_controller);
    lie.length = 8192;
    Simulator simulator(lying(lie), kStart);
    Admin admin(simulator, 1);
    EXPECT_EQ(admin.run(identify(cns::identify_controller)).data.size(), 4096U);
}

TEST(Override, FailsAnswersAndChangesResults) {
    OverrideSpec fail = of(AnswerKind::identify_namespace);
    fail.status = 0x4006;
    Simulator simulator(lying(fail), kStart);
    Admin admin(simulator, 1);
    const Reply reply = admin.run(identify(cns::identify_namespace, 1));
    EXPECT_EQ(reply.status.code(), nvme::status::internal_error);
    EXPECT_TRUE(reply.data.empty());

    OverrideSpec result = of(AnswerKind::property);
    result.id = nvme::property::csts;
    result.result = 3;
    Simulator fatal(lying(result), kStart);
    Queue queue(fatal, 1);
    ASSERT_TRUE(queue.connect(fatal.array(1).nqn()).status.ok());
    EXPECT_EQ(queue.run(nvme::property_get_command(nvme::property::csts, 4)).dword01, 3U);
    EXPECT_EQ(queue.run(nvme::property_get_command(nvme::property::vs, 4)).dword01, 0x20000U);
}

TEST(Override, ARefusedConnectLeavesNoController) {
    OverrideSpec lie = of(AnswerKind::connect);
    lie.status = 0x4184;
    Simulator simulator(lying(lie), kStart);
    Queue queue(simulator, 1);
    EXPECT_EQ(queue.connect(simulator.array(1).nqn()).status.code(),
              nvme::status::connect_invalid_host);
    EXPECT_TRUE(simulator.controllers().empty());
    EXPECT_TRUE(simulator.array(1).taken_cntlids().empty());
}

TEST(Override, MayConcernOnePortOnly) {
    OverrideSpec lie = of(AnswerKind::identify_controller);
    lie.port = 1;
    lie.offset = 4;
    lie.value = Bytes{'L'};
    Simulator simulator(ScenarioBuilder().array("a").port({}).port({}).lie(lie).build(), kStart);
    Admin first(simulator, 0, 0);
    Admin second(simulator, 0, 1);
    EXPECT_EQ(first.run(identify(cns::identify_controller)).data.at(4), 'H');
    EXPECT_EQ(second.run(identify(cns::identify_controller)).data.at(4), 'L');
}

} // namespace
} // namespace haoh::arraysim::test
