// SPDX-License-Identifier: LGPL-2.1-or-later
// What an earlier snapshot had, and is not there any more.
#include "unit/catalogue/case.hpp"
#include "unit/catalogue/linux_host.hpp"

#include <haoh/expectation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {

std::vector<Case> expect_cases() {
    const auto as_before = [](Pair& pair) {
        pair.options.expected = expectation_of(Pair().observation());
    };
    return {
        {"NothingOfTheEarlierSnapshotIsGone", as_before, {}},
        {"ANamespaceOfTheEarlierSnapshotIsGone",
         [as_before](Pair& pair) {
             as_before(pair);
             pair.on_both([](Node& node) { node.remove(4); });
         },
         {"FAIL expect.namespace 4"}},
        {"AnNsidStandsForAnotherVolumeThanBefore",
         [as_before](Pair& pair) {
             as_before(pair);
             pair.on_both(4, [](Path& path) {
                 path.uuid(other_uuid()).nguid(other_nguid()).eui64(other_eui64());
             });
         },
         {"FAIL expect.namespace 4"}},
        {"AnArrayOfTheEarlierSnapshotWasNotAsked",
         [as_before](Pair& pair) {
             as_before(pair);
             pair.b.clear();
         },
         {"UNKNOWN expect.controller"}},
        {"AnArrayOfTheEarlierSnapshotDoesNotAnswer",
         [as_before](Pair& pair) {
             pair = Pair(1);
             as_before(pair);
             pair.options.expected = expectation_of(Pair(1).observation());
             pair.b.clear();
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = kNqn,
                                        .error = "connect to tcp://10.2.0.1:4420: refused"});
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"ASubsystemOfTheEarlierSnapshotIsInNoDiscoveryLog",
         [as_before](Pair& pair) {
             as_before(pair);
             pair.with_discovery();
             ExpectedController gone = pair.options.expected->controllers.front();
             gone.subsysnqn = "nqn.2026-01.io.example:gone";
             pair.options.expected->controllers.push_back(gone);
         },
         {"FAIL expect.subsystem"}},
    };
}

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// "FAIL expect.controller: what | object value | ..."
std::vector<std::string> told_against(const Observation& now, const Observation& before) {
    CheckOptions options;
    options.expected = expectation_of(before);
    std::vector<std::string> out;
    for (const Finding& finding : check(now, options).findings) {
        if (finding.rule.starts_with("expect.") || finding.rule == "host.expected") {
            std::string line(to_string(finding.verdict));
            line += " " + finding.rule + ": " + finding.what;
            for (const FindingValue& value : finding.values) {
                line += " | " + value.object + " " + value.value;
            }
            out.push_back(line);
        }
    }
    return out;
}

Observation host_with(unsigned controllers) {
    return connected(Pair(controllers, 2).observation());
}

TEST(Expect, TellsHostDeviceAndAddressOfWhatIsGone) {
    const Observation before = host_with(2);
    EXPECT_THAT(told_against(before, before), IsEmpty());
    Observation now = before;
    std::vector<KernelController>& controllers = now.kernels[0].subsystems[0].controllers;
    std::erase_if(controllers, [](const KernelController& one) { return one.name == "nvme3"; });
    std::erase_if(now.controllers,
                  [](const ControllerObservation& one) { return one.name == "nvme3"; });
    const std::vector<std::string> all = told_against(now, before);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_THAT(all[0], HasSubstr("fail expect.controller: 1 controller that was there at "));
    EXPECT_THAT(all[0], HasSubstr("is gone on host1 | host1 nvme3 tcp://10.2.0.2:4420"));
}

TEST(Expect, FindsAControllerUnderAnotherName) {
    const Observation before = host_with(1);
    Observation now = before;
    for (KernelController& one : now.kernels[0].subsystems[0].controllers) {
        one.name += "1";
    }
    now.controllers.clear();
    EXPECT_THAT(told_against(now, before), IsEmpty());
}

TEST(Expect, TellsAHostThatHasNothingLeft) {
    const Observation before = host_with(1);
    Observation now;
    now.kernels.emplace_back().host = "host1";
    const std::vector<std::string> all = told_against(now, before);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_THAT(all[0], HasSubstr("fail expect.subsystem: the subsystem was there at "));
    EXPECT_THAT(all[0], HasSubstr(" | host1 nvme0 tcp://10.1.0.1:4420"));
}

TEST(Expect, SaysWhichHostWasNotLookedAt) {
    const Observation before = host_with(1);
    Observation now = before;
    now.kernels[0].host = "host2";
    for (ControllerObservation& controller : now.controllers) {
        controller.host = "host2";
    }
    const std::vector<std::string> all = told_against(now, before);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_THAT(all[0], HasSubstr("unknown host.expected: host host1 was looked at"));
}

TEST(Expectation, IsEachThingOnceAndNothingLocal) {
    Observation seen = host_with(1);
    KernelSubsystem drive = seen.kernels[0].subsystems[0];
    drive.subsysnqn = Attribute::of("nqn.2026-01.io.example:drive");
    drive.controllers.resize(1);
    drive.controllers[0].transport = Attribute::of("pcie");
    seen.kernels[0].subsystems.push_back(drive);
    KernelSubsystem discovery = seen.kernels[0].subsystems[0];
    discovery.subsystype = Attribute::of("discovery");
    discovery.subsysnqn = Attribute::of("nqn.2014-08.org.nvmexpress.discovery");
    seen.kernels[0].subsystems.push_back(discovery);
    const Expectation expected = expectation_of(seen);
    EXPECT_THAT(expected.hosts, ElementsAre("host1"));
    ASSERT_THAT(expected.controllers, SizeIs(2));
    EXPECT_EQ(expected.controllers[1].host, "host1");
    EXPECT_EQ(expected.controllers[1].traddr, "10.2.0.1");
    ASSERT_THAT(expected.namespaces, SizeIs(2));
    EXPECT_EQ(expected.namespaces[1].nsid, 2U);
    EXPECT_EQ(expected.namespaces[1].ids, seen.controllers[0].find_namespace(2)->ids());
}

} // namespace
} // namespace haoh::test
