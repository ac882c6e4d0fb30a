// SPDX-License-Identifier: LGPL-2.1-or-later
// Pages that a controller did not give. Decoded they would be zeros: no rule may read these, and
// what the other controllers say is judged all the same.
#include "unit/catalogue/field_bits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace haoh::test {
namespace {

struct Field {
    RawPage page{};
    FieldBits row;
};

/// Flips the first bit of a field.
void flip_field(ControllerObservation& controller, const Field& field) {
    const FieldBits& row = field.row;
    unsigned bit = 0;
    while ((row.mask >> bit & 1U) == 0) {
        ++bit;
    }
    flip_bit(raw_page_of(controller, field.page), row.offset, bit);
    if (row.mirror) {
        flip_bit(raw_page_of(controller, RawPage::independent), *row.mirror, bit);
    }
}

const Flipped& place_of(const FieldBits& row) {
    return *std::find_if(flip_places().begin(), flip_places().end(),
                         [&row](const Flipped& place) { return applies(row.where, place); });
}

/// The rules that a report names, but for those about the reading itself.
std::set<std::string> rules_of(const Report& report) {
    std::set<std::string> out;
    for (const Finding& finding : report.findings) {
        if (!finding.rule.starts_with("snap.")) {
            out.insert(finding.rule);
        }
    }
    return out;
}

std::set<std::string> rules_of(const std::vector<std::string>& expected) {
    std::set<std::string> out;
    for (const std::string& line : expected) {
        const std::size_t begin = line.find(' ') + 1;
        out.insert(line.substr(begin, line.find(' ', begin) - begin));
    }
    return out;
}

/// Whether all rules of the row, or all of an alternative, are among those found.
/// \param but  a rule that need not be
bool all_found(const std::set<std::string>& found, const FieldBits& row,
               const std::string& but = {}) {
    std::vector<std::vector<std::string>> wanted = row.alternatives;
    wanted.push_back(row.expected);
    return std::any_of(wanted.begin(), wanted.end(), [&](const auto& expected) {
        std::set<std::string> rules = rules_of(expected);
        rules.erase(but);
        return std::includes(found.begin(), found.end(), rules.begin(), rules.end());
    });
}

/// Fields that count logical blocks, or say which of them count: numbers of blocks that are not
/// alike are not to be compared.
bool counts_blocks(const std::string& name) {
    static const std::set<std::string> kFields{
        "NSFEAT OPTPERF", "NABSN",  "NABO",  "NABSPF",
        "NOIOB",          "NPWG",   "NPWA",  "NPDG",
        "NPDA",           "NOWS",   "MSSRL", "MCL",
        "NAWUN",          "NAWUPF", "NACWU", "NAWUPF of 6 and 7 blocks"};
    return kFields.contains(name);
}

/// Fields that describe the format in use, or follow from it: where that differs, it is the
/// finding.
bool of_format(const std::string& name) {
    static const std::set<std::string> kFields{
        "NCAP beyond NSZE", "MC", "DPC", "DPS", "LBSTM", "PIC", "PIFA"};
    return kFields.contains(name) || name.find("LBAF") != std::string::npos ||
           name.starts_with("FLBAS");
}

void expect_no_zero(const Field& field) {
    Observation alike = flippable_for(field.row);
    for (ControllerObservation& controller : alike.controllers) {
        flip_field(controller, field);
    }
    std::set<std::string> before = rules_of(check(alike));
    before.erase("ns.nmic.not_both_models"); // of what all paths say
    before.erase("model.arrays");            // of what all controllers say
    for (const std::size_t index : {0U, 3U}) {
        Observation broken = alike;
        raw_page_of(broken.controllers[index], field.page) = Page::of_failure("timed out");
        std::set<std::string> after = rules_of(check(broken));
        after.erase("model.arrays");
        EXPECT_EQ(after, before) << "without the page of controller " << index;
    }
}

void expect_judged_beside_a_missing_page(const Field& field) {
    const Flipped& place = place_of(field.row);
    const std::size_t missing = place.front() < 2 ? 3 : 0;
    Observation broken = flippable_for(field.row);
    for (const std::size_t index : place) {
        flip_field(broken.controllers[index], field);
    }
    raw_page_of(broken.controllers[missing], field.page) = Page::of_failure("timed out");
    const std::set<std::string> found = rules_of(check(broken));
    EXPECT_TRUE(all_found(found, field.row)) << testing::PrintToString(found);
}

void expect_judged_by_its_page(const Field& field) {
    if (field.page == RawPage::controller) {
        return;
    }
    Observation broken = flippable_for(field.row);
    for (const std::size_t index : place_of(field.row)) {
        flip_field(broken.controllers[index], field);
    }
    for (ControllerObservation& controller : broken.controllers) {
        for (const RawPage other : {RawPage::identify, RawPage::nvm, RawPage::independent}) {
            // CNS 05h is about the format that CNS 00h names.
            const bool needed = field.page == RawPage::nvm && other == RawPage::identify;
            if (other != field.page && !needed) {
                raw_page_of(controller, other) = Page{};
            }
        }
    }
    const std::set<std::string> found = rules_of(check(broken));
    // The rule that is left out is about two pages.
    EXPECT_TRUE(all_found(found, field.row, "ns.cns08_match_cns00"))
        << testing::PrintToString(found);
}

void expect_judged_without_ana(const Field& field) {
    Pair pair = flippable();
    if (field.row.prepare != nullptr) {
        field.row.prepare(pair);
    }
    pair.on_both(
        [](Node& node) { node.id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting); });
    Observation broken = pair.observation();
    for (const std::size_t index : place_of(field.row)) {
        flip_field(broken.controllers[index], field);
    }
    const std::set<std::string> found = rules_of(check(broken));
    // MNAN counts with ANA only, as the numbers of ANA do.
    const std::string& name = field.row.name;
    if (name.find("ANA") == std::string::npos && !name.starts_with("MNAN")) {
        EXPECT_TRUE(all_found(found, field.row)) << testing::PrintToString(found);
    }
    EXPECT_TRUE(std::none_of(found.begin(), found.end(), [](const std::string& rule) {
        return rule.starts_with("ana.");
    })) << testing::PrintToString(found);
}

void expect_judged_beside_another_block_size(const Field& field) {
    if (field.page == RawPage::controller) {
        return;
    }
    Pair pair = flippable();
    if (field.row.prepare != nullptr) {
        field.row.prepare(pair);
    }
    pair.on_b(kFlippedNsid, [](Path& path) { path.block_size(12); });
    Observation broken = pair.observation();
    for (const std::size_t index : place_of(field.row)) {
        flip_field(broken.controllers[index], field);
    }
    const std::set<std::string> found = rules_of(check(broken));
    const std::string& name = field.row.name;
    if (counts_blocks(name)) {
        EXPECT_FALSE(all_found(found, field.row)) << testing::PrintToString(found);
    } else if (!of_format(name)) {
        EXPECT_TRUE(all_found(found, field.row)) << testing::PrintToString(found);
    }
    EXPECT_TRUE(found.contains("ns.lbaf_active.equal")) << testing::PrintToString(found);
}

/// All fields of a page, one after the other.
class FieldsOf : public testing::TestWithParam<RawPage> {
  protected:
    static void each(void (*expect)(const Field&)) {
        const RawPage page = GetParam();
        for (const FieldBits& row : page == RawPage::controller ? controller_bits()
                                    : page == RawPage::identify ? namespace_bits()
                                    : page == RawPage::nvm      ? nvm_bits()
                                                                : independent_bits()) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, row.name);
            expect({.page = page, .row = row});
        }
    }
};

TEST_P(FieldsOf, AreNoZerosWhereTheirPageIsMissing) {
    each(expect_no_zero);
}
TEST_P(FieldsOf, AreJudgedWhereAnotherPageIsMissing) {
    each(expect_judged_beside_a_missing_page);
}
TEST_P(FieldsOf, AreJudgedByTheirPageAlone) {
    each(expect_judged_by_its_page);
}
TEST_P(FieldsOf, AreJudgedWithoutAna) {
    each(expect_judged_without_ana);
}
TEST_P(FieldsOf, AreJudgedBesideAnotherBlockSize) {
    each(expect_judged_beside_another_block_size);
}

INSTANTIATE_TEST_SUITE_P(Controller, FieldsOf, testing::Values(RawPage::controller));
INSTANTIATE_TEST_SUITE_P(Namespace, FieldsOf,
                         testing::Values(RawPage::identify, RawPage::nvm, RawPage::independent));

} // namespace
} // namespace haoh::test
