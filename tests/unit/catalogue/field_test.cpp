// SPDX-License-Identifier: LGPL-2.1-or-later
// Each bit of each page, flipped alone on the first and the last controller and on each array: the
// finding of the rule that the specification's field belongs to, and no other. Bits of long ranges
// are sampled; HAOH_TEST_LONG=1 flips every one.
#include "unit/catalogue/field_bits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

struct Flip {
    RawPage page{};
    FieldBits row;
};

std::ostream& operator<<(std::ostream& out, const Flip& flip) {
    return out << flip.row.name;
}

Observation baseline(const FieldBits& row) {
    static const Observation kPlain = flippable().observation();
    if (row.prepare == nullptr) {
        return kPlain;
    }
    return flippable_for(row);
}

/// The bits of the row, counted from its offset.
std::vector<unsigned> bits_of(const FieldBits& row) {
    std::vector<unsigned> out;
    for (unsigned bit = 0; bit < 8 * row.length; ++bit) {
        const unsigned in_mask = row.length <= 8 ? bit : bit % 8;
        if ((row.mask >> in_mask & 1U) != 0) {
            out.push_back(bit);
        }
    }
    return out;
}

class FieldBit : public testing::TestWithParam<Flip> {};

TEST_P(FieldBit, IsJudgedByItsRuleAndNoOther) {
    const auto& [page, row] = GetParam();
    const Observation healthy = baseline(row);
    ASSERT_THAT(lines(check(healthy)), testing::IsEmpty());
    const std::vector<unsigned> bits = sample_bits(bits_of(row));
    ASSERT_FALSE(bits.empty());
    // The first bit everywhere, the others here and there.
    std::size_t turn = 0;
    for (std::size_t i = 0; i < bits.size() + flip_places().size(); ++i) {
        const unsigned bit = bits[i < flip_places().size() ? 0 : i - flip_places().size()];
        const Flipped* place = nullptr;
        for (std::size_t tries = 0; tries < flip_places().size() && place == nullptr; ++tries) {
            const Flipped& next = flip_places()[turn++ % flip_places().size()];
            place = applies(row.where, next) ? &next : nullptr;
        }
        ASSERT_NE(place, nullptr);
        Observation broken = healthy;
        for (const std::size_t index : *place) {
            flip_bit(raw_page_of(broken.controllers[index], page), row.offset, bit);
            if (row.mirror) {
                flip_bit(raw_page_of(broken.controllers[index], RawPage::independent), *row.mirror,
                         bit);
            }
        }
        const Report report = check(broken);
        expect_flip(report, broken, *place, row, page != RawPage::controller, bit);
        if (HasFailure()) {
            return;
        }
    }
}

std::vector<Flip> flips_of(RawPage page, const std::vector<FieldBits>& rows) {
    std::vector<Flip> out;
    for (const FieldBits& row : rows) {
        out.push_back({.page = page, .row = row});
    }
    return out;
}

std::string name_of(const testing::TestParamInfo<Flip>& one) {
    return flip_name(one.param.row.name);
}

INSTANTIATE_TEST_SUITE_P(Controller, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::controller, controller_bits())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Namespace, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::identify, namespace_bits())), name_of);
INSTANTIATE_TEST_SUITE_P(NvmCommandSet, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::nvm, nvm_bits())), name_of);
INSTANTIATE_TEST_SUITE_P(Independent, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::independent, independent_bits())),
                         name_of);

/// Every bit of a page, wherever it is flipped, is in one row of its table.
void expect_covered(const std::vector<FieldBits>& rows) {
    for (const Flipped& place : flip_places()) {
        std::vector<unsigned> covered(8 * nvme::kIdentifySize);
        for (const FieldBits& row : rows) {
            EXPECT_TRUE(!row.expected.empty() || !row.reason.empty()) << row.name;
            if (row.prepare == nullptr && applies(row.where, place)) {
                for (const unsigned bit : bits_of(row)) {
                    ++covered.at(8 * row.offset + bit);
                }
            }
        }
        std::vector<std::uint32_t> wrong;
        for (std::size_t bit = 0; bit < covered.size(); ++bit) {
            if (covered[bit] != 1) {
                wrong.push_back(static_cast<std::uint32_t>(bit / 8));
            }
        }
        wrong.erase(std::unique(wrong.begin(), wrong.end()), wrong.end());
        EXPECT_EQ(format_nsids(wrong), "") << "bytes in no row, or in two";
    }
}

TEST(FieldBits, CoverEachPage) {
    expect_covered(controller_bits());
    expect_covered(namespace_bits());
    expect_covered(nvm_bits());
    expect_covered(independent_bits());
}

} // namespace
} // namespace haoh::test
