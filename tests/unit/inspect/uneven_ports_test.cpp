// SPDX-License-Identifier: LGPL-2.1-or-later
// Healthy pairs whose arrays have several ports, not the same number each, all of them named as targets and
// no site declared: what is said of them does not depend on the moment. HAOH_TEST_LONG=1 looks fifty times.
#include <haoh/error.hpp>
#include <haoh/inspection.hpp>

#include "churned_pair.hpp"
#include "unit/catalogue/pair.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace haoh::test {
namespace {

using arraysim::ScenarioBuilder;
using Range = std::pair<std::uint16_t, std::uint16_t>;

constexpr Range kOwnA{1, 1024};
constexpr Range kOwnB{1025, 2048};
constexpr Range kNearA{1, 40};
constexpr Range kNearB{41, 80};

std::size_t looks() {
    constexpr std::size_t kLooks = 3;
    constexpr std::size_t kLong = 50;
    return std::getenv("HAOH_TEST_LONG") == nullptr ? kLooks : kLong;
}

struct Uneven {
    std::string name;
    unsigned a{};
    unsigned b{};
    Range ids_a{kOwnA};
    Range ids_b{kOwnB};
    std::string of_a{"127.0.0.1"};
    std::string of_b{"127.0.0.1"};
    std::uint32_t namespaces{2};
    std::chrono::microseconds latency{};
    bool by_discovery{};
};

/// \throws Error where this machine has no such address
std::unique_ptr<ServedPair> served(const Uneven& uneven) {
    ScenarioBuilder builder;
    builder.ns({.nsid = 1, .count = uneven.namespaces});
    const auto array = [&](const char* name, unsigned ports, const std::string& address,
                           Range ids) {
        builder.array(name).cntlids(ids.first, ids.second).latency(uneven.latency);
        for (unsigned i = 0; i < ports; ++i) {
            builder.port({.listen = address + ":0"});
        }
    };
    array("a", uneven.a, uneven.of_a, uneven.ids_a);
    array("b", uneven.b, uneven.of_b, uneven.ids_b);
    return std::make_unique<ServedPair>(builder.build());
}

class UnevenPorts : public testing::TestWithParam<Uneven> {};

TEST_P(UnevenPorts, are_two_arrays_each_time) {
    std::unique_ptr<ServedPair> pair;
    try {
        pair = served(GetParam());
    } catch (const Error& error) {
        GTEST_SKIP() << "no IPv6 loopback here: " << error.what();
    }
    Source source = source_of(*pair);
    if (GetParam().by_discovery) {
        source.subsysnqn.clear();
    }
    for (std::size_t i = 0; i < looks(); ++i) {
        const Inspection seen = inspect_now(source, {});
        ASSERT_EQ(seen.observation.controllers.size(), GetParam().a + GetParam().b);
        EXPECT_EQ(seen.report.verdict, Verdict::pass) << testing::PrintToString(lines(seen.report));
        EXPECT_EQ(seen.report.model, Model::stretched);
        EXPECT_EQ(seen.report.readings, 1U) << "look " << i;
        const Attributions arrays = attribute(seen.observation, {});
        for (std::size_t k = 0; k < seen.observation.controllers.size(); ++k) {
            EXPECT_EQ(arrays[k].array, k < GetParam().a ? "array-a" : "array-b");
        }
    }
}

std::vector<Uneven> uneven() {
    std::vector<Uneven> out;
    for (unsigned a = 1; a <= 4; ++a) {
        for (unsigned b = 1; b <= 4; ++b) {
            // Each with its own spelling of what should make no difference.
            const bool near = (a + b) % 2 == 0;
            out.push_back({.name = fmt::format("{}_and_{}{}", a, b, near ? "_near" : ""),
                           .a = a,
                           .b = b,
                           .ids_a = near ? kNearA : kOwnA,
                           .ids_b = near ? kNearB : kOwnB,
                           .by_discovery = a > b});
        }
    }
    out.push_back({.name = "ipv6", .a = 2, .b = 1, .of_a = "[::1]", .of_b = "[::1]"});
    out.push_back({.name = "one_of_ipv6", .a = 1, .b = 3, .of_a = "[::1]"});
    out.push_back({.name = "b_comes_first",
                   .a = 2,
                   .b = 1,
                   .ids_a = kOwnB,
                   .ids_b = kOwnA,
                   .by_discovery = true});
    out.push_back({.name = "slow_with_many_namespaces",
                   .a = 2,
                   .b = 1,
                   .namespaces = 128,
                   .latency = std::chrono::milliseconds{2}});
    return out;
}

INSTANTIATE_TEST_SUITE_P(Pairs, UnevenPorts, testing::ValuesIn(uneven()),
                         [](const auto& one) { return one.param.name; });

/// Nothing tells two arrays that share a range from ports of one.
TEST(UnevenPortsOfOneRange, are_of_nobody_each_time) {
    ServedPair pair(ScenarioBuilder()
                        .ns({.nsid = 1, .count = 2})
                        .array("a")
                        .port({.listen = "127.0.0.1:0"})
                        .port({.listen = "127.0.0.1:0"})
                        .port({.listen = "127.0.0.1:0"})
                        .build());
    const Source source = source_of(pair);
    for (std::size_t i = 0; i < looks(); ++i) {
        const Report report = check_here(observe_now(source), {});
        EXPECT_EQ(report.model, Model::unknown);
        EXPECT_THAT(lines(report), testing::Contains("UNKNOWN model.arrays"));
        EXPECT_EQ(report.count(Verdict::fail) + report.count(Verdict::warn), 0U);
    }
}

} // namespace
} // namespace haoh::test
