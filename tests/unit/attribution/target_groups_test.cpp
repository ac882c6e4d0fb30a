// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace haoh::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Lt;

std::vector<std::string> arrays_of(const Observation& observation) {
    std::vector<std::string> out;
    for (const Attribution& attribution : attribute(observation, {})) {
        out.push_back(attribution.array);
    }
    return out;
}

std::vector<int> confidences(const Observation& observation) {
    std::vector<int> out;
    for (const Attribution& attribution : attribute(observation, {})) {
        out.push_back(attribution.confidence);
    }
    return out;
}

/// Two ports an array, each a target of its own; IDs and what further connections were given.
Pair four_targets() {
    Pair pair(2, 2);
    const auto set = [](Node& node, const std::string& address, std::uint16_t id,
                        std::uint16_t probed) {
        node.traddr = address;
        node.target = "tcp://" + address + ":4420";
        node.id.cntlid = id;
        node.probed = {probed};
    };
    set(pair.a[0], "10.1.0.1", 1, 3);
    set(pair.a[1], "10.1.0.2", 2, 4);
    set(pair.b[0], "10.2.0.1", 1025, 1027);
    set(pair.b[1], "10.2.0.2", 1026, 1028);
    return pair;
}

TEST(TargetGroups, TakesPortsThatDrawFromOneRangeForOneArray) {
    const Observation seen = four_targets().observation();
    EXPECT_THAT(arrays_of(seen), ElementsAre("array-a", "array-a", "array-b", "array-b"));
    EXPECT_EQ(attribute(seen, {})[1].evidence,
              "target tcp://10.1.0.2:4420, of one range of controller IDs with "
              "tcp://10.1.0.1:4420");
}

TEST(TargetGroups, KnowsAnArrayThatHandsOutTheLowestFreeId) {
    // As nvmet does: the second probe gets the ID that the first one gave back.
    Pair pair = four_targets();
    pair.a[1].probed = {3};
    pair.b[1].probed = {1027};
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-a", "array-b", "array-b"));
}

TEST(TargetGroups, NeedsToSeeHowIdsAreHandedOut) {
    Pair pair = four_targets();
    pair.on_both([](Node& node) { node.probed.clear(); });
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-b", "array-c", "array-d"));
}

TEST(TargetGroups, KeepsTwoArraysWhoseRangesAreMixed) {
    // That is the defect which ctrl.cntlid.partitioned tells of.
    Pair two = four_targets();
    two.a.pop_back();
    two.b.pop_back();
    two.b[0].id.cntlid = 2;
    two.b[0].probed = {4};
    EXPECT_THAT(arrays_of(two.observation()), ElementsAre("array-a", "array-b"));
    Pair four = four_targets();
    four.b[0].id.cntlid = 5;
    four.b[0].probed = {7};
    four.a[0].probed = {9};
    four.b[1].id.cntlid = 6;
    four.b[1].probed = {8};
    EXPECT_THAT(arrays_of(four.observation()),
                ElementsAre("array-a", "array-b", "array-c", "array-d"));
}

/// The first three targets of four, each with an ID and one of a further connection.
Pair three_targets(std::array<std::array<std::uint16_t, 2>, 3> ids) {
    Pair pair = four_targets();
    pair.b.pop_back();
    Node* const nodes[] = {&pair.a[0], &pair.a[1], &pair.b[0]};
    for (std::size_t i = 0; i < 3; ++i) {
        nodes[i]->id.cntlid = ids.at(i)[0];
        nodes[i]->probed = {ids.at(i)[1]};
    }
    return pair;
}

TEST(TargetGroups, NeedsAnArrayThatIsKnownToLieApart) {
    EXPECT_THAT(arrays_of(three_targets({{{1, 3}, {2, 4}, {1025, 1026}}}).observation()),
                ElementsAre("array-a", "array-a", "array-b"));
    // A chain: the first and the last do not meet, the second is mixed with both.
    EXPECT_THAT(arrays_of(three_targets({{{1, 5}, {3, 7}, {6, 9}}}).observation()),
                ElementsAre("array-a", "array-b", "array-c"));
    // Nothing is known of the range of a target that is named by a name.
    Pair named = three_targets({{{1, 3}, {2, 4}, {1025, 1026}}});
    named.b[0].target = "tcp://array-b:4420";
    EXPECT_THAT(arrays_of(named.observation()), ElementsAre("array-a", "array-b", "array-c"));
    // Nor does another subsystem's range show that those of this one are apart.
    Pair other = three_targets({{{1, 3}, {2, 4}, {1025, 1026}}});
    other.b[0].nqn("nqn.2026-01.io.example:other");
    EXPECT_THAT(arrays_of(other.observation()), ElementsAre("array-a", "array-b", "array-c"));
}

TEST(TargetGroups, GoesByWhatSpeaksAgainstIt) {
    // One ID twice at one time: no array does that.
    Pair twice = four_targets();
    twice.a[1].id.cntlid = 1;
    EXPECT_THAT(arrays_of(twice.observation()),
                ElementsAre("array-a", "array-b", "array-c", "array-c"));
    Pair serials = four_targets();
    serials.a[1].id.sn = ascii<20>("OTHER");
    EXPECT_THAT(arrays_of(serials.observation()),
                ElementsAre("array-a", "array-b", "array-c", "array-c"));
    Pair domains = four_targets();
    domains.a[0].id.domainid = 1;
    domains.a[1].id.domainid = 2;
    EXPECT_THAT(arrays_of(domains.observation()),
                ElementsAre("array-a", "array-b", "array-c", "array-c"));
}

/// The first two targets of four, each with an ID and one of a further connection.
Pair two_targets(std::uint16_t first_probe, std::uint16_t second_probe) {
    Pair pair = four_targets();
    pair.b.clear();
    pair.a[0].probed = {first_probe};
    pair.a[1].probed = {second_probe};
    return pair;
}

TEST(TargetGroups, IsSureOfTargetsThatNothingSpeaksAgainst) {
    Pair pair = four_targets();
    pair.a.pop_back();
    pair.b.pop_back();
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    pair.on_both([](Node& node) { node.probed.clear(); });
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    EXPECT_THAT(confidences(four_targets().observation()), Each(Ge(kSureOfArray)))
        << "each array has two, and they lie apart";
}

TEST(TargetGroups, IsNotSureWhoseIdsAreMixed) {
    // Two ports of one array, or two arrays whose ranges are mixed: it looks the same.
    EXPECT_THAT(confidences(two_targets(3, 4).observation()), Each(Lt(kSureOfArray)));
    // So it does beside a third one: it only shows that arrays have ranges of their own.
    EXPECT_THAT(confidences(three_targets({{{1, 3}, {2, 4}, {1025, 1026}}}).observation()),
                ElementsAre(Lt(kSureOfArray), Lt(kSureOfArray), Ge(kSureOfArray)));
    // Nobody looked how IDs go on.
    Pair unprobed = two_targets(3, 4);
    unprobed.on_a([](Node& node) { node.probed.clear(); });
    EXPECT_THAT(arrays_of(unprobed.observation()), ElementsAre("array-a", "array-b"));
    EXPECT_THAT(confidences(unprobed.observation()), Each(Lt(kSureOfArray)));
}

TEST(TargetGroups, IsSureOfPortsThatHandOutIdsByTurns) {
    const auto probed = [](std::vector<std::uint16_t> first, std::vector<std::uint16_t> second) {
        Pair pair = three_targets({{{1, 3}, {2, 4}, {1025, 1026}}});
        pair.a[0].probed = std::move(first);
        pair.a[1].probed = std::move(second);
        pair.b[0].probed = {1026, 1027};
        pair.a[0].id.cntlid = 38;
        pair.a[1].id.cntlid = 39;
        return pair;
    };
    // Asked in their order and then the other way round, the later one gets the higher ID each time.
    const Pair turns = probed({3, 6}, {4, 5});
    EXPECT_THAT(arrays_of(turns.observation()), ElementsAre("array-a", "array-a", "array-b"));
    EXPECT_THAT(confidences(turns.observation()), Each(Ge(kSureOfArray)));
    EXPECT_THAT(confidences(probed({40, 3}, {1, 2}).observation()), Each(Ge(kSureOfArray)))
        << "they begin anew";
    EXPECT_THAT(confidences(probed({3, 701}, {4, 700}).observation()), Each(Ge(kSureOfArray)))
        << "those between are taken";
    const auto unsure = [](const Pair& pair) {
        EXPECT_THAT(confidences(pair.observation()),
                    ElementsAre(Lt(kSureOfArray), Lt(kSureOfArray), Ge(kSureOfArray)));
    };
    unsure(probed({3, 5}, {4, 6}));     // two arrays of mixed ranges, each with its own next ID
    unsure(probed({3, 600}, {4, 500})); // or with IDs drawn at random
    unsure(probed({3}, {4, 5}));        // one of them refused the second time
    // All of these are there at the same time: who gives one of them again is another array.
    EXPECT_THAT(arrays_of(probed({3, 5}, {5, 6}).observation()),
                ElementsAre("array-a", "array-b", "array-c"));
}

TEST(TargetGroups, IsNotSureOfOneRangeForAllTargets) {
    // By turns as well: it may be one array, or two that agree on who gives which ID.
    Pair pair = three_targets({{{1, 4}, {2, 5}, {3, 6}}});
    pair.a[0].probed = {4, 9};
    pair.a[1].probed = {5, 8};
    pair.b[0].probed = {6, 7};
    EXPECT_THAT(confidences(pair.observation()), Each(Lt(kSureOfArray)));
}

TEST(TargetGroups, IsSureOfOneArrayWhereMoreThanIdsSaysIt) {
    const auto one_array = [](const Pair& pair) {
        EXPECT_THAT(arrays_of(pair.observation()), ElementsAre("array-a", "array-a"));
        EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    };
    one_array(two_targets(3, 3)); // the lowest that is free, twice
    Pair domain = two_targets(3, 4);
    domain.on_a([](Node& node) { node.id.domainid = 1; });
    one_array(domain);
    Pair unit = two_targets(3, 4);
    unit.on_a([](Node& node) { node.id.fguid.fill(7); });
    one_array(unit);
}

TEST(TargetGroups, IsSureOfPortsOfOneListThatLeavesOthersOut) {
    Pair pair = three_targets({{{1, 3}, {2, 4}, {1025, 1026}}});
    Observation seen = pair.observation();
    const auto log = [&seen](const std::string& target, std::vector<std::string> addresses) {
        nvme::DiscoveryLog out;
        for (const std::string& address : addresses) {
            nvme::DiscoveryEntry& entry = out.entries.emplace_back();
            entry.traddr = address;
            entry.trsvcid = "4420";
            entry.subnqn = kNqn;
        }
        out.numrec = out.entries.size();
        seen.discovery.push_back(
            {.target = target, .address = target, .log = Page::of(nvme::encode(out))});
    };
    log("tcp://10.1.0.1:4420", {"10.1.0.1", "10.1.0.2"});
    log("tcp://10.1.0.2:4420", {"10.1.0.1", "10.1.0.2"});
    EXPECT_THAT(confidences(seen), Each(Ge(kSureOfArray)));
    seen.discovery.clear();
    for (const char* const target : {"tcp://10.1.0.1:4420", "tcp://10.1.0.2:4420"}) {
        log(target, {"10.1.0.1", "10.1.0.2", "10.2.0.1"});
    }
    EXPECT_THAT(confidences(seen), Contains(Lt(kSureOfArray))) << "that has all of both arrays";
}

TEST(TargetGroups, IsNotSureOfTwoRangesInOneDomain) {
    Pair pair = four_targets();
    pair.a.pop_back();
    pair.b.pop_back();
    pair.on_both([](Node& node) { node.id.domainid = 1; });
    EXPECT_THAT(arrays_of(pair.observation()), ElementsAre("array-a", "array-b"));
    EXPECT_THAT(confidences(pair.observation()), Each(Lt(kSureOfArray)));
}

TEST(TargetGroups, LooksBehindTheOnlyTarget) {
    // One discovery address leads to both arrays.
    Pair pair = four_targets();
    pair.on_both([](Node& node) {
        node.target = "tcp://10.0.0.9:8009";
        node.probed.clear();
    });
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-a", "array-b", "array-b"));
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    // Far apart, and no distance that somebody configured: one array with many hosts does it, too.
    pair.b[0].id.cntlid = 700;
    pair.b[1].id.cntlid = 701;
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-a", "array-a", "array-a"));
    EXPECT_THAT(confidences(pair.observation()), Each(Lt(kSureOfArray)));
    pair.b[0].id.cntlid = 3;
    pair.b[1].id.cntlid = 4;
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray))) << "one target, one array";
}

TEST(TargetGroups, LooksBehindTargetsThatLookLikeOneArray) {
    // Two ports of one array were named, and their logs lead to the other's as well.
    Pair pair = four_targets();
    pair.on_b([&pair](Node& node) {
        node.target = pair.a[0].target;
        node.probed.clear();
    });
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-a", "array-b", "array-b"));
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    pair.with_discovery();
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-a", "array-b", "array-b"));
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    // At no distance that somebody configured: they may be of anyone.
    pair.b[0].id.cntlid = 700;
    pair.b[1].id.cntlid = 701;
    EXPECT_THAT(confidences(pair.observation()), Each(Lt(kSureOfArray)));
    // Two targets that are apart are two arrays, whoever else was found.
    pair.a[1].id.cntlid = 2001;
    pair.a[1].probed = {2002};
    EXPECT_THAT(arrays_of(pair.observation()), Contains("array-b"));
    EXPECT_EQ(attribute(pair.observation(), {})[0].evidence, "target tcp://10.1.0.1:4420");
}

TEST(TargetGroups, PutsAPortThatALogNamedToTheArrayOfItsId) {
    Pair pair = four_targets();
    for (Node* node : {&pair.a[1], &pair.b[1]}) {
        node->target = pair.a[0].target; // both logs name all ports, and A's came first
        node->probed.clear();
    }
    const Observation seen = pair.observation();
    EXPECT_THAT(arrays_of(seen), ElementsAre("array-a", "array-a", "array-b", "array-b"));
    EXPECT_EQ(attribute(seen, {})[3].evidence,
              "controller ID 1026, near those of target tcp://10.2.0.1:4420");
    // Nothing is known of the range of a target that is named by a name.
    Pair named = pair;
    named.a[0].target = named.a[1].target = named.b[1].target = "tcp://array-a:4420";
    EXPECT_THAT(arrays_of(named.observation()),
                ElementsAre("array-a", "array-a", "array-b", "array-a"));
    // An ID that is near to nobody's tells nothing.
    pair.b[1].id.cntlid = 9000;
    EXPECT_THAT(arrays_of(pair.observation()),
                ElementsAre("array-a", "array-a", "array-b", "array-a"));
    EXPECT_THAT(confidences(pair.observation()), Each(Ge(kSureOfArray)));
    pair.with_discovery(); // that is of any of the targets whose logs name it
    EXPECT_THAT(arrays_of(pair.observation()), ElementsAre("array-a", "array-a", "array-b", ""));
    EXPECT_THAT(confidences(pair.observation()), ElementsAre(Ge(kSureOfArray), Ge(kSureOfArray),
                                                             Ge(kSureOfArray), Lt(kSureOfArray)));
}

} // namespace
} // namespace haoh::test
