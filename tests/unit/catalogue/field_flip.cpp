// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/field_bits.hpp"

#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <random>
#include <set>

namespace haoh::test {

namespace {

bool every_bit() {
    const char* const wanted = std::getenv("HAOH_TEST_LONG");
    return wanted != nullptr && std::string_view{wanted} == "1";
}

/// Without the number of the flipped namespace, which every finding about a namespace must have.
std::vector<std::string> own_lines(const Report& report, bool of_namespace) {
    std::vector<std::string> out = lines(report);
    const std::string suffix = " " + std::to_string(kFlippedNsid);
    for (std::string& line : out) {
        if (of_namespace && line.ends_with(suffix)) {
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
            out += "\n    " + value.array + " " + value.controller + ": " + value.value;
        }
    }
    return out;
}

/// "OWN ns.nstat.nrdy" with the verdict of the catalogue.
std::vector<std::string> with_own_verdicts(std::vector<std::string> expected) {
    constexpr std::string_view kOwnVerdict = "OWN ";
    for (std::string& line : expected) {
        if (line.starts_with(kOwnVerdict)) {
            const Rule* const rule = find_rule(line.substr(kOwnVerdict.size()));
            std::string verdict{rule == nullptr ? "no rule" : to_string(rule->verdict)};
            std::transform(verdict.begin(), verdict.end(), verdict.begin(),
                           [](unsigned char letter) { return std::toupper(letter); });
            line.replace(0, kOwnVerdict.size() - 1, verdict);
        }
    }
    std::sort(expected.begin(), expected.end());
    return expected;
}

bool expected_of(const FieldBits& row, const std::vector<std::string>& found) {
    return found == with_own_verdicts(row.expected) ||
           std::any_of(row.alternatives.begin(), row.alternatives.end(),
                       [&found](const auto& other) { return found == with_own_verdicts(other); });
}

/// What a finding shows is what parts the flipped controllers from the others: no value of the
/// flipped ones is one of the others', each flipped one is shown, and the clause says where.
void expect_right_values(const Finding& finding, const Observation& observation,
                         const Flipped& place, bool says_where) {
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
        EXPECT_EQ(value.array, on_a ? "array-a" : "array-b") << finding.rule;
    }
    EXPECT_EQ(shown.size(), finding.values.size()) << finding.rule << " shows a controller twice";
    EXPECT_TRUE(
        std::includes(shown.begin(), shown.end(), flipped_names.begin(), flipped_names.end()))
        << finding.rule;
    EXPECT_LE(others.size(), 1U) << finding.rule;
    for (const std::string& value : flipped) {
        EXPECT_FALSE(others.contains(value)) << finding.rule << " shows no difference: " << value;
    }
    if (!says_where) {
        return;
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

} // namespace

const std::vector<Flipped>& flip_places() {
    static const std::vector<Flipped> kPlaces{{0}, {3}, {0, 1}, {2, 3}, {2}, {1}};
    return kPlaces;
}

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

Pair flippable() {
    Pair pair(2, 2);
    pair.on_all_paths([](Path& path) {
        path.identify.ncap = path.identify.nsze / 2;
        path.identify.nuse = 0;
    });
    return pair;
}

NamespaceObservation& flipped_namespace(ControllerObservation& controller) {
    return *std::find_if(controller.namespaces.begin(), controller.namespaces.end(),
                         [](const auto& path) { return path.nsid == kFlippedNsid; });
}

Page& raw_page_of(ControllerObservation& controller, RawPage page) {
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

Observation flippable_for(const FieldBits& row) {
    Pair pair = flippable();
    if (row.prepare != nullptr) {
        row.prepare(pair);
    }
    return pair.observation();
}

void flip_bit(Page& page, std::size_t offset, unsigned bit) {
    nvme::Bytes bytes = page.whole();
    bytes.at(offset + bit / 8) ^= static_cast<std::uint8_t>(1U << (bit % 8));
    page = Page::of(bytes);
}

std::vector<unsigned> sample_bits(const std::vector<unsigned>& bits) {
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

void expect_flip(const Report& report, const Observation& observation, const Flipped& place,
                 const FieldBits& row, bool of_namespace, unsigned bit) {
    const std::vector<std::string> found = own_lines(report, of_namespace);
    EXPECT_TRUE(expected_of(row, found))
        << row.name << ", bit " << bit << " from byte " << row.offset << ", flipped on "
        << testing::PrintToString(place) << "\nwants " << testing::PrintToString(row.expected)
        << (row.reason.empty() ? "" : " because ") << row.reason << "\nfound "
        << testing::PrintToString(found) << told(report);
    for (const Finding& finding : report.findings) {
        // Others are about two namespaces at once.
        if (finding.nsids.empty()) {
            expect_right_values(finding, observation, place, row.says_where);
        }
    }
}

std::string flip_name(std::string name) {
    std::replace_if(
        name.begin(), name.end(),
        [](char letter) { return std::isalnum(static_cast<unsigned char>(letter)) == 0; }, '_');
    return name;
}

} // namespace haoh::test
