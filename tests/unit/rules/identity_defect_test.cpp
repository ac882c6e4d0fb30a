// SPDX-License-Identifier: LGPL-2.1-or-later
// Two paths of one NSID, with every relation of their identifiers to each other: one that differs
// is that one's finding, one that is missing is the set's, and several make another volume.
#include "unit/rules/pair.hpp"

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

} // namespace
} // namespace haoh::test
