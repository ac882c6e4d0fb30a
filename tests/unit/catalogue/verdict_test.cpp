// SPDX-License-Identifier: LGPL-2.1-or-later
// What a verdict follows from: the table of docs/rules.md, over the whole catalogue.
#include <haoh/rule.hpp>

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace haoh {
namespace {

/// All that the table allows; by hand, apart from `verdict_follows`.
const std::set<std::pair<Severity, Verdict>> kAllowed{
    {Severity::corruption, Verdict::fail},    {Severity::loss, Verdict::fail},
    {Severity::degraded, Verdict::fail},      {Severity::degraded, Verdict::warn},
    {Severity::management, Verdict::warn},    {Severity::management, Verdict::note},
    {Severity::corruption, Verdict::unknown}, {Severity::loss, Verdict::unknown},
    {Severity::degraded, Verdict::unknown},   {Severity::management, Verdict::unknown}};

TEST(Verdict, FollowsWhatIsAtStake) {
    for (const Severity severity :
         {Severity::corruption, Severity::loss, Severity::degraded, Severity::management}) {
        for (const Verdict verdict :
             {Verdict::pass, Verdict::note, Verdict::warn, Verdict::unknown, Verdict::fail}) {
            EXPECT_EQ(verdict_follows(severity, verdict), kAllowed.contains({severity, verdict}))
                << to_string(severity) << " " << to_string(verdict);
        }
    }
}

TEST(Verdict, OfEachRuleFollowsOrSaysWhyItIsMilder) {
    for (const Rule& rule : rules()) {
        EXPECT_EQ(kAllowed.contains({rule.severity, rule.verdict}), rule.exception.empty())
            << rule.id << " (" << to_string(rule.severity) << " " << to_string(rule.verdict)
            << "): " << rule.exception;
        // No management rule stops a gate, whatever it says.
        EXPECT_FALSE(rule.severity == Severity::management && rule.verdict == Verdict::fail)
            << rule.id;
        EXPECT_FALSE(rule.exception.ends_with('.')) << rule.id << ": it is a clause";
    }
}

} // namespace
} // namespace haoh
