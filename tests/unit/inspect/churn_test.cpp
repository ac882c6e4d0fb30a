// SPDX-License-Identifier: LGPL-2.1-or-later
// A healthy pair under legal changes, and a pair with each kind of defect under them. tests/churn.sh does
// more of it: HAOH_CHURN_CHECKS=N is how many checks of healthy pairs are made in all,
// HAOH_TEST_LONG=1 plants each defect beside each kind of change at each pace, and HAOH_TEST_SEED=N draws
// another sample, other pauses and other moments.
#include "churned_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

std::size_t number_of(const char* variable, std::size_t otherwise) {
    const char* const wanted = std::getenv(variable);
    return wanted == nullptr ? otherwise : std::strtoul(wanted, nullptr, 10);
}
std::uint32_t churn_seed() {
    return static_cast<std::uint32_t>(number_of("HAOH_TEST_SEED", 1));
}

/// Of a kind at a pace: a few in the suite, of the largest pairs one for every third kind.
std::size_t checks_at(const ChurnKind& kind, const ChurnPace& pace) {
    constexpr std::size_t kChecks = 210;
    const std::size_t wanted = number_of("HAOH_CHURN_CHECKS", kChecks);
    const std::size_t checks = wanted * pace.percent / (100 * churn_kinds().size());
    const auto index = static_cast<std::size_t>(&kind - churn_kinds().data());
    return checks == 0 && (index + churn_seed()) % 3 == 0 ? 1 : checks;
}

class LegalChange : public ::testing::TestWithParam<std::size_t> {};

TEST_P(LegalChange, is_no_defect) {
    const ChurnKind& kind = churn_kinds().at(GetParam());
    // A pair takes longer to make than to look at.
    constexpr std::size_t kOfAPair = 50;
    struct Part {
        const ChurnPace* pace;
        std::size_t checks;
    };
    std::vector<Part> parts;
    std::vector<std::function<ChurnResult()>> jobs;
    for (const ChurnPace& pace : churn_paces()) {
        for (std::size_t left = checks_at(kind, pace); left > 0;) {
            const Part part{.pace = &pace, .checks = std::min(left, kOfAPair)};
            const auto seed = static_cast<std::uint32_t>(churn_seed() + parts.size());
            jobs.emplace_back(
                [part, seed, &kind] { return check_healthy(kind, *part.pace, part.checks, seed); });
            parts.push_back(part);
            left -= part.checks;
        }
    }
    const std::vector<ChurnResult> results = at_once(jobs);
    for (const ChurnPace& pace : churn_paces()) {
        ChurnResult sum;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i].pace == &pace) {
                sum += results[i];
            }
        }
        std::cout << kind.name << ", " << pace.name << ", seed " << churn_seed() << ": "
                  << sum.text() << '\n';
        for (const std::string& doubt : sum.doubts) {
            std::cout << "unknown: " << doubt << '\n';
        }
        EXPECT_THAT(sum.wrong, testing::IsEmpty());
        EXPECT_LE(sum.doubts.size(), 1 + sum.checks / 1000) << pace.name;
        EXPECT_EQ(sum.moves > 0, sum.checks > 0) << pace.name;
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, LegalChange, testing::Range<std::size_t>(0, churn_kinds().size()),
                         [](const auto& one) { return churn_kinds().at(one.param).name; });

/// Beside what a defect is told.
struct Drawn {
    const Planted* defect;
    const ChurnKind* kind;
    const ChurnPace* pace;
};

/// Of all that could be: each defect once, or all of it.
std::vector<Drawn> drawn(const std::string& about) {
    const bool all = number_of("HAOH_TEST_LONG", 0) == 1;
    std::minstd_rand random{churn_seed()};
    const auto any_kind = [&random] {
        return &churn_kinds().at(
            std::uniform_int_distribution<std::size_t>{0, churn_kinds().size() - 1}(random));
    };
    std::vector<unsigned> weights;
    for (const ChurnPace& pace : churn_paces()) {
        weights.push_back(pace.percent);
    }
    std::discrete_distribution<std::size_t> any_pace(weights.begin(), weights.end());
    std::vector<Drawn> out;
    for (const Planted& defect : planted()) {
        const Drawn one{
            .defect = &defect, .kind = any_kind(), .pace = &churn_paces().at(any_pace(random))};
        if (defect.about != about) {
            continue;
        }
        if (!all) {
            out.push_back(one);
            continue;
        }
        for (const ChurnKind& kind : churn_kinds()) {
            for (const ChurnPace& pace : churn_paces()) {
                out.push_back({.defect = &defect, .kind = &kind, .pace = &pace});
            }
        }
    }
    return out;
}

class UnderChange : public ::testing::TestWithParam<std::string> {};

TEST_P(UnderChange, a_defect_is_told_every_time) {
    std::vector<std::function<ChurnResult()>> jobs;
    for (const Drawn& one : drawn(GetParam())) {
        std::cout << "seed " << churn_seed() << ": " << one.defect->name << " beside "
                  << one.kind->name << " at " << one.pace->name << '\n';
        jobs.emplace_back(
            [one] { return check_planted(*one.defect, *one.kind, *one.pace, churn_seed()); });
    }
    ChurnResult sum;
    for (const ChurnResult& result : at_once(jobs)) {
        sum += result;
    }
    std::cout << GetParam() << ": " << sum.text() << '\n';
    EXPECT_THAT(sum.wrong, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Planted, UnderChange, testing::ValuesIn(planted_classes()),
                         [](const auto& one) { return one.param; });

TEST(Planted, are_of_many_kinds) {
    std::set<std::string> names;
    for (const Planted& defect : planted()) {
        EXPECT_TRUE(names.insert(defect.name).second) << defect.name;
        EXPECT_FALSE(defect.told.empty()) << defect.name;
    }
    EXPECT_GE(names.size(), 40U);
    EXPECT_GE(planted_classes().size(), 8U);
}

/// What the changes are worth: if no reading alone were torn, nothing would be shown above.
class OneReading : public ::testing::TestWithParam<std::string> {};

TEST_P(OneReading, takes_a_legal_change_for_a_defect) {
    const auto kind = std::find_if(churn_kinds().begin(), churn_kinds().end(),
                                   [](const ChurnKind& one) { return one.name == GetParam(); });
    const auto pace =
        std::find_if(churn_paces().begin(), churn_paces().end(),
                     [](const ChurnPace& one) { return one.name == "between_pages"; });
    ASSERT_NE(kind, churn_kinds().end());
    ASSERT_NE(pace, churn_paces().end());
    const auto first = readings_to_a_false_verdict(*kind, *pace, 1000, churn_seed());
    EXPECT_TRUE(first);
    std::cout << GetParam() << ": the first in " << first.value_or(0) << " readings\n";
}

INSTANTIATE_TEST_SUITE_P(Kinds, OneReading,
                         testing::Values("volumes_come_and_go", "volumes_grow",
                                         "volumes_change_groups", "all_at_once"),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace haoh::test
