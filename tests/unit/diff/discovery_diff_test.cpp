// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/discovery_diff.hpp"

#include "unit/diff/field_change.hpp"

#include <gmock/gmock.h>

namespace haoh::differ {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

nvme::DiscoveryEntry entry(std::string traddr, std::uint16_t portid = 1) {
    nvme::DiscoveryEntry out;
    out.trtype = 3;
    out.adrfam = 1;
    out.subtype = 2;
    out.portid = portid;
    out.cntlid = 0xFFFF;
    out.asqsz = 32;
    out.trsvcid = "4420";
    out.subnqn = "nqn.s";
    out.traddr = std::move(traddr);
    return out;
}

DiscoveryObservation discovery_log(std::vector<nvme::DiscoveryEntry> entries,
                                   std::uint64_t genctr = 1) {
    nvme::DiscoveryLog value;
    value.genctr = genctr;
    value.numrec = entries.size();
    value.entries = std::move(entries);
    return {.target = "t", .address = "a", .log = Page::of(nvme::encode(value)), .stable = true};
}

TEST(ChangedDiscovery, OfTheSameEntriesIsNothingWhateverTheirOrderAndCount) {
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1"), entry("10.0.0.2")}, 1),
                                  discovery_log({entry("10.0.0.2"), entry("10.0.0.1")}, 9)),
                IsEmpty());
}

TEST(ChangedDiscovery, NamesEntriesThatCameAndWent) {
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1"), entry("10.0.0.2")}),
                                  discovery_log({entry("10.0.0.2"), entry("10.0.0.3")})),
                ElementsAre(change("entry nqn.s 10.0.0.1:4420",
                                   "trtype 3, subtype 2, portid 1, cntlid 0xffff", ""),
                            change("entry nqn.s 10.0.0.3:4420", "",
                                   "trtype 3, subtype 2, portid 1, cntlid 0xffff")));
}

TEST(ChangedDiscovery, NamesWhatChangedInAnEntry) {
    nvme::DiscoveryEntry after = entry("10.0.0.1", 2);
    after.eflags = 1;
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1", 1)}), discovery_log({after})),
                ElementsAre(change("entry nqn.s 10.0.0.1:4420 portid", "1", "2"),
                            change("entry nqn.s 10.0.0.1:4420 eflags", "0x0000", "0x0001")));
}

TEST(ChangedDiscovery, NamesEachFieldThatDoesNotSayWhichEntryItIs) {
    struct Row {
        void (*edit)(nvme::DiscoveryEntry&);
        const char* field;
        std::string before, after;
    };
    for (const Row& row :
         {Row{[](nvme::DiscoveryEntry& e) { e.adrfam = 2; }, "adrfam", "1", "2"},
          Row{[](nvme::DiscoveryEntry& e) { e.treq = 1; }, "treq", "0x0000", "0x0001"},
          Row{[](nvme::DiscoveryEntry& e) { e.portid = 7; }, "portid", "1", "7"},
          Row{[](nvme::DiscoveryEntry& e) { e.cntlid = 0xFFFE; }, "cntlid", "0xffff", "0xfffe"},
          Row{[](nvme::DiscoveryEntry& e) { e.asqsz = 64; }, "asqsz", "32", "64"},
          Row{[](nvme::DiscoveryEntry& e) { e.eflags = 0x100; }, "eflags", "0x0000", "0x0100"},
          Row{[](nvme::DiscoveryEntry& e) { e.tsas[0] = 1; }, "tsas", std::string(512, '0'),
              "01" + std::string(510, '0')}}) {
        nvme::DiscoveryEntry after = entry("10.0.0.1");
        row.edit(after);
        EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1")}), discovery_log({after})),
                    ElementsAre(change(std::string("entry nqn.s 10.0.0.1:4420 ") + row.field,
                                       row.before, row.after)));
    }
}

TEST(ChangedDiscovery, TakesAnotherPortOrSubsystemForAnotherEntry) {
    for (void (*edit)(nvme::DiscoveryEntry&) :
         {+[](nvme::DiscoveryEntry& e) { e.subnqn = "nqn.t"; },
          +[](nvme::DiscoveryEntry& e) { e.traddr = "10.0.0.9"; },
          +[](nvme::DiscoveryEntry& e) { e.trsvcid = "8009"; },
          +[](nvme::DiscoveryEntry& e) { e.trtype = 1; },
          +[](nvme::DiscoveryEntry& e) { e.subtype = 3; }}) {
        nvme::DiscoveryEntry after = entry("10.0.0.1");
        edit(after);
        const auto changes =
            changed_discovery(discovery_log({entry("10.0.0.1")}), discovery_log({after}));
        ASSERT_EQ(changes.size(), 2U);
        EXPECT_EQ(changes[0], change("entry nqn.s 10.0.0.1:4420",
                                     "trtype 3, subtype 2, portid 1, cntlid 0xffff", ""));
        EXPECT_EQ(changes[1].before, "");
    }
}

TEST(ChangedDiscovery, ComparesEntriesThatAreThereTwiceInTheirOrder) {
    const auto twice = [](std::uint16_t first, std::uint16_t second) {
        return discovery_log({entry("10.0.0.1", first), entry("10.0.0.1", second)});
    };
    EXPECT_THAT(changed_discovery(twice(1, 2), twice(1, 3)),
                ElementsAre(change("entry nqn.s 10.0.0.1:4420 portid", "2", "3")));
    EXPECT_THAT(changed_discovery(twice(1, 2), discovery_log({entry("10.0.0.1", 1)})),
                ElementsAre(change("entry nqn.s 10.0.0.1:4420",
                                   "trtype 3, subtype 2, portid 2, cntlid 0xffff", "")));
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1", 1)}), twice(1, 2)),
                ElementsAre(change("entry nqn.s 10.0.0.1:4420", "",
                                   "trtype 3, subtype 2, portid 2, cntlid 0xffff")));
}

TEST(ChangedDiscovery, NamesEntriesInPrintableBytes) {
    nvme::DiscoveryEntry odd = entry("10.0.0.1");
    odd.subnqn = "nqn.\x1b[2J";
    const auto changes = changed_discovery(discovery_log({}), discovery_log({odd}));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].field, "entry nqn.\\x1b[2J 10.0.0.1:4420");
}

TEST(ChangedDiscovery, CountsEntriesThatAreThereTwice) {
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1"), entry("10.0.0.1")}),
                                  discovery_log({entry("10.0.0.1")})),
                testing::SizeIs(1));
}

TEST(ChangedDiscovery, SaysWhenALogIsOfAnotherForm) {
    DiscoveryObservation cut = discovery_log({entry("10.0.0.1")});
    nvme::Bytes bytes = cut.log.whole();
    nvme::store_le<std::uint64_t>(bytes, 8, 2);
    cut.log = Page::of(bytes);
    const auto changes = changed_discovery(discovery_log({entry("10.0.0.1")}), cut);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].field, "discovery_log");
    EXPECT_EQ(changes[0].before, "recfmt 0, 1 of 1 records");
    EXPECT_THAT(changes[0].after, testing::StartsWith("recfmt 0, 1 of 2 records; "));
    // Where entries tell what changed, that is enough.
    nvme::store_le<std::uint16_t>(bytes, 1024 + 4, 9);
    cut.log = Page::of(bytes);
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1")}), cut),
                ElementsAre(change("entry nqn.s 10.0.0.1:4420 portid", "1", "9")));
}

TEST(ChangedDiscovery, SaysWhenALogIsUnstableOrCouldNotBeRead) {
    DiscoveryObservation unstable = discovery_log({});
    unstable.stable = false;
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1")}), unstable),
                ElementsAre(change("discovery_log", "stable", "unstable")));
    EXPECT_THAT(changed_discovery(unstable, discovery_log({entry("10.0.0.1")})),
                ElementsAre(change("discovery_log", "unstable", "stable")));
    DiscoveryObservation also = discovery_log({entry("10.0.0.1")});
    also.stable = false;
    EXPECT_THAT(changed_discovery(unstable, also), IsEmpty()) << "nothing in them can be trusted";
    DiscoveryObservation gone = unstable;
    gone.log = Page::of_failure("lost");
    EXPECT_THAT(changed_discovery(discovery_log({}), gone),
                ElementsAre(change("discovery_log", "stable", "unstable"),
                            change("discovery_log", "read", "lost")));
    EXPECT_THAT(changed_discovery(gone, unstable),
                ElementsAre(change("discovery_log", "lost", "read")));
    DiscoveryObservation lost = discovery_log({});
    lost.log = Page::of_failure("lost");
    EXPECT_THAT(changed_discovery(discovery_log({}), lost),
                ElementsAre(change("discovery_log", "read", "lost")));
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1")}), lost),
                ElementsAre(change("discovery_log", "read", "lost")))
        << "what was in it may be there still";
    EXPECT_THAT(changed_discovery(lost, discovery_log({entry("10.0.0.1")})),
                ElementsAre(change("discovery_log", "lost", "read")));
    EXPECT_THAT(changed_discovery(lost, lost), IsEmpty());
}

} // namespace
} // namespace haoh::differ
