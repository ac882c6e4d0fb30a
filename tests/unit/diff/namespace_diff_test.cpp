// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/namespace_diff.hpp"

#include "unit/diff/field_change.hpp"
#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>

namespace haoh::differ {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

nvme::IdDescriptor descriptor(std::uint8_t nidt, nvme::Bytes nid) {
    return {.nidt = nidt, .nid = std::move(nid)};
}

/// Two readings of one namespace.
class ChangedNamespace : public testing::Test {
  protected:
    NamespaceObservation before = test::healthy_pair(1, 1).controllers[0].namespaces[0];
    NamespaceObservation after = before;

    [[nodiscard]] std::vector<FieldChange> changes() const {
        return changed_namespace(before, after);
    }
    static void describe(NamespaceObservation& path,
                         const std::vector<nvme::IdDescriptor>& descriptors) {
        path.descriptors = Page::of(nvme::encode(descriptors));
    }
    template <typename Change>
    static void identify(NamespaceObservation& path, Change change) {
        nvme::IdentifyNamespace id = path.identify_data();
        change(id);
        path.identify = Page::of(nvme::encode(id));
    }
};

TEST_F(ChangedNamespace, OfTheSameReadingIsNothing) {
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(ChangedNamespace, NamesEachIdentifier) {
    describe(before, {descriptor(1, nvme::Bytes(8, 1)), descriptor(2, nvme::Bytes(16, 2)),
                      descriptor(3, nvme::Bytes(16, 3)), descriptor(4, {0})});
    describe(after, {descriptor(1, nvme::Bytes(8, 5)), descriptor(2, nvme::Bytes(16, 6)),
                     descriptor(3, nvme::Bytes(16, 7)), descriptor(4, {2})});
    EXPECT_THAT(changes(), ElementsAre(change("uuid", "03030303-0303-0303-0303-030303030303",
                                              "07070707-0707-0707-0707-070707070707"),
                                       change("nguid", "02020202020202020202020202020202",
                                              "06060606060606060606060606060606"),
                                       change("eui64", "0101010101010101", "0505050505050505"),
                                       change("csi", "0", "2")));
}

TEST_F(ChangedNamespace, NamesAnIdentifierThatCameOrWent) {
    describe(before, {descriptor(4, {0})});
    describe(after, {descriptor(3, nvme::Bytes(16, 7)), descriptor(4, {0})});
    EXPECT_THAT(changes(), ElementsAre(change("uuid", "", "07070707-0707-0707-0707-070707070707")));
    std::swap(before, after);
    EXPECT_THAT(changes(), ElementsAre(change("uuid", "07070707-0707-0707-0707-070707070707", "")));
}

TEST_F(ChangedNamespace, NamesNoIdentifierWhereOnePageCouldNotBeRead) {
    // The NGUID stands in both pages, the UUID in the descriptors alone, the EUI-64 in Identify alone.
    for (NamespaceObservation* path : {&before, &after}) {
        identify(*path, [](nvme::IdentifyNamespace& id) { id.eui64 = {1, 2, 3, 4, 5, 6, 7, 8}; });
    }
    const NamespaceObservation good = after;
    after.descriptors = Page::of_failure("no answer");
    EXPECT_THAT(changes(), ElementsAre(change("descriptors", "read", "no answer")));
    std::swap(before, after);
    EXPECT_THAT(changes(), ElementsAre(change("descriptors", "no answer", "read")));
    before = good;
    after = good;
    after.identify = Page::of_failure("no answer");
    EXPECT_THAT(changes(), ElementsAre(change("identify", "read", "no answer")));
    std::swap(before, after);
    EXPECT_THAT(changes(), ElementsAre(change("identify", "no answer", "read")));
}

TEST_F(ChangedNamespace, ShowsDescriptorsWhereNoIdentifierTells) {
    describe(before, {descriptor(3, nvme::Bytes(16, 3)), descriptor(4, {0})});
    describe(after, {descriptor(3, nvme::Bytes(16, 3))});
    const std::string uuid = "uuid 03030303030303030303030303030303";
    EXPECT_THAT(changes(), ElementsAre(change("descriptors", uuid + ", csi 00", uuid)));
    describe(before, {});
    describe(after, {descriptor(4, {0})});
    EXPECT_THAT(changes(), ElementsAre(change("descriptors", "none", "csi 00")));
}

TEST_F(ChangedNamespace, ShowsTheBytesOfDescriptorsThatReadAlike) {
    describe(before, {descriptor(4, {2})});
    describe(after, {descriptor(4, {2})});
    nvme::Bytes bytes = before.descriptors.whole();
    bytes[2] = 0x5A; // reserved
    after.descriptors = Page::of(bytes);
    EXPECT_THAT(changes(), ElementsAre(change("descriptors", "0401000002", "04015a0002")));
}

TEST_F(ChangedNamespace, TellsIdentifiersOfCns00ApartFromThoseThatHostsGoBy) {
    describe(before, {descriptor(1, nvme::Bytes(8, 1)), descriptor(2, nvme::Bytes(16, 2))});
    after.descriptors = before.descriptors;
    identify(after, [](nvme::IdentifyNamespace& id) {
        id.eui64 = {9};
        id.nguid = {8};
    });
    EXPECT_THAT(changes(),
                ElementsAre(change("nguid (CNS 00h)", "60014381025d9a11a937e02401000000",
                                   "08000000000000000000000000000000"),
                            change("eui64 (CNS 00h)", "0000000000000000", "0900000000000000")));
    // Where hosts go by Identify, once.
    describe(before, {descriptor(4, {0})});
    after.descriptors = before.descriptors;
    EXPECT_THAT(changes(), ElementsAre(change("nguid", "60014381025d9a11a937e02401000000",
                                              "08000000000000000000000000000000"),
                                       change("eui64", "", "0900000000000000")));
}

TEST_F(ChangedNamespace, SaysWhichPageWhereTwoHaveAField) {
    nvme::IdentifyNamespaceIndependent independent =
        nvme::decode_identify_namespace_independent(before.independent.bytes);
    independent.nstat = 0;
    independent.rescap = 0x0F;
    after.independent = Page::of(nvme::encode(independent));
    EXPECT_THAT(changes(), ElementsAre(change("rescap (CNS 08h)", "0xff", "0x0f"),
                                       change("nstat (CNS 08h)", "1", "0")));
    // In both pages in the same way, in both in another way.
    identify(after, [](nvme::IdentifyNamespace& id) { id.rescap = 0x0F; });
    EXPECT_THAT(changes(),
                ElementsAre(change("rescap", "0xff", "0x0f"), change("nstat (CNS 08h)", "1", "0")));
    identify(after, [](nvme::IdentifyNamespace& id) { id.rescap = 0x03; });
    EXPECT_THAT(changes(), ElementsAre(change("rescap", "0xff", "0x03"),
                                       change("rescap (CNS 08h)", "0xff", "0x0f"),
                                       change("nstat (CNS 08h)", "1", "0")));
}

TEST_F(ChangedNamespace, SaysOfAByteWithoutANameWhichPageItIsIn) {
    const auto set = [](Page& page, std::size_t offset, std::uint8_t value) {
        nvme::Bytes bytes = page.whole();
        bytes[offset] = value;
        page = Page::of(bytes);
    };
    set(after.identify, 4000, 1);
    set(after.nvm, 4000, 2);
    set(after.nvm, 4002, 3);
    set(after.independent, 4000, 4);
    EXPECT_THAT(changes(), ElementsAre(change("byte 4000", "00", "01"),
                                       change("byte 4000 (CNS 08h)", "00", "04"),
                                       change("byte 4000 (CNS 05h)", "00", "02"),
                                       change("byte 4002", "00", "03")));
}

TEST_F(ChangedNamespace, NamesWhatIsInThePageOfTheCommandSetAlone) {
    nvme::IdentifyNamespaceNvm nvm;
    nvm.lbstm = 7;
    after.nvm = Page::of(nvme::encode(nvm));
    EXPECT_THAT(changes(),
                ElementsAre(change("lbstm", "0x0000000000000000", "0x0000000000000007")));
}

} // namespace
} // namespace haoh::differ
