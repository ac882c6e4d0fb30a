// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema.hpp"

#include "unit/kernel_policy/device.hpp"

#include <haoh/policy_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace haoh {
namespace {

using test::Device;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void expect_valid_policy(const std::string& text) {
    EXPECT_EQ(test::schema_violations("policy-1", text), "");
    EXPECT_EQ(test::undocumented_keys("policy-1", text), "");
}

/// Two arrays, everything that sysfs can show, two nodes.
Device rich(const std::string& policy) {
    Device device(policy, "7.3.4");
    device.path("optimized").path("optimized").path("inaccessible");
    device.sites = {{"nvme0", "array-a"}, {"nvme1", "array-b"}, {"nvme2", "array-b"}};
    device.controller(0).numa_node = Attribute::of("0");
    device.controller(1).numa_node = Attribute::of("1");
    device.numa.nodes = {{0, {10, 20}}, {1, {20, 10}}};
    device.path_at(0).numa_nodes = Attribute::of("0");
    device.path_at(1).queue_depth = Attribute::of("2");
    device.kernel.udev_rules = {"/etc/udev/rules.d/71-haoh.rules"};
    return device;
}

PolicyOverview measured(Device& device) {
    BlockStatistics some;
    some.reads = 30;
    some.read_sectors = 240;
    const StatisticsReading before{
        .monotonic = {}, .paths = {{"nvme0c0n1", BlockStatistics{}}, {"nvme0c1n1", some}}};
    const StatisticsReading after{.monotonic = std::chrono::seconds(2),
                                  .paths = {{"nvme0c0n1", some}, {"nvme0c1n1", some}}};
    return policy_overview(device.kernel, device.numa, device.sites,
                           StatisticsInterval{before, after});
}

TEST(PolicyJson, follows_its_schema) {
    expect_valid_policy(policy_list_json("6.1.176"));
    expect_valid_policy(policy_list_json(""));
    for (const char* const policy : {"numa", "round-robin", "queue-depth", "future", ""}) {
        Device device = rich(policy);
        expect_valid_policy(to_json(device.explained()));
        expect_valid_policy(to_json(measured(device)));
    }
    Device none("numa");
    expect_valid_policy(to_json(none.explained()));
    expect_valid_policy(to_json(PolicyOverview{}));
}

TEST(PolicyJson, survives_names_that_are_none) {
    Device device = rich("numa");
    device.path_at(0).ana_state = Attribute::of("\xFF\x1B[31m");
    device.kernel.host = "\xC3";
    expect_valid_policy(to_json(device.explained()));
    EXPECT_THAT(to_text(device.explained()), Not(HasSubstr("\x1B")));
}

TEST(PolicyText, lists_what_is_offered) {
    const std::string text = policy_list_text("6.1.176");
    EXPECT_THAT(text, StartsWith("Linux 6.1.176 offers:\n\nnuma\n"));
    EXPECT_THAT(text, HasSubstr("queue-depth (not here: from Linux 6.11 on)"));
    EXPECT_THAT(policy_list_text("6.12.107"), Not(HasSubstr("not here")));
    for (const char* selector : {"site-affinity", "latency", "weighted", "spdk-round-robin"}) {
        EXPECT_THAT(text, HasSubstr(selector)) << "libhaoh's own";
    }
}

TEST(PolicyText, explains) {
    Device device = rich("numa");
    const std::string text = to_text(device.explained(), {.width = 120});
    EXPECT_THAT(text, StartsWith("nvme0n1 (nsid 7) of nvme-subsys0, policy numa\n"));
    EXPECT_THAT(text, AllOf(HasSubstr("node 0: nvme0c0n1; the node keeps to it"),
                            HasSubstr("node 1: nvme0c1n1; its controller is the nearest"),
                            HasSubstr("not nvme0c2n1: ANA inaccessible"),
                            HasSubstr("array-a: nvme0c1n1; it is the only optimized path"),
                            HasSubstr("nvme0c2n1: nothing changes")));
}

TEST(PolicyText, tells_nodes_that_choose_alike_together) {
    Device device("round-robin");
    device.path("optimized").path("optimized");
    device.numa.nodes = {{0, {10, 20}}, {1, {20, 10}}};
    const std::string text = to_text(device.explained(), {.width = 120});
    EXPECT_THAT(text, HasSubstr("nodes 0-1: nvme0c0n1 and nvme0c1n1 by turns"));
    EXPECT_THAT(text, HasSubstr("Whose turn it is"));
}

TEST(PolicyText, shows_shares_by_controller) {
    Device device = rich("numa");
    const std::string text = to_text(measured(device), {.width = 120});
    EXPECT_THAT(text, StartsWith("alpha: Linux 7.3.4\n  new subsystems: numa\n"));
    EXPECT_THAT(text,
                AllOf(HasSubstr("nvme-subsys0: numa\n"),
                      HasSubstr("nvme0n1 (nsid 7), node 0: nvme0"), HasSubstr("I/O in 2.0 s:"),
                      HasSubstr("100.0 %  30 requests"), HasSubstr("unknown")));
}

TEST(PolicyText, joins_namespaces_that_go_the_same_way) {
    Device device("numa");
    device.path("optimized").path("non-optimized");
    for (const char* const number : {"2", "3"}) {
        KernelNamespace more = device.head();
        more.name = std::string("nvme0n") + number;
        more.nsid = Attribute::of(number);
        for (KernelPath& path : more.paths) {
            path.name.back() = *number;
        }
        device.subsystem().namespaces.push_back(more);
    }
    const std::string text = to_text(policy_overview(device.kernel, device.numa, {}, std::nullopt));
    EXPECT_THAT(text, HasSubstr("nsid 2-3, 7, node 0: nvme0\n"));
}

TEST(PolicyText, says_when_multipath_is_off) {
    Device device("");
    device.kernel.multipath = Attribute::of("N");
    EXPECT_THAT(to_text(policy_overview(device.kernel, {}, {}, std::nullopt)),
                AllOf(HasSubstr("native multipath is off"), HasSubstr("no policy")));
}

TEST(PolicyText, KeepsDevicePathsAndChoicesApart) {
    Device device = rich("numa");
    const std::string text = to_text(device.explained(), {.width = 120});
    EXPECT_THAT(text, HasSubstr("\n\n  nvme0c0n1  array-a"));
    EXPECT_THAT(text, HasSubstr("\n\nThe next I/O\n"));
    EXPECT_THAT(text, HasSubstr("\n\nIf it died now\n"));
}

TEST(PolicyText, SaysHowSureItIs) {
    Device device("numa");
    device.path("optimized");
    PathChoice choice = device.explained();
    ASSERT_EQ(choice.nodes.size(), 1U);
    const auto said = [&choice](Certainty certainty) {
        choice.nodes[0].certainty = certainty;
        return to_text(choice, {.width = 120});
    };
    EXPECT_THAT(said(Certainty::known), HasSubstr("nvme0c0n1; "));
    EXPECT_THAT(said(Certainty::likely), HasSubstr("nvme0c0n1 (probably); "));
    EXPECT_THAT(said(Certainty::rotates), HasSubstr("nvme0c0n1 by turns; "));
    choice.policy.clear();
    EXPECT_THAT(to_text(choice), HasSubstr("of nvme-subsys0, without a policy"));
    choice.nsid.reset();
    EXPECT_THAT(to_text(choice), StartsWith("nvme0n1 of nvme-subsys0"));
    choice.notes = {"A note."};
    EXPECT_THAT(to_text(choice), HasSubstr("\n\nA note.\n"));
}

TEST(PolicyText, SaysWhatIsNotKnownOfAHost) {
    PolicyOverview overview;
    EXPECT_EQ(to_text(overview), "host\n  new subsystems: not known\n  no NVMe subsystem\n");
    overview.host = "alpha";
    overview.release = "6.12";
    overview.default_policy = "numa";
    overview.udev = {"/etc/udev/rules.d/71-a.rules", "b"};
    EXPECT_EQ(to_text(overview),
              "alpha: Linux 6.12\n  new subsystems: numa\n  rules that set a policy: "
              "/etc/udev/rules.d/71-a.rules and b\n  no NVMe subsystem\n");
}

} // namespace
} // namespace haoh
