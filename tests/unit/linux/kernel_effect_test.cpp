// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of Linux releases against data/kernel_expectations.table: at each bound, before and
// after it.
#include "unit/catalogue/expectations.hpp"
#include "unit/catalogue/pair.hpp"

#include "judge/subject.hpp"

#include <haoh/kernel.hpp>
#include <haoh/kernel_effect.hpp>
#include <haoh/kernel_release.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

/// A release as a host names it, and what it is.
struct ReleaseProbe {
    std::string text;
    PatchedRelease release;
};

void add_probe(std::vector<ReleaseProbe>& out, const PatchedRelease& at) {
    const std::string text = to_string(at);
    out.push_back({text, at});
    if (at.patch != 0) {
        out.push_back({text + "-1~deb13u1", at});
        return;
    }
    out.push_back({text + ".0-45-generic", at});
    out.push_back({text + ".0-55.9.1.el10_0.x86_64", at});
}

PatchedRelease before(PatchedRelease release) {
    --(release.patch != 0 ? release.patch : release.minor);
    return release;
}

PatchedRelease after(PatchedRelease release) {
    ++(release.patch != 0 ? release.patch : release.minor);
    return release;
}

void add_bound(std::vector<ReleaseProbe>& out, const PatchedRelease& bound, bool is_established) {
    if (bound == kNoEnd) {
        return;
    }
    if (is_established) {
        add_probe(out, before(bound));
    }
    add_probe(out, bound);
    add_probe(out, after(bound));
}

std::vector<ReleaseProbe> probes_of(const std::vector<KernelExpectation>& rows) {
    std::vector<ReleaseProbe> out{{"5.15.0-101-generic", {5, 15, 0}},
                                  {"5.15.0-206.153.7.1.el8uek.x86_64", {5, 15, 0}},
                                  {"6.0", {6, 0, 0}},
                                  {"7.3.4-cloud-amd64", {7, 3, 4}},
                                  {"7.x", {7, ~0U, 0}},
                                  {"8.0-rc1", {8, 0, 0}}};
    for (const KernelExpectation& row : rows) {
        add_bound(out, row.wanted.range.from, row.from_established);
        add_bound(out, row.wanted.range.until, row.until_established);
        if (row.today) {
            add_bound(out, row.today->range.from, row.from_established);
            add_bound(out, row.today->range.until,
                      row.until_established || row.today->range.until != row.wanted.range.until);
        }
    }
    return out;
}

const std::map<std::string, std::vector<KernelExpectation>>& rows_by_rule() {
    static const auto table = [] {
        std::map<std::string, std::vector<KernelExpectation>> out;
        for (const KernelExpectation& row : kernel_expectations()) {
            out[row.rule].push_back(row);
        }
        return out;
    }();
    return table;
}

std::vector<std::string> rules_of_the_table() {
    std::vector<std::string> out;
    out.reserve(rows_by_rule().size());
    for (const auto& [rule, rows] : rows_by_rule()) {
        out.push_back(rule);
    }
    return out;
}

std::vector<KernelBehaviour> wanted_of(const std::vector<KernelExpectation>& rows) {
    std::vector<KernelBehaviour> out;
    out.reserve(rows.size());
    for (const KernelExpectation& row : rows) {
        out.push_back(row.wanted);
    }
    return out;
}

std::vector<KernelBehaviour> today_of(const std::vector<KernelExpectation>& rows) {
    std::vector<KernelBehaviour> out;
    for (const KernelExpectation& row : rows) {
        if (row.today) {
            out.push_back(*row.today);
        }
    }
    return out;
}

/// What is said of this release; before the first of the table, what is said as a fact.
const KernelEffect* effect_at(const std::string& rule, const ReleaseProbe& probe) {
    const auto release = parse_kernel_release(probe.text);
    EXPECT_TRUE(release) << probe.text << " is no release";
    if (!release) {
        return nullptr;
    }
    const KernelAnswer answer = kernel_answer(find_rule(rule)->on_linux, *release);
    return answer.known || release->upstream >= kFirstKnownKernel ? answer.effect : nullptr;
}

/// Whether what the program says of this release is what one of these says.
bool agrees(const KernelEffect* effect, const std::vector<KernelBehaviour>& behaviours,
            const PatchedRelease& release) {
    bool covered = false;
    for (const KernelBehaviour& one : behaviours) {
        if (!one.range.contains(release)) {
            continue;
        }
        covered = true;
        const auto is_said = [&](const std::string& part) {
            return effect->text.find(part) != std::string_view::npos;
        };
        if (effect != nullptr && to_string(effect->outcome) == one.outcome &&
            std::all_of(one.says.begin(), one.says.end(), is_said)) {
            return true;
        }
    }
    return !covered && effect == nullptr;
}

/// What the program says of each release where that is not what these say.
std::vector<std::string> disagreements(const std::string& rule,
                                       const std::vector<ReleaseProbe>& probes,
                                       const std::vector<KernelBehaviour>& behaviours) {
    std::vector<std::string> out;
    for (const ReleaseProbe& probe : probes) {
        const KernelEffect* effect = effect_at(rule, probe);
        if (!agrees(effect, behaviours, probe.release)) {
            out.push_back(probe.text + ": " +
                          (effect == nullptr ? "nothing"
                                             : std::string(to_string(effect->outcome)) + ", " +
                                                   std::string(effect->text)));
        }
    }
    return out;
}

class KernelExpected : public testing::TestWithParam<std::string> {};

TEST_P(KernelExpected, BeforeAtAndAfterEachBound) {
    const std::string& rule = GetParam();
    ASSERT_NE(find_rule(rule), nullptr) << "data/kernel_expectations.table has a rule of its own";
    const std::vector<KernelExpectation>& rows = rows_by_rule().at(rule);
    const std::vector<ReleaseProbe> probes = probes_of(rows);
    const auto wrong = std::find_if(rows.begin(), rows.end(), [](const KernelExpectation& row) {
        return !row.why_wrong.empty();
    });
    const std::vector<std::string> off = disagreements(rule, probes, wanted_of(rows));
    if (wrong == rows.end()) {
        EXPECT_THAT(off, testing::IsEmpty()) << "by " << rows.front().source;
        return;
    }
    RecordProperty("expected_failure", wrong->why_wrong);
    EXPECT_THAT(off, testing::Not(testing::IsEmpty()))
        << "mended: remove the marks of column today";
    EXPECT_THAT(disagreements(rule, probes, today_of(rows)), testing::IsEmpty())
        << "wrong in another way than the marks say";
}

INSTANTIATE_TEST_SUITE_P(Table, KernelExpected, testing::ValuesIn(rules_of_the_table()),
                         [](const testing::TestParamInfo<std::string>& one) {
                             return case_name(one.param);
                         });

TEST(KernelExpectations, AreThereForEveryRuleThatHasAnEffect) {
    for (const Rule& rule : rules()) {
        EXPECT_EQ(rows_by_rule().contains(std::string(rule.id)), !rule.on_linux.empty()) << rule.id;
    }
}

TEST(KernelExpectations, CoverNoReleaseTwice) {
    for (const auto& [rule, rows] : rows_by_rule()) {
        for (std::size_t index = 1; index < rows.size(); ++index) {
            EXPECT_EQ(rows[index - 1].wanted.range.until, rows[index].wanted.range.from) << rule;
        }
        for (const KernelExpectation& row : rows) {
            EXPECT_LT(row.wanted.range.from, row.wanted.range.until) << rule;
            EXPECT_FALSE(row.source.empty()) << rule;
        }
    }
}

/// Whether a release takes the NGUID of a 2.x controller that has it in CNS 00h and not in the list of
/// descriptors; nullopt where that is not known of it.
std::optional<bool> takes_nguid_of_cns00(std::string_view release) {
    Pair pair(1);
    pair.on_both(1, [](Path& path) {
        std::erase_if(path.descriptors, [](const nvme::IdDescriptor& one) {
            return one.nidt == static_cast<std::uint8_t>(nvme::IdType::nguid);
        });
    });
    const Observation observation = pair.observation();
    const judge::Subject subject(observation, {});
    const judge::Namespace& path = subject.controllers.front().namespaces.front();
    EXPECT_GE(path.controller->version(), judge::version_number(2, 0));
    const auto page = judge::bound_by(path, parse_kernel_release(release).value());
    return page ? std::optional(judge::bound_ids(path, *page).nguid.has_value()) : std::nullopt;
}

// core.c nvme_scan_ns reads CNS 08h of every controller of 2.0 or later since ee9f36db1f2f (6.13), and
// takes identifiers from CNS 03h alone then. 6.12.117 reads it only where CAP.CRMS has CRIMS.
TEST(KernelExpectations, SayWhereIdentifiersComeFrom) {
    for (const char* const release :
         {"6.1", "6.12", "6.12.117-amd64", "5.14.0-570.12.1.el9_6.x86_64"}) {
        EXPECT_EQ(takes_nguid_of_cns00(release), true) << release;
    }
    for (const char* const release : {"6.13", "6.15.3", "6.16", "7.3", "6.14.0-24-generic"}) {
        EXPECT_EQ(takes_nguid_of_cns00(release), false) << release;
    }
    for (const char* const release : {"6.8.0-45-generic", "5.14.0-687.5.3.el9_8.x86_64"}) {
        EXPECT_EQ(takes_nguid_of_cns00(release), std::nullopt) << release;
    }
}

} // namespace
} // namespace haoh::test
