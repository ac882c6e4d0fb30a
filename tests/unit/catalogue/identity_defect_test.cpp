// SPDX-License-Identifier: LGPL-2.1-or-later
// Two paths of one NSID, with every relation of their identifiers to each other: one that differs
// is that one's finding, one that is missing is the set's, and several make another volume.
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace haoh::test {
namespace {

enum class Relation : std::uint8_t { alike, unlike, only_a, absent };

constexpr std::array kRelations{Relation::alike, Relation::unlike, Relation::only_a,
                                Relation::absent};

struct Relations {
    Relation uuid{};
    Relation nguid{};
    Relation eui64{};
    bool csi_differs{};
};

template <typename Setter, typename Id>
void relate(Pair& pair, Relation relation, Setter set, Id other) {
    if (relation == Relation::absent) {
        pair.on_both(1, [&](Path& path) { set(path, std::nullopt); });
    } else if (relation == Relation::only_a) {
        pair.on_b(1, [&](Path& path) { set(path, std::nullopt); });
    } else if (relation == Relation::unlike) {
        pair.on_b(1, [&](Path& path) { set(path, std::optional{other}); });
    }
}

std::string expected_rule(const Relations& relations) {
    const std::array ids{relations.uuid, relations.nguid, relations.eui64};
    const auto count = [&ids](Relation relation) {
        return std::count(ids.begin(), ids.end(), relation);
    };
    const auto unlike = count(Relation::unlike);
    const auto missing = count(Relation::only_a);
    if (unlike == 0) {
        if (missing > 0) {
            return "ns.id.set_equal";
        }
        return relations.csi_differs ? "ns.csi.equal" : "";
    }
    const bool alone = unlike + missing + count(Relation::alike) == 1;
    const bool something_alike = count(Relation::alike) > 0;
    if (unlike > 1 || relations.csi_differs || (!something_alike && !alone)) {
        return "ns.nsid.map_equal";
    }
    return relations.uuid == Relation::unlike
               ? "ns.uuid.equal"
               : (relations.nguid == Relation::unlike ? "ns.nguid.equal" : "ns.eui64.equal");
}

void expect_defect(const Relations& relations) {
    Pair pair(1, 1);
    relate(
        pair, relations.uuid, [](Path& path, auto value) { path.uuid(value); }, other_uuid());
    relate(
        pair, relations.nguid, [](Path& path, auto value) { path.nguid(value); }, other_nguid());
    relate(
        pair, relations.eui64, [](Path& path, auto value) { path.eui64(value); }, other_eui64());
    if (relations.csi_differs) {
        pair.on_b(1, [](Path& path) { path.descriptors.front().nid = {2}; });
    }
    pair.options.rules = {"ns.uuid.equal", "ns.nguid.equal",  "ns.eui64.equal",
                          "ns.csi.equal",  "ns.id.set_equal", "ns.nsid.map_equal"};
    const std::string rule = expected_rule(relations);
    std::vector<std::string> wanted;
    if (!rule.empty()) {
        wanted.push_back("FAIL " + rule + " 1");
    }
    EXPECT_THAT(lines(pair.report()), testing::ElementsAreArray(wanted))
        << "uuid " << int(relations.uuid) << ", nguid " << int(relations.nguid) << ", eui64 "
        << int(relations.eui64) << ", csi " << relations.csi_differs;
}

TEST(IdentityDefects, AreWhatDiffers) {
    for (const Relation uuid : kRelations) {
        for (const Relation nguid : kRelations) {
            for (const Relation eui64 : kRelations) {
                for (const bool csi : {false, true}) {
                    expect_defect({uuid, nguid, eui64, csi});
                }
            }
        }
    }
}

/// How a further path relates to the first one.
struct Third {
    Relation uuid{};
    Relation nguid{};
    bool csi_differs{};
};

std::vector<Third> thirds() {
    std::vector<Third> out;
    for (const Relation uuid : {Relation::alike, Relation::unlike, Relation::only_a}) {
        for (const Relation nguid : {Relation::alike, Relation::unlike, Relation::only_a}) {
            for (const bool csi : {false, true}) {
                out.push_back({uuid, nguid, csi});
            }
        }
    }
    return out;
}

void relate(Path& path, const Third& third, std::uint8_t number) {
    if (third.uuid != Relation::alike) {
        path.uuid(third.uuid == Relation::unlike ? std::optional{other_uuid(number)}
                                                 : std::nullopt);
    }
    if (third.nguid != Relation::alike) {
        path.nguid(third.nguid == Relation::unlike ? std::optional{other_nguid(number)}
                                                   : std::nullopt);
    }
    if (third.csi_differs) {
        path.descriptors.front().nid = {2};
    }
}

/// Three paths are judged by all that differs between any of the others and the first.
std::string expected_rule_of(const std::array<Third, 2>& others) {
    const auto any = [&others](auto holds) {
        return std::any_of(others.begin(), others.end(), holds);
    };
    const bool uuid = any([](const Third& one) { return one.uuid == Relation::unlike; });
    const bool nguid = any([](const Third& one) { return one.nguid == Relation::unlike; });
    const bool csi = any([](const Third& one) { return one.csi_differs; });
    const bool missing = any([](const Third& one) {
        return one.uuid == Relation::only_a || one.nguid == Relation::only_a;
    });
    const bool apart = any([](const Third& one) {
        return one.uuid != Relation::alike && one.nguid != Relation::alike;
    });
    if (!uuid && !nguid) {
        return missing ? "ns.id.set_equal" : (csi ? "ns.csi.equal" : "");
    }
    // Of two types where nothing is alike on one of the paths, it is another volume.
    if ((uuid && nguid) || csi || apart) {
        return "ns.nsid.map_equal";
    }
    return uuid ? "ns.uuid.equal" : "ns.nguid.equal";
}

TEST(IdentityDefects, AreWhatDiffersOnAnyOfThreePaths) {
    for (const Third& second : thirds()) {
        for (const Third& third : thirds()) {
            Pair pair(2, 1);
            pair.a.pop_back();
            pair.on_all_paths([](Path& path) { path.eui64(std::nullopt); });
            relate(pair.b[0].path(1), second, 0xE1);
            relate(pair.b[1].path(1), third, 0xE2);
            pair.options.rules = {"ns.uuid.equal",  "ns.nguid.equal",  "ns.csi.equal",
                                  "ns.eui64.equal", "ns.id.set_equal", "ns.nsid.map_equal"};
            const std::string rule = expected_rule_of({second, third});
            std::vector<std::string> wanted;
            if (!rule.empty()) {
                wanted.push_back("FAIL " + rule + " 1");
            }
            EXPECT_THAT(lines(pair.report()), testing::ElementsAreArray(wanted))
                << int(second.uuid) << int(second.nguid) << second.csi_differs << " and "
                << int(third.uuid) << int(third.nguid) << third.csi_differs;
        }
    }
}

} // namespace
} // namespace haoh::test
