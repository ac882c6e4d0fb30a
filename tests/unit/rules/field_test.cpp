// SPDX-License-Identifier: LGPL-2.1-or-later
// Each bit of each page, flipped alone on the first and the last controller and on each array: the
// finding of the rule that the specification's field belongs to, and no other. Bits of long ranges
// are sampled; HAOH_TEST_LONG=1 flips every one.
#include "unit/rules/field_bits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

namespace haoh::test {
namespace {

struct Flip {
    RawPage page{};
    FieldBits row;
};

std::ostream& operator<<(std::ostream& out, const Flip& flip) {
    return out << flip.row.name;
}

/// Indices of controllers in the observation.
using Flipped = std::vector<std::size_t>;

const std::array<Flipped, 6> kPlaces{{{0}, {3}, {0, 1}, {2, 3}, {2}, {1}}};

bool applies(Where where, const Flipped& place) {
    switch (where) {
    case Where::anywhere:
        return true;
    case Where::one_controller:
        return place.size() == 1;
    case Where::whole_array:
        return place.size() == 2;
    case Where::array_a:
        return place.front() < 2;
    case Where::array_b:
        return place.front() >= 2;
    }
    return false;
}

/// Two controllers an array, two namespaces, of which nothing is used, so that NUSE is in nobody's
/// way.
Pair flippable() {
    Pair pair(2, 2);
    pair.on_all_paths([](Path& path) {
        path.identify.ncap = path.identify.nsze / 2;
        path.identify.nuse = 0;
    });
    return pair;
}

Observation baseline(const FieldBits& row) {
    static const Observation kPlain = flippable().observation();
    if (row.prepare == nullptr) {
        return kPlain;
    }
    Pair pair = flippable();
    row.prepare(pair);
    return pair.observation();
}

NamespaceObservation& flipped_namespace(ControllerObservation& controller) {
    return *std::find_if(controller.namespaces.begin(), controller.namespaces.end(),
                         [](const auto& path) { return path.nsid == kFlippedNsid; });
}

Page& page_of(ControllerObservation& controller, RawPage page) {
    switch (page) {
    case RawPage::controller:
        break;
    case RawPage::identify:
        return flipped_namespace(controller).identify;
    case RawPage::nvm:
        return flipped_namespace(controller).nvm;
    case RawPage::independent:
        return flipped_namespace(controller).independent;
    case RawPage::descriptors:
        return flipped_namespace(controller).descriptors;
    }
    return controller.identify;
}

void flip_bit(Page& page, std::size_t offset, unsigned bit) {
    nvme::Bytes bytes = page.whole();
    bytes.at(offset + bit / 8) ^= static_cast<std::uint8_t>(1U << (bit % 8));
    page = Page::of(bytes);
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

bool every_bit() {
    const char* const wanted = std::getenv("HAOH_TEST_LONG");
    return wanted != nullptr && std::string_view{wanted} == "1";
}

/// All of them, or of many the bits of both ends and some between.
std::vector<unsigned> sample(std::vector<unsigned> bits) {
    constexpr std::size_t kEnd = 8;
    constexpr std::size_t kBetween = 8;
    if (every_bit() || bits.size() <= 2 * kEnd + kBetween) {
        return bits;
    }
    std::mt19937 random(static_cast<std::uint32_t>(bits.size()));
    std::vector<unsigned> out(bits.begin(), bits.begin() + kEnd);
    std::sample(bits.begin() + kEnd, bits.end() - kEnd, std::back_inserter(out), kBetween, random);
    out.insert(out.end(), bits.end() - kEnd, bits.end());
    return out;
}

/// Without the number of the flipped namespace, which every finding about a namespace must have.
std::vector<std::string> own_lines(const Report& report, RawPage page) {
    std::vector<std::string> out = lines(report);
    const std::string suffix = " " + std::to_string(kFlippedNsid);
    for (std::string& line : out) {
        if (page != RawPage::controller && line.ends_with(suffix)) {
            line.resize(line.size() - suffix.size());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::string told(const Report& report) {
    std::string out;
    for (const Finding& finding : report.findings) {
        out += "\n  " + finding.rule + ": " + finding.what;
        for (const FindingValue& value : finding.values) {
            out += "\n    " + value.site + " " + value.controller + ": " + value.value;
        }
    }
    return out;
}

bool expected_of(const FieldBits& row, const std::vector<std::string>& found) {
    std::vector<std::string> expected = row.expected;
    std::sort(expected.begin(), expected.end());
    return found == expected ||
           std::any_of(row.alternatives.begin(), row.alternatives.end(), [&](auto other) {
               std::sort(other.begin(), other.end());
               return found == other;
           });
}

/// What a finding shows is what parts the flipped controllers from the others: no value of the
/// flipped ones is one of the others', each flipped one is shown, and the clause says where.
void expect_right_values(const Finding& finding, const Observation& observation,
                         const Flipped& place) {
    std::set<std::string> flipped_names;
    for (const std::size_t index : place) {
        flipped_names.insert(observation.controllers[index].name);
    }
    std::set<std::string> flipped;
    std::set<std::string> others;
    std::set<std::string> shown;
    for (const FindingValue& value : finding.values) {
        (flipped_names.contains(value.controller) ? flipped : others).insert(value.value);
        shown.insert(value.controller);
        const bool on_a = value.controller.find("//10.1.") != std::string::npos;
        EXPECT_EQ(value.site, on_a ? "array-a" : "array-b") << finding.rule;
    }
    EXPECT_EQ(shown.size(), finding.values.size()) << finding.rule << " shows a controller twice";
    EXPECT_TRUE(
        std::includes(shown.begin(), shown.end(), flipped_names.begin(), flipped_names.end()))
        << finding.rule;
    EXPECT_LE(others.size(), 1U) << finding.rule;
    for (const std::string& value : flipped) {
        EXPECT_FALSE(others.contains(value)) << finding.rule << " shows no difference: " << value;
    }
    // A check shows those that fail; a comparison shows all, or all of one array.
    const bool whole = place.size() == 2;
    const std::string array = place.front() < 2 ? "array-a" : "array-b";
    const std::string on = whole ? "on " + array : "on 1 of 2 controllers of " + array;
    const std::string between =
        whole ? "between array-a and array-b" : "between the controllers of " + array;
    const bool check = finding.what.ends_with(" " + on);
    EXPECT_TRUE(check || finding.what.find(" " + between) != std::string::npos)
        << finding.rule << ": " << finding.what;
    EXPECT_TRUE(shown.size() == 4 || shown.size() == 2 || check) << finding.rule;
}

class FieldBit : public testing::TestWithParam<Flip> {};

TEST_P(FieldBit, IsJudgedByItsRuleAndNoOther) {
    const auto& [page, row] = GetParam();
    const Observation healthy = baseline(row);
    ASSERT_THAT(lines(check(healthy)), testing::IsEmpty());
    const std::vector<unsigned> bits = sample(bits_of(row));
    ASSERT_FALSE(bits.empty());
    // The first bit everywhere, the others here and there.
    std::size_t turn = 0;
    for (std::size_t i = 0; i < bits.size() + kPlaces.size(); ++i) {
        const unsigned bit = bits[i < kPlaces.size() ? 0 : i - kPlaces.size()];
        const Flipped* place = nullptr;
        for (std::size_t tries = 0; tries < kPlaces.size() && place == nullptr; ++tries) {
            const Flipped& next = kPlaces[turn++ % kPlaces.size()];
            place = applies(row.where, next) ? &next : nullptr;
        }
        ASSERT_NE(place, nullptr);
        Observation broken = healthy;
        for (const std::size_t index : *place) {
            flip_bit(page_of(broken.controllers[index], page), row.offset, bit);
            if (row.mirror) {
                flip_bit(page_of(broken.controllers[index], RawPage::independent), *row.mirror,
                         bit);
            }
        }
        const Report report = check(broken);
        const std::vector<std::string> found = own_lines(report, page);
        EXPECT_TRUE(expected_of(row, found))
            << row.name << ", bit " << bit << " from byte " << row.offset << ", flipped on "
            << testing::PrintToString(*place) << "\nwants " << testing::PrintToString(row.expected)
            << (row.reason.empty() ? "" : " because ") << row.reason << "\nfound "
            << testing::PrintToString(found) << told(report);
        for (const Finding& finding : report.findings) {
            // About two namespaces at once; or about what other controllers do.
            if (finding.nsids.empty()) {
                expect_right_values(finding, broken, *place);
            }
        }
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

std::string flip_name(const testing::TestParamInfo<Flip>& one) {
    std::string name = one.param.row.name;
    std::replace_if(
        name.begin(), name.end(),
        [](char letter) { return std::isalnum(static_cast<unsigned char>(letter)) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Controller, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::controller, controller_bits())),
                         flip_name);
INSTANTIATE_TEST_SUITE_P(Namespace, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::identify, namespace_bits())),
                         flip_name);
INSTANTIATE_TEST_SUITE_P(NvmCommandSet, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::nvm, nvm_bits())), flip_name);
INSTANTIATE_TEST_SUITE_P(Independent, FieldBit,
                         testing::ValuesIn(flips_of(RawPage::independent, independent_bits())),
                         flip_name);

/// Every bit of a page, wherever it is flipped, is in one row of its table.
void expect_covered(const std::vector<FieldBits>& rows) {
    for (const Flipped& place : kPlaces) {
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
