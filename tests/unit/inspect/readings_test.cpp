// SPDX-License-Identifier: LGPL-2.1-or-later
// Which findings are of the controllers, and which of the moment.
#include "inspect/readings.hpp"

#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace haoh::inspection {
namespace {

using test::Node;
using test::Pair;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

Inspection reading(const Pair& pair) {
    return {.observation = pair.observation(), .report = pair.report()};
}

/// Namespaces that array B does not list.
Pair unmapped(const std::set<std::uint32_t>& nsids) {
    Pair pair;
    for (const std::uint32_t nsid : nsids) {
        pair.on_b([nsid](Node& node) { node.remove(nsid); });
    }
    return pair;
}

/// The connections to array B end before all is read.
Pair broken_off(Pair pair = Pair()) {
    pair.on_b([](Node& node) {
        node.edit = [](ControllerObservation& controller) {
            controller.features[nvme::fid::keep_alive_timer] = Page::of_failure("reset");
            controller.unread = {"feature 0Fh: reset"};
        };
    });
    return pair;
}

/// No controller of array B is reached.
Pair unreached(Pair pair, UnobservedReason reason) {
    pair.b.clear();
    pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                               .target = "tcp://10.2.0.1:4420",
                               .subsysnqn = test::kNqn,
                               .error = "connect to tcp://10.2.0.1:4420: what came of it",
                               .reason = reason});
    return pair;
}

/// The same number of everything, and a change that is no defect.
Pair moved(Pair pair) {
    pair.on_both([](Node& node) { node.path(1).identify.nsfeat ^= 0x10; });
    return pair;
}

constexpr ReadingLimits kLimits{.still = 2, .moving = 4, .most = 9};

TEST(Readings, one_is_enough_where_all_holds) {
    Readings readings;
    ASSERT_TRUE(readings.take(reading(Pair())));
    EXPECT_TRUE(readings.settled());
    const Inspection result = std::move(readings).result();
    EXPECT_EQ(result.report.verdict, Verdict::pass);
    EXPECT_EQ(result.report.readings, 1U);
}

TEST(Readings, a_defect_is_there_twice) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    EXPECT_FALSE(readings.settled());
    readings.take(reading(unmapped({2})));
    EXPECT_TRUE(readings.settled()) << "nothing moved";
    const Inspection result = std::move(readings).result();
    EXPECT_THAT(test::lines(result.report), ElementsAre("FAIL nslist.active.equal 2"));
    EXPECT_EQ(result.report.readings, 2U);
}

TEST(Readings, what_is_gone_in_the_second_was_none) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    readings.take(reading(Pair()));
    EXPECT_TRUE(readings.settled());
    const Inspection result = std::move(readings).result();
    EXPECT_EQ(result.report.verdict, Verdict::pass);
    EXPECT_THAT(result.report.findings, IsEmpty());
    EXPECT_EQ(result.observation, Pair().observation()) << "the reading that is judged";
}

TEST(Readings, while_something_changes_two_are_not_enough) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    readings.take(reading(moved(unmapped({2}))));
    EXPECT_FALSE(readings.settled());
    readings.take(reading(unmapped({2})));
    EXPECT_FALSE(readings.settled());
    readings.take(reading(moved(unmapped({2}))));
    EXPECT_TRUE(readings.settled());
    EXPECT_THAT(test::lines(std::move(readings).result().report),
                ElementsAre("FAIL nslist.active.equal 2"));
}

TEST(Readings, what_came_back_in_between_has_moved) {
    Pair there_and_back;
    for (Node& node : there_and_back.a) {
        ++node.group(1).chgc;
    }
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    Inspection second = reading(there_and_back);
    second.report = unmapped({2}).report();
    readings.take(second);
    EXPECT_FALSE(readings.settled()) << "the change count tells";
}

TEST(Readings, it_counts_anew_where_a_defect_was_not_there_in_between) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    readings.take(reading(unmapped({3})));
    for (int i = 0; i < 3; ++i) {
        readings.take(reading(unmapped({2})));
        EXPECT_FALSE(readings.settled()) << i << ": it moved once";
    }
    readings.take(reading(unmapped({2})));
    EXPECT_TRUE(readings.settled());
}

TEST(Readings, each_namespace_counts_for_itself) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({1, 2})));
    for (int i = 0; i < 3; ++i) {
        readings.take(reading(unmapped({2, 3})));
        EXPECT_FALSE(readings.settled()) << i;
    }
    readings.take(reading(unmapped({2, 3})));
    EXPECT_TRUE(readings.settled()) << "NSID 3 was in four";
}

TEST(Readings, of_many_namespaces_in_one_finding_one_that_stays_is_enough) {
    const auto folded = [](std::vector<std::uint32_t> nsids) {
        Inspection out = reading(unmapped({2}));
        out.report.findings.at(0).nsids = std::move(nsids);
        return out;
    };
    Readings readings(kLimits);
    readings.take(folded({2, 3}));
    readings.take(folded({4, 5}));
    EXPECT_FALSE(readings.settled());
    readings.take(folded({2, 5, 6}));
    EXPECT_TRUE(readings.settled());
}

TEST(Readings, what_only_the_last_of_them_has_is_unknown) {
    Readings readings({.still = 2, .moving = 4, .most = 3});
    readings.take(reading(unmapped({3})));
    readings.take(reading(unmapped({4})));
    readings.take(reading(unmapped({2})));
    EXPECT_TRUE(readings.settled()) << "there are no more";
    const Inspection result = std::move(readings).result();
    EXPECT_THAT(test::lines(result.report), ElementsAre("UNKNOWN nslist.active.equal 2"));
    EXPECT_THAT(result.report.findings.at(0).what,
                EndsWith("in the last of 3 readings, and not in the one before"));
    EXPECT_EQ(result.report.verdict, Verdict::unknown);
    EXPECT_EQ(result.report.count(Verdict::fail), 0U);
    EXPECT_EQ(result.report.count(Verdict::unknown), 1U);
    EXPECT_EQ(result.report.count(RuleState::broken), 0U);
    EXPECT_EQ(exit_status(result.report, FailOn::warn, true), 3);
}

TEST(Readings, what_could_be_read_only_once_stays) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    EXPECT_FALSE(readings.take(reading(unreached(unmapped({2}), UnobservedReason::refused))));
    const Inspection result = std::move(readings).result();
    EXPECT_EQ(result.report.readings, 1U);
    EXPECT_EQ(result.report.verdict, Verdict::fail);
}

TEST(Readings, a_transition_is_waited_for_although_nothing_moves_meanwhile) {
    Pair between;
    between.on_both([](Node& node) { node.state(nvme::AnaState::change); });
    ASSERT_EQ(reading(between).report.verdict, Verdict::unknown);
    Readings readings(kLimits);
    for (std::size_t i = 1; i < kLimits.most; ++i) {
        readings.take(reading(between));
        EXPECT_FALSE(readings.settled()) << i;
    }
    Readings stuck = readings;
    stuck.take(reading(between));
    EXPECT_TRUE(stuck.settled());
    EXPECT_EQ(std::move(stuck).result().report.verdict, Verdict::unknown);
    readings.take(reading(Pair()));
    EXPECT_TRUE(readings.settled());
    EXPECT_EQ(std::move(readings).result().report.verdict, Verdict::pass);
}

TEST(Readings, a_connection_that_was_lost_is_made_again) {
    for (const Pair& lost : {broken_off(), unreached(Pair(), UnobservedReason::connection_lost)}) {
        Readings readings(kLimits);
        readings.take(reading(lost));
        EXPECT_EQ(reading(lost).report.verdict, Verdict::unknown);
        EXPECT_FALSE(readings.settled());
        EXPECT_TRUE(readings.take(reading(Pair())));
        EXPECT_TRUE(readings.settled());
        EXPECT_EQ(std::move(readings).result().report.verdict, Verdict::pass);
    }
}

TEST(Readings, one_that_is_lost_each_time_is_told_so) {
    Readings readings({.still = 3, .moving = 4, .most = 9});
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(i > 0 && readings.settled()) << i;
        EXPECT_TRUE(readings.take(reading(broken_off())));
    }
    EXPECT_TRUE(readings.settled());
    EXPECT_EQ(std::move(readings).result().report.verdict, Verdict::unknown);
}

TEST(Readings, what_was_waited_for_in_vain_is_not_asked_again) {
    Readings readings(kLimits);
    readings.take(reading(broken_off()), false);
    EXPECT_TRUE(readings.settled());
    Readings later(kLimits);
    later.take(reading(unmapped({2})));
    EXPECT_FALSE(later.take(reading(broken_off(unmapped({2}))), false));
    EXPECT_TRUE(later.settled());
}

TEST(Readings, an_array_that_is_down_is_not_asked_again) {
    Readings readings(kLimits);
    readings.take(reading(unreached(Pair(), UnobservedReason::refused)));
    EXPECT_TRUE(readings.settled());
}

TEST(Readings, one_that_lost_a_connection_confirms_nothing_and_clears_nothing) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    EXPECT_FALSE(readings.take(reading(broken_off(unmapped({2})))));
    EXPECT_FALSE(readings.take(reading(unreached(unmapped({2}), UnobservedReason::refused))));
    EXPECT_FALSE(readings.settled());
    EXPECT_TRUE(readings.take(reading(Pair())));
    EXPECT_TRUE(readings.settled());
    const Inspection result = std::move(readings).result();
    EXPECT_EQ(result.report.verdict, Verdict::pass) << "a false one would have stayed";
    EXPECT_EQ(result.report.readings, 2U);
}

TEST(Readings, what_stays_away_ends_it) {
    Readings readings(kLimits);
    readings.take(reading(unmapped({2})));
    for (std::size_t i = 0; i <= kLimits.missed; ++i) {
        EXPECT_FALSE(readings.settled()) << i;
        EXPECT_FALSE(readings.take(reading(broken_off(unmapped({2})))));
    }
    EXPECT_TRUE(readings.settled());
    const Inspection result = std::move(readings).result();
    EXPECT_EQ(result.report.verdict, Verdict::fail);
    EXPECT_EQ(result.report.readings, 1U);
}

TEST(Readings, what_one_structure_says_of_itself_needs_no_second) {
    Pair pair;
    pair.on_both([](Node& node) { node.id.kas = 0; });
    Readings readings(kLimits);
    readings.take(reading(pair));
    EXPECT_FALSE(reading(pair).report.findings.empty());
    EXPECT_EQ(find_rule(reading(pair).report.findings.at(0).rule)->rule_class, RuleClass::int_);
    EXPECT_TRUE(readings.settled());
}

TEST(Pauses, are_never_of_the_same_length) {
    std::set<std::chrono::milliseconds> pauses;
    for (std::size_t i = 1; i < 24; ++i) {
        const auto pause = pause_before(i);
        EXPECT_GE(pause, std::chrono::milliseconds{100});
        EXPECT_LE(pause, std::chrono::milliseconds{300});
        EXPECT_TRUE(pauses.insert(pause).second) << pause.count();
    }
}

} // namespace
} // namespace haoh::inspection
