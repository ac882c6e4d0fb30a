// SPDX-License-Identifier: LGPL-2.1-or-later
// What rules look at: what is known of a path and of a controller, and how controllers are grouped.
#include "unit/catalogue/pair.hpp"

#include "judge/fields.hpp"
#include "judge/subject.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace haoh::test {
namespace {

using judge::Subject;
using testing::ElementsAre;
using testing::IsEmpty;

const judge::Namespace& path_in(const Subject& subject, std::size_t controller,
                                std::size_t index = 0) {
    return subject.controllers[controller].namespaces[index];
}

TEST(SubjectPath, HasABlockSizeThatMakesSense) {
    // LBADS is a power of two from 9 on (NVM Command Set 1.1 Figure 116).
    for (const auto& [lbads, bytes] :
         std::vector<std::pair<std::uint8_t, std::optional<std::uint64_t>>>{
             {0, std::nullopt},
             {8, std::nullopt},
             {9, 512},
             {12, 4096},
             {63, std::uint64_t{1} << 63},
             {64, std::nullopt},
             {255, std::nullopt}}) {
        Pair pair(1, 1);
        pair.a[0].path(1).identify.lbaf[0].lbads = lbads;
        const Observation seen = pair.observation();
        const Subject subject(seen, {});
        EXPECT_EQ(path_in(subject, 0).block_bytes(), bytes) << unsigned{lbads};
    }
    judge::Namespace unread;
    unread.idns.lbaf[0].lbads = 9;
    EXPECT_FALSE(unread.block_bytes());
}

TEST(SubjectPath, KnowsWhichPagesWereRead) {
    Pair pair(1, 1);
    pair.a[0].path(1).nvm.lbstm = 5;
    pair.a[0].path(1).independent.nmic = 1;
    for (int failed = 0; failed < 5; ++failed) {
        Observation seen = pair.observation();
        NamespaceObservation& one = seen.controllers[0].namespaces[0];
        const std::array<Page*, 4> pages{&one.identify, &one.descriptors, &one.nvm,
                                         &one.independent};
        if (failed < 4) {
            pages[static_cast<std::size_t>(failed)]->state = Page::State::failed;
        }
        const Subject subject(seen, {});
        const judge::Namespace& path = path_in(subject, 0);
        EXPECT_EQ(path.has_identify, failed != 0);
        EXPECT_EQ(path.has_descriptors, failed != 1);
        EXPECT_EQ(path.has_nvm, failed != 2);
        EXPECT_EQ(path.has_independent, failed != 3);
        EXPECT_EQ(path.nvm.lbstm, failed != 2 ? 5U : 0U);
        EXPECT_EQ(path.independent.nmic, failed != 3 ? 1 : 0);
        EXPECT_EQ(path.ids_known, failed > 1) << "identifiers are in the first two";
        EXPECT_EQ(path.nsid, 1U);
        EXPECT_EQ(path.observed, &seen.controllers[0].namespaces[0]);
        EXPECT_EQ(path.controller, &subject.controllers[0]);
    }
}

/// Whether the identifiers of a path count as known, with these descriptors.
bool known_with(std::uint32_t version, const std::function<void(NamespaceObservation&)>& edit) {
    Pair pair(1, 1);
    pair.a[0].id.ver = version;
    pair.a[0].path(1).edit = edit;
    const Observation seen = pair.observation();
    return path_in(Subject(seen, {}), 0).ids_known;
}

TEST(SubjectPath, DoesNotKnowIdentifiersThatAreAmbiguous) {
    constexpr std::uint32_t k13 = 0x10300;
    using Edit = std::function<void(NamespaceObservation&)>;
    const auto descriptors = [](const std::vector<nvme::IdDescriptor>& list) {
        return Edit{[list](NamespaceObservation& seen) {
            seen.descriptors = Page::of(nvme::encode(list));
        }};
    };
    const nvme::IdDescriptor uuid{3, nvme::Bytes(16, 7)};
    EXPECT_TRUE(known_with(k13, {}));
    EXPECT_TRUE(known_with(k13, descriptors({uuid})));
    EXPECT_FALSE(known_with(k13, descriptors({uuid, {3, nvme::Bytes(16, 8)}}))) << "two of a type";
    EXPECT_FALSE(known_with(k13, descriptors({{3, nvme::Bytes(15, 7)}}))) << "too short";
    EXPECT_FALSE(known_with(k13, [](NamespaceObservation& seen) {
        seen.descriptors = Page::of(nvme::Bytes{3, 16, 0, 0, 1, 2, 3, 4});
    })) << "runs past the page";
    EXPECT_FALSE(known_with(k13, descriptors({{2, nvme::Bytes(16, 7)}})))
        << "another NGUID than Identify Namespace";
    EXPECT_TRUE(known_with(k13, descriptors({{3, nvme::Bytes(16, 0)}})))
        << "a nil UUID is no other one";
    const Edit lost = [](NamespaceObservation& seen) {
        seen.descriptors = Page::of_failure("lost");
    };
    EXPECT_FALSE(known_with(k13, lost));
    EXPECT_TRUE(known_with(0x102FF, lost)) << "the list came with 1.3";
    EXPECT_TRUE(known_with(k13, [](NamespaceObservation& seen) {
        seen.identify = Page::of_status({});
    })) << "an answer, too";
    EXPECT_FALSE(known_with(k13, [](NamespaceObservation& seen) { seen.identify = {}; }));
}

TEST(SubjectPath, NamesWhatContradictsItself) {
    const auto contradiction = [](const std::function<void(judge::Namespace&)>& edit) {
        judge::Namespace path;
        path.has_identify = path.has_descriptors = true;
        path.idns.nguid.fill(0x11);
        path.idns.eui64.fill(0x22);
        path.descriptors.descriptors = {{2, nvme::Bytes(16, 0x11)}, {1, nvme::Bytes(8, 0x22)}};
        edit(path);
        return judge::contradiction(path);
    };
    const std::string ones(32, '1');
    EXPECT_EQ(contradiction([](judge::Namespace&) {}), std::nullopt);
    const auto other_eui = [](judge::Namespace& path) {
        path.descriptors.descriptors[1].nid[7] = 0x23;
    };
    const auto other_both = [&](judge::Namespace& path) {
        other_eui(path);
        path.descriptors.descriptors[0].nid[0] = 0x12;
    };
    EXPECT_EQ(contradiction(other_eui),
              "EUI64 2222222222222223 in the descriptor, 2222222222222222 in Identify Namespace");
    EXPECT_EQ(contradiction(other_both), "NGUID 12" + ones.substr(2) + " in the descriptor, " +
                                             ones + " in Identify Namespace");
    EXPECT_EQ(contradiction([&](judge::Namespace& path) {
                  other_both(path);
                  path.has_identify = false;
              }),
              std::nullopt);
    EXPECT_EQ(contradiction([&](judge::Namespace& path) {
                  other_both(path);
                  path.has_descriptors = false;
              }),
              std::nullopt);
    EXPECT_EQ(contradiction([](judge::Namespace& path) {
                  path.idns.nguid = {};
                  path.idns.eui64 = {};
              }),
              std::nullopt)
        << "Identify Namespace has none";
    EXPECT_EQ(contradiction([](judge::Namespace& path) {
                  path.descriptors.descriptors = {{2, nvme::Bytes(16, 0)}, {1, nvme::Bytes(8, 0)}};
              }),
              std::nullopt);
    EXPECT_EQ(contradiction([](judge::Namespace& path) { path.descriptors.descriptors.clear(); }),
              std::nullopt);
}

TEST(SubjectGroups, AreThoseThatListThePath) {
    Pair pair(1, 4);
    // NSID 2 in both groups, 4 in none; 9 is no namespace; 1 twice in one group.
    pair.a[0].group(1).nsids = {1, 1, 2, 9};
    pair.a[0].group(2).nsids = {0, 2, 3};
    set_state(pair.a[0].group(1), 1);
    set_state(pair.a[0].group(2), 3);
    const Observation seen = pair.observation();
    const Subject subject(seen, {});
    EXPECT_THAT(path_in(subject, 0, 0).groups, ElementsAre(0));
    EXPECT_THAT(path_in(subject, 0, 1).groups, ElementsAre(0, 1));
    EXPECT_THAT(path_in(subject, 0, 2).groups, ElementsAre(1));
    EXPECT_THAT(path_in(subject, 0, 3).groups, IsEmpty());
    EXPECT_EQ(path_in(subject, 0, 0).log_agid(), 1U);
    EXPECT_EQ(path_in(subject, 0, 1).log_agid(), std::nullopt) << "not exactly one";
    EXPECT_EQ(path_in(subject, 0, 2).log_agid(), 2U);
    EXPECT_EQ(path_in(subject, 0, 3).log_agid(), std::nullopt);
    EXPECT_EQ(path_in(subject, 0, 0).ana_state(), nvme::AnaState::optimized);
    EXPECT_EQ(path_in(subject, 0, 1).ana_state(), nvme::AnaState::inaccessible) << "the last";
    EXPECT_EQ(path_in(subject, 0, 3).ana_state(), std::nullopt);
}

TEST(SubjectGroups, HaveNoValidIdentifierZero) {
    Pair pair(1, 1);
    pair.a[0].group(1).agid = 0;
    const Observation seen = pair.observation();
    const Subject subject(seen, {});
    EXPECT_EQ(path_in(subject, 0).log_agid(), std::nullopt);
    EXPECT_EQ(path_in(subject, 0).ana_state(), nvme::AnaState::optimized);
}

TEST(SubjectGroups, AreKnownFromALogThatCanBeTrusted) {
    struct Row {
        const char* name;
        std::function<void(ControllerObservation&)> edit;
        bool ok;
        std::optional<nvme::AnaState> state;
    };
    const auto no_ana = [](ControllerObservation& seen) {
        nvme::IdentifyController id = seen.identify_data();
        id.cmic = nvme::cmic::multiple_controllers;
        seen.identify = Page::of(nvme::encode(id));
    };
    for (const Row& row :
         {Row{"as it is", [](ControllerObservation&) {}, true, nvme::AnaState::optimized},
          Row{"moving", [](ControllerObservation& seen) { seen.ana.stable = false; }, false,
              std::nullopt},
          Row{"lost", [](ControllerObservation& seen) { seen.ana.log = Page::of_failure("lost"); },
              false, std::nullopt},
          Row{"without ANA", no_ana, false, nvme::AnaState::optimized},
          Row{"without Identify",
              [](ControllerObservation& seen) { seen.identify = Page::of_failure("lost"); }, false,
              std::nullopt}}) {
        Pair pair(1, 1);
        pair.a[0].edit = row.edit;
        const Observation seen = pair.observation();
        const Subject subject(seen, {});
        EXPECT_EQ(subject.controllers[0].ana_log_ok, row.ok) << row.name;
        EXPECT_FALSE(subject.controllers[0].ana_log_truncated) << row.name;
        EXPECT_EQ(path_in(subject, 0).groups.empty(), !row.ok) << row.name;
        EXPECT_EQ(path_in(subject, 0).log_agid().has_value(), row.ok) << row.name;
        EXPECT_EQ(path_in(subject, 0).ana_state(), row.state) << row.name;
    }
}

TEST(SubjectGroups, LeaveOutTheOneThatIsCut) {
    const auto seen_with = [](const std::function<void(nvme::Bytes&)>& cut) {
        Pair pair(1, 4);
        pair.a[0].edit = [&](ControllerObservation& seen) {
            nvme::Bytes bytes = seen.ana.log.whole();
            cut(bytes);
            seen.ana.log = Page::of(bytes);
        };
        return pair.observation();
    };
    // Header 16, then 32 and 4 for each NSID: two groups of two.
    const Observation in_group = seen_with([](nvme::Bytes& bytes) { bytes.resize(16 + 40 + 36); });
    const Subject cut(in_group, {});
    EXPECT_TRUE(cut.controllers[0].ana_log_truncated);
    ASSERT_EQ(cut.controllers[0].log.groups.size(), 1U);
    EXPECT_EQ(cut.controllers[0].log.groups[0].agid, 1U);
    EXPECT_THAT(path_in(cut, 0, 2).groups, IsEmpty());
    // NAGD announces a third group: the two that came are whole.
    const Observation behind = seen_with([](nvme::Bytes& bytes) { bytes[8] = 3; });
    const Subject more(behind, {});
    EXPECT_TRUE(more.controllers[0].ana_log_truncated);
    EXPECT_EQ(more.controllers[0].log.groups.size(), 2U);
    EXPECT_THAT(path_in(more, 0, 2).groups, ElementsAre(1));
}

TEST(SubjectController, HasItsNamespacesInOrderAndOnce) {
    Observation seen = Pair(1, 3).observation();
    std::vector<NamespaceObservation>& list = seen.controllers[0].namespaces;
    std::swap(list[0], list[2]);
    list.push_back(list[0]); // 3 again, read later
    list.back().identify = {};
    const Subject subject(seen, {});
    std::vector<std::uint32_t> nsids;
    for (const judge::Namespace& path : subject.controllers[0].namespaces) {
        nsids.push_back(path.nsid);
        EXPECT_TRUE(path.has_identify) << path.nsid;
        EXPECT_EQ(path.controller, &subject.controllers[0]);
    }
    EXPECT_THAT(nsids, ElementsAre(1, 2, 3));
}

TEST(SubjectController, TakesVersionAndIdFromWhereTheyAre) {
    ControllerObservation seen;
    judge::Controller one;
    one.observed = &seen;
    EXPECT_EQ(one.version(), 0U);
    EXPECT_FALSE(one.capabilities());
    EXPECT_FALSE(one.cntlid());
    EXPECT_FALSE(one.has_connection());
    one.has_identify = true;
    one.id.ver = 0x10400;
    one.id.cntlid = 5;
    EXPECT_EQ(one.version(), 0x10400U);
    EXPECT_EQ(one.cntlid(), 5);
    seen.properties[nvme::property::vs] = 0x20000;
    seen.properties[nvme::property::cap] = 0x1234;
    EXPECT_EQ(one.version(), 0x20000U);
    ASSERT_TRUE(one.capabilities());
    EXPECT_EQ(one.capabilities()->raw, 0x1234U);
    seen.connection.cntlid = 9;
    EXPECT_TRUE(one.has_connection());
    EXPECT_EQ(one.cntlid(), 9);
    seen.connection.cntlid = 0;
    seen.connection.hostnqn = "nqn.host";
    EXPECT_TRUE(one.has_connection());
    EXPECT_EQ(one.cntlid(), 0);
}

TEST(SubjectController, TransfersPagesToThePowerOfMdts) {
    ControllerObservation seen;
    judge::Controller one;
    one.observed = &seen;
    const auto most = [&](std::uint8_t mdts) {
        one.id.mdts = mdts;
        return one.max_transfer_bytes();
    };
    EXPECT_EQ(most(0), std::nullopt);
    EXPECT_EQ(most(1), 8192U);
    EXPECT_EQ(most(5), 131072U);
    EXPECT_EQ(most(40), 4096ULL << 40U);
    EXPECT_EQ(most(41), std::nullopt);
    EXPECT_EQ(most(255), std::nullopt);
    seen.properties[nvme::property::cap] = 1ULL << 48U; // CAP.MPSMIN: pages of 8 KiB
    EXPECT_EQ(most(1), 16384U);
    EXPECT_FALSE(one.ana());
    one.id.cmic = nvme::cmic::ana_reporting;
    EXPECT_FALSE(one.ana()) << "Identify was not read";
    one.has_identify = true;
    EXPECT_TRUE(one.ana());
}

std::vector<std::string> names_in(const judge::Subsystem& subsystem) {
    std::vector<std::string> out;
    for (const judge::Controller* one : subsystem.controllers) {
        out.push_back(fmt::format("{}", one->index));
    }
    return out;
}

TEST(SubjectSubsystem, HasControllersOfOneArrayTogether) {
    Observation seen = Pair(2, 1).observation();
    std::swap(seen.controllers[1], seen.controllers[2]); // A B A B
    const Subject subject(seen, {});
    ASSERT_EQ(subject.subsystems.size(), 1U);
    EXPECT_THAT(names_in(subject.subsystems[0]), ElementsAre("0", "2", "1", "3"));
    EXPECT_EQ(subject.subsystems[0].nqn, kNqn);
    EXPECT_EQ(subject.subsystems[0].arrays, 2U);
    EXPECT_TRUE(subject.subsystems[0].stretched);
    EXPECT_EQ(subject.controllers[2].array, "array-a");
    EXPECT_EQ(subject.controllers[2].observed, &seen.controllers[2]);
    EXPECT_EQ(subject.controllers[0].array_id, subject.controllers[2].array_id);
    EXPECT_NE(subject.controllers[0].array_id, subject.controllers[1].array_id);
    ASSERT_EQ(subject.subsystems[0].namespaces.size(), 1U);
    EXPECT_EQ(subject.subsystems[0].namespaces[0].paths.size(), 4U);
    EXPECT_EQ(subject.subsystems[0].namespaces[0].paths[1], &path_in(subject, 2));

    Config single;
    single.profile = Profile::single;
    const Subject one_array(seen, single);
    EXPECT_THAT(names_in(one_array.subsystems[0]), ElementsAre("0", "1", "2", "3"));
    EXPECT_EQ(one_array.subsystems[0].arrays, 1U);
    EXPECT_FALSE(one_array.subsystems[0].stretched);
    EXPECT_EQ(one_array.controllers[1].array, "array-b");
}

TEST(SubjectSubsystem, FindsItsNamespaces) {
    Pair pair(1, 2);
    pair.b[0].renumber(2, 5);
    const Observation seen = pair.observation();
    const Subject subject(seen, {});
    const judge::Subsystem& subsystem = subject.subsystems[0];
    ASSERT_EQ(subsystem.namespaces.size(), 3U);
    for (std::uint32_t nsid = 0; nsid <= 6; ++nsid) {
        const judge::SharedNamespace* const found = subsystem.find(nsid);
        const bool there = nsid == 1 || nsid == 2 || nsid == 5;
        ASSERT_EQ(found != nullptr, there) << nsid;
        if (there) {
            EXPECT_EQ(found->nsid, nsid);
            EXPECT_EQ(found->paths.size(), nsid == 1 ? 2U : 1U);
        }
    }
}

TEST(SubjectSubsystem, IsIncompleteWhereSomethingIsMissing) {
    struct Row {
        const char* name;
        std::function<void(Observation&)> damage;
        bool incomplete;
    };
    const auto unobserved = [](const char* nqn) {
        return [nqn](Observation& seen) {
            seen.unobserved.push_back(
                {.object = "o", .target = "t", .subsysnqn = nqn, .error = ""});
        };
    };
    const auto without_ana = [](Observation& seen) {
        nvme::IdentifyController id = seen.controllers[1].identify_data();
        id.cmic = nvme::cmic::multiple_controllers;
        seen.controllers[1].identify = Page::of(nvme::encode(id));
        seen.controllers[1].ana.log = {};
    };
    for (const Row& row :
         {Row{"whole", [](Observation&) {}, false},
          Row{"a port that did not answer", unobserved(""), true},
          Row{"this subsystem on another port", unobserved(kNqn), true},
          Row{"another subsystem", unobserved("nqn.other"), false},
          Row{"no Identify",
              [](Observation& seen) { seen.controllers[1].identify = Page::of_failure("x"); },
              true},
          Row{"no list", [](Observation& seen) { seen.controllers[1].active_nsids.reset(); }, true},
          Row{"no log",
              [](Observation& seen) { seen.controllers[1].ana.log = Page::of_failure("x"); }, true},
          Row{"no ANA", without_ana, false}}) {
        Observation seen = Pair(1, 1).observation();
        row.damage(seen);
        EXPECT_EQ(Subject(seen, {}).subsystems[0].incomplete, row.incomplete) << row.name;
    }
}

TEST(SubjectSubsystem, IsOfFabricsAndByNqn) {
    Pair pair(2, 1);
    pair.a[1].nqn("nqn.2026-01.io.example:b");
    pair.b[1].nqn("nqn.2026-01.io.example:a");
    pair.b[0].edit = [](ControllerObservation& seen) { seen.transport = "pcie"; };
    const Observation seen = pair.observation();
    const Subject subject(seen, {});
    EXPECT_EQ(subject.controllers.size(), 4U);
    ASSERT_EQ(subject.subsystems.size(), 3U);
    EXPECT_EQ(subject.subsystems[0].nqn, kNqn);
    EXPECT_THAT(names_in(subject.subsystems[0]), ElementsAre("0"));
    EXPECT_EQ(subject.subsystems[1].nqn, "nqn.2026-01.io.example:a");
    EXPECT_THAT(names_in(subject.subsystems[1]), ElementsAre("3"));
    EXPECT_THAT(names_in(subject.subsystems[2]), ElementsAre("1"));
}

TEST(LocalDrive, IsOneInTheMachine) {
    EXPECT_TRUE(judge::local_drive("pcie"));
    EXPECT_TRUE(judge::local_drive("apple-nvme"));
    for (const char* const fabric : {"tcp", "rdma", "fc", "loop", ""}) {
        EXPECT_FALSE(judge::local_drive(fabric)) << fabric;
    }
}

TEST(SubjectDiscovery, IsOfTheArrayOfItsTarget) {
    Observation seen = Pair(1, 1).with_discovery().observation();
    seen.discovery.push_back(seen.discovery[0]); // again
    seen.discovery.push_back(seen.discovery[0]); // a referral of the same target
    seen.discovery.back().address = "tcp://10.9.9.9:8009";
    seen.discovery.push_back(seen.discovery[0]);
    seen.discovery.back().target = "tcp://10.8.8.8:8009";
    seen.discovery.push_back(seen.discovery[0]);
    seen.discovery.back().target = "";
    seen.discovery.push_back(seen.discovery[0]);
    seen.discovery.back().target = "tcp://10.7.7.7:8009";
    seen.discovery.back().log.state = Page::State::failed;
    seen.controllers.push_back(seen.controllers[0]);
    seen.controllers.back().target.clear();
    Config config;
    config.sites.emplace_back().name = "east";
    config.sites.front().cntlids = {1001, 1001};
    std::vector<std::string> found;
    for (const judge::DiscoveryView& one : Subject(seen, config).discovery) {
        found.push_back(fmt::format("{} {}", one.observed - seen.discovery.data(), one.array));
        EXPECT_EQ(one.log.entries.size(), 2U);
    }
    EXPECT_THAT(found, ElementsAre("0 east", "1 array-b", "3 east", "4 ", "5 "));
}

TEST(SubjectText, FormatsVersions) {
    EXPECT_EQ(judge::format_version(0x00020100), "2.1");
    EXPECT_EQ(judge::format_version(0x00010201), "1.2.1");
    EXPECT_EQ(judge::format_version(0x12340000), "4660.0");
    EXPECT_EQ(judge::format_version(0x0001FF0A), "1.255.10");
    EXPECT_EQ(judge::version_number(1, 2, 1), 0x00010201U);
    EXPECT_EQ(judge::version_number(2, 1), 0x00020100U);
}

TEST(SubjectText, ListsIdentifiersAndWords) {
    nvme::NamespaceIds ids;
    EXPECT_EQ(judge::format_ids(ids), "no identifier");
    ids.csi = 2;
    EXPECT_EQ(judge::format_ids(ids), "no identifier, csi 2");
    ids.eui64 = nvme::Eui64{1, 2, 3, 4, 5, 6, 7, 8};
    EXPECT_EQ(judge::format_ids(ids), "eui64 0102030405060708, csi 2");
    ids.csi = 0;
    ids.nguid = nvme::Nguid{0xAB};
    ids.uuid = nvme::Uuid{0xCD};
    EXPECT_EQ(judge::format_ids(ids), "uuid cd000000-0000-0000-0000-000000000000, nguid ab" +
                                          std::string(30, '0') + ", eui64 0102030405060708");
    const std::vector<std::string> words{"a", "b", "c", "d"};
    const std::span<const std::string> all{words};
    EXPECT_EQ(judge::join_words({}), "");
    EXPECT_EQ(judge::join_words(all.first(1)), "a");
    EXPECT_EQ(judge::join_words(all.first(2)), "a and b");
    EXPECT_EQ(judge::join_words(all.first(4)), "a, b, c and d");
}

struct Placed {
    std::vector<std::size_t> sites; ///< of all controllers; 9: of no known array
    std::vector<std::size_t> some;  ///< their indices
    std::string text;
};

TEST(SubjectText, SaysWhereControllersAre) {
    for (const Placed& one :
         {Placed{{0, 0, 1, 1}, {0, 1, 2, 3}, "on both arrays"},
          Placed{{0, 0}, {0, 1}, "on every controller"},
          Placed{{0, 1, 2}, {0, 1, 2}, "on every array"}, Placed{{0}, {0}, "on array-0"},
          Placed{{0, 0, 1, 1}, {2, 3}, "on array-1"},
          Placed{{0, 0, 1, 1},
                 {0, 2, 3},
                 "on 1 of 2 controllers of array-0 "
                 "and array-1"},
          Placed{{0, 0, 1, 1}, {3}, "on 1 of 2 controllers of array-1"},
          Placed{{0, 1, 2}, {0, 2}, "on array-0 and array-2"},
          Placed{{9, 9, 9}, {1, 2}, "on 2 of 3 controllers"},
          Placed{{9, 9}, {0, 1}, "on every controller"}, Placed{{9}, {0}, "on its controller"}}) {
        std::vector<judge::Controller> controllers(one.sites.size());
        std::vector<const judge::Controller*> all;
        std::vector<const judge::Controller*> some;
        for (std::size_t i = 0; i < one.sites.size(); ++i) {
            controllers[i].array_id = one.sites[i];
            controllers[i].array =
                one.sites[i] == 9 ? std::string{} : fmt::format("array-{}", one.sites[i]);
            all.push_back(&controllers[i]);
        }
        for (const std::size_t i : one.some) {
            some.push_back(&controllers[i]);
        }
        EXPECT_EQ(judge::place(some, all), one.text);
    }
}

TEST(FieldAccess, SaysNothingWithoutIdentify) {
    using Id = nvme::IdentifyController;
    judge::Controller one;
    one.id.mdts = 0x1A;
    one.id.cmic = nvme::cmic::ana_reporting;
    for (const bool read : {false, true}) {
        one.has_identify = read;
        const auto only = [read](const char* text) {
            return read ? std::optional<std::string>{text} : std::nullopt;
        };
        EXPECT_EQ(judge::decimal<&Id::mdts>(one), only("26"));
        EXPECT_EQ(judge::hexadecimal<&Id::mdts>(one), only("0x1a"));
        EXPECT_EQ((judge::bits<&Id::mdts, 0x18U, 3>(one)), only("0x3"));
        EXPECT_EQ((judge::bits<&Id::mdts, 0x0FU>(one)), only("0xa"));
        EXPECT_EQ((judge::flag<&Id::mdts, 2U>(one)), only("yes"));
        EXPECT_EQ((judge::flag<&Id::mdts, 4U>(one)), only("no"));
        EXPECT_EQ(judge::with_ana<judge::decimal<&Id::mdts>>(one), only("26"));
    }
    one.id.cmic = 0;
    EXPECT_EQ(judge::with_ana<judge::decimal<&Id::mdts>>(one), std::nullopt);
}

TEST(FieldAccess, TakesTheMemberOfThePage) {
    judge::Namespace path;
    path.idns.nsfeat = 0x36;
    path.nvm.lbstm = 0x1234;
    path.independent.nsfeat = 0x55;
    const auto number = [](std::uint64_t value) { return judge::FieldKey{.number = value}; };
    EXPECT_EQ(judge::key<&nvme::IdentifyNamespace::nsfeat>(path), number(0x36));
    EXPECT_EQ((judge::key_bits<&nvme::IdentifyNamespace::nsfeat, 0x30>(path)), number(0x30));
    EXPECT_EQ(judge::nvm_key<&nvme::IdentifyNamespaceNvm::lbstm>(path), number(0x1234));
    EXPECT_EQ(judge::independent_key<&nvme::IdentifyNamespaceIndependent::nsfeat>(path),
              number(0x55));
    EXPECT_EQ((judge::independent_bits<&nvme::IdentifyNamespaceIndependent::nsfeat, 0x0F>(path)),
              number(0x05));
    EXPECT_EQ(judge::as_decimal(path, number(26)), "26");
    EXPECT_EQ(judge::as_hexadecimal(path, number(26)), "0x1a");
    EXPECT_EQ(judge::as_flag(path, number(4)), "yes");
    EXPECT_EQ(judge::as_flag(path, number(0)), "no");
    EXPECT_EQ(judge::as_count(path, number(7)), "8") << "0's based";
}

} // namespace
} // namespace haoh::test
