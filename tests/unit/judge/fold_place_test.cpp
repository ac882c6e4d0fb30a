// SPDX-License-Identifier: LGPL-2.1-or-later
// Findings about six namespaces are one where the same controller is at fault, and six where one
// controller is for the first three and another one for the rest: one place for each rule that folds.
#include "unit/catalogue/told.hpp"

#include <gmock/gmock.h>

namespace haoh::test {
namespace {

struct FoldPlace {
    std::string line; ///< verdict and rule
    std::function<void(Node&, std::uint32_t)> damage;
};

std::ostream& operator<<(std::ostream& out, const FoldPlace& place) {
    return out << place.line;
}

std::function<void(Node&, std::uint32_t)> of_path(const std::function<void(Path&)>& change) {
    return [change](Node& node, std::uint32_t nsid) { change(node.path(nsid)); };
}

/// What a namespace has a group of its own for.
std::function<void(Node&, std::uint32_t)> of_state(nvme::AnaState state) {
    return [state](Node& node, std::uint32_t nsid) {
        set_state(node.group(nsid), static_cast<std::uint8_t>(state));
    };
}

std::vector<FoldPlace> fold_places() {
    return {
        {"FAIL ns.uuid.equal", of_path([](Path& path) {
             path.uuid(other_uuid(static_cast<std::uint8_t>(0xE0 + path.nsid)));
         })},
        {"FAIL ns.id.set_equal", of_path([](Path& path) { path.nguid(std::nullopt); })},
        {"FAIL ns.desc.bytes_equal",
         of_path([](Path& path) { path.descriptors.push_back({.nidt = 9, .nid = {1}}); })},
        {"FAIL ns.desc.lengths",
         of_path([](Path& path) { path.descriptors.back().nid.resize(7); })},
        {"FAIL ns.dlfeat.equal", of_path([](Path& path) { path.identify.dlfeat = 0x02; })},
        {"NOTE ns.nuse", of_path([](Path& path) { path.identify.nuse += 1; })},
        {"NOTE ns.idns_mask.equal", of_path([](Path& path) {
             path.edit = [](NamespaceObservation& out) {
                 nvme::Bytes bytes = out.identify.whole();
                 bytes[400] = 1;
                 out.identify = Page::of(bytes);
             };
         })},
        {"WARN nslist.active.equal", [](Node& node, std::uint32_t nsid) { node.remove(nsid); }},
        {"FAIL ana.ns.usable_path", of_state(nvme::AnaState::persistent_loss)},
    };
}

class FoldedPlaces : public testing::TestWithParam<FoldPlace> {
  protected:
    /// Six namespaces in groups of their own, without a usable path when that is the rule.
    static Pair pair() {
        Pair out(2, 6);
        const bool unusable = GetParam().line.ends_with("usable_path");
        out.on_both([unusable](Node& node) {
            const auto state = unusable ? nvme::AnaState::inaccessible : nvme::AnaState::optimized;
            node.groups.clear();
            for (Path& path : node.paths) {
                path.group(path.nsid);
                node.groups.push_back({.agid = path.nsid,
                                       .chgc = 3,
                                       .state = state,
                                       .state_byte = static_cast<std::uint8_t>(state),
                                       .nsids = {path.nsid}});
            }
        });
        return out;
    }
};

TEST_P(FoldedPlaces, AreOneOfOneController) {
    Pair tested = pair();
    for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
        GetParam().damage(tested.b[0], nsid);
    }
    EXPECT_THAT(lines(tested.report()), testing::ElementsAre(GetParam().line + " 1-6"));
}

TEST_P(FoldedPlaces, AreKeptApartOfTwoControllers) {
    Pair tested = pair();
    std::vector<std::string> wanted;
    for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
        GetParam().damage(tested.b[nsid <= 3 ? 0 : 1], nsid);
        wanted.push_back(GetParam().line + fmt::format(" {}", nsid));
    }
    EXPECT_THAT(lines(tested.report()), testing::ElementsAreArray(wanted));
}

TEST_P(FoldedPlaces, AreKeptApartWithOneControllerMore) {
    if (GetParam().line.ends_with("nslist.active.equal")) {
        return; // a namespace that a whole array lacks has another verdict
    }
    Pair tested = pair();
    std::vector<std::string> wanted;
    for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
        for (Node* node : {&tested.b[0], &tested.b[1], &tested.a[0]}) {
            if (node != &tested.a[0] || nsid <= 3) {
                GetParam().damage(*node, nsid);
            }
        }
        wanted.push_back(GetParam().line + fmt::format(" {}", nsid));
    }
    EXPECT_THAT(lines(tested.report()), testing::ElementsAreArray(wanted));
}

/// The controller that does not show the namespace at all is another one.
TEST_P(FoldedPlaces, AreKeptApartOfControllersThatAloneShowThem) {
    const std::size_t begin = GetParam().line.find(' ') + 1;
    const std::string rule = GetParam().line.substr(begin);
    if (rule == "nslist.active.equal") {
        return; // then neither of them shows it
    }
    Pair tested = pair();
    tested.options.rules = {rule};
    std::vector<std::string> wanted;
    for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
        GetParam().damage(tested.b[nsid <= 3 ? 0 : 1], nsid);
        tested.b[nsid <= 3 ? 1 : 0].remove(nsid);
        wanted.push_back(GetParam().line + fmt::format(" {}", nsid));
    }
    EXPECT_THAT(lines(tested.report()), testing::ElementsAreArray(wanted));
}

INSTANTIATE_TEST_SUITE_P(Rules, FoldedPlaces, testing::ValuesIn(fold_places()));

/// With the same controller at fault, another state, group or place of a page reads differently.
TEST(FoldedValues, AreKeptApart) {
    Pair states(1, 6);
    states.a[0].state(nvme::AnaState::inaccessible);
    set_state(states.b[0].group(1), 3);
    set_state(states.b[0].group(2), 4);
    EXPECT_EQ(states.report().findings.size(), 6U);
    Pair verdicts(1, 6);
    verdicts.a[0].state(nvme::AnaState::inaccessible);
    set_state(verdicts.b[0].group(1), 3);
    set_state(verdicts.b[0].group(2), 0xF);
    EXPECT_EQ(verdicts.report().findings.size(), 6U);
    const auto bytes = [](std::vector<std::size_t> first, std::vector<std::size_t> second) {
        Pair out(1, 6);
        for (Path& path : out.b[0].paths) {
            const std::vector<std::size_t> where = path.nsid <= 3 ? first : second;
            path.edit = [where](NamespaceObservation& seen) {
                nvme::Bytes page = seen.identify.whole();
                for (const std::size_t offset : where) {
                    page[offset] = 1;
                }
                seen.identify = Page::of(page);
            };
        }
        return out.report().findings.size();
    };
    EXPECT_EQ(bytes({400}, {400}), 1U);
    EXPECT_EQ(bytes({400}, {401}), 6U);
    EXPECT_EQ(bytes({400}, {400, 401}), 6U);
    EXPECT_EQ(bytes({400, 402}, {400, 403}), 6U);
}

} // namespace
} // namespace haoh::test
