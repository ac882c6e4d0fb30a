// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/page_diff.hpp"

#include "unit/diff/field_change.hpp"

#include <gmock/gmock.h>

namespace haoh::differ {
namespace {

using nvme::Bytes;
using testing::ElementsAre;

constexpr std::array<nvme::FieldRange, 2> kFields{
    {{.name = "nn", .offset = 2, .length = 2}, {.name = "oncs", .offset = 6, .length = 2}}};

TEST(ChangedFields, OfEqualPagesAreNone) {
    const Bytes page{0, 0, 1, 2, 3, 4, 5, 6, 7};
    EXPECT_TRUE(changed_fields(page, page, kFields).empty());
    EXPECT_TRUE(changed_fields({}, {}, kFields).empty());
}

TEST(ChangedFields, NameFieldsAndTheirValues) {
    EXPECT_THAT(
        changed_fields(Bytes{0, 0, 1, 0, 0, 0, 1, 0}, Bytes{0, 0, 0, 1, 0, 0, 2, 0}, kFields),
        ElementsAre(change("nn", "1", "256"), change("oncs", "0x0001", "0x0002")));
}

TEST(ChangedFields, ShowTheBytesOfTextsThatReadAlike) {
    constexpr std::array<nvme::FieldRange, 1> kText{{{.name = "fr", .offset = 1, .length = 8}}};
    const Bytes blanks{9, '7', '.', '2', ' ', ' ', ' ', ' ', ' ', 9};
    Bytes other = blanks;
    other[8] = 0;
    EXPECT_THAT(changed_fields(blanks, other, kText),
                ElementsAre(change("fr", "372e322020202020", "372e322020202000")));
    other[3] = '3';
    EXPECT_THAT(changed_fields(blanks, other, kText), ElementsAre(change("fr", "7.2", "7.3")));
}

TEST(ChangedFields, NameBytesBetweenAndBehindFieldsByWhereTheyAre) {
    const Bytes before(12);
    Bytes after(12);
    after[0] = 0xA0;
    after[4] = 0xA4;
    after[5] = 0xA5;
    after[8] = 0xA8;
    after[10] = 0xAA;
    after[11] = 0xAB;
    EXPECT_THAT(changed_fields(before, after, kFields),
                ElementsAre(change("byte 0", "00", "a0"), change("bytes 4-5", "0000", "a4a5"),
                            change("byte 8", "00", "a8"), change("bytes 10-11", "0000", "aaab")));
}

TEST(ChangedFields, TreatMissingBytesAsZero) {
    EXPECT_TRUE(changed_fields(Bytes{0, 0, 7}, Bytes{0, 0, 7, 0, 0}, kFields).empty());
    EXPECT_THAT(changed_fields({}, Bytes{0, 0, 7}, kFields), ElementsAre(change("nn", "0", "7")));
}

TEST(ChangedFields, FindEveryByteOfIdentifyController) {
    const Bytes before(nvme::kIdentifySize);
    for (std::size_t offset = 0; offset < before.size(); ++offset) {
        Bytes after = before;
        after[offset] = 0x41;
        ASSERT_EQ(changed_fields(before, after, nvme::identify_controller_fields()).size(), 1U)
            << offset;
    }
}

TEST(ChangedPage, SaysWhenAPageCouldNotBeRead) {
    const Page good = Page::of(Bytes{1});
    const Page refused = Page::of_status({.value = 0x4002});
    const Page lost = Page::of_failure("connection lost");
    EXPECT_THAT(changed_page("nvm", good, refused, {}),
                ElementsAre(change("nvm", "read", nvme::describe({.value = 0x4002}))));
    EXPECT_THAT(changed_page("nvm", refused, lost, {}),
                ElementsAre(change("nvm", nvme::describe({.value = 0x4002}), "connection lost")));
    EXPECT_TRUE(changed_page("nvm", refused, refused, {}).empty());
    EXPECT_TRUE(changed_page("nvm", good, good, {}).empty());
}

TEST(ChangedPage, SaysNothingOfAPageThatWasNotAskedFor) {
    EXPECT_TRUE(changed_page("nvm", {}, Page::of(Bytes{1}), {}).empty());
    EXPECT_TRUE(changed_page("nvm", Page::of(Bytes{1}), {}, {}).empty());
}

TEST(ChangedPage, SaysBothWhatChangedAndThatItIsShorter) {
    EXPECT_THAT(changed_page("nvm", Page::of(Bytes{1, 0, 0, 0}), Page::of(Bytes{2, 0}), kFields),
                ElementsAre(change("byte 0", "01", "02"), change("nvm length", "4", "2")));
}

TEST(Changes, AreFoundAndDroppedByTheirField) {
    std::vector<FieldChange> changes{change("nn", "1", "2"), change("sn", "a", "b"),
                                     change("nn", "2", "3")};
    EXPECT_TRUE(has(changes, "nn"));
    EXPECT_FALSE(has(changes, "n"));
    EXPECT_FALSE(has({}, "nn"));
    drop(changes, "mn");
    EXPECT_EQ(changes.size(), 3U);
    drop(changes, "nn");
    EXPECT_THAT(changes, ElementsAre(change("sn", "a", "b")));
}

TEST(ChangedPage, SaysWhenAPageIsShorter) {
    EXPECT_THAT(changed_page("nvm", Page::of(Bytes(4096)), Page::of(Bytes(16)), {}),
                ElementsAre(change("nvm length", "4096", "16")));
}

} // namespace
} // namespace haoh::differ
