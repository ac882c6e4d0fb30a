// SPDX-License-Identifier: LGPL-2.1-or-later
// What is compared of a controller and of the observation as a whole, one thing at a time: each of them
// is told, with both values, and nothing else.
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/observation.hpp>

#include "unit/model/sample_kernel.hpp"
#include "unit/model/sample_observation.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <ostream>

namespace haoh {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "FIELD: BEFORE -> AFTER", behind the NSID where there is one; "+" and "-" for what came and went.
std::string line_of(const Difference& one) {
    const std::string nsid = one.nsid ? fmt::format("nsid {} ", *one.nsid) : "";
    switch (one.kind) {
    case Difference::Kind::added:
        return fmt::format("{}{}: +{}", nsid, one.field, one.after);
    case Difference::Kind::removed:
        return fmt::format("{}{}: -{}", nsid, one.field, one.before);
    case Difference::Kind::changed:
        break;
    }
    return fmt::format("{}{}: {} -> {}", nsid, one.field, one.before, one.after);
}

std::vector<std::string> lines_of(const Observation& before, const Observation& after) {
    std::vector<std::string> out;
    for (const Difference& one : diff(before, after)) {
        out.push_back(line_of(one));
    }
    return out;
}

struct Edit {
    const char* name;
    void (*edit)(ControllerObservation&);
    std::vector<std::string> lines; ///< what is told of it
    std::vector<std::string> back;  ///< and of the way back
};

std::ostream& operator<<(std::ostream& out, const Edit& one) {
    return out << one.name;
}

class DiffOfAController : public testing::TestWithParam<Edit> {};

TEST_P(DiffOfAController, NamesWhatChangedAndNothingElse) {
    const Observation before = test::healthy_pair(2, 2);
    Observation after = before;
    GetParam().edit(after.controllers[1]);
    EXPECT_EQ(lines_of(before, after), GetParam().lines);
    EXPECT_EQ(lines_of(after, before), GetParam().back);
    for (const Difference& one : diff(before, after)) {
        EXPECT_EQ(one.controller, before.controllers[1].name);
    }
}

void list_controllers(ControllerObservation& controller, const std::vector<std::uint16_t>& ids) {
    controller.controller_list = Page::of(nvme::encode_controller_list(ids));
}

const std::vector<Edit> kEdits{
    {"target",
     [](ControllerObservation& one) { one.target = "tcp://10.2.0.9:4420"; },
     {"target: tcp://10.2.0.1:4420 -> tcp://10.2.0.9:4420"},
     {"target: tcp://10.2.0.9:4420 -> tcp://10.2.0.1:4420"}},
    {"hostnqn",
     [](ControllerObservation& one) { one.connection.hostnqn = "nqn.h"; },
     {"hostnqn: nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555 -> nqn.h"},
     {"hostnqn: nqn.h -> nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555"}},
    {"hostid",
     [](ControllerObservation& one) { one.connection.hostid[0] = 0x12; },
     {"hostid: 11111111-2222-4333-8444-555555555555 -> 12111111-2222-4333-8444-555555555555"},
     {"hostid: 12111111-2222-4333-8444-555555555555 -> 11111111-2222-4333-8444-555555555555"}},
    {"requested_cntlid",
     [](ControllerObservation& one) { one.connection.requested_cntlid = 0x3E9; },
     {"requested_cntlid: 0xffff -> 0x03e9"},
     {"requested_cntlid: 0x03e9 -> 0xffff"}},
    {"header_digest",
     [](ControllerObservation& one) { one.connection.header_digest = true; },
     {"header_digest: no -> yes"},
     {"header_digest: yes -> no"}},
    {"data_digest",
     [](ControllerObservation& one) { one.connection.data_digest = true; },
     {"data_digest: no -> yes"},
     {"data_digest: yes -> no"}},
    {"flow_control",
     [](ControllerObservation& one) { one.connection.sq_flow_control_disabled = true; },
     {"sq_flow_control_disabled: no -> yes"},
     {"sq_flow_control_disabled: yes -> no"}},
    {"maxh2cdata",
     [](ControllerObservation& one) { one.connection.maxh2cdata = 4096; },
     {"maxh2cdata: 131072 -> 4096"},
     {"maxh2cdata: 4096 -> 131072"}},
    {"property_changed",
     [](ControllerObservation& one) { one.properties[0x14] = 0x00460000; },
     {"cc: 0x00460001 -> 0x00460000"},
     {"cc: 0x00460000 -> 0x00460001"}},
    {"property_added",
     [](ControllerObservation& one) { one.properties[0x44] = 0; },
     {"0x44: +0x00000000"},
     {"0x44: -0x00000000"}},
    {"feature_added",
     [](ControllerObservation& one) {
         one.features[0x0F] = Page::of(nvme::Bytes{1, 0, 0, 0});
     },
     {}, // was not asked for
     {}},
    {"feature",
     [](ControllerObservation& one) { one.features[0x0B] = Page::of(nvme::Bytes{1}); },
     {"feature 0x0b: 0x00000900 -> 0x00000001"},
     {"feature 0x0b: 0x00000001 -> 0x00000900"}},
    {"feature_refused",
     [](ControllerObservation& one) { one.features[0x0B] = Page::of_failure("no answer"); },
     {"feature 0x0b: read -> no answer"},
     {"feature 0x0b: no answer -> read"}},
    {"command_sets",
     [](ControllerObservation& one) { one.io_command_sets = Page::of(nvme::Bytes(4096, 0)); },
     {}, // was not asked for
     {}},
    {"supported_log",
     [](ControllerObservation& one) {
         auto logs = nvme::decode_supported_logs(one.supported_logs.bytes);
         logs.lids[0xFF] = 1;
         logs.lids[0x00] = 3;
         one.supported_logs = Page::of(nvme::encode(logs));
     },
     {"log 0x00: 0x00000001 -> 0x00000003", "log 0xff: +0x00000001"},
     {"log 0x00: 0x00000003 -> 0x00000001", "log 0xff: -0x00000001"}},
    {"limits_of_commands",
     [](ControllerObservation& one) {
         one.nvm_controller = Page::of(nvme::Bytes{0, 5});
     },
     {}, // was not asked for
     {}},
    {"effects_of_commands",
     [](ControllerObservation& one) { one.commands_log = Page::of(nvme::Bytes{1}); },
     {}, // was not asked for
     {}},
    {"firmware_slots",
     [](ControllerObservation& one) { one.firmware_log = Page::of(nvme::Bytes{1}); },
     {}, // was not asked for
     {}},
    {"controller_list",
     [](ControllerObservation& one) {
         list_controllers(one, {1, 1001, 1002});
     },
     {"controller_list: +1002"},
     {"controller_list: -1002"}},
    {"probed_controllers",
     [](ControllerObservation& one) {
         list_controllers(one, {1, 1001, 1002});
         one.probed_cntlids = {1002, 1003};
     },
     {},
     {}},
    {"problems_of_the_list",
     [](ControllerObservation& one) { one.active_problems = {"NSID 2 again"}; },
     {"active_problems: +NSID 2 again"},
     {"active_problems: -NSID 2 again"}},
    {"unread",
     [](ControllerObservation& one) {
         one.unread = {"a", "b"};
     },
     {"unread: +a", "unread: +b"},
     {"unread: -a", "unread: -b"}},
    {"active_list",
     [](ControllerObservation& one) { one.active_nsids.reset(); },
     {"active_nsids: read -> not readable"},
     {"active_nsids: not readable -> read"}},
    {"namespace_not_in_the_list",
     [](ControllerObservation& one) { one.active_nsids = std::vector<std::uint32_t>{1}; },
     {}, // it was read, so it is there
     {}},
    {"namespace_without_pages",
     [](ControllerObservation& one) {
         one.active_nsids = std::vector<std::uint32_t>{1, 2, 7};
     },
     {"nsid 7 namespace: +active"},
     {"nsid 7 namespace: -active"}},
    {"namespace_gone_with_its_ana_state",
     [](ControllerObservation& one) {
         one.active_nsids = std::vector<std::uint32_t>{1};
         one.namespaces.pop_back();
         nvme::AnaLog log = one.ana_log();
         log.groups[0].nsids = {1};
         one.ana.log = Page::of(nvme::encode(log));
     },
     {"nsid 2 namespace: -active"},
     {"nsid 2 namespace: +active"}},
    {"ana_log_unstable",
     [](ControllerObservation& one) { one.ana.stable = false; },
     {"ana_log: stable -> unstable"},
     {"ana_log: unstable -> stable"}},
    {"ana_state_and_size_of_one_namespace",
     [](ControllerObservation& one) {
         nvme::IdentifyNamespace id = one.namespaces[1].identify_data();
         id.nuse = 5;
         one.namespaces[1].identify = Page::of(nvme::encode(id));
         nvme::AnaLog log = one.ana_log();
         log.groups.push_back(log.groups[0]);
         log.nagd = 2;
         log.groups[0].nsids = {1};
         log.groups[1].agid = 9;
         log.groups[1].state = nvme::AnaState::change;
         log.groups[1].state_byte = 0x0F;
         log.groups[1].nsids = {2};
         one.ana.log = Page::of(nvme::encode(log));
     },
     {"nsid 2 agid: 1 -> 9", "nsid 2 ana_state: non-optimized -> change",
      "nsid 2 nuse: 268435456 -> 5"},
     {"nsid 2 agid: 9 -> 1", "nsid 2 ana_state: change -> non-optimized",
      "nsid 2 nuse: 5 -> 268435456"}},
};

INSTANTIATE_TEST_SUITE_P(Each, DiffOfAController, testing::ValuesIn(kEdits),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(DiffOfCommands, NamesWhatChanged) {
    Observation before = test::healthy_pair(1, 1);
    nvme::IdentifyControllerNvm limits;
    limits.wzsl = 5;
    limits.ver = 0x00010000;
    nvme::CommandsLog commands;
    commands.admin[0x09] = 1;
    commands.io[0x0C] = 1;
    nvme::FirmwareLog firmware;
    firmware.afi = 0x01;
    firmware.frs[0] = {'1', '.', '0', ' ', ' ', ' ', ' ', ' '};
    const auto set = [&](Observation& seen) {
        seen.controllers[0].nvm_controller = Page::of(nvme::encode(limits));
        seen.controllers[0].commands_log = Page::of(nvme::encode(commands));
        seen.controllers[0].firmware_log = Page::of(nvme::encode(firmware));
    };
    set(before);
    Observation after = before;
    EXPECT_THAT(lines_of(before, after), ElementsAre());
    limits.wzsl = 6;
    limits.ver = 0x00010100;
    commands.admin[0x09] = 0x00010001;
    commands.io[0x0C] = 0;
    firmware.afi = 0x21;
    firmware.frs[1] = {'2', '.', '0', ' ', ' ', ' ', ' ', ' '};
    set(after);
    EXPECT_THAT(
        lines_of(before, after),
        ElementsAre("I/O command 0x0c: -0x00000001", "admin command 0x09: 0x00000001 -> 0x00010001",
                    "firmware slot 2: +2.0", "firmware slot after a reset: +2",
                    "nvm_controller ver: 0x00010000 -> 0x00010100", "nvm_controller wzsl: 5 -> 6"));
}

TEST(DiffOfLists, NamesWhatCameAndWent) {
    Observation before = test::healthy_pair(1, 1);
    const auto set = [](Observation& seen, const std::vector<std::uint32_t>& nsids,
                        const std::vector<nvme::DomainEntry>& domains, std::uint8_t host) {
        seen.controllers[0].allocated_nsids = Page::of(nvme::encode_namespace_list(nsids));
        seen.controllers[0].domain_list = Page::of(nvme::encode_domain_list(domains));
        seen.controllers[0].features[0x81] = Page::of(nvme::Bytes(2, host));
    };
    set(before, {1, 2}, {{.domainid = 1}, {.domainid = 2}}, 1);
    Observation after = before;
    EXPECT_THAT(lines_of(before, after), ElementsAre());
    set(after, {2, 3}, {{.domainid = 1}}, 2);
    EXPECT_THAT(lines_of(before, after),
                ElementsAre("allocated_nsids: -1", "allocated_nsids: +3", "domain_list: -2",
                            "feature 0x81: 0101 -> 0202"));
}

TEST(DiffOfCommandSets, NamesThemAsSuch) {
    Observation before = test::healthy_pair(1, 1);
    nvme::Bytes sets(4096);
    sets[0] = 1;
    before.controllers[0].io_command_sets = Page::of(sets);
    Observation after = before;
    sets[0] = 5;
    after.controllers[0].io_command_sets = Page::of(sets);
    EXPECT_THAT(lines_of(before, after), ElementsAre("io_command_sets byte 0: 01 -> 05"));
    sets.resize(8);
    after.controllers[0].io_command_sets = Page::of(sets);
    EXPECT_THAT(lines_of(before, after), ElementsAre("io_command_sets byte 0: 01 -> 05",
                                                     "io_command_sets length: 4096 -> 8"));
    after.controllers[0].io_command_sets = Page::of_failure("no answer");
    EXPECT_THAT(lines_of(before, after), ElementsAre("io_command_sets: read -> no answer"));
}

TEST(DiffOfControllerLists, FollowsIdsWithinTheirSubsystemOnly) {
    // Two subsystems, whose controllers have the same IDs, as arrays hand them out.
    Observation before = test::healthy_pair(2, 1);
    for (ControllerObservation& one : before.controllers) {
        one.connection.cntlid = 5;
        list_controllers(one, {5, 6});
    }
    before.controllers[1].subsysnqn = "nqn.other";
    Observation after = before;
    after.controllers[0].connection.cntlid = 8; // given another ID
    list_controllers(after.controllers[0], {6, 8});
    EXPECT_THAT(lines_of(before, after), IsEmpty());
    // And an ID that was only probed for in one is a controller of the other.
    list_controllers(after.controllers[1], {5, 6, 9});
    after.controllers[0].probed_cntlids = {9};
    EXPECT_THAT(lines_of(before, after), ElementsAre("controller_list: +9"));
    after.controllers[0].probed_cntlids.clear();
    after.controllers[1].probed_cntlids = {9};
    EXPECT_THAT(lines_of(before, after), IsEmpty());
}

TEST(DiffOfSeveralHosts, NamesTheHostOfAController) {
    Observation before = test::healthy_pair(1, 1);
    before.controllers[0].host = "alpha";
    before.controllers[0].name = "nvme0";
    before.kernels = {test::sample_kernel("alpha", 0)};
    Observation after = before;
    after.controllers[0].unread = {"x"};
    EXPECT_EQ(diff(before, after).at(0).controller, "nvme0");
    after.kernels.push_back(test::sample_kernel("beta", 0));
    before.kernels = after.kernels;
    EXPECT_EQ(diff(before, after).at(0).controller, "alpha nvme0");
    after.controllers.clear();
    EXPECT_EQ(diff(before, after).at(0).controller, "alpha nvme0");
    EXPECT_EQ(diff(after, before).at(0).controller, "alpha nvme0");
    // What was asked directly has its address in its name.
    before.controllers[0].host = "";
    before.controllers[0].name = "tcp://10.1.0.1:4420 controller 1";
    EXPECT_EQ(diff(before, after).at(0).controller, "tcp://10.1.0.1:4420 controller 1");
}

Unobserved failed(const std::string& object, const std::string& error) {
    return {.object = object, .target = "t", .subsysnqn = "s", .error = error};
}

TEST(DiffOfFailures, JoinsThoseOfOneThing) {
    Observation before;
    Observation after;
    before.unobserved = {failed("o", "b"), failed("o", "a"), failed("o", "a")};
    after.unobserved = {failed("o", "a"), failed("o", "b")};
    EXPECT_THAT(diff(before, after), IsEmpty()) << "in whatever order";
    after.unobserved = {failed("o", "c")};
    EXPECT_THAT(lines_of(before, after), ElementsAre("unobserved: a; b -> c"));
    after.unobserved.clear();
    EXPECT_THAT(lines_of(before, after), ElementsAre("unobserved: -a; b"));
    EXPECT_THAT(lines_of(after, before), ElementsAre("unobserved: +a; b"));
    EXPECT_EQ(diff(before, after).at(0).controller, "o");
}

TEST(DiffOfFailures, KeepsThoseOfDifferentThingsApart) {
    Observation before;
    before.unobserved = {failed("o", "e")};
    for (std::string Unobserved::*const member :
         {&Unobserved::object, &Unobserved::target, &Unobserved::subsysnqn}) {
        Observation after = before;
        after.unobserved[0].*member = "p";
        EXPECT_THAT(lines_of(before, after),
                    testing::UnorderedElementsAre("unobserved: -e", "unobserved: +e"));
    }
}

DiscoveryObservation discovery_of(const std::string& target, const std::string& address,
                                  std::uint16_t portid) {
    nvme::DiscoveryLog log;
    log.numrec = 1;
    log.entries.resize(1);
    log.entries[0].trtype = 3;
    log.entries[0].portid = portid;
    log.entries[0].subnqn = "nqn.s";
    log.entries[0].traddr = "10.0.0.1";
    log.entries[0].trsvcid = "4420";
    return {
        .target = target, .address = address, .log = Page::of(nvme::encode(log)), .stable = true};
}

TEST(DiffOfDiscovery, NamesLogsThatCameWentAndChanged) {
    Observation before;
    before.discovery = {discovery_of("t", "a", 1), discovery_of("t", "b", 1)};
    Observation after;
    after.discovery = {discovery_of("t", "b", 2), discovery_of("t", "c", 1)};
    std::vector<std::string> objects;
    for (const Difference& one : diff(before, after)) {
        objects.push_back(one.controller);
    }
    EXPECT_THAT(objects, ElementsAre("discovery a", "discovery b", "discovery c"));
    EXPECT_THAT(lines_of(before, after),
                ElementsAre("discovery_log: -observed", "entry nqn.s 10.0.0.1:4420 portid: 1 -> 2",
                            "discovery_log: +observed"));
    EXPECT_THAT(diff(before, before), IsEmpty());
    // The same controller, met by way of another target.
    after.discovery = {discovery_of("u", "a", 1), discovery_of("t", "b", 1)};
    EXPECT_THAT(lines_of(before, after), testing::UnorderedElementsAre("discovery_log: -observed",
                                                                       "discovery_log: +observed"));
}

TEST(DiffOfTheObservation, NamesTheIdentityThatWasUsed) {
    Observation before;
    before.hostnqn = "nqn.a";
    before.hostid = "1";
    Observation after = before;
    after.hostnqn = "nqn.b";
    EXPECT_THAT(lines_of(before, after), ElementsAre("hostnqn: nqn.a -> nqn.b"));
    after = before;
    after.hostid = "";
    EXPECT_THAT(lines_of(before, after), ElementsAre("hostid: -1"));
    EXPECT_THAT(lines_of(after, before), ElementsAre("hostid: +1"));
}

} // namespace
} // namespace haoh
