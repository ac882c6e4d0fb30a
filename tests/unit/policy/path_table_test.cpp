// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/policy.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace haoh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PathTable, KeepsTheOrderOfArrivalWhenSlotsAreUsedAgain) {
    PathTable table;
    std::vector<PathIndex> paths;
    for (unsigned i = 0; i < PathTable::kMaxPaths; ++i) {
        paths.push_back(table.add({}, {}).value());
        EXPECT_EQ(paths.back().slot(), i);
    }
    EXPECT_EQ(table.add({}, {}), std::nullopt);
    EXPECT_EQ(table.paths(), paths);
    EXPECT_TRUE(table.remove(paths[3]));
    EXPECT_FALSE(table.remove(paths[3]));
    const PathIndex last = table.add({}, {}).value();
    EXPECT_EQ(last.slot(), 3U);
    EXPECT_NE(last, paths[3]);
    EXPECT_EQ(table.paths().back(), last);
    table.read([&](const PathTable::View& view) {
        EXPECT_EQ(view.place_of(last), 63U);
        EXPECT_EQ(view.place_of(paths[3]), PathTable::kMaxPaths);
        EXPECT_EQ(view.place_of(paths[4]), 3U);
        EXPECT_EQ(view.listed(), ~PathTable::Mask{0});
        return 0;
    });
}

TEST(PathTable, GivesNoNameTwice) {
    PathTable table;
    EXPECT_FALSE(table.is_current({})) << "none is no path";
    std::set<PathIndex> seen;
    for (int i = 0; i < 1000; ++i) {
        const PathIndex path = table.add({}, {}).value();
        EXPECT_TRUE(seen.insert(path).second);
        EXPECT_TRUE(table.remove(path));
    }
    EXPECT_THAT(table.paths(), IsEmpty());
}

TEST(PathTable, PassesOverWordsOfPathsThatAreGone) {
    PathTable table;
    const PathIndex old = table.add({}, {}).value();
    table.started(old);
    EXPECT_EQ(table.depth(old), 1U);
    EXPECT_TRUE(table.remove(old));
    EXPECT_FALSE(table.set_state(old, {}));
    for (unsigned i = 0; i < PathTable::kMaxPaths - 1; ++i) {
        ASSERT_TRUE(table.add({}, {}));
    }
    const PathIndex successor = table.add({}, {}).value();
    ASSERT_EQ(successor.slot(), old.slot());
    EXPECT_EQ(table.depth(successor), 0U) << "its count begins at 0";
    table.started(successor);
    table.completed(old);
    table.started(old);
    EXPECT_EQ(table.depth(successor), 1U);
    EXPECT_EQ(table.depth(old), 0U);
    table.completed(successor);
    table.completed(successor);
    EXPECT_EQ(table.depth(successor), 0U) << "a count stops at 0";
    table.started({});
    table.completed({});
}

TEST(PathTable, SortsPathsByWhatTheyAreGoodFor) {
    PathTable table{7};
    table.add({.site = 7}, {.ana = nvme::AnaState::optimized});
    table.add({}, {.ana = nvme::AnaState::non_optimized});
    table.add({}, {.ana = nvme::AnaState::inaccessible});
    table.add({}, {.live = false});
    table.add({}, {.live = false, .deleting = true});
    table.add({}, {.usable = false});
    table.add({.site = 7}, {.ana_pending = true});
    table.read([](const PathTable::View& view) {
        EXPECT_EQ(view.listed(), 0b1111111U);
        EXPECT_EQ(view.enabled(), 0b0010111U);
        EXPECT_EQ(view.optimized(), 0b0010001U);
        EXPECT_EQ(view.non_optimized(), 0b0000010U);
        EXPECT_EQ(view.live_optimized(), 0b0000001U);
        EXPECT_EQ(view.local(), 0b1000001U);
        EXPECT_EQ(view.candidates(), 0b0010001U);
        return 0;
    });
}

TEST(PathTable, IsReadAgainWhereWritersWentRoundTheRing) {
    for (std::size_t changes = 0; changes <= 2 * PathTable::kGenerations; ++changes) {
        PathTable table;
        const PathIndex path = table.add({}, {}).value();
        unsigned asked = 0;
        const bool enabled = table.read([&](const PathTable::View& view) {
            for (std::size_t i = 0; asked == 0 && i < changes; ++i) { // a writer comes in between
                table.set_state(path, {.live = i % 2 != 0});
            }
            ++asked;
            return view.enabled() != 0;
        });
        // The writer of one more change would fill the buffer that is read.
        const bool overtaken = changes >= PathTable::kGenerations - 1;
        EXPECT_EQ(asked, overtaken ? 2U : 1U) << changes;
        EXPECT_EQ(enabled, !overtaken || changes % 2 == 0) << changes << ": one whole state";
    }
}

TEST(PathTable, RefusesTraitsOutOfRange) {
    PathTable table;
    for (const PathTraits& traits : std::vector<PathTraits>{
             {.weight = 0}, {.numa_node = -2}, {.numa_node = 32768}, {.numa_node = 40000}}) {
        try {
            table.add(traits, {});
            ADD_FAILURE() << traits.weight << ' ' << traits.numa_node;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid_argument);
        }
    }
    EXPECT_THAT(table.paths(), IsEmpty());
    EXPECT_TRUE(table.add({.numa_node = -1, .weight = 1}, {}));
    EXPECT_TRUE(table.add({.numa_node = 32767, .weight = 65535}, {}));
    const PathIndex path = table.add({.weight = 3}, {.live = false}).value();
    EXPECT_EQ(table.traits(path)->weight, 3U);
    EXPECT_EQ(table.state(path), (PathState{.live = false}));
    EXPECT_EQ(table.state({}), std::nullopt);
}

} // namespace
} // namespace haoh
