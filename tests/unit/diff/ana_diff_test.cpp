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
    EXPECT_THAT(changed_ana(plain, padded).log[0].field, testing::StartsWith("ana_log"));
}

TEST(ChangedAna, TrustsNoUnstableLog) {
    const AnaObservation stable = ana_log({group(1, AnaState::optimized, {1})});
    AnaObservation unstable = ana_log({group(1, AnaState::change, {1})});
    unstable.stable = false;
    const AnaChanges changes = changed_ana(stable, unstable);
    EXPECT_THAT(changes.log, ElementsAre(change("ana_log", "stable", "unstable")));
    EXPECT_THAT(changes.namespaces, IsEmpty());
    expect_none(changed_ana(unstable, unstable));
}

TEST(ChangedAna, SaysWhenTheLogCouldNotBeRead) {
    const AnaObservation good = ana_log({});
    const AnaObservation lost{.log = Page::of_failure("lost"), .stable = true, .attempts = 1};
    EXPECT_THAT(changed_ana(good, lost).log, ElementsAre(change("ana_log", "read", "lost")));
    expect_none(changed_ana(good, AnaObservation{}));
}

} // namespace
} // namespace haoh::differ
