// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh list -o dot`, and that Graphviz takes it where it is installed.
#include "sample_host.hpp"
#include "support/process.hpp"
#include "support/scratch_directory.hpp"
#include "terminal.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

namespace haoh {
namespace {

using test::healthy_host;
using test::Sample;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string dot_of(const Sample& sample) {
    return list_dot(sample.observation, sample.report.attributions);
}

/// What `dot` makes of the graph: SVG, or what it complains about.
std::string drawn(const std::string& graph) {
    const test::ScratchDirectory directory;
    const auto result = test::run_program({"dot", "-Tsvg", directory.file("graph.dot", graph)},
                                          std::chrono::minutes{2});
    return (result.status == 0 ? "" : "dot failed: ") + result.standard_output +
           result.standard_error;
}

bool have_graphviz() {
    return test::find_program("dot").has_value();
}

Sample broken_host() {
    Sample sample = healthy_host(4);
    KernelSubsystem& subsystem = test::subsystem_of(sample);
    test::path_of(sample, 1, 1).size = Attribute::of("2048");
    test::path_of(sample, 2, 1).controller = "nvme9";
    subsystem.controllers[3].state = Attribute::of("connecting");
    subsystem.namespaces[3].paths.clear();
    subsystem.headless.push_back({});
    KernelController stray;
    stray.name = "nvme7";
    sample.observation.kernels[0].stray_controllers.push_back(stray);
    sample.observation.unobserved.push_back(test::refused_target());
    return sample;
}

TEST(ListDot, HasNoEntityThatGraphvizTakesForAnyCharacter) {
    Sample sample = healthy_host(2);
    test::subsystem_of(sample).subsysnqn = Attribute::of("a&#27;]0;b&lt;c&amp;d&");
    const std::string graph = dot_of(sample);
    EXPECT_THAT(graph, HasSubstr("a&amp;#27;]0;b&amp;lt;c&amp;amp;d&amp;"));
    if (!have_graphviz()) {
        GTEST_SKIP() << "no Graphviz";
    }
    const std::string svg = drawn(graph);
    EXPECT_EQ(svg.find('\x1b'), std::string::npos);
    EXPECT_THAT(svg, HasSubstr("b&amp;lt;c&amp;amp;d"));
}

TEST(ListDot, GoesFromTheHostOverArraysToNamespaces) {
    EXPECT_EQ(dot_of(healthy_host()), R"(digraph haoh {
  rankdir=LR;
  node [shape=box, fontname="sans-serif", fontsize=10];
  edge [fontname="sans-serif", fontsize=9];
  graph [fontname="sans-serif", fontsize=10];
  h0 [label="alpha: Linux 6.12.107-amd64", shape=oval];
  subgraph cluster_0 {
    label="array-a";
    style=rounded; color=gray50;
    c1 [label="nvme0\ncontroller 1\ntcp 10.0.0.1:4420\nlive"];
    c2 [label="nvme1\ncontroller 2\ntcp 10.0.0.2:4420\nlive"];
  }
  subgraph cluster_1 {
    label="array-b";
    style=rounded; color=gray50;
    c3 [label="nvme2\ncontroller 1001\ntcp 10.1.0.1:4420\nlive"];
    c4 [label="nvme3\ncontroller 1002\ntcp 10.1.0.2:4420\nlive"];
  }
  subgraph cluster_2 {
    label="nqn.2026-01.com.example:stretched-1";
    style=dotted; color=gray70;
    n5 [label="NSID 1\n/dev/nvme0n1\n64.0 GiB", shape=cylinder];
    n6 [label="NSID 2\n/dev/nvme0n2\n64.0 GiB", shape=cylinder];
  }
  h0 -> c1 [label=""];
  h0 -> c2 [label=""];
  h0 -> c3 [label=""];
  h0 -> c4 [label=""];
  c1 -> n5 [label="optimized"];
  c2 -> n5 [label="optimized"];
  c3 -> n5 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c4 -> n5 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c1 -> n6 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c2 -> n6 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c3 -> n6 [label="optimized"];
  c4 -> n6 [label="optimized"];
}
)");
}

TEST(ListDot, FoldsNamespacesWhosePathsAreAlike) {
    const std::string graph = dot_of(healthy_host(512));
    EXPECT_THAT(graph, HasSubstr("NSID 1-256\\n/dev/nvme0n1, /dev/nvme0n2, /dev/nvme0n3 and 253 "
                                 "more\\n64.0 GiB"));
    EXPECT_LT(graph.size(), 4000U);
}

TEST(ListDot, MarksUnusablePathsWithTheirReason) {
    const std::string graph = dot_of(broken_host());
    EXPECT_THAT(graph,
                HasSubstr("[label=\"optimized: size 2048 of 134217728 sectors\", style=dashed, "
                          "color=red3, fontcolor=red3]"));
    EXPECT_THAT(graph, HasSubstr("controller connecting"));
    EXPECT_THAT(graph, HasSubstr("its controller is gone"));
    EXPECT_THAT(graph, HasSubstr("offered, no path in the kernel"));
    EXPECT_THAT(graph, HasSubstr("without a head"));
    EXPECT_THAT(graph, HasSubstr("tcp://10.2.0.1:4420"));
}

TEST(ListDot, ShowsWhatIsBrokenBesideWhatIsWhole) {
    Sample sample = healthy_host(4);
    KernelSubsystem& subsystem = test::subsystem_of(sample);
    auto& heads = subsystem.namespaces;
    for (KernelNamespace& head : heads) {
        head.paths.erase(head.paths.begin() + 2, head.paths.end());
    }
    subsystem.controllers.resize(2);
    sample.observation.controllers.resize(2);
    sample.report.attributions =
        Attributions({{.host = "alpha", .controller = "nvme0", .array = "array-a", .evidence = ""},
                      {.host = "alpha", .controller = "nvme1", .array = "", .evidence = ""}});
    subsystem.controllers[1].state = Attribute::of("connecting");
    heads[0].size = Attribute::of("4096"); // 2 MiB, so that this set has two sizes
    heads[0].paths[0].size = Attribute::of("4096");
    heads[2].paths[0].controller = "nvme9";
    heads[3].paths.clear();
    KernelPath headless;
    headless.name = "nvme0c1n9";
    headless.controller = "nvme1";
    headless.ana_state = Attribute::of("change");
    subsystem.headless.push_back(headless);
    KernelController stray;
    stray.name = "nvme7";
    stray.cntlid = {.state = Attribute::State::unreadable, .nul_padded = false, .text = "EIO"};
    stray.transport = Attribute::of("tcp");
    sample.observation.kernels[0].stray_controllers.push_back(stray);
    sample.observation.unobserved.push_back(test::refused_target());
    const std::string graph = dot_of(sample);
    EXPECT_EQ(graph.substr(graph.find("  h0")),
              R"(  h0 [label="alpha: Linux 6.12.107-amd64", shape=oval];
  subgraph cluster_0 {
    label="array-a";
    style=rounded; color=gray50;
    c1 [label="nvme0\ncontroller 1\ntcp 10.0.0.1:4420\nlive"];
  }
  subgraph cluster_1 {
    label="array unknown";
    style=rounded; color=gray50;
    c2 [label="nvme1\ncontroller 2\ntcp 10.0.0.2:4420\nconnecting"];
  }
  subgraph cluster_2 {
    label="nqn.2026-01.com.example:stretched-1";
    style=dotted; color=gray70;
    n3 [label="NSID 1-2\n/dev/nvme0n1 and /dev/nvme0n2", shape=cylinder];
    n4 [label="NSID 3\n/dev/nvme0n3\n64.0 GiB", shape=cylinder];
    c5 [label="nvme9", style=dashed];
    n6 [label="NSID 4\n/dev/nvme0n4\n64.0 GiB\nno path", shape=cylinder, color=red3];
    n7 [label="NSID 3-4", shape=cylinder, style=dashed, color=red3];
    n8 [label="NSID 4", shape=cylinder, style=dashed, color=red3];
  }
  b9 [label="nvme0c1n9: path through nvme1 without a head, ANA state change", shape=note, color=red3];
  subgraph cluster_3 {
    label="controllers of no subsystem";
    style=rounded; color=gray50;
    c10 [label="nvme7\ncontroller ?\ntcp\n?"];
  }
  b11 [label="cntlid of nvme7 not readable: EIO", shape=note, color=red3];
  b12 [label="not observed\ntcp://10.2.0.1:4420", shape=note, color=red3];
  h0 -> c1 [label=""];
  h0 -> c2 [label="connecting", style=dashed, color=red3, fontcolor=red3];
  c1 -> n3 [label="optimized"];
  c2 -> n3 [label="optimized: controller connecting", style=dashed, color=red3, fontcolor=red3];
  c2 -> n4 [label="inaccessible: controller connecting", style=dashed, color=red3, fontcolor=red3];
  c5 -> n4 [label="inaccessible: its controller is gone", style=dashed, color=red3, fontcolor=red3];
  c1 -> n7 [label="offered, no path in the kernel", style=dashed, color=red3, fontcolor=red3];
  c2 -> n8 [label="offered, not among the paths whose NSID the kernel shows", style=dashed, color=red3, fontcolor=red3];
  h0 -> b9 [label="", style=dashed, color=red3, fontcolor=red3];
  h0 -> c10 [label="?", style=dashed, color=red3, fontcolor=red3];
  h0 -> b11 [label="", style=dashed, color=red3, fontcolor=red3];
}
)");
}

TEST(ListDot, NamesTheSubsystemWhereNoArrayIsKnown) {
    Sample sample = healthy_host(1);
    sample.report.attributions = {};
    const std::string graph = dot_of(sample);
    EXPECT_THAT(graph, HasSubstr("    label=\"nvme-subsys0\";\n"));
    EXPECT_THAT(graph, Not(HasSubstr("cluster_2")));
    test::subsystem_of(sample).controllers.clear();
    sample.observation.controllers.clear();
    const std::string empty = dot_of(sample);
    EXPECT_THAT(empty, Not(HasSubstr("cluster_1")));
    EXPECT_EQ(std::ranges::count(empty, '{'), std::ranges::count(empty, '}'));
}

TEST(ListDot, AControllerOfAnotherSubsystemIsAnother) {
    Sample sample = healthy_host(1);
    KernelSubsystem other = test::subsystem_of(sample);
    other.name = "nvme-subsys1";
    other.controllers.clear();
    other.namespaces[0].name = "nvme1n1";
    other.namespaces[0].paths.resize(1);
    sample.observation.kernels[0].subsystems.push_back(other);
    const std::string graph = dot_of(sample);
    EXPECT_THAT(graph, HasSubstr("[label=\"nvme0\", style=dashed];\n"));
    EXPECT_THAT(graph, HasSubstr("[label=\"inaccessible: its controller is gone\""));
}

TEST(ListDot, SaysHowEachControllerThatWasAskedShowsANamespace) {
    Sample sample = test::healthy_pair(4);
    sample.observation.hostnqn = "nqn.2026-01.com.example:me";
    auto& controllers = sample.observation.controllers;
    controllers.resize(3);
    for (std::size_t i = 0; i < controllers.size(); ++i) {
        controllers[i].name = "c" + std::to_string(i);
        test::change(sample.report, i,
                     [&](Attribution& one) { one.controller = controllers[i].name; });
    }
    test::set_array(sample.report, 2, "");
    controllers[0].namespaces.erase(controllers[0].namespaces.begin());
    controllers[1].active_nsids.reset();
    controllers[1].namespaces.erase(controllers[1].namespaces.begin());
    nvme::AnaLog log; // names NSID 4 alone
    log.nagd = 1;
    log.groups = {{}};
    log.groups[0].agid = 2;
    log.groups[0].state = nvme::AnaState::non_optimized;
    log.groups[0].state_byte = static_cast<std::uint8_t>(nvme::AnaState::non_optimized);
    log.groups[0].nsids = {4};
    controllers[2].ana.log = Page::of(nvme::encode(log));
    const std::string graph = dot_of(sample);
    EXPECT_EQ(graph.substr(graph.find("  h0")),
              R"(  h0 [label="nqn.2026-01.com.example:me", shape=oval];
  subgraph cluster_0 {
    label="array-a";
    style=rounded; color=gray50;
    c1 [label="c0"];
    c2 [label="c1"];
  }
  subgraph cluster_1 {
    label="array unknown";
    style=rounded; color=gray50;
    c3 [label="c2"];
  }
  subgraph cluster_2 {
    label="nqn.2026-01.com.example:stretched-1";
    style=dotted; color=gray70;
    n4 [label="NSID 1", shape=cylinder];
    n5 [label="NSID 3", shape=cylinder];
    n6 [label="NSID 4", shape=cylinder];
    n7 [label="NSID 2", shape=cylinder];
  }
  h0 -> c1 [label=""];
  h0 -> c2 [label=""];
  h0 -> c3 [label=""];
  c1 -> n4 [label="absent", style=dashed, color=red3, fontcolor=red3];
  c2 -> n4 [label="not read", style=dashed, color=red3, fontcolor=red3];
  c3 -> n4 [label=""];
  c1 -> n5 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c2 -> n5 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c3 -> n5 [label=""];
  c1 -> n6 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c2 -> n6 [label="inaccessible", style=dashed, color=red3, fontcolor=red3];
  c3 -> n6 [label="non-optimized"];
  c1 -> n7 [label="optimized"];
  c2 -> n7 [label="optimized"];
  c3 -> n7 [label=""];
}
)");
    sample.observation.hostnqn.clear();
    EXPECT_THAT(dot_of(sample), HasSubstr("h0 [label=\"asked directly\", shape=oval]"));
}

TEST(ListDot, NamesAtMostAFewRangesOfNamespaces) {
    const auto label = [](std::uint32_t ranges) {
        Sample sample = healthy_host(2 * ranges);
        auto& heads = test::subsystem_of(sample).namespaces;
        for (std::size_t i = 0; i < heads.size(); ++i) {
            heads[i].nsid = Attribute::of(std::to_string(2 * i + 1));
        }
        return dot_of(sample);
    };
    EXPECT_THAT(label(4), HasSubstr("NSID 1, 3, 5, 7\\n"));
    EXPECT_THAT(label(5), HasSubstr("NSID 1, 3, 5, 7 and 1 more\\n"));
}

TEST(ListDot, ShowsArraysThatWereAskedDirectly) {
    const std::string graph = dot_of(test::healthy_pair());
    EXPECT_THAT(graph, HasSubstr("label=\"array-b\""));
    EXPECT_THAT(graph, HasSubstr("tcp://10.1.0.2:4420 controller 1002"));
    EXPECT_THAT(graph, HasSubstr("label=\"inaccessible\", style=dashed"));
}

TEST(ListDot, EscapesEveryText) {
    Sample sample = healthy_host(1);
    KernelSubsystem& subsystem = test::subsystem_of(sample);
    subsystem.subsysnqn = Attribute::of("\"]; evil [label=\"\\N\x1b");
    test::set_array(sample.report, 0, "a\"\\b");
    const std::string graph = dot_of(sample);
    EXPECT_THAT(graph, HasSubstr(R"(label="\"]; evil [label=\"\\N\\x1b")"));
    EXPECT_THAT(graph, HasSubstr(R"(label="a\"\\b")"));
    EXPECT_EQ(test::unprintable_bytes(graph), "");
}

TEST(ListDot, IsTakenByGraphviz) {
    if (!have_graphviz()) {
        GTEST_SKIP() << "Graphviz is not installed";
    }
    Sample evil = healthy_host(2);
    test::subsystem_of(evil).subsysnqn = Attribute::of("\"<b>&\\G\\N{|}\xff\xc3\xa9");
    for (const Sample& sample :
         {healthy_host(), healthy_host(512), broken_host(), evil, test::healthy_pair(64)}) {
        const std::string svg = drawn(dot_of(sample));
        EXPECT_THAT(svg, StartsWith("<?xml"));
        EXPECT_THAT(svg, HasSubstr("</svg>"));
        EXPECT_THAT(svg, Not(HasSubstr("Warning")));
    }
    EXPECT_THAT(drawn(list_dot({}, {})), HasSubstr("</svg>"));
}

} // namespace
} // namespace haoh
