// SPDX-License-Identifier: LGPL-2.1-or-later
// What can be said of a rule's texts without copying them: what they cite is in the tables of data/,
// and they do not contradict the rule's own severity or what Linux does.
#include "unit/catalogue/expectations.hpp"

#include <haoh/kernel_effect.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <ostream>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::test {
namespace {

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
    const std::regex expression(pattern);
    std::vector<std::string> out;
    for (std::sregex_iterator one(text.begin(), text.end(), expression), end; one != end; ++one) {
        out.push_back(one->str());
    }
    return out;
}

bool says(std::string_view text, const std::string& pattern) {
    return !matches(std::string(text), pattern).empty();
}

std::string all_texts(const Rule& rule) {
    std::string out;
    for (const std::string_view text : {rule.title, rule.why, rule.fix, rule.basis}) {
        out += std::string(text) + "\n";
    }
    return out;
}

const RuleExpectation* row_of(std::string_view rule) {
    const auto& rows = rule_expectations();
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const RuleExpectation& row) { return row.id == rule; });
    return found == rows.end() ? nullptr : &*found;
}

std::vector<KernelExpectation> kernel_rows_of(std::string_view rule) {
    std::vector<KernelExpectation> out;
    for (const KernelExpectation& row : kernel_expectations()) {
        if (row.rule == rule) {
            out.push_back(row);
        }
    }
    return out;
}

std::string words(const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& word : list) {
        out += (out.empty() ? "" : ", ") + word;
    }
    return out;
}

/// Sections ("§8.1.1") and figures ("Figure 312"; "Fig. 312" is the same).
std::vector<std::string> citations_in(const std::string& text) {
    return matches(std::regex_replace(text, std::regex("Fig\\."), "Figure"),
                   "§[0-9]+(\\.[0-9]+)*|Figure [0-9]+");
}

/// The basis cites what the row of the rule has found, and nothing else.
std::string uncited(const Rule& rule) {
    const RuleExpectation* row = row_of(rule.id);
    const std::vector<std::string> known =
        row == nullptr ? std::vector<std::string>{} : citations_in(row->sources);
    std::vector<std::string> out;
    for (const std::string& citation : citations_in(std::string(rule.basis))) {
        if (std::find(known.begin(), known.end(), citation) == known.end()) {
            out.push_back(citation);
        }
    }
    return words(out);
}

/// The first source is a specification, Linux, a policy, or practice that calls itself so.
std::string sourceless(const Rule& rule) {
    // What haoh says of its own reading stands on nothing else.
    if (rule.id.starts_with("snap.") || says(rule.basis, "(^|; )(Base 2\\.[0-9] (§|Figure)|NVM "
                                                         "Command Set Specification |Linux |"
                                                         "practice|nvme-cli |the declared )")) {
        return {};
    }
    return std::string(rule.basis);
}

/// Releases that are named are bounds of the tables.
std::string unknown_releases(const Rule& rule) {
    std::set<std::string> known;
    for (const KernelExpectation& row : kernel_rows_of(rule.id)) {
        for (PatchedRelease bound : {row.wanted.range.from, row.wanted.range.until}) {
            bound.patch = 0;
            known.insert(to_string(bound));
        }
    }
    if (const RuleExpectation* row = row_of(rule.id)) {
        for (const std::string& release : matches(row->sources, "Linux 6\\.[0-9]+")) {
            known.insert(release.substr(6));
        }
    }
    std::vector<std::string> out;
    // Sections have numbers like releases; without them and versions of specifications.
    const std::string text =
        std::regex_replace(all_texts(rule), std::regex("§[0-9.]+|Base [0-9.]+"), "");
    for (const std::string& release : matches(text, "\\b[67]\\.[0-9]+\\b")) {
        if (!known.contains(release)) {
            out.push_back(release);
        }
    }
    return words(out);
}

const KernelFunction* function_of(const std::string& name) {
    const auto& table = kernel_functions();
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const KernelFunction& one) { return one.name == name; });
    return found == table.end() ? nullptr : &*found;
}

bool is_function(const std::string& name, const PatchedRelease& release) {
    const KernelFunction* found = function_of(name);
    return found != nullptr && found->from <= release;
}

const PatchedRelease kFirst{kFirstKnownKernel.major, kFirstKnownKernel.minor, 0};

/// Functions that the basis names are there in every release that is known.
std::string unknown_functions(const Rule& rule) {
    std::vector<std::string> out;
    for (const std::string& call :
         matches(std::string(rule.basis), "\\b(__)?nvm[ef]_[a-z0-9_]+\\(\\)")) {
        if (!is_function(call.substr(0, call.size() - 2), kFirst)) {
            out.push_back(call);
        }
    }
    return words(out);
}

/// The sources of what is said of kernels ("file.c: function, function; ...") are there in the first
/// release that it is said of, in that file.
std::string unknown_sources(const Rule& rule) {
    std::vector<std::string> out;
    for (const KernelEffect& effect : rule.on_linux) {
        const std::string source(effect.basis);
        const PatchedRelease from{effect.from.major, effect.from.minor, 0};
        for (const std::string& part : matches(source, "[a-z]+\\.c: [^;]*")) {
            const std::string file = part.substr(0, part.find(':'));
            for (const std::string& name : matches(part, "\\b(__)?nvm[ef]_[a-z0-9_]+")) {
                const KernelFunction* found = function_of(name);
                if (found == nullptr || found->file != file || found->from > from) {
                    out.push_back(file);
                    out.back().append(": ").append(name);
                }
            }
        }
        if (!says(source, "^[a-z]+\\.c: (__)?nvm[ef]_")) {
            out.push_back(source);
        }
    }
    return words(out);
}

/// "Linux refuses" is not said where releases take it without a word, unless the text says which.
std::string wrong_refusal(const Rule& rule) {
    const std::string text = std::string(rule.why) + " " + std::string(rule.basis);
    const std::vector<std::string> claims =
        matches(text, "Linux (refuses|rejects|does not start)[^.;]*");
    for (const KernelExpectation& row : kernel_rows_of(rule.id)) {
        if (row.wanted.outcome == "unnoticed" && !claims.empty() &&
            !says(claims.front(), "\\b[67]\\.[0-9]+\\b")) {
            return claims.front();
        }
    }
    return {};
}

bool at_stake(const Rule& rule, std::initializer_list<Severity> severities) {
    return std::find(severities.begin(), severities.end(), rule.severity) != severities.end();
}

/// Lost or foreign data is told of data corruption only.
std::string wrong_corruption(const Rule& rule) {
    if (at_stake(rule, {Severity::corruption})) {
        return {};
    }
    return words(
        matches(std::string(rule.why),
                "split brain|writes to the wrong|wrong blocks|destroy|is lost with a power cut|"
                "old data|other data|mixes two volumes|data is going away"));
}

/// Lost access is told of loss of access, or of worse.
std::string wrong_access(const Rule& rule) {
    if (at_stake(rule, {Severity::loss, Severity::corruption})) {
        return {};
    }
    return words(matches(std::string(rule.why),
                         "Linux (refuses|does not start)|cannot use the array|I/O hangs|"
                         "path to this array is missing|access is lost$|no path there"));
}

/// An identifier is "ID"; the name of a file or option is not a word.
std::string small_id(const Rule& rule) {
    const std::string text =
        std::string(rule.title) + "\n" + std::string(rule.why) + "\n" + std::string(rule.fix);
    return words(matches(text, "(^|[ (,])[iI]ds?($|[ ),.:;])"));
}

/// Rules whose fix gives a namespace another identifier. Linux takes the device of a namespace away
/// whose identifiers change ("identifiers changed for nsid", core.c nvme_validate_ns; ran on 6.12):
/// that has to be said.
constexpr std::array<std::string_view, 12> kGivesIdentifiers{"ns.desc.bytes_equal",
                                                             "ns.desc.match_idns",
                                                             "ns.eui64.equal",
                                                             "ns.id.at_least_one",
                                                             "ns.id.not_placeholder",
                                                             "ns.id.set_equal",
                                                             "ns.id.unique_in_subsystem",
                                                             "ns.id.unique_on_host",
                                                             "ns.identity.one_nsid",
                                                             "ns.nguid.equal",
                                                             "ns.uuid.equal",
                                                             "ns.uuid.required_if_zero"};

std::string dangerous_fix(const Rule& rule) {
    const bool gives = std::find(kGivesIdentifiers.begin(), kGivesIdentifiers.end(), rule.id) !=
                       kGivesIdentifiers.end();
    const std::string told = std::string(rule.why) + " " + std::string(rule.fix);
    return gives && !says(told, "\\b(in use|stop I/O|unmount|that use it|first disconnect)\\b")
               ? std::string(rule.fix)
               : std::string();
}

struct TextCheck {
    std::string_view name;
    std::string (*fault)(const Rule&); ///< what is wrong; empty when nothing is
};

constexpr std::array<TextCheck, 10> kTextChecks{{
    {"citations", uncited},
    {"source", sourceless},
    {"releases", unknown_releases},
    {"functions", unknown_functions},
    {"kernel_source", unknown_sources},
    {"refusal", wrong_refusal},
    {"corruption", wrong_corruption},
    {"access", wrong_access},
    {"capitals", small_id},
    {"identity_fix", dangerous_fix},
}};

std::ostream& operator<<(std::ostream& out, const TextCheck& one) {
    return out << one.name;
}

std::string fault_of(std::string_view check, const Rule& rule) {
    const auto* const found = std::find_if(kTextChecks.begin(), kTextChecks.end(),
                                           [&](const TextCheck& one) { return one.name == check; });
    return found == kTextChecks.end() ? std::string() : found->fault(rule);
}

bool is_known(std::string_view check, const Rule& rule) {
    const auto& faults = text_faults();
    return std::any_of(faults.begin(), faults.end(), [&](const TextFault& one) {
        return one.rule == rule.id && one.check == check;
    });
}

class RuleText : public testing::TestWithParam<TextCheck> {};

TEST_P(RuleText, HoldsForEveryRule) {
    for (const Rule& rule : rules()) {
        if (!is_known(GetParam().name, rule)) {
            EXPECT_EQ(GetParam().fault(rule), "") << rule.id;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Checks, RuleText, testing::ValuesIn(kTextChecks),
                         [](const testing::TestParamInfo<TextCheck>& one) {
                             return std::string(one.param.name);
                         });

class KnownTextFault : public testing::TestWithParam<TextFault> {};

TEST_P(KnownTextFault, IsStillThere) {
    const TextFault& known = GetParam();
    const Rule* rule = find_rule(known.rule);
    ASSERT_NE(rule, nullptr);
    RecordProperty("expected_failure", known.why);
    EXPECT_NE(fault_of(known.check, *rule), "")
        << "mended: remove the line from data/text_faults.table";
}

INSTANTIATE_TEST_SUITE_P(Table, KnownTextFault, testing::ValuesIn(text_faults()),
                         [](const testing::TestParamInfo<TextFault>& one) {
                             return case_name(one.param.rule) + "_" + one.param.check;
                         });

// That each check can fail: a rule that is wrong in this one place.
TEST(TextChecks, FindWhatIsWrong) {
    const Rule* healthy = find_rule("ns.nsid.map_equal");
    ASSERT_NE(healthy, nullptr);
    for (const TextCheck& check : kTextChecks) {
        EXPECT_EQ(check.fault(*healthy), "") << check.name;
    }
    Rule rule = *healthy;
    rule.basis = "Base 2.3 §2.4.1, §2.4.2; Linux \"IDs don't match\"";
    EXPECT_EQ(uncited(rule), "§2.4.2");
    rule.basis = "everybody knows";
    EXPECT_EQ(sourceless(rule), "everybody knows");
    rule.basis = "Linux from 6.14 on";
    EXPECT_EQ(unknown_releases(rule), "6.14");
    rule.basis = "Linux nvme_numa_path(), nvme_init_ns_head(), nvme_made_up()";
    EXPECT_EQ(unknown_functions(rule), "nvme_numa_path(), nvme_made_up()");
    rule.title = "The id is the same";
    EXPECT_NE(small_id(rule), "");

    Rule accepted = *find_rule("ctrl.sn.equal");
    accepted.why = "Linux refuses the array.";
    EXPECT_EQ(wrong_refusal(accepted), "Linux refuses the array");
    EXPECT_NE(wrong_access(accepted), "");
    accepted.why = "The host writes to the wrong volume.";
    EXPECT_EQ(wrong_corruption(accepted), "writes to the wrong");

    Rule identity = *find_rule("ns.id.set_equal");
    EXPECT_EQ(dangerous_fix(identity), "");
    identity.why = "It differs.";
    EXPECT_NE(dangerous_fix(identity), "");
}

} // namespace
} // namespace haoh::test
