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
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>

#include "linux_host.hpp"
#include "requirements.hpp"
#include "simulated_arrays.hpp"

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

class HostSelectors : public testing::TestWithParam<std::string> {
  protected:
    static void TearDownTestSuite() { shared().reset(); }

    void SetUp() override {
        HAOH_REQUIRE(why_no_guests({GetParam()}));
        HAOH_REQUIRE(why_no_programs({arraysim_program()}));
        if (!shared())
            shared() = std::make_unique<LinuxHost>("selectors-host-" + GetParam(), GetParam());
    }

    static LinuxHost& host() { return *shared(); }

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
        arrays_ = std::make_unique<SimulatedArrays>(fmt::format(
            "title = \"selectors\"\n[subsystem]\nnqn = \"{}\"\n[[namespace]]\nnsid = 1\n"
            "size = \"8MiB\"\n[[array]]\nname = \"a\"\nlisten = [{}]\n[[array]]\nname = \"b\"\n"
            "listen = [{}]\n",
            SimulatedArrays::kNqn, ports(on_a), ports(std::max(count - on_a, 1U))));
        arrivals_.clear();
        for (unsigned i = 0; i < count; ++i) {
            const std::string array = i < on_a ? "a" : "b";
            arrivals_.push_back({array, arrays_->ports(array).at(i < on_a ? i : i - on_a), {}});
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
            arrays_->command(
                fmt::format("ana {} all {}", array, nvme::to_string(state_on(pattern, array))));
        for (const Arrival& arrival : arrivals_)
            host().wait_ana_state(SimulatedArrays::kNqn, arrival.port, 1,
                                  nvme::to_string(state_on(pattern, arrival.array)));
    }

    /// Places in the order of arrival that got one read after the other.
    std::vector<unsigned> read_one_by_one() {
        std::istringstream lines(host().guest().must(
            fmt::format(
                "show() {{ for p in /sys/class/nvme/nvme*/nvme*c*n*; do\n"
                "    read -r reads rest <$p/stat; printf '%s %s ' ${{p##*/}} $reads; done; "
                "echo; }}\n"
                "show; i=0; while [ $i -lt {} ]; do\n"
                "    dd if={} of=/dev/null bs=4096 count=1 skip=$i iflag=direct 2>/dev/null "
                "|| exit 1\n    show; i=$((i+1)); done",
                kSelectorRequests, device_),
            kPatience));
        std::vector<unsigned> places;
        std::map<std::string, unsigned long> before;
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string name;
            std::vector<unsigned> grown;
            for (unsigned long reads = 0; words >> name >> reads;) {
                const auto was = before.find(name);
                for (unsigned i = 0; was != before.end() && i < arrivals_.size(); ++i)
                    if (arrivals_[i].path == name)
                        grown.insert(grown.end(), reads - was->second, i);
                before[name] = reads;
            }
            places.insert(places.end(), grown.begin(), grown.end());
        }
        return places;
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
    static std::unique_ptr<LinuxHost>& shared() {
        static std::unique_ptr<LinuxHost> instance;
        return instance;
    }

    std::unique_ptr<SimulatedArrays> arrays_;
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
                host().guest().must(fmt::format(
                    "echo {} >/sys/class/nvme-subsystem/nvme-subsys0/iopolicy 2>/dev/null || "
                    "for s in /sys/class/nvme-subsystem/*/iopolicy; do echo {} >$s; done",
                    to_string(policy), to_string(policy)));
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
