// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_cluster.hpp"

#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::report {
namespace {

using test::add;
using test::healthy_pair;
using test::Sample;
using testing::ElementsAre;
using testing::IsEmpty;

Finding in_subsystem(const Sample& sample, const std::string& subsystem) {
    Finding finding = test::uuid_finding(sample, 1);
    finding.subsystem = subsystem;
    return finding;
}

TEST(FindingCluster, HoldsWhatDiffersInItsSubsystem) {
    Sample sample = healthy_pair();
    add(sample.report, in_subsystem(sample, "nqn.a"));
    add(sample.report, in_subsystem(sample, "nqn.b"));
    Finding second = in_subsystem(sample, "nqn.b");
    second.nsid = 2;
    add(sample.report, second);
    add(sample.report, test::firmware_note(sample));
    const ReportView view = view_of(sample.report);
    const auto clusters = clusters_of(view, Verdict::fail);
    ASSERT_EQ(clusters.size(), 1U);
    EXPECT_EQ(clusters[0].groups.size(), 2U);
    EXPECT_EQ(clusters[0].first().subsystem, "nqn.a");
    EXPECT_EQ(clusters[0].findings(), 3U);
    EXPECT_EQ(clusters_of(view, Verdict::note).size(), 1U);
    EXPECT_THAT(clusters_of(view, Verdict::warn), IsEmpty());
}

TEST(FindingCluster, HoldsNothingThatIsToldInOtherWords) {
    Sample sample = healthy_pair();
    add(sample.report, in_subsystem(sample, "nqn.a"));
    Finding other = in_subsystem(sample, "nqn.b");
    other.fix = "Do something else.";
    add(sample.report, other);
    Finding on_kernel = in_subsystem(sample, "nqn.c");
    on_kernel.on_kernel =
        OnKernel{.release = "6.12", .outcome = {}, .text = "no path", .basis = ""};
    add(sample.report, on_kernel);
    EXPECT_EQ(clusters_of(view_of(sample.report), Verdict::fail).size(), 3U);
}

TEST(FindingCluster, OfOneReasonIsOnlyWhatWasNotObserved) {
    Sample sample = healthy_pair();
    add(sample.report, in_subsystem(sample, "nqn.a"));
    const ReportView view = view_of(sample.report);
    EXPECT_FALSE(of_one_reason(view, clusters_of(view, Verdict::fail)[0]));
}

TEST(LinesToPaste, AreThereOnceWhateverHasThem) {
    FindingItem one;
    one.config = {"[[site]]", "name = \"a\""};
    FindingItem other;
    other.config = {"[[site]]", "name = \"b\""};
    const FindingItem none;
    EXPECT_THAT(lines_to_paste({&one, &none, &one, &other}),
                ElementsAre("[[site]]", "name = \"a\"", "[[site]]", "name = \"b\""));
    EXPECT_THAT(lines_to_paste({&none}), IsEmpty());
}

TEST(CountedLines, KeepTheirOrder) {
    EXPECT_THAT(counted({"b", "a", "b", "c", "b"}), ElementsAre("b (3 times)", "a", "c"));
    EXPECT_THAT(counted({}), IsEmpty());
    EXPECT_THAT(counted(std::vector<std::string>(1200, "x")), ElementsAre("x (1,200 times)"));
}

} // namespace
} // namespace haoh::report
