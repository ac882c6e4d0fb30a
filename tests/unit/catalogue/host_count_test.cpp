// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of the rules about a host where its kernel or its controllers say less.
#include "linux_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace haoh::test {
namespace {

constexpr RuleState kHostHeld = RuleState::held;
constexpr RuleState kHostBroken = RuleState::broken;
constexpr RuleState kHostUnknown = RuleState::unknown;
constexpr RuleState kHostNothing = RuleState::not_applicable;

struct HostCountCase {
    const char* name;
    std::function<void(Pair&)> pair;        ///< of one controller an array, with two namespaces
    std::function<void(Observation&)> host; ///< that connected them; nvme0 first
    std::map<std::string, RuleState> states;
};

std::ostream& operator<<(std::ostream& out, const HostCountCase& one) {
    return out << one.name;
}

class HostCounts : public testing::TestWithParam<HostCountCase> {};

TEST_P(HostCounts, AreOfWhatIsThere) {
    Pair pair(1, 2);
    GetParam().pair(pair);
    Observation host = connected(pair.observation());
    GetParam().host(host);
    const Report report = check(host, pair.options);
    for (const auto& [rule, wanted] : GetParam().states) {
        const auto found = std::ranges::find(report.rules, rule, &RuleResult::rule);
        ASSERT_NE(found, report.rules.end()) << rule;
        EXPECT_EQ(to_string(found->state), to_string(wanted)) << rule;
    }
}

void as_it_is(Pair& /*pair*/) {}
void one_array(Pair& pair) {
    pair.b.clear();
}
void ana_unsupported(Pair& pair) {
    pair.on_both(
        [](Node& node) { node.id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting); });
}
void as_connected(Observation& /*host*/) {}
KernelSubsystem& its_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}
const Attribute kUnreadable{
    .state = Attribute::State::unreadable, .nul_padded = false, .text = "EIO"};

const HostCountCase kOfHosts[] = {
    {"AsItIs",
     as_it_is,
     as_connected,
     {{"host.ctrl.live", kHostHeld},
      {"host.ctrl.first_seen", kHostHeld},
      {"host.ctrl.cntlid_unique", kHostHeld},
      {"host.identity.pair", kHostHeld},
      {"host.ana.ignored", kHostHeld},
      {"host.ana.no_group", kHostHeld},
      {"host.ana.state", kHostHeld},
      {"host.ns.usable_path", kHostHeld},
      {"host.ns.usable_arrays", kHostHeld},
      {"host.path.missing", kHostHeld},
      {"host.path.size", kHostHeld},
      {"host.head.missing", kHostHeld},
      {"host.multipath.on", kHostHeld},
      {"host.timeout.ana", kHostHeld},
      {"host.timeout.keep_alive", kHostHeld},
      {"host.iopolicy.one_path", kHostHeld},
      {"host.iopolicy.offered", kHostHeld}}},
    {"OneController",
     one_array,
     as_connected,
     {{"host.ctrl.live", kHostHeld},
      {"host.ctrl.cntlid_unique", kHostNothing},
      {"host.identity.pair", kHostNothing},
      {"host.multipath.on", kHostNothing},
      {"host.ns.usable_arrays", kHostNothing},
      {"host.ns.usable_path", kHostHeld}}},
    {"NoController",
     as_it_is,
     [](Observation& host) { its_subsystem(host).controllers.clear(); },
     {{"host.ctrl.live", kHostNothing}}},
    {"WithoutAna",
     ana_unsupported,
     [](Observation& host) {
         for (const char* const name : {"nvme0", "nvme1"}) {
             for (const std::uint32_t nsid : {1U, 2U}) {
                 path_of(host, nsid, name).ana_state = {};
             }
         }
     },
     {{"host.ana.ignored", kHostNothing},
      {"host.ana.no_group", kHostNothing},
      {"host.ana.state", kHostNothing},
      {"host.timeout.ana", kHostNothing},
      {"host.timeout.keep_alive", kHostNothing},
      {"host.ns.usable_path", kHostHeld}}},
    {"WithoutAnaAsOneControllerSays",
     [](Pair& pair) { pair.b[0].id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting); },
     as_connected,
     {{"host.ana.ignored", kHostHeld}, {"host.timeout.ana", kHostHeld}}},
    {"AnaWithoutATransitionTime",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.anatt = 0; }); },
     as_connected,
     {{"host.timeout.keep_alive", kHostNothing}, {"host.timeout.ana", kHostHeld}}},
    {"OneControllerNotAsked",
     as_it_is,
     [](Observation& host) { host.controllers.pop_back(); },
     {{"host.path.missing", kHostUnknown},
      {"host.ana.ignored", kHostUnknown},
      {"host.ana.state", kHostUnknown},
      {"host.ana.no_group", kHostHeld},
      {"host.timeout.ana", kHostUnknown},
      {"host.timeout.keep_alive", kHostUnknown},
      {"host.ctrl.first_seen", kHostUnknown},
      {"host.ctrl.cntlid_unique", kHostHeld}}},
    {"OneControllerDown",
     as_it_is,
     [](Observation& host) {
         controller_of(host, "nvme1").state = Attribute::of("connecting");
         host.controllers.pop_back();
     },
     {{"host.ctrl.live", kHostBroken},
      {"host.path.missing", kHostHeld},
      {"host.ana.ignored", kHostHeld},
      {"host.ana.state", kHostHeld},
      {"host.ctrl.cntlid_unique", kHostHeld},
      {"host.ns.usable_path", kHostHeld},
      {"host.ns.usable_arrays", kHostBroken}}},
    {"OneControllerThatDoesNotListItsNamespaces",
     [](Pair& pair) {
         pair.b[0].edit = [](ControllerObservation& one) { one.active_nsids.reset(); };
     },
     as_connected,
     {{"host.path.missing", kHostUnknown}}},
    {"OneControllerThatChanged",
     as_it_is,
     [](Observation& host) { host.kernels[0].changed = {"nvme1"}; },
     {{"host.path.missing", kHostUnknown},
      {"host.ana.state", kHostHeld},
      {"snap.verdict_unknown", kHostUnknown}}},
    {"OnePathThatChanged",
     as_it_is,
     [](Observation& host) { host.kernels[0].changed = {path_of(host, 1, "nvme1").name}; },
     {{"host.ana.state", kHostUnknown},
      {"host.ana.no_group", kHostUnknown},
      {"host.path.size", kHostUnknown},
      {"host.path.missing", kHostHeld}}},
    {"OneDeviceThatChanged",
     as_it_is,
     [](Observation& host) { host.kernels[0].changed = {head_of(host, 1).name}; },
     {{"host.path.size", kHostUnknown}, {"host.ana.state", kHostHeld}}},
    {"OnePathMissing",
     as_it_is,
     [](Observation& host) { refuse(host, 1, "nvme1"); },
     {{"host.path.missing", kHostBroken}, {"host.ns.usable_path", kHostHeld}}},
    {"NoPathUsable",
     as_it_is,
     [](Observation& host) {
         for (const char* const name : {"nvme0", "nvme1"}) {
             for (const std::uint32_t nsid : {1U, 2U}) {
                 path_of(host, nsid, name).ana_state = Attribute::of("inaccessible");
             }
         }
     },
     {{"host.ns.usable_path", kHostBroken},
      {"host.ns.usable_arrays", kHostUnknown},
      {"host.ana.state", kHostBroken}}},
    {"NoPathAtAll",
     as_it_is,
     [](Observation& host) {
         for (KernelNamespace& head : its_subsystem(host).namespaces) {
             head.paths.clear();
         }
     },
     {{"host.path.missing", kHostUnknown},  // told of the device
      {"host.ns.usable_path", kHostBroken}, // a head comes with a path: all were removed
      {"host.head.missing", kHostNothing},
      {"host.path.size", kHostNothing},
      {"host.ana.state", kHostNothing}}},
    {"WithoutMultipath",
     as_it_is,
     [](Observation& host) {
         for (KernelNamespace& head : its_subsystem(host).namespaces) {
             head.multipath = false;
         }
     },
     {{"host.path.size", kHostNothing},
      {"host.head.missing", kHostNothing},
      {"host.ana.ignored", kHostNothing}}},
    {"AReleaseThatDoesNotShowSizes",
     as_it_is,
     [](Observation& host) {
         for (KernelNamespace& head : its_subsystem(host).namespaces) {
             head.size = {};
             for (KernelPath& path : head.paths) {
                 path.ro = {};
             }
         }
     },
     {{"host.path.size", kHostNothing},
      {"host.path.read_only", kHostNothing},
      {"host.path.block_size", kHostHeld}}},
    {"AReleaseWithoutPolicies",
     as_it_is,
     [](Observation& host) { its_subsystem(host).iopolicy = {}; },
     {{"host.iopolicy.one_path", kHostNothing}, {"host.iopolicy.maker", kHostNothing}}},
    {"AKernelWithoutAPolicyOfItsOwn",
     as_it_is,
     [](Observation& host) { host.kernels[0].iopolicy = {}; },
     {{"host.iopolicy.offered", kHostNothing}}},
    {"AKernelWhoseLogCannotBeRead",
     as_it_is,
     [](Observation& host) { host.kernels[0].messages_error = "no permission"; },
     {{"host.iopolicy.offered", kHostNothing}}},
    {"AKernelWithoutMultipath",
     as_it_is,
     [](Observation& host) { host.kernels[0].multipath = {}; },
     {{"host.multipath.on", kHostNothing}}},
    {"TimeoutsThatAreOff",
     as_it_is,
     [](Observation& host) {
         for (KernelController& one : its_subsystem(host).controllers) {
             one.ctrl_loss_tmo = one.fast_io_fail_tmo = Attribute::of("off");
         }
     },
     {{"host.timeout.ana", kHostHeld}}},
    {"TimeoutsThatTheReleaseDoesNotShow",
     as_it_is,
     [](Observation& host) {
         for (KernelController& one : its_subsystem(host).controllers) {
             one.ctrl_loss_tmo = one.fast_io_fail_tmo = one.kato = {};
         }
     },
     {{"host.timeout.ana", kHostNothing}, {"host.timeout.keep_alive", kHostNothing}}},
    {"AStateThatTheReleaseDoesNotShow",
     as_it_is,
     [](Observation& host) { path_of(host, 1, "nvme1").ana_state = {}; },
     {{"host.ana.ignored", kHostBroken},
      {"host.ana.no_group", kHostHeld},
      {"host.ana.state", kHostHeld}}},
    {"AStateThatCannotBeRead",
     as_it_is,
     [](Observation& host) { path_of(host, 1, "nvme1").ana_state = kUnreadable; },
     {{"host.ana.ignored", kHostUnknown},
      {"host.ana.no_group", kHostUnknown},
      {"host.ana.state", kHostUnknown}}},
    {"AnAnaLogUnread",
     as_it_is,
     [](Observation& host) { host.controllers[1].ana.log = Page::of_failure("lost"); },
     {{"host.ana.state", kHostUnknown}, {"host.ana.no_group", kHostHeld}}},
    {"SerialNumberOfTheFirstUnreadable",
     as_it_is,
     [](Observation& host) { its_subsystem(host).serial = kUnreadable; },
     {{"host.ctrl.first_seen", kHostUnknown}}},
    {"ModelOfTheFirstUnreadable",
     as_it_is,
     [](Observation& host) { its_subsystem(host).model = kUnreadable; },
     {{"host.ctrl.first_seen", kHostUnknown}}},
    {"AnIdOfAControllerThatTheReleaseDoesNotShow",
     as_it_is,
     [](Observation& host) { controller_of(host, "nvme1").cntlid = {}; },
     {{"host.ctrl.cntlid_unique", kHostNothing}}},
    {"AnIdOfAControllerThatIsGoing",
     as_it_is,
     [](Observation& host) { controller_of(host, "nvme1").state = Attribute::of("deleting"); },
     {{"host.ctrl.cntlid_unique", kHostNothing}}},
    {"AHostNqnOfOneControllerOnly",
     as_it_is,
     [](Observation& host) { controller_of(host, "nvme1").hostnqn = {}; },
     {{"host.identity.pair", kHostNothing}}},
    {"AHostIdOfOneControllerOnly",
     as_it_is,
     [](Observation& host) { controller_of(host, "nvme1").hostid = {}; },
     {{"host.identity.pair", kHostNothing}}},
    {"AMakerWhosePolicyCannotBeRead",
     as_it_is,
     [](Observation& host) {
         its_subsystem(host).model = Attribute::of("VASTData");
         its_subsystem(host).iopolicy = kUnreadable;
     },
     {{"host.iopolicy.maker", kHostUnknown}, {"host.udev.iopolicy", kHostBroken}}},
    {"AMakerWhosePolicyIsNotShown",
     as_it_is,
     [](Observation& host) {
         its_subsystem(host).model = Attribute::of("VASTData");
         its_subsystem(host).iopolicy = {};
     },
     {{"host.iopolicy.maker", kHostNothing}}},
    {"AMakerWhosePolicyTheReleaseDoesNotHave",
     as_it_is,
     [](Observation& host) {
         host.kernels[0].release = "6.10.1";
         its_subsystem(host).model = Attribute::of("NetApp ONTAP Controller");
     },
     {{"host.iopolicy.maker", kHostNothing}}},
    {"AMakerWhosePolicyTheReleaseHas",
     as_it_is,
     [](Observation& host) {
         host.kernels[0].release = "6.11.0";
         its_subsystem(host).model = Attribute::of("NetApp ONTAP Controller");
     },
     {{"host.iopolicy.maker", kHostBroken}}},
};

/// Two arrays that the configuration tells apart by their addresses.
void told_apart(Pair& pair, std::size_t sites) {
    for (const Node* node : {&pair.a[0], &pair.b[0]}) {
        if (pair.options.config.sites.size() < sites) {
            Site site;
            site.name = "site-" + node->traddr;
            site.addresses = {node->traddr};
            pair.options.config.sites.push_back(site);
        }
    }
}
void by_turns(Observation& host) {
    its_subsystem(host).iopolicy = Attribute::of("round-robin");
}

const HostCountCase kOfSites[] = {
    {"BothArrays",
     [](Pair& pair) { told_apart(pair, 2); },
     by_turns,
     {{"host.iopolicy.sites", kHostHeld}}},
    {"BothArraysOptimized",
     [](Pair& pair) {
         told_apart(pair, 2);
         pair.on_b([](Node& node) { node.state(nvme::AnaState::optimized); });
     },
     by_turns,
     {{"host.iopolicy.sites", kHostBroken}}},
    {"BothArraysWithAnotherPolicy",
     [](Pair& pair) { told_apart(pair, 2); },
     [](Observation& host) { its_subsystem(host).iopolicy = Attribute::of("queue-depth"); },
     {{"host.iopolicy.sites", kHostNothing}}},
    {"OneArrayOnly",
     [](Pair& pair) { told_apart(pair, 1); },
     by_turns,
     {{"host.iopolicy.sites", kHostNothing}}},
};

std::string host_count_name(const testing::TestParamInfo<HostCountCase>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Hosts, HostCounts, testing::ValuesIn(kOfHosts), host_count_name);
INSTANTIATE_TEST_SUITE_P(Sites, HostCounts, testing::ValuesIn(kOfSites), host_count_name);

} // namespace
} // namespace haoh::test
