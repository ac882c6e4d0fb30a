// SPDX-License-Identifier: LGPL-2.1-or-later
// What the simulator tells of itself, whom it tells of changes, and what goes with what.
#include "unit/arraysim/host.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/discovery_log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace haoh::arraysim::test {
namespace {

using namespace std::chrono_literals;
namespace lid = nvme::lid;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t kAna = 1U << 11;
constexpr std::uint32_t kNamespace = 1U << 8;
constexpr std::uint32_t kDiscovery = 1U << 31;

std::string run(Simulator& simulator, std::string_view line) {
    return simulator.run(parse_control(line), kStart);
}

std::string refused(Simulator& simulator, std::string_view line) {
    try {
        run(simulator, line);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

std::uint16_t await_event(Queue& queue, std::uint32_t mask) {
    EXPECT_TRUE(queue.run(set_features(nvme::fid::async_event_configuration, mask)).status.ok());
    return queue.submit(nvme::async_event_request_command());
}

/// A discovery controller of an array.
struct DiscoveryHost {
    DiscoveryHost(Simulator& simulator, std::size_t array) : queue(simulator, array) {
        const Reply reply = queue.connect(nvme::kDiscoveryNqn);
        EXPECT_TRUE(reply.status.ok());
        cntlid = reply.dword01;
        EXPECT_EQ(queue.enable(), 1U);
    }
    nvme::DiscoveryLog log() {
        return nvme::decode_discovery_log(queue.run(log_page(lid::discovery, 8192, false)).data);
    }

    Queue queue;
    std::uint64_t cntlid{};
};

TEST(SimulatorState, TellsEverything) {
    NamespaceSpec two;
    two.count = 2;
    two.ana_groups = 2;
    Simulator simulator(
        ScenarioBuilder().ns(two).array("a").latency(1500us).array("b").nqn("nqn.b").build(),
        kStart);
    simulator.set_address(0, 0, "127.0.0.1", 4420, false);
    run(simulator, "ana a 2 inaccessible");
    run(simulator, "namespace protect b 2 on");
    run(simulator, "hang b");
    const auto state = nlohmann::json::parse(run(simulator, "state"));
    ASSERT_EQ(state["arrays"].size(), 2U);
    const auto& a = state["arrays"][0];
    EXPECT_EQ(a["name"], "a");
    EXPECT_EQ(a["subsysnqn"], simulator.array(0).nqn());
    EXPECT_EQ(a["power"], "up");
    EXPECT_EQ(a["latency_us"], 1500);
    EXPECT_EQ(a["ports"],
              nlohmann::json::parse(R"([{"portid":1,"traddr":"127.0.0.1","trsvcid":4420}])"));
    EXPECT_EQ(a["groups"], nlohmann::json::parse(
                               R"([{"ana_grpid":1,"ana_state":"optimized","chgcnt":1},
                                   {"ana_grpid":2,"ana_state":"inaccessible","chgcnt":2}])"));
    ASSERT_EQ(a["namespaces"].size(), 2U);
    const auto& second = a["namespaces"][1];
    EXPECT_EQ(second["nsid"], 2);
    EXPECT_EQ(second["ana_grpid"], 2);
    EXPECT_EQ(second["blocks"], 131072); // 64 MiB
    EXPECT_EQ(second["lbads"], 9);
    EXPECT_EQ(second["uuid"], nvme::format_uuid(simulator.array(0).find(2)->uuid));
    EXPECT_EQ(second["data"], "nsid 2");
    EXPECT_EQ(second["allocated"], 0);
    EXPECT_EQ(second["write_protected"], true) << "of the volume";
    EXPECT_EQ(second["registrants"], 0);
    EXPECT_EQ(a["namespaces"][0]["write_protected"], false);
    const auto& b = state["arrays"][1];
    EXPECT_EQ(b["subsysnqn"], "nqn.b");
    EXPECT_EQ(b["power"], "hung");
    EXPECT_EQ(b["ports"][0]["portid"], 2);
    EXPECT_TRUE(b["controllers"].empty());
}

TEST(SimulatorState, TellsOfControllers) {
    Simulator simulator(ScenarioBuilder().array("a").array("b").build(), kStart);
    Queue admin(simulator, 0);
    ASSERT_TRUE(admin.connect(simulator.array(0).nqn(), 0, nvme::kDynamicController, kHostNqn, 5000)
                    .status.ok());
    const auto controllers = [&simulator] {
        return nlohmann::json::parse(run(simulator, "state"))["arrays"][0]["controllers"];
    };
    EXPECT_EQ(controllers()[0]["ready"], false);
    ASSERT_EQ(admin.enable(), 1U);
    Io io(simulator, 0, 1);
    (void)admin.submit(nvme::async_event_request_command());
    (void)admin.submit(nvme::async_event_request_command());
    DiscoveryHost discovery(simulator, 0);
    const auto all = controllers();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0], (nlohmann::json{{"cntlid", 1},
                                      {"discovery", false},
                                      {"hostnqn", kHostNqn},
                                      {"ready", true},
                                      {"kato", 5000},
                                      {"io_queues", 1},
                                      {"event_requests", 2}}));
    EXPECT_EQ(all[1]["discovery"], true);
    EXPECT_EQ(all[1]["io_queues"], 0);
}

TEST(SimulatorState, WithoutAnArrayThereIsOne) {
    Simulator simulator(Scenario{}, kStart);
    EXPECT_EQ(simulator.array_count(), 1U);
    EXPECT_EQ(simulator.array("a").name(), "a");
}

TEST(SimulatorState, NumbersPortsThroughAllArrays) {
    PortSpec given;
    given.portid = 40;
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .port({})
                            .port({})
                            .array("b")
                            .array("c")
                            .port(given)
                            .port({})
                            .array("d")
                            .with([](ArraySpec& spec) { spec.portid = 90; })
                            .build(),
                        kStart);
    std::vector<unsigned> ids;
    for (std::size_t array = 0; array < simulator.array_count(); ++array) {
        for (const Port& port : simulator.array(array).ports()) {
            ids.push_back(port.portid);
        }
    }
    EXPECT_THAT(ids, ElementsAre(1, 2, 3, 40, 5, 90));
}

TEST(SimulatorState, DiscoveryControllersHaveIdsOfTheirOwn) {
    Simulator simulator(ScenarioBuilder().array("a").cntlids(1, 1).array("b").build(), kStart);
    auto first = std::make_unique<DiscoveryHost>(simulator, 0);
    DiscoveryHost second(simulator, 0);
    DiscoveryHost elsewhere(simulator, 1);
    EXPECT_EQ(first->cntlid, 1U);
    EXPECT_EQ(second.cntlid, 2U);
    EXPECT_EQ(elsewhere.cntlid, 1U);
    Admin admin(simulator, 0); // there is one ID, and no discovery controller took it
    EXPECT_EQ(admin.cntlid, 1);
    Controller* const found = simulator.find_controller(simulator.array(0), 1);
    ASSERT_NE(found, nullptr);
    EXPECT_FALSE(found->discovery);
    EXPECT_EQ(simulator.find_controller(simulator.array(0), 2), nullptr);
    EXPECT_EQ(simulator.find_controller(simulator.array(1), 1), nullptr);
    first.reset();
    EXPECT_EQ(DiscoveryHost(simulator, 0).cntlid, 1U) << "given back";
}

TEST(SimulatorState, AddressesAreShownAsTheyAreGivenOrAdvertised) {
    PortSpec own;
    own.advertise = "fe80::1";
    Scenario scenario = ScenarioBuilder().array("a").port({}).array("b").port({}).port(own).build();
    scenario.arrays[1].advertise = "10.0.0.7";
    Simulator simulator(scenario, kStart);
    simulator.set_address(0, 0, "::1", 1, true);
    simulator.set_address(1, 0, "::1", 2, true);
    simulator.set_address(1, 1, "127.0.0.1", 3, false);
    const auto port = [&](std::size_t array, std::size_t index) {
        const Port& found = simulator.array(array).ports().at(index);
        return std::tuple(found.traddr, found.trsvcid, found.ipv6);
    };
    EXPECT_EQ(port(0, 0), std::tuple("::1", 1, true));
    EXPECT_EQ(port(1, 0), std::tuple("10.0.0.7", 2, false));
    EXPECT_EQ(port(1, 1), std::tuple("fe80::1", 3, true));
    const auto log = DiscoveryHost(simulator, 0).log();
    ASSERT_EQ(log.entries.size(), 3U);
    EXPECT_EQ(log.entries[1].traddr, "10.0.0.7");
    EXPECT_EQ(log.entries[1].adrfam, 1);
    EXPECT_EQ(log.entries[2].traddr, "fe80::1");
    EXPECT_EQ(log.entries[2].adrfam, 2);
    EXPECT_EQ(log.entries[2].trsvcid, "3");
}

TEST(SimulatorState, DiscoveryEntriesSayWhatTheyLeadTo) {
    PortSpec secure;
    secure.treq = 1;
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .port(secure)
                            .port({})
                            .array("b")
                            .with([](ArraySpec& spec) { spec.static_controllers = true; })
                            .array("c")
                            .allowed_hosts({"nqn.other", std::string(kHostNqn)})
                            .array("d")
                            .allowed_hosts({"nqn.other"})
                            .build(),
                        kStart);
    const auto log = DiscoveryHost(simulator, 0).log();
    ASSERT_EQ(log.entries.size(), 4U) << "not those of d";
    EXPECT_EQ(log.numrec, 4U);
    EXPECT_EQ(log.entries[0].treq, 1);
    EXPECT_EQ(log.entries[1].treq, 4);
    for (const auto& entry : log.entries) {
        EXPECT_EQ(entry.trtype, 3) << "TCP";
        EXPECT_EQ(entry.subtype, 2) << "NVM subsystem";
        EXPECT_EQ(entry.asqsz, 32);
        EXPECT_EQ(entry.subnqn, simulator.array(0).nqn());
        EXPECT_EQ(entry.cntlid, &entry == &log.entries[2] ? nvme::kAnyStaticController
                                                          : nvme::kDynamicController);
    }
}

TEST(SimulatorState, TheGenerationMovesWhereAFaultSaysSo) {
    FaultSpec fault;
    fault.kind = FaultKind::moving_generation;
    Simulator simulator(ScenarioBuilder().array("a").fault(fault).array("b").build(), kStart);
    DiscoveryHost a(simulator, 0);
    DiscoveryHost b(simulator, 1);
    const auto first = a.log().genctr;
    EXPECT_EQ(a.log().genctr, first + 1);
    const auto still = b.log().genctr;
    EXPECT_EQ(b.log().genctr, still);
}

TEST(SimulatorState, ListsControllersOfTheSameSubsystemThatSeeTheNamespace) {
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .array("b")
                            .without_ns(1)
                            .array("c")
                            .nqn("nqn.c")
                            .array("d")
                            .cntlids(9, 200)
                            .with([](ArraySpec& spec) { spec.static_controllers = true; })
                            .build(),
                        kStart);
    Admin a(simulator, 0);
    Admin b(simulator, 1);
    Admin c(simulator, 2);
    std::vector<std::uint16_t> fixed; // sixteen of them exist from the start
    for (std::uint16_t id = 9; id < 25; ++id) {
        fixed.push_back(id);
    }
    auto expected = fixed;
    expected.insert(expected.begin(), a.cntlid);
    EXPECT_EQ(simulator.listed_controllers(simulator.array(0), 1), expected);
    expected.push_back(b.cntlid);
    EXPECT_EQ(simulator.listed_controllers(simulator.array(0), 0), expected);
    EXPECT_EQ(simulator.listed_controllers(simulator.array(1), 0), expected);
    EXPECT_THAT(simulator.listed_controllers(simulator.array(2), 0), ElementsAre(c.cntlid));
    simulator.array(3).spec().controller_list = Scope::own;
    EXPECT_EQ(simulator.listed_controllers(simulator.array(3), 0), fixed);
}

TEST(SimulatorState, EventsComeWhereTheyAreWantedAndOffered) {
    // OAES bit 11 of ANA, bit 8 of namespaces.
    const auto heard = [](std::uint64_t oaes, std::uint32_t wanted, std::string_view line) {
        Simulator simulator(ScenarioBuilder().field("oaes", oaes).array("a").build(), kStart);
        Admin admin(simulator, 0);
        const std::uint16_t cid = await_event(admin, wanted);
        run(simulator, line);
        return admin.take(cid).has_value();
    };
    constexpr std::string_view kState = "ana a 1 inaccessible";
    constexpr std::string_view kResize = "namespace resize a 1 8MiB";
    EXPECT_TRUE(heard(kAna | kNamespace, kAna, kState));
    EXPECT_TRUE(heard(kAna, kAna, kState));
    EXPECT_FALSE(heard(kNamespace, kAna | kNamespace, kState)) << "not offered";
    EXPECT_FALSE(heard(kAna | kNamespace, kNamespace, kState)) << "not wanted";
    EXPECT_TRUE(heard(kNamespace, kNamespace, kResize));
    EXPECT_FALSE(heard(kAna, kAna | kNamespace, kResize));
    EXPECT_FALSE(heard(kAna | kNamespace, kAna, kResize));
    EXPECT_TRUE(heard(kNamespace, kNamespace, "set a 1 noiob 8"));
    EXPECT_FALSE(heard(kAna, kAna, "set a 1 noiob 8"));
    EXPECT_TRUE(heard(kNamespace, kNamespace, "namespace add a 2"));
    EXPECT_TRUE(heard(kNamespace, kNamespace, "namespace protect a 1 on"));
}

TEST(SimulatorState, AnArrayWithoutAnaHasNoAnaEvents) {
    Simulator simulator(ScenarioBuilder().field("cmic", std::uint64_t{3}).array("a").build(),
                        kStart);
    Admin admin(simulator, 0);
    const std::uint16_t cid = await_event(admin, kAna);
    run(simulator, "ana a 1 inaccessible");
    EXPECT_FALSE(admin.take(cid));
}

TEST(SimulatorState, ChangesOfAVolumeAreToldByTheArraysThatShowIt) {
    NamespaceSpec mine;
    mine.nsid = 1;
    mine.data = "mine";
    Simulator simulator(ScenarioBuilder().array("a").array("b").ns(mine).array("c").build(),
                        kStart);
    std::vector<std::unique_ptr<Admin>> hosts;
    std::vector<std::uint16_t> requests;
    for (std::size_t array = 0; array < 3; ++array) {
        hosts.push_back(std::make_unique<Admin>(simulator, array));
        requests.push_back(await_event(*hosts.back(), kNamespace));
    }
    run(simulator, "namespace protect a 1 on");
    EXPECT_TRUE(hosts[0]->take(requests[0]));
    EXPECT_FALSE(hosts[1]->take(requests[1]));
    EXPECT_TRUE(hosts[2]->take(requests[2]));
    EXPECT_TRUE(simulator.find_controller(simulator.array(1), hosts[1]->cntlid)
                    ->changed_namespaces.empty());
    EXPECT_THAT(simulator.find_controller(simulator.array(2), hosts[2]->cntlid)->changed_namespaces,
                ElementsAre(1U));
}

TEST(SimulatorState, HidingIsToldEverywhereAndOtherChangesOfPowerAreNot) {
    Simulator simulator(ScenarioBuilder().array("a").array("b").build(), kStart);
    DiscoveryHost a(simulator, 0);
    DiscoveryHost b(simulator, 1);
    Admin bystander(simulator, 0);
    unsigned changes = 0;
    simulator.on_change = [&changes] { ++changes; };
    const std::uint16_t at_a = await_event(a.queue, kDiscovery);
    const std::uint16_t at_b = await_event(b.queue, kDiscovery);
    const auto before = a.log().genctr;
    run(simulator, "up b"); // as it is
    EXPECT_EQ(changes, 0U);
    run(simulator, "hang b");
    run(simulator, "up b");
    EXPECT_EQ(changes, 2U);
    EXPECT_FALSE(a.queue.take(at_a));
    EXPECT_EQ(a.log().genctr, before);
    run(simulator, "hide b");
    EXPECT_EQ(changes, 3U);
    EXPECT_TRUE(a.queue.take(at_a));
    EXPECT_TRUE(b.queue.take(at_b));
    EXPECT_FALSE(b.queue.session().closing()) << "discovery goes on";
    EXPECT_FALSE(bystander.session().closing());
    EXPECT_EQ(a.log().genctr, before + 1);
    run(simulator, "up b");
    EXPECT_EQ(a.log().genctr, before + 2);
}

TEST(SimulatorState, AHungArrayForgetsTheTimeButNotWhatItWasSent) {
    Simulator simulator(ScenarioBuilder().array("a").array("b").build(), kStart);
    Queue queue(simulator, 0);
    ASSERT_TRUE(queue.connect(simulator.array(0).nqn(), 0, nvme::kDynamicController, kHostNqn, 2000)
                    .status.ok());
    ASSERT_EQ(queue.enable(), 1U);
    run(simulator, "hang a");
    simulator.advance(kStart + 10s);
    EXPECT_FALSE(queue.session().closing());
    EXPECT_EQ(simulator.next_deadline(), kStart + 12s);
    const std::uint16_t cid = queue.submit(identify(1));
    bool woken = false;
    queue.session().on_wake = [&woken] { woken = true; };
    run(simulator, "up b"); // another one
    EXPECT_FALSE(woken);
    run(simulator, "up a");
    EXPECT_TRUE(woken);
    EXPECT_TRUE(queue.take(cid));
}

TEST(SimulatorState, KeepAliveTimesAreOfOneControllerEach) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    unsigned changes = 0;
    simulator.on_change = [&changes] { ++changes; };
    std::vector<std::unique_ptr<Queue>> queues;
    for (const std::uint32_t kato : {0U, 3000U, 2000U, 2000U}) {
        queues.push_back(std::make_unique<Queue>(simulator, 0));
        ASSERT_TRUE(
            queues.back()
                ->connect(simulator.array(0).nqn(), 0, nvme::kDynamicController, kHostNqn, kato)
                .status.ok());
    }
    EXPECT_EQ(changes, 3U) << "there is something to wait for that is earlier";
    EXPECT_EQ(simulator.next_deadline(), kStart + 2s);
    simulator.advance(kStart + 2s);
    EXPECT_FALSE(queues[0]->session().closing());
    EXPECT_FALSE(queues[1]->session().closing());
    EXPECT_TRUE(queues[2]->session().closing());
    EXPECT_TRUE(queues[3]->session().closing());
    EXPECT_EQ(simulator.next_deadline(), kStart + 3s);
}

TEST(SimulatorState, NamespacesAreAddedAsOthersShowThemOrNew) {
    NamespaceSpec known;
    known.nsid = 5;
    known.size = 8U << 20U;
    known.block_size = 4096;
    Simulator simulator(
        ScenarioBuilder().array("a").ns(known).array("b").array("c").nqn("nqn.c").build(), kStart);
    run(simulator, "namespace add b 5");
    EXPECT_EQ(simulator.array(1).find(5)->block_size, 4096U);
    EXPECT_EQ(simulator.array(1).find(5)->size, 8U << 20U);
    run(simulator, "namespace remove b 5");
    EXPECT_EQ(simulator.array(1).find(5), nullptr);
    run(simulator, "namespace add b 5 16MiB");
    EXPECT_EQ(simulator.array(1).find(5)->size, 16U << 20U);
    EXPECT_EQ(simulator.array(1).find(5)->block_size, 4096U);
    // Another subsystem's is no relative.
    run(simulator, "namespace add c 5 32MiB");
    EXPECT_EQ(simulator.array(2).find(5)->block_size, 512U);
    EXPECT_EQ(simulator.array(2).find(5)->size, 32U << 20U);
    const std::uint32_t nn = simulator.array(0).identity().nn;
    EXPECT_EQ(refused(simulator, fmt::format("namespace add a {}", nn)), "accepted");
    EXPECT_THAT(refused(simulator, fmt::format("namespace add a {}", nn + 1)),
                HasSubstr("are 1 to 1024"));
    EXPECT_THAT(refused(simulator, "namespace add a 0"), HasSubstr("are 1 to 1024"));
    EXPECT_THAT(refused(simulator, "namespace protect a 9 on"), HasSubstr("no such namespace"));
}

TEST(SimulatorState, TheTimelineIsDueWhenItsTimeHasCome) {
    Simulator simulator(ScenarioBuilder()
                            .array("a")
                            .at(2s, "ana a 1 inaccessible")
                            .at(1s, "latency a 5ms")
                            .at(3s, "quit")
                            .build(),
                        kStart);
    bool changed = false;
    simulator.on_change = [&changed] { changed = true; };
    EXPECT_EQ(simulator.next_deadline(), kStart + 1s);
    simulator.advance(kStart + 1s);
    EXPECT_EQ(simulator.array(0).spec().latency, 5ms);
    EXPECT_EQ(simulator.next_deadline(), kStart + 2s);
    EXPECT_FALSE(simulator.quit_requested());
    simulator.advance(kStart + 3s);
    EXPECT_EQ(simulator.array(0).groups().at(1).state, nvme::AnaState::inaccessible);
    EXPECT_TRUE(simulator.quit_requested());
    EXPECT_TRUE(changed);
}

} // namespace
} // namespace haoh::arraysim::test
