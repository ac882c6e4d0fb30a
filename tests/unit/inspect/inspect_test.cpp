// SPDX-License-Identifier: LGPL-2.1-or-later
// A healthy pair under legal changes, and a broken one: HAOH_CHURN_CHECKS=N makes N checks of each kind
// of change (tests/churn.sh).
#include <haoh/inspect.hpp>

#include <haoh/error.hpp>
#include <haoh/host_identity.hpp>
#include <haoh/source.hpp>

#include "churn.hpp"
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <tuple>

namespace haoh::test {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::StartsWith;

unsigned long checks() {
    const char* const wanted = std::getenv("HAOH_CHURN_CHECKS");
    return wanted == nullptr ? 20 : std::strtoul(wanted, nullptr, 10);
}

struct Size {
    std::string name;
    std::uint32_t namespaces{};
    std::chrono::microseconds latency{}; ///< of array b
    std::chrono::microseconds pause{};   ///< between two moves, at most
    unsigned long part{1};               ///< of the checks
};

const Size kSmall{.name = "small", .namespaces = 4, .pause = std::chrono::milliseconds{20}};
/// Its readings take long, and what changes meanwhile tears most of them.
const Size kLarge{.name = "large",
                  .namespaces = 128,
                  .latency = std::chrono::milliseconds{2},
                  .pause = std::chrono::seconds{1},
                  .part = 10};

arraysim::Scenario scenario_of(const ChurnKind& kind, const Size& size = kSmall) {
    return arraysim::ScenarioBuilder()
        .ns({.nsid = 1, .count = size.namespaces})
        .array("a")
        .ana(1, kind.a)
        .array("b")
        .ana(1, kind.b)
        .latency(size.latency)
        .build();
}

Source source_of(const ServedPair& pair) {
    const haoh_source served = pair.source();
    Source source;
    source.targets.assign(served.targets, served.targets + served.targets_count);
    source.subsysnqn = served.nqn;
    source.identity = host_identity(served.hostnqn, {});
    return source;
}

class LegalChange : public ::testing::TestWithParam<std::tuple<ChurnKind, Size>> {};

TEST_P(LegalChange, is_no_defect) {
    const auto& [kind, size] = GetParam();
    ServedPair pair(scenario_of(kind, size));
    const unsigned long count = std::max(checks() / size.part, 1UL);
    const Report still = inspect_now(source_of(pair), {}).report;
    ASSERT_EQ(still.verdict, Verdict::pass) << testing::PrintToString(lines(still));
    ASSERT_EQ(still.readings, 1U);

    std::size_t unknown = 0;
    std::size_t again = 0;
    std::size_t most = 0;
    std::uint64_t moves = 0;
    {
        const Churn churn(pair, kind, size.pause, 1);
        for (unsigned long i = 0; i < count; ++i) {
            const Report report = inspect_now(source_of(pair), {}).report;
            EXPECT_EQ(report.count(Verdict::fail), 0U) << testing::PrintToString(lines(report));
            EXPECT_EQ(report.count(Verdict::warn), 0U) << testing::PrintToString(lines(report));
            EXPECT_TRUE(report.verdict != Verdict::unknown || ++unknown <= 1 + count / 1000)
                << testing::PrintToString(lines(report));
            again += report.readings > 1 ? 1 : 0;
            most = std::max(most, report.readings);
        }
        moves = churn.moves();
    }
    std::cout << kind.name << ", " << size.name << ": " << count << " checks, " << again
              << " of which looked again, up to " << most << " times; " << unknown << " unknown; "
              << moves << " moves\n";
    EXPECT_GT(moves, 0U);
    EXPECT_EQ(inspect_now(source_of(pair), {}).report.verdict, Verdict::pass) << "as it was";
}

INSTANTIATE_TEST_SUITE_P(Kinds, LegalChange,
                         testing::Combine(testing::ValuesIn(churn_kinds()),
                                          testing::Values(kSmall, kLarge)),
                         [](const auto& one) {
                             return std::get<0>(one.param).name + "_" + std::get<1>(one.param).name;
                         });

struct Planted {
    std::string line; ///< said of array b
    std::string told;
};

const std::vector<Planted>& planted() {
    static const std::vector<Planted> all{
        {"set b 2 uuid 00000000-0000-4000-8000-0000000000bb", "FAIL ns.uuid.equal 2"},
        {"namespace remove b 4", "FAIL nslist.active.equal 4"},
        {"set b mn \"other array\"", "FAIL ctrl.mn.equal"},
        {"namespace resize b 4 1GiB", "FAIL ns.nsze.equal 4"},
    };
    return all;
}

class UnderChange : public ::testing::TestWithParam<std::size_t> {};

TEST_P(UnderChange, a_defect_is_told_every_time) {
    const Planted& defect = planted().at(GetParam());
    const ChurnKind& kind = churn_kinds().at(GetParam() % churn_kinds().size());
    ServedPair pair(scenario_of(kind));
    pair.say(defect.line);
    const Churn churn(pair, kind, kSmall.pause, 2);
    const Inspection seen = inspect_now(source_of(pair), {});
    EXPECT_THAT(lines(seen.report), Contains(StartsWith(defect.told)));
    EXPECT_GT(seen.report.readings, 1U);
    for (const Finding& finding : seen.report.findings) {
        EXPECT_TRUE(finding.verdict != Verdict::fail ||
                    defect.told.find(finding.rule) != std::string::npos)
            << finding.rule;
    }
}

INSTANTIATE_TEST_SUITE_P(Planted, UnderChange, testing::Range<std::size_t>(0, planted().size()));

TEST(Inspect, judges_what_is_recorded_with_it) {
    ServedPair pair(scenario_of(churn_kinds().front()));
    Source all = source_of(pair);
    Source one = all;
    one.targets.pop_back();
    Observation other = observe_now([&] {
        Source second = all;
        second.targets.erase(second.targets.begin());
        return second;
    }());
    ASSERT_EQ(other.controllers.size(), 1U);
    const Inspection seen = inspect_now(one, {}, {std::move(other)});
    EXPECT_EQ(seen.observation.controllers.size(), 2U);
    EXPECT_EQ(seen.report.model, Model::stretched);
}

TEST(Inspect, what_is_wrong_with_the_source_is_thrown) {
    Source source;
    source.targets = {"127.0.0.1:1", "127.0.0.1:1"};
    EXPECT_THROW(static_cast<void>(inspect_now(source, {})), Error);
}

TEST(Inspect, an_array_that_is_down_is_read_once) {
    ServedPair pair(scenario_of(churn_kinds().front()));
    const Source source = source_of(pair);
    pair.say("down b");
    const Inspection seen = inspect_now(source, {});
    EXPECT_EQ(seen.report.verdict, Verdict::unknown);
    EXPECT_EQ(seen.report.readings, 1U);
    EXPECT_THAT(seen.observation.unobserved, testing::SizeIs(1));
}

} // namespace
} // namespace haoh::test
