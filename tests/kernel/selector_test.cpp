// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel's choice of a path, I/O by I/O, beside the selectors of haoh/policy.hpp: up to eight
// paths, connected in an order of their own, in several ANA states.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <haoh/policy.hpp>
#include <iostream>
#include <random>

#include "fixture.hpp"

namespace haoh::test {
namespace {

constexpr unsigned kSelectorRequests = 16;

/// The states of both arrays.
struct StatePair {
    nvme::AnaState a;
    nvme::AnaState b;
};
constexpr std::array kStatePairs{
    StatePair{nvme::AnaState::optimized, nvme::AnaState::optimized},
    StatePair{nvme::AnaState::optimized, nvme::AnaState::non_optimized},
    StatePair{nvme::AnaState::non_optimized, nvme::AnaState::optimized},
    StatePair{nvme::AnaState::non_optimized, nvme::AnaState::non_optimized},
    StatePair{nvme::AnaState::inaccessible, nvme::AnaState::non_optimized},
};

class HostSelectors : public KernelTest, public testing::WithParamInterface<std::string> {
  protected:
    HostSelectors() : KernelTest({.name = "selectors", .host_kernel = GetParam()}) {}

    /// A path in the order of arrival.
    struct Arrival {
        std::string array;
        std::uint16_t port;
        std::string path; ///< "nvme0c3n1"
    };

    void connect(unsigned count, unsigned seed) {
        const auto ports = [](unsigned number) {
            std::string text;
            for (unsigned i = 0; i < number; ++i)
                text += fmt::format("{}\"127.0.0.1:0\"", i == 0 ? "" : ", ");
            return text;
        };
        const unsigned on_a = (count + 1) / 2;
        serve(fmt::format(
            "title = \"selectors\"\n[subsystem]\nnqn = \"{}\"\n[[namespace]]\nnsid = 1\n"
            "size = \"8MiB\"\n[[array]]\nname = \"a\"\nlisten = [{}]\n[[array]]\nname = \"b\"\n"
            "listen = [{}]\n",
            SimulatedArrays::kNqn, ports(on_a), ports(std::max(count - on_a, 1U))));
        arrivals_.clear();
        for (unsigned i = 0; i < count; ++i) {
            const std::string array = i < on_a ? "a" : "b";
            arrivals_.push_back({array, arrays().ports(array).at(i < on_a ? i : i - on_a), {}});
        }
        std::shuffle(arrivals_.begin(), arrivals_.end(), std::mt19937(seed));
        for (std::size_t i = 0; i < arrivals_.size(); ++i) {
            ASSERT_EQ(host().connect(SimulatedArrays::kNqn, arrivals_[i].port).status, 0);
            host().wait_path_count(SimulatedArrays::kNqn, i + 1);
        }
        device_ = host().wait_device(SimulatedArrays::kNqn, 1);
        for (const HostPath& path : host().paths(SimulatedArrays::kNqn))
            for (Arrival& arrival : arrivals_)
                if (arrival.port == path.trsvcid)
                    arrival.path = path.path;
    }

    static nvme::AnaState state_on(const StatePair& pattern, const std::string& array) {
        return array == "a" ? pattern.a : pattern.b;
    }

    void set_states(const StatePair& pattern) {
        for (const auto* array : {"a", "b"})
            arrays().command(
                fmt::format("ana {} all {}", array, nvme::to_string(state_on(pattern, array))));
        for (const Arrival& arrival : arrivals_)
            host().wait_ana_state(SimulatedArrays::kNqn, arrival.port, 1,
                                  nvme::to_string(state_on(pattern, arrival.array)));
    }

    /// Places in the order of arrival that got one read after the other.
    std::vector<unsigned> read_one_by_one() {
        std::vector<std::string> paths;
        for (const Arrival& arrival : arrivals_)
            paths.push_back(arrival.path);
        return host().read_one_by_one(paths, device_, std::vector<unsigned>(kSelectorRequests, 1));
    }

    /// What a selector makes of the same paths, from the first choice on that was the kernel's.
    template <typename Selector>
    std::vector<unsigned> predict(const StatePair& pattern, unsigned first, bool rotates) {
        Selector selector;
        std::vector<PathIndex> paths;
        for (const Arrival& arrival : arrivals_) {
            PathState state;
            state.ana = state_on(pattern, arrival.array);
            state.live = true;
            state.usable = true;
            paths.push_back(*selector.add_path({}, state));
        }
        const auto pick = [&]() -> unsigned {
            const auto chosen = selector.pick({});
            if (!chosen)
                return ~0U;
            selector.started(*chosen);
            selector.completed(*chosen, std::chrono::microseconds(100));
            return static_cast<unsigned>(std::find(paths.begin(), paths.end(), *chosen) -
                                         paths.begin());
        };
        std::vector<unsigned> places{pick()};
        // Whose turn it was when the test began is not known.
        for (std::size_t i = 0; rotates && places[0] != first && i < paths.size(); ++i)
            places[0] = pick();
        while (places.size() < kSelectorRequests)
            places.push_back(pick());
        return places;
    }

    std::vector<unsigned> predicted(IoPolicy policy, const StatePair& pattern, unsigned first) {
        switch (policy) {
        case IoPolicy::numa:
            return predict<NumaSelector>(pattern, first, false);
        case IoPolicy::round_robin:
            return predict<RoundRobinSelector>(pattern, first, true);
        case IoPolicy::queue_depth:
            break;
        }
        return predict<QueueDepthSelector>(pattern, first, false);
    }

  private:
    std::vector<Arrival> arrivals_;
    std::string device_;
};

INSTANTIATE_TEST_SUITE_P(linux_6_1, HostSelectors, testing::Values("6.1"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_6_12, HostSelectors, testing::Values("6.12"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, HostSelectors, testing::Values("7"), kernel_test_name);

TEST_P(HostSelectors, choose_what_the_kernel_chooses) {
    const auto release = parse_kernel_version(GetParam()).value();
    unsigned compared = 0;
    // Every number on one release: what differs between them is in the tables of offers.
    const std::vector<unsigned> counts = GetParam() == "6.12" ? std::vector<unsigned>{1, 2, 3, 5, 8}
                                                              : std::vector<unsigned>{2, 3, 8};
    for (const unsigned count : counts) {
        connect(count, count);
        for (const StatePair& pattern : kStatePairs) {
            if (count == 1 && pattern.a == nvme::AnaState::inaccessible)
                continue; // I/O would wait
            set_states(pattern);
            for (const auto policy :
                 {IoPolicy::numa, IoPolicy::round_robin, IoPolicy::queue_depth}) {
                if (!offers(release, policy))
                    continue;
                SCOPED_TRACE(fmt::format("{} paths, a {}, b {}, {}", count,
                                         nvme::to_string(pattern.a), nvme::to_string(pattern.b),
                                         to_string(policy)));
                host().set_iopolicy(to_string(policy));
                const auto seen = read_one_by_one();
                ASSERT_EQ(seen.size(), kSelectorRequests) << "each request went down one path";
                EXPECT_EQ(seen, predicted(policy, pattern, seen.front()));
                compared += kSelectorRequests;
            }
        }
        host().disconnect_all();
    }
    std::cout << fmt::format("{} requests compared, one by one\n", compared);
}

} // namespace
} // namespace haoh::test
