// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of enumerators, releases that are refused, and rules that are asked for by a glob.
#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/kernel_effect.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace haoh {
namespace {

using testing::ElementsAre;

TEST(EnumNames, OfKernelOutcomes) {
    // docs/schema/report-1.schema.json
    constexpr std::array<std::string_view, 11> kNames{
        "unnoticed",         "path_refused",   "path_unused",  "controller_rejected",
        "namespace_resized", "volumes_merged", "wrong_blocks", "io_errors",
        "io_hangs",          "ana_ignored",    "data_at_risk"};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        EXPECT_EQ(to_string(static_cast<KernelOutcome>(i)), kNames[i]);
    }
    EXPECT_EQ(to_string(static_cast<KernelOutcome>(kNames.size())), "?");
}

TEST(EnumNames, OfClassesSeveritiesVerdictsAndModels) {
    constexpr std::array<std::string_view, 8> kClasses{"EQS", "EQN", "UNI", "DOM",
                                                       "INT", "XRF", "TMP", "?"};
    constexpr std::array<std::string_view, 5> kSeverities{"C", "L", "H", "M", "?"};
    constexpr std::array<std::string_view, 6> kVerdicts{"pass", "note", "unknown",
                                                        "warn", "fail", "?"};
    constexpr std::array<std::string_view, 5> kModels{"unknown", "single", "stretched", "dispersed",
                                                      "?"};
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
        EXPECT_EQ(to_string(static_cast<RuleClass>(i)), kClasses[i]);
    }
    for (std::size_t i = 0; i < kSeverities.size(); ++i) {
        EXPECT_EQ(to_string(static_cast<Severity>(i)), kSeverities[i]);
    }
    for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
        EXPECT_EQ(to_string(static_cast<Verdict>(i)), kVerdicts[i]);
    }
    for (std::size_t i = 0; i < kModels.size(); ++i) {
        EXPECT_EQ(to_string(static_cast<Model>(i)), kModels[i]);
    }
}

TEST(Release, IsAnyThatAKernelCallsItself) {
    const auto refusal = [](std::string_view release) -> std::error_code {
        try {
            require_release(release);
        } catch (const Error& error) {
            return error.code();
        }
        return {};
    };
    for (const char* const release : {"6.1", "6.1.176-amd64", "6.12", "7.x", "9.0", "7", "5.15.0",
                                      "5.x", "4.18.0-553.el8_10"}) {
        EXPECT_EQ(refusal(release), std::error_code{}) << release;
    }
    for (const char* const none : {"", "trixie", "six.one", "6."}) {
        EXPECT_EQ(refusal(none), make_error_code(Errc::invalid_argument)) << none;
    }
}

TEST(KnownRelease, IsOfUpstream) {
    EXPECT_EQ(kFirstKnownKernel, (KernelVersion{6, 1}));
    EXPECT_EQ(kLastKnownKernel, (KernelVersion{7, 3}));
}

TEST(KernelEffectRows, CountFromTheFirstReleaseToTheLast) {
    for (const Rule& rule : rules()) {
        for (const KernelEffect& row : rule.on_linux) {
            EXPECT_EQ(find_kernel_effect(rule.on_linux, row.from), &row) << rule.id;
            EXPECT_NE(find_kernel_effect(rule.on_linux, row.until), &row) << rule.id;
            const KernelVersion before = row.from.minor == 0
                                             ? KernelVersion{row.from.major - 1, ~0U}
                                             : KernelVersion{row.from.major, row.from.minor - 1};
            EXPECT_NE(find_kernel_effect(rule.on_linux, before), &row) << rule.id;
        }
    }
}

std::vector<std::string> ids_of(const std::vector<std::string>& globs) {
    std::vector<std::string> out;
    for (const Rule* rule : select_rules(globs)) {
        out.emplace_back(rule->id);
    }
    return out;
}

TEST(SelectRules, TakesTheUnionInOrder) {
    EXPECT_THAT(ids_of({"ns.uuid.equal", "ctrl.s?.equal", "ctrl.sn.equal"}),
                ElementsAre("ctrl.sn.equal", "ns.uuid.equal"));
    EXPECT_EQ(ids_of({}).size(), rules().size());
    EXPECT_EQ(ids_of({"*"}).size(), rules().size());
    for (const std::vector<std::string>& globs : {std::vector<std::string>{"no.such"},
                                                  {"ns.uuid.equal", "no.such"},
                                                  {"no.such", "ns.uuid.equal"}}) {
        try {
            static_cast<void>(select_rules(globs));
            ADD_FAILURE() << "accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), make_error_code(Errc::invalid_argument));
            EXPECT_THAT(error.what(), testing::HasSubstr("rule no.such"));
        }
    }
}

TEST(FindRule, FindsEveryRule) {
    for (const Rule& rule : rules()) {
        EXPECT_EQ(find_rule(rule.id), &rule);
    }
}

/// The meaning of a glob, written down without a loop.
bool means(std::string_view id, std::string_view glob) {
    if (glob.empty()) {
        return id.empty();
    }
    if (glob.front() == '*') {
        return means(id, glob.substr(1)) || (!id.empty() && means(id.substr(1), glob));
    }
    return !id.empty() && (glob.front() == '?' || glob.front() == id.front()) &&
           means(id.substr(1), glob.substr(1));
}

std::vector<std::string> words(std::string_view letters, std::size_t longest) {
    std::vector<std::string> out{""};
    for (std::size_t first = 0, length = 0; length < longest; ++length) {
        const std::size_t end = out.size();
        for (; first < end; ++first) {
            for (const char letter : letters) {
                out.push_back(out[first] + letter);
            }
        }
    }
    return out;
}

TEST(RuleMatches, MeansWhatItsDefinitionSays) {
    for (const std::string& glob : words("ab*?", 5)) {
        for (const std::string& id : words("ab", 5)) {
            ASSERT_EQ(rule_matches(id, glob), means(id, glob)) << id << " by " << glob;
        }
    }
}

} // namespace
} // namespace haoh
