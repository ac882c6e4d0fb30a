// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/json_schema.hpp"

#include "unit/kernel_policy/device.hpp"

#include <haoh/kernel_policy.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/selector_info.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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
    device.on_arrays({{"nvme0", "array-a"}, {"nvme1", "array-b"}, {"nvme2", "array-b"}});
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
    return policy_overview(device.kernel, device.numa, device.attributions,
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
    choice.policy = {};
    EXPECT_THAT(to_text(choice), HasSubstr("of nvme-subsys0, without a policy"));
    choice.nsid.reset();
    EXPECT_THAT(to_text(choice), StartsWith("nvme0n1 of nvme-subsys0"));
    choice.notes = {"A note."};
    EXPECT_THAT(to_text(choice), HasSubstr("\n\nA note.\n"));
}

NodeChoice sent(unsigned node, std::vector<std::string> takes,
                Certainty certainty = Certainty::known) {
    NodeChoice out;
    out.node = node;
    out.takes = std::move(takes);
    out.certainty = certainty;
    out.why = "it is so";
    return out;
}

NodeChoice not_sent(unsigned node, NextIo next) {
    NodeChoice out;
    out.node = node;
    out.next = next;
    out.why = "no path is usable";
    return out;
}

/// All that an explanation can hold.
PathChoice full_choice() {
    PathChoice out;
    out.subsystem = "nvme-subsys0";
    out.subsysnqn = "nqn.2026-01.io.example:pair";
    out.device = "nvme0n1";
    out.nsid = 7;
    out.policy = IoPolicy::numa;
    out.multipath = true;
    ExplainedPath path;
    path.path = "nvme0c0n1";
    path.controller = "nvme0";
    path.array = "array-a";
    path.controller_state = "live";
    path.ana_state = "optimized";
    path.numa_node = 1;
    path.queue_depth = 3;
    out.paths.push_back(path);
    path.path = "nvme0c1n1";
    path.controller = "nvme1";
    path.controller_state.clear();
    path.ana_state.clear();
    path.numa_node.reset();
    out.paths.push_back(path);
    path.path = "nvme0c2n1";
    path.controller = "nvme2";
    path.array.clear();
    path.numa_node = 0;
    path.queue_depth.reset();
    out.paths.push_back(path);
    out.nodes = {sent(0, {"nvme0c0n1"}), sent(1, {"nvme0c0n1", "nvme0c1n1"}, Certainty::rotates),
                 sent(2, {"nvme0c0n1"}), not_sent(3, NextIo::queued)};
    out.nodes[0].others = {{.path = "nvme0c1n1", .why = "it is farther"},
                           {.path = "nvme0c2n1", .why = "ANA inaccessible"}};
    out.nodes[2].others = out.nodes[0].others;
    out.losses = {
        {.array = true,
         .name = "array-a",
         .paths = {"nvme0c0n1"},
         .nodes = {sent(0, {"nvme0c1n1"}, Certainty::likely), not_sent(1, NextIo::failed)},
         .changes = true},
        {.array = false,
         .name = "nvme0c1n1",
         .paths = {"nvme0c1n1"},
         .nodes = {sent(0, {"nvme0c0n1"}), sent(1, {"nvme0c0n1"})},
         .changes = true},
        {.array = false,
         .name = "nvme0c2n1",
         .paths = {"nvme0c2n1"},
         .nodes = {sent(0, {"nvme0c0n1"})},
         .changes = false}};
    out.notes = {"Whose turn it is cannot be seen.", "Another note."};
    return out;
}

TEST(PolicyText, ExplainsAllThatThereIs) {
    EXPECT_EQ(to_text(full_choice(), {.width = 100}),
              R"(nvme0n1 (nsid 7) of nvme-subsys0, policy numa
  nqn.2026-01.io.example:pair

  nvme0c0n1  array-a  live           optimized  node 1, 3 in flight
  nvme0c1n1  array-a  state unknown  no ANA     3 in flight
  nvme0c2n1           state unknown  no ANA     node 0

The next I/O
  nodes 0, 2: nvme0c0n1; it is so
    not nvme0c1n1: it is farther
    not nvme0c2n1: ANA inaccessible
  node 1: nvme0c0n1 and nvme0c1n1 by turns; it is so
  node 3: I/O waits; no path is usable

If it died now
  array-a: node 0: nvme0c1n1 (probably); it is so
  array-a: node 1: I/O fails; no path is usable
  nvme0c1n1: nvme0c0n1; it is so
  nvme0c2n1: nothing changes

Whose turn it is cannot be seen.
Another note.
)");
    PathChoice bare = full_choice();
    bare.subsysnqn.clear();
    bare.multipath = false;
    bare.losses.clear();
    bare.notes.clear();
    bare.paths.resize(1);
    bare.nodes.resize(1);
    bare.nodes[0].others.clear();
    EXPECT_EQ(to_text(bare, {.width = 100}),
              R"(nvme0n1 (nsid 7) of nvme-subsys0, without a policy

  nvme0c0n1  array-a  live  optimized  node 1, 3 in flight

The next I/O
  node 0: nvme0c0n1; it is so
)");
}

TEST(PolicyJson, HoldsAllThatIsExplained) {
    using nlohmann::json;
    PathChoice choice = full_choice();
    choice.host = "alpha";
    choice.release = "6.15";
    choice.paths[0].numa_nodes = {0, 2};
    choice.paths[2].use = {.kind = PathUse::Kind::ana_inaccessible};
    const json others{{{"path", "nvme0c1n1"}, {"why", "it is farther"}},
                      {{"path", "nvme0c2n1"}, {"why", "ANA inaccessible"}}};
    const auto node = [](unsigned number, const char* next, json takes, const char* certainty,
                         const char* why) {
        return json{{"node", number},
                    {"next", next},
                    {"takes", std::move(takes)},
                    {"certainty", certainty},
                    {"why", why}};
    };
    const json one = json::array({"nvme0c0n1"});
    const json none = json::array();
    json expected{{"schema", "haoh.policy/1"},
                  {"kind", "explain"},
                  {"host", "alpha"},
                  {"release", "6.15"},
                  {"subsystem", "nvme-subsys0"},
                  {"subsysnqn", "nqn.2026-01.io.example:pair"},
                  {"policy", "numa"},
                  {"device", "nvme0n1"},
                  {"nsid", 7},
                  {"multipath", true},
                  {"paths", json::array()},
                  {"nodes",
                   {node(0, "sent", one, "known", "it is so"),
                    node(1, "sent", {"nvme0c0n1", "nvme0c1n1"}, "rotates", "it is so"),
                    node(2, "sent", one, "known", "it is so"),
                    node(3, "queued", none, "known", "no path is usable")}},
                  {"losses",
                   {{{"lost", "array"},
                     {"name", "array-a"},
                     {"paths", one},
                     {"changes", true},
                     {"nodes",
                      {node(0, "sent", json::array({"nvme0c1n1"}), "likely", "it is so"),
                       node(1, "failed", none, "known", "no path is usable")}}},
                    {{"lost", "path"},
                     {"name", "nvme0c1n1"},
                     {"paths", json::array({"nvme0c1n1"})},
                     {"changes", true},
                     {"nodes",
                      {node(0, "sent", one, "known", "it is so"),
                       node(1, "sent", one, "known", "it is so")}}},
                    {{"lost", "path"},
                     {"name", "nvme0c2n1"},
                     {"paths", json::array({"nvme0c2n1"})},
                     {"changes", false},
                     {"nodes", json::array({node(0, "sent", one, "known", "it is so")})}}}},
                  {"notes", {"Whose turn it is cannot be seen.", "Another note."}}};
    expected["nodes"][0]["others"] = others;
    expected["nodes"][2]["others"] = others;
    expected["paths"].push_back({{"path", "nvme0c0n1"},
                                 {"controller", "nvme0"},
                                 {"site", "array-a"},
                                 {"state", "live"},
                                 {"ana_state", "optimized"},
                                 {"numa_node", 1},
                                 {"numa_nodes", {0, 2}},
                                 {"queue_depth", 3},
                                 {"usable", true}});
    expected["paths"].push_back({{"path", "nvme0c1n1"},
                                 {"controller", "nvme1"},
                                 {"site", "array-a"},
                                 {"numa_node", -1},
                                 {"queue_depth", 3},
                                 {"usable", true}});
    expected["paths"].push_back({{"path", "nvme0c2n1"},
                                 {"controller", "nvme2"},
                                 {"numa_node", 0},
                                 {"usable", false},
                                 {"why", "ANA inaccessible"}});
    EXPECT_EQ(json::parse(to_json(choice)), expected);
    choice.nsid.reset();
    choice.multipath = false;
    expected.erase("nsid");
    expected["multipath"] = false;
    EXPECT_EQ(json::parse(to_json(choice)), expected);
}

TEST(PolicyText, WrapsBelowWhatALineIsAbout) {
    PathChoice choice = full_choice();
    choice.paths.resize(1);
    choice.paths[0].numa_node.reset();
    choice.paths[0].queue_depth.reset();
    choice.nodes.resize(1);
    choice.nodes[0].why = "it is the first of all paths that are optimized";
    choice.nodes[0].others[0].why = "it is farther from this node than the other";
    choice.nodes[0].others.resize(1);
    choice.losses.resize(1);
    choice.losses[0].nodes.resize(1);
    choice.losses[0].nodes[0].why = "it is the only path that is left to it";
    choice.notes = {"Whose turn it is cannot be seen from here at all."};
    EXPECT_EQ(to_text(choice, {.width = 40}), R"(nvme0n1 (nsid 7) of nvme-subsys0, policy
  numa
  nqn.2026-01.io.example:pair

  nvme0c0n1  array-a  live  optimized

The next I/O
  node 0: nvme0c0n1; it is the first of
    all paths that are optimized
    not nvme0c1n1: it is farther from
      this node than the other

If it died now
  array-a: nvme0c1n1 (probably); it is
    the only path that is left to it

Whose turn it is cannot be seen from
  here at all.
)");
}

PathShare share_of(const std::string& path, bool known, std::uint64_t requests, std::uint64_t read,
                   std::uint64_t written, double share) {
    return {.path = path,
            .known = known,
            .requests = requests,
            .read_bytes = read,
            .write_bytes = written,
            .share = share};
}

TEST(PolicyText, AddsUpWhatTheControllersCarried) {
    PathChoice first = full_choice();
    first.nodes = {sent(0, {"nvme0c0n1"}), sent(1, {"nvme0c0n1"})};
    first.nodes[0].others = {{.path = "nvme0c1n1", .why = "it is farther"}};
    PathChoice second = first;
    second.device = "nvme0n2";
    second.nsid = 3;
    for (ExplainedPath& path : second.paths) {
        path.path.back() = '2';
    }
    second.nodes = {sent(0, {"nvme0c0n2"}), sent(1, {"nvme0c0n2"})};
    PathChoice third = second;
    third.device = "nvme0n3";
    third.nsid.reset();
    third.paths.clear();
    third.nodes = {not_sent(0, NextIo::queued), not_sent(1, NextIo::failed)};
    SubsystemPolicy subsystem;
    subsystem.subsystem = "nvme-subsys0";
    subsystem.subsysnqn = "nqn.2026-01.io.example:pair";
    subsystem.policy = IoPolicy::numa;
    subsystem.devices = {first, second, third};
    subsystem.shares = {share_of("nvme0c0n1", true, 1000, 1048575, 0, 0.5),
                        share_of("nvme0c1n1", false, 0, 0, 0, 0),
                        share_of("nvme0c2n1", true, 0, 0, 0, 0),
                        share_of("nvme0c0n2", true, 1, 1, 3145728, 0.25),
                        share_of("nvme0c2n2", false, 0, 0, 0, 0),
                        share_of("of nobody", true, 9, 9, 9, 0.25)};
    PolicyOverview overview;
    overview.host = "alpha";
    overview.release = "6.12";
    overview.multipath = true;
    overview.default_policy = IoPolicy::round_robin;
    overview.measured = std::chrono::milliseconds{1500};
    overview.subsystems = {subsystem};
    EXPECT_EQ(to_text(overview, {.width = 100}), R"(alpha: Linux 6.12
  new subsystems: round-robin

nvme-subsys0: numa
  nqn.2026-01.io.example:pair
  nsid 3, 7, nodes 0-1: nvme0
  nvme0n3, node 0: I/O waits; no path is usable
  nvme0n3, node 1: I/O fails; no path is usable
  I/O in 1.5 s:
    nvme0  array-a   75.0 %  1,001 requests  1 MiB read  3 MiB written
    nvme1  array-a  unknown
    nvme2             0.0 %      0 requests  0 KiB read  0 KiB written
)");
    overview.multipath = false;
    overview.subsystems[0].policy = {};
    overview.subsystems[0].subsysnqn.clear();
    overview.subsystems[0].shares.clear();
    overview.subsystems[0].devices = {third, third};
    EXPECT_EQ(to_text(overview, {.width = 100, .verbose = true}), R"(alpha: Linux 6.12
  native multipath is off (nvme_core.multipath=N): no policy is in force, each device is its own
    path
  new subsystems: round-robin

nvme-subsys0: no policy
  2 devices, node 0: I/O waits; no path is usable
  2 devices, node 1: I/O fails; no path is usable
)");
    overview.subsystems[0].devices = {first};
    EXPECT_THAT(to_text(overview, {.verbose = true}),
                HasSubstr("nvme0n1 (nsid 7), nodes 0-1: nvme0; it is so\n"));
    EXPECT_THAT(to_text(overview), HasSubstr("nvme0n1 (nsid 7), nodes 0-1: nvme0\n"));
}

TEST(PolicyJson, HoldsAllOfAnOverview) {
    using nlohmann::json;
    SubsystemPolicy subsystem;
    subsystem.subsystem = "nvme-subsys0";
    subsystem.subsysnqn = "nqn.2026-01.io.example:pair";
    subsystem.policy = IoPolicy::numa;
    subsystem.devices = {full_choice()};
    subsystem.shares = {share_of("nvme0c0n1", true, 1, 2, 3, 0.5),
                        share_of("nvme0c1n1", false, 4, 5, 6, 0.25)};
    PolicyOverview overview;
    overview.host = "alpha";
    overview.release = "6.12";
    overview.multipath = true;
    overview.default_policy = IoPolicy::round_robin;
    overview.udev = {"/etc/udev/rules.d/71-a.rules"};
    overview.measured = std::chrono::milliseconds{1500};
    overview.subsystems = {subsystem};
    json told = json::parse(to_json(overview));
    const json explained = json::parse(to_json(full_choice()));
    json& device = told["subsystems"][0]["devices"][0];
    for (const char* const key : {"device", "nsid", "multipath", "paths", "nodes"}) {
        EXPECT_EQ(device[key], explained[key]) << key;
        device.erase(key);
    }
    EXPECT_EQ(told, (json{{"schema", "haoh.policy/1"},
                          {"kind", "show"},
                          {"host", "alpha"},
                          {"release", "6.12"},
                          {"multipath_parameter", "Y"},
                          {"default_policy", "round-robin"},
                          {"udev_rules", json::array({"/etc/udev/rules.d/71-a.rules"})},
                          {"measured_ms", 1500},
                          {"subsystems",
                           json::array({{{"subsystem", "nvme-subsys0"},
                                         {"subsysnqn", "nqn.2026-01.io.example:pair"},
                                         {"policy", "numa"},
                                         {"devices", json::array({json::object()})},
                                         {"shares",
                                          {{{"path", "nvme0c0n1"},
                                            {"known", true},
                                            {"requests", 1},
                                            {"read_bytes", 2},
                                            {"write_bytes", 3},
                                            {"share", 0.5}},
                                           {{"path", "nvme0c1n1"}, {"known", false}}}}}})}}));
}

TEST(PolicyJson, ListsEachPolicyWithItsWords) {
    using nlohmann::json;
    const json list = json::parse(policy_list_json("6.1.176"));
    EXPECT_EQ(list["kind"], "list");
    EXPECT_EQ(list["release"], "6.1.176");
    ASSERT_EQ(list["policies"].size(), kernel_policies().size());
    for (std::size_t i = 0; i < kernel_policies().size(); ++i) {
        const KernelPolicyInfo& policy = kernel_policies()[i];
        EXPECT_EQ(list["policies"][i],
                  (json{{"policy", policy.name},
                        {"offered", policy.name != "queue-depth"},
                        {"since", policy.name == "queue-depth" ? "6.11" : "5.1"},
                        {"how", policy.how},
                        {"right", policy.right},
                        {"wrong", policy.wrong}}));
    }
    ASSERT_EQ(list["selectors"].size(), selector_infos().size());
    for (std::size_t i = 0; i < selector_infos().size(); ++i) {
        const SelectorInfo& selector = selector_infos()[i];
        EXPECT_EQ(list["selectors"][i], (json{{"selector", selector.name},
                                              {"how", selector.how},
                                              {"right", selector.right},
                                              {"wrong", selector.wrong}}));
    }
}

TEST(PolicyText, NamesAtMostAFewRangesOfNodes) {
    PathChoice choice = full_choice();
    choice.nodes.clear();
    for (unsigned node = 0; node < 14; node += 2) {
        choice.nodes.push_back(sent(node, {"nvme0c0n1"}));
    }
    EXPECT_THAT(to_text(choice), HasSubstr("nodes 0, 2, 4, 6, 8, 10 and 1 more: nvme0c0n1"));
    choice.nodes.pop_back();
    EXPECT_THAT(to_text(choice), HasSubstr("nodes 0, 2, 4, 6, 8, 10: nvme0c0n1"));
}

TEST(PolicyText, ListsAdviceInAColumn) {
    for (const std::string line : {"  how    ", "  right  ", "  wrong  "}) {
        const std::string text = policy_list_text("7.3.4", {.width = 60});
        std::size_t count = 0;
        for (std::size_t at = text.find('\n' + line); at != std::string::npos;
             at = text.find('\n' + line, at + 1)) {
            ++count;
        }
        EXPECT_EQ(count, 7U) << "three of the kernel's, four of libhaoh's: " << line;
    }
    EXPECT_THAT(policy_list_text(""), StartsWith("numa\n  how    "));
    EXPECT_THAT(policy_list_text(""), Not(HasSubstr("not here")));
    const std::string narrow = policy_list_text("7.3.4", {.width = 50});
    EXPECT_THAT(narrow, HasSubstr("\n         ")) << "what does not fit goes on in the column";
    EXPECT_THAT(narrow, HasSubstr("\n\nlibhaoh offers to agents that route their own I/O\n"
                                  "  also:\n\nsite-affinity\n"));
}

TEST(PolicyText, SaysWhatIsNotKnownOfAHost) {
    PolicyOverview overview;
    EXPECT_EQ(to_text(overview), "host\n  new subsystems: not known\n  no NVMe subsystem\n");
    overview.host = "alpha";
    overview.release = "6.12";
    overview.default_policy = IoPolicy::numa;
    overview.udev = {"/etc/udev/rules.d/71-a.rules", "b"};
    EXPECT_EQ(to_text(overview),
              "alpha: Linux 6.12\n  new subsystems: numa\n  rules that set a policy: "
              "/etc/udev/rules.d/71-a.rules and b\n  no NVMe subsystem\n");
}

} // namespace
} // namespace haoh
