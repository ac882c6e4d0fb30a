// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/ana_diff.hpp"

#include "unit/diff/field_change.hpp"

#include <gmock/gmock.h>

namespace haoh::differ {
namespace {

using nvme::AnaState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

nvme::AnaGroup group(std::uint32_t agid, AnaState state, std::vector<std::uint32_t> nsids) {
    return {.agid = agid,
            .chgc = 1,
            .state = state,
            .state_byte = static_cast<std::uint8_t>(state),
            .nsids = std::move(nsids)};
}

AnaObservation ana_log(std::vector<nvme::AnaGroup> groups, std::uint64_t chgc = 1) {
    nvme::AnaLog value;
    value.chgc = chgc;
    value.nagd = static_cast<std::uint16_t>(groups.size());
    value.groups = std::move(groups);
    return {.log = Page::of(nvme::encode(value)), .stable = true, .attempts = 1};
}

void expect_none(const AnaChanges& changes) {
    EXPECT_THAT(changes.log, IsEmpty());
    EXPECT_THAT(changes.namespaces, IsEmpty());
}

TEST(ChangedAna, OfTheSameStatesIsNothingWhateverTheChangeCounts) {
    const AnaObservation before = ana_log({group(1, AnaState::optimized, {1, 2})}, 5);
    expect_none(changed_ana(before, before));
    nvme::AnaGroup counted = group(1, AnaState::optimized, {1, 2});
    counted.chgc = 99;
    AnaObservation after = ana_log({counted}, 99);
    after.attempts = 3;
    expect_none(changed_ana(before, after));
}

TEST(ChangedAna, NamesEachNamespaceWhoseStateChanged) {
    const AnaChanges changes = changed_ana(
        ana_log({group(1, AnaState::optimized, {1, 2}), group(2, AnaState::change, {3})}),
        ana_log({group(1, AnaState::inaccessible, {1, 2}), group(2, AnaState::change, {3})}));
    EXPECT_THAT(changes.log, IsEmpty());
    const auto expected = change("ana_state", "optimized", "inaccessible");
    EXPECT_THAT(changes.namespaces,
                ElementsAre(Pair(1, ElementsAre(expected)), Pair(2, ElementsAre(expected))));
}

TEST(ChangedAna, NamesANamespaceThatMovedToAnotherGroup) {
    const AnaChanges changes = changed_ana(
        ana_log({group(1, AnaState::optimized, {1, 2}), group(2, AnaState::optimized, {3})}),
        ana_log({group(1, AnaState::optimized, {1}), group(2, AnaState::optimized, {2, 3})}));
    EXPECT_THAT(changes.namespaces, ElementsAre(Pair(2, ElementsAre(change("agid", "1", "2")))));
}

TEST(ChangedAna, NamesANamespaceThatTheLogLostOrGained) {
    const AnaObservation without = ana_log({group(1, AnaState::optimized, {1})});
    const AnaObservation with = ana_log({group(1, AnaState::optimized, {1, 2})});
    EXPECT_THAT(changed_ana(without, with).namespaces,
                ElementsAre(Pair(2, ElementsAre(change("ana_state", "", "optimized"),
                                                change("agid", "", "1")))));
    EXPECT_THAT(changed_ana(with, without).namespaces,
                ElementsAre(Pair(2, ElementsAre(change("ana_state", "optimized", ""),
                                                change("agid", "1", "")))));
}

TEST(ChangedAna, NamesGroupsThatNoNamespaceTellsOf) {
    const AnaChanges changes =
        changed_ana(ana_log({group(1, AnaState::optimized, {}), group(2, AnaState::optimized, {})}),
                    ana_log({group(1, AnaState::change, {}), group(3, AnaState::optimized, {})}));
    EXPECT_THAT(changes.log, ElementsAre(change("ana_group 1", "optimized", "change"),
                                         change("ana_group 2", "optimized", ""),
                                         change("ana_group 3", "", "optimized")));
    EXPECT_THAT(changes.namespaces, IsEmpty());
}

TEST(ChangedAna, SaysNothingOfEmptyGroupsThatStayedAsTheyWere) {
    const AnaChanges changes = changed_ana(
        ana_log({group(1, AnaState::optimized, {}), group(2, AnaState::optimized, {3})}),
        ana_log({group(1, AnaState::optimized, {}), group(2, AnaState::change, {3})}));
    EXPECT_THAT(changes.log, IsEmpty());
    EXPECT_THAT(changes.namespaces,
                ElementsAre(Pair(3, ElementsAre(change("ana_state", "optimized", "change")))));
}

TEST(ChangedAna, LeavesAGroupThatGotItsFirstNamespaceToThat) {
    const AnaChanges changes = changed_ana(ana_log({group(1, AnaState::optimized, {})}),
                                           ana_log({group(1, AnaState::change, {4})}));
    EXPECT_THAT(changes.log, IsEmpty());
    EXPECT_THAT(changes.namespaces, ElementsAre(Pair(4, testing::SizeIs(2))));
    // And a group that went away together with its namespaces.
    const AnaChanges gone = changed_ana(
        ana_log({group(1, AnaState::optimized, {4}), group(2, AnaState::optimized, {5})}),
        ana_log({group(1, AnaState::optimized, {4})}));
    EXPECT_THAT(gone.log, IsEmpty());
    EXPECT_THAT(gone.namespaces, ElementsAre(Pair(5, testing::SizeIs(2))));
}

TEST(ChangedAna, NamesAReservedByteByItsPlaceBesideEveryChangeCount) {
    const auto logs = [](std::uint64_t chgc) {
        std::vector<nvme::AnaGroup> groups{group(1, AnaState::optimized, {1, 2}),
                                           group(2, AnaState::change, {3})};
        for (nvme::AnaGroup& one : groups) {
            one.chgc = chgc;
        }
        return ana_log(groups, chgc);
    };
    // Base 2.3, figures of the ANA log: byte 12 of its header, and 17 of a group's, are reserved.
    for (const std::size_t offset :
         {std::size_t{12}, std::size_t{16 + 17}, std::size_t{16 + 32 + 8 + 31}}) {
        AnaObservation after = logs(0x1122334455667788);
        nvme::Bytes bytes = after.log.whole();
        bytes[offset] = 0xEE;
        after.log = Page::of(bytes);
        const AnaChanges changes = changed_ana(logs(5), after);
        EXPECT_THAT(changes.log,
                    ElementsAre(change("ana_log byte " + std::to_string(offset), "00", "ee")));
        EXPECT_THAT(changes.namespaces, IsEmpty());
        // Where a state changed as well, that is what is told.
        nvme::Bytes other = bytes;
        other[16 + 16] = 3;
        after.log = Page::of(other);
        EXPECT_THAT(changed_ana(logs(5), after).log, IsEmpty());
        EXPECT_THAT(changed_ana(logs(5), after).namespaces, testing::SizeIs(2));
    }
}

TEST(ChangedAna, SaysHowMuchOfALogCame) {
    const AnaObservation plain = ana_log({group(1, AnaState::optimized, {1, 2})});
    AnaObservation odd = plain;
    nvme::Bytes bytes = plain.log.whole();
    bytes[8] = 2; // as many groups are announced
    odd.log = Page::of(bytes);
    const AnaChanges changes = changed_ana(plain, odd);
    ASSERT_EQ(changes.log.size(), 1U);
    EXPECT_EQ(changes.log[0].field, "ana_log");
    EXPECT_EQ(changes.log[0].before, "56 bytes, 1 of 1 groups, 2 namespaces");
    EXPECT_THAT(changes.log[0].after,
                testing::StartsWith("56 bytes, 1 of 2 groups, 2 namespaces; "));
}

TEST(ChangedAna, LeavesAGroupThatBecameEmptyToItsNamespaces) {
    const AnaChanges changes = changed_ana(ana_log({group(1, AnaState::optimized, {1})}),
                                           ana_log({group(1, AnaState::optimized, {})}));
    EXPECT_THAT(changes.log, IsEmpty());
    EXPECT_EQ(changes.namespaces.size(), 1U);
}

TEST(ChangedAna, ShowsReservedBytesAndOrder) {
    nvme::AnaGroup odd = group(1, AnaState::optimized, {1, 2});
    odd.state_byte = 0x81;
    const AnaObservation plain = ana_log({group(1, AnaState::optimized, {1, 2})});
    // The decoder calls reserved bits a problem, so that the texts differ.
    ASSERT_EQ(changed_ana(plain, ana_log({odd})).log.size(), 1U);
    EXPECT_EQ(changed_ana(plain, ana_log({odd})).log[0].field, "ana_log");
    const AnaChanges order = changed_ana(plain, ana_log({group(1, AnaState::optimized, {2, 1})}));
    ASSERT_EQ(order.log.size(), 1U);
    EXPECT_THAT(order.log[0].after, testing::HasSubstr("; "));
    AnaObservation padded = plain;
    nvme::Bytes bytes = plain.log.whole();
    bytes[12] = 0xEE; // reserved in the header
    padded.log = Page::of(bytes);
    ASSERT_EQ(changed_ana(plain, padded).log.size(), 1U);
    EXPECT_EQ(changed_ana(plain, padded).log[0], change("ana_log byte 12", "00", "ee"));
}

TEST(ChangedAna, TrustsNoUnstableLog) {
    const AnaObservation stable = ana_log({group(1, AnaState::optimized, {1})});
    AnaObservation unstable = ana_log({group(1, AnaState::change, {1})});
    unstable.stable = false;
    const AnaChanges changes = changed_ana(stable, unstable);
    EXPECT_THAT(changes.log, ElementsAre(change("ana_log", "stable", "unstable")));
    EXPECT_THAT(changes.namespaces, IsEmpty());
    expect_none(changed_ana(unstable, unstable));
    AnaObservation other = ana_log({group(1, AnaState::inaccessible, {1})});
    other.stable = false;
    expect_none(changed_ana(unstable, other));
    EXPECT_THAT(changed_ana(unstable, stable).log,
                ElementsAre(change("ana_log", "unstable", "stable")));
    EXPECT_THAT(changed_ana(unstable, stable).namespaces, IsEmpty());
}

TEST(ChangedAna, SaysWhenTheLogCouldNotBeRead) {
    const AnaObservation good = ana_log({});
    const AnaObservation lost{.log = Page::of_failure("lost"), .stable = true, .attempts = 1};
    EXPECT_THAT(changed_ana(good, lost).log, ElementsAre(change("ana_log", "read", "lost")));
    EXPECT_THAT(changed_ana(lost, good).log, ElementsAre(change("ana_log", "lost", "read")));
    const AnaObservation full = ana_log({group(1, AnaState::optimized, {1})});
    EXPECT_THAT(changed_ana(full, lost).log, ElementsAre(change("ana_log", "read", "lost")));
    EXPECT_THAT(changed_ana(full, lost).namespaces, IsEmpty()) << "nothing is known of them";
    expect_none(changed_ana(lost, lost));
    expect_none(changed_ana(good, AnaObservation{}));
}

} // namespace
} // namespace haoh::differ
