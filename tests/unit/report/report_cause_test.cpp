// SPDX-License-Identifier: LGPL-2.1-or-later
// One cause is told once, in however many subsystems and for however many objects it shows.
#include "sample.hpp"

#include <haoh/report.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace haoh {
namespace {

using test::add;
using test::healthy_pair;
using test::Sample;

std::string text_of_many(const Sample& sample, const TextStyle& style = {}) {
    return to_text(sample.report, sample.observation, style);
}

std::size_t times_in(const std::string& text, const std::string& of) {
    std::size_t count = 0;
    for (std::size_t at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) {
        ++count;
    }
    return count;
}

/// One subsystem a volume: the same finding in each of them.
Sample with_one_subsystem_a_volume(std::size_t count) {
    Sample sample = healthy_pair(1);
    const ControllerObservation one = sample.observation.controllers.front();
    sample.observation.controllers.clear();
    sample.report.attributions = {};
    for (std::size_t i = 0; i < count; ++i) {
        ControllerObservation made = one;
        made.subsysnqn = "nqn.2026-01.com.example:volume-" + std::to_string(i);
        made.name = "controller " + std::to_string(i);
        sample.report.attributions.add(
            {.host = {}, .controller = made.name, .array = "array-a", .evidence = "target"});
        Finding finding = test::serial_finding(sample);
        finding.subsystem = made.subsysnqn;
        finding.nsid = 1;
        finding.what = "no optimized path";
        finding.values.clear();
        sample.observation.controllers.push_back(std::move(made));
        add(sample.report, finding);
    }
    return sample;
}

TEST(ReportTextOfOneCause, TellsOneCauseInManySubsystemsOnce) {
    const Sample sample = with_one_subsystem_a_volume(60);
    const std::string text = text_of_many(sample);
    EXPECT_LE(std::ranges::count(text, '\n'), 40) << text;
    EXPECT_NE(text.find("  in 60 subsystems\n"
                        "  in nqn.2026-01.com.example:volume-0\n"
                        "  NSID 1: no optimized path\n"
                        "  in nqn.2026-01.com.example:volume-1\n"
                        "  NSID 1: no optimized path\n"
                        "  in nqn.2026-01.com.example:volume-2\n"
                        "  NSID 1: no optimized path\n"
                        "  and 57 like this in 57 more subsystems\n"
                        "  Why: "),
              std::string::npos)
        << text;
    EXPECT_EQ(times_in(text, "Why: "), 1U);
    const std::string whole = text_of_many(sample, {.verbose = true});
    EXPECT_EQ(times_in(whole, "NSID 1: no optimized path"), 60U);
    EXPECT_EQ(times_in(whole, "Why: "), 1U);
    EXPECT_EQ(whole.find("like this"), std::string::npos);
}

TEST(ReportTextOfOneCause, TellsOneSubsystemAsBefore) {
    EXPECT_EQ(text_of_many(with_one_subsystem_a_volume(1)).find("subsystems"), std::string::npos);
    const std::string two = text_of_many(with_one_subsystem_a_volume(2));
    EXPECT_NE(two.find("in 2 subsystems"), std::string::npos) << two;
    EXPECT_EQ(two.find("like this"), std::string::npos) << two;
}

/// What was not observed, each told by a finding.
Sample with_unknowns(std::size_t count, UnobservedReason reason) {
    Sample sample = healthy_pair();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "nvme" + std::to_string(i);
        add(sample, {.object = name,
                     .target = "",
                     .subsysnqn = "",
                     .error = "ask " + name + ": it is connecting",
                     .reason = reason});
        Finding told = test::serial_finding(sample);
        told.rule = "snap.verdict_unknown";
        told.verdict = Verdict::unknown;
        told.subsystem.clear();
        told.what = name + " was not observed";
        told.unobserved = i;
        told.values.clear();
        add(sample.report, told);
    }
    return sample;
}

TEST(ReportTextOfOneCause, NamesWhatWasNotObservedForOneReason) {
    const std::string text = text_of_many(with_unknowns(60, UnobservedReason::not_live));
    EXPECT_NE(text.find("  ask nvme0: it is connecting\n"
                        "  and 59 for the same reason: nvme1, nvme2, nvme3, nvme4, nvme5, nvme6, "
                        "nvme7,\n    nvme8, ...\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text_of_many(with_unknowns(60, UnobservedReason::other)).find("and 57 like this"),
              std::string::npos)
        << "nobody knows whether it is one";
    Sample two = with_unknowns(60, UnobservedReason::not_live);
    two.report.unobserved[7].reason = UnobservedReason::refused;
    EXPECT_NE(text_of_many(two).find("and 57 like this"), std::string::npos);
}

TEST(ReportTextOfOneCause, TellsFailuresThatReadAlikeOnce) {
    Sample sample = healthy_pair();
    for (int i = 0; i < 60; ++i) {
        add(sample, test::refused_target());
    }
    const std::string text = text_of_many(sample, {.width = 200});
    EXPECT_EQ(times_in(text, "connection refused"), 1U) << text;
    EXPECT_NE(text.find(" (60 times)\n"), std::string::npos) << text;
}

} // namespace
} // namespace haoh
