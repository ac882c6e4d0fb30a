// SPDX-License-Identifier: LGPL-2.1-or-later
// Policies on a host with two NUMA nodes: each node's own choice, request by request, and the
// throughput that fio measures beside the one that the simulation foretells.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <haoh/policy.hpp>
#include <haoh/simulate.hpp>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "fixture.hpp"

namespace haoh::test {
namespace {

constexpr unsigned kNodes = 2;
constexpr unsigned kReads = 40;

class HostPolicyLoad : public KernelTest, public testing::WithParamInterface<std::string> {
  protected:
    HostPolicyLoad()
        : KernelTest({.name = "nodes",
                      .host_kernel = GetParam(),
                      .host_cpus = kNodes,
                      .host_nodes = kNodes}) {}

    /// Two arrays, both optimized, connected one after the other: "a" by two ports, "b" by one.
    void connect() {
        serve(fmt::format("title = \"load\"\n[subsystem]\nnqn = \"{}\"\n[[namespace]]\nnsid = "
                          "1\nsize = \"8MiB\"\n"
                          "[[array]]\nname = \"a\"\nlisten = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\n"
                          "[[array]]\nname = \"b\"\n",
                          SimulatedArrays::kNqn));
        std::vector<std::uint16_t> ports = arrays().ports("a");
        ports.push_back(arrays().port("b"));
        for (const std::uint16_t port : ports) {
            ASSERT_EQ(host().connect(SimulatedArrays::kNqn, port).status, 0);
            arrivals_.emplace_back();
            host().wait_path_count(SimulatedArrays::kNqn, arrivals_.size());
        }
        device_ = host().wait_device(SimulatedArrays::kNqn, 1);
        for (const HostPath& path : host().paths(SimulatedArrays::kNqn)) {
            const auto found = std::find(ports.begin(), ports.end(), path.trsvcid);
            arrivals_.at(static_cast<std::size_t>(found - ports.begin())) = path.path;
        }
    }

    /// The place of the path that each read took; the reads are of these nodes' CPUs, one by one.
    std::vector<unsigned> read_from(const std::vector<unsigned>& nodes) {
        std::vector<unsigned> masks;
        std::transform(nodes.begin(), nodes.end(), std::back_inserter(masks),
                       [](unsigned node) { return 1U << node; });
        return host().read_one_by_one(arrivals_, device_, masks);
    }

    template <typename Selector>
    std::vector<unsigned> predict(const std::vector<unsigned>& nodes,
                                  const std::vector<unsigned>& seen) {
        Selector selector(HostNodes{.count = kNodes, .distances = {}});
        std::vector<PathIndex> paths;
        for (std::size_t i = 0; i < arrivals_.size(); ++i)
            paths.push_back(*selector.add_path({}, {}));
        const auto pick = [&](unsigned node) {
            const auto chosen = selector.pick({.node = node});
            return static_cast<unsigned>(
                std::find(paths.begin(), paths.end(), chosen.value_or(PathIndex{})) -
                paths.begin());
        };
        std::vector<unsigned> places;
        std::vector<bool> begun(kNodes);
        for (std::size_t i = 0; i < nodes.size() && i < seen.size(); ++i) {
            unsigned place = pick(nodes[i]);
            // Whose turn it was on a node when the test began is not known.
            for (std::size_t turn = 0;
                 !begun[nodes[i]] && place != seen[i] && turn < paths.size() &&
                 std::is_same_v<Selector, RoundRobinSelector>;
                 ++turn)
                place = pick(nodes[i]);
            begun[nodes[i]] = true;
            places.push_back(place);
        }
        return places;
    }

    /// I/Os a second that fio gets with `jobs` readers.
    double measured(unsigned jobs) {
        const auto output = guest().must(
            fmt::format("fio --name=load --filename={} --direct=1 --thread --rw=randread --bs=4k "
                        "--ioengine=psync --numjobs={} --group_reporting --time_based "
                        "--ramp_time=2 --runtime=8 --output-format=json",
                        device_, jobs));
        const auto start = output.find('{');
        return nlohmann::json::parse(output.substr(start == std::string::npos ? 0 : start))
            .at("jobs")
            .at(0)
            .at("read")
            .at("iops")
            .get<double>();
    }

    std::vector<std::string> arrivals_; ///< paths in the order of arrival
    std::string device_;
};

INSTANTIATE_TEST_SUITE_P(linux_6_12, HostPolicyLoad, testing::Values("6.12"), kernel_test_name);

TEST_P(HostPolicyLoad, each_numa_node_chooses_for_itself) {
    ASSERT_EQ(guest().must("ls -d /sys/devices/system/node/node[0-9]* | wc -l"), "2");
    connect();
    std::mt19937 random(1);
    std::vector<unsigned> nodes(kReads);
    std::generate(nodes.begin(), nodes.end(), [&random] { return random() % kNodes; });

    host().set_iopolicy(to_string(IoPolicy::round_robin));
    auto seen = read_from(nodes);
    ASSERT_EQ(seen.size(), kReads);
    EXPECT_EQ(seen, predict<RoundRobinSelector>(nodes, seen));
    host().set_iopolicy(to_string(IoPolicy::numa));
    seen = read_from(nodes);
    ASSERT_EQ(seen.size(), kReads);
    EXPECT_EQ(seen, predict<NumaSelector>(nodes, seen));
    host().set_iopolicy(to_string(IoPolicy::queue_depth));
    seen = read_from(nodes);
    ASSERT_EQ(seen.size(), kReads);
    EXPECT_EQ(seen, predict<QueueDepthSelector>(nodes, seen));
}

/// Latencies that are long beside what an emulated CPU takes for a request, so that they and the
/// policy decide, and not what else this machine does.
TEST_P(HostPolicyLoad, throughput_is_in_the_order_that_the_simulation_foretells) {
    constexpr unsigned kJobs = 4;
    connect();
    arrays().command("latency a 100ms");
    arrays().command("latency b 500ms");
    const SimulationResult foretold = simulate(parse_policy_scenario(
        fmt::format("policies = [\"numa\", \"round-robin\", \"queue-depth\"]\n[workload]\n"
                    "depth = {}\nduration = \"60s\"\nwarmup = \"2s\"\n"
                    "[[path]]\narray = \"a\"\nlatency = \"100ms\"\n"
                    "[[path]]\narray = \"a\"\nlatency = \"100ms\"\n"
                    "[[path]]\narray = \"b\"\nlatency = \"500ms\"\n",
                    kJobs),
        "load"));
    std::map<std::string, double> measured_iops;
    std::map<std::string, double> foretold_iops;
    for (const PolicyResult& one : foretold.policies) {
        host().set_iopolicy(one.policy);
        measured_iops[one.policy] = measured(kJobs);
        foretold_iops[one.policy] = one.iops;
        std::cout << fmt::format("{}: fio {:.1f}, simulation {:.1f} I/Os a second\n", one.policy,
                                 measured_iops[one.policy], one.iops);
        EXPECT_GT(measured_iops[one.policy], one.iops * 0.5) << one.policy;
        EXPECT_LT(measured_iops[one.policy], one.iops * 1.2) << one.policy;
    }
    const auto by = [](const std::map<std::string, double>& iops) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : iops)
            names.push_back(name);
        std::sort(names.begin(), names.end(),
                  [&iops](const auto& x, const auto& y) { return iops.at(x) > iops.at(y); });
        return names;
    };
    EXPECT_EQ(by(measured_iops), by(foretold_iops));
}

} // namespace
} // namespace haoh::test
