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
    EXPECT_THAT(changes[0].after, testing::HasSubstr("1 of 2 records"));
}

TEST(ChangedDiscovery, SaysWhenALogIsUnstableOrCouldNotBeRead) {
    DiscoveryObservation unstable = discovery_log({});
    unstable.stable = false;
    EXPECT_THAT(changed_discovery(discovery_log({entry("10.0.0.1")}), unstable),
                ElementsAre(change("discovery_log", "stable", "unstable")));
    DiscoveryObservation lost = discovery_log({});
    lost.log = Page::of_failure("lost");
    EXPECT_THAT(changed_discovery(discovery_log({}), lost),
                ElementsAre(change("discovery_log", "read", "lost")));
}

} // namespace
} // namespace haoh::differ
