// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_text.hpp"

#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::report {
namespace {

using test::Sample;

TEST(FindingText, NamesTheNamespaceAndOfSeveralHostsTheHost) {
    Sample sample = test::healthy_pair();
    Finding finding = test::uuid_finding(sample, 2);
    finding.host = "beta";
    test::add(sample.report, finding);
    for (const auto& [hosts, prefix] :
         {std::pair{std::vector<std::string>{"beta"}, ""}, {{"alpha", "beta"}, "beta: "}}) {
        sample.report.hosts = hosts;
        const ReportView view = view_of(sample.report);
        const FindingText words{view, sample.observation};
        const FindingItem& item = view.groups.at(0).items.at(0);
        EXPECT_EQ(words.headline(item),
                  std::string(prefix) + "NSID 2: UUID differs between array-a and array-b");
        EXPECT_EQ(words.headline(item, 10), std::string(prefix) + "NSID 2: UUID di...");
        EXPECT_EQ(words.shown_host(item), hosts.size() == 1 ? "" : "beta");
    }
}

TEST(FindingText, SaysWhoHasAValueOnceOrForEach) {
    Sample sample = test::healthy_pair();
    test::add(sample.report, test::serial_finding(sample));
    const ReportView view = view_of(sample.report);
    const FindingText words{view, sample.observation};
    const auto told = [&](bool each) {
        std::vector<std::string> out;
        for (const LabelledValue& one :
             words.values(view.groups.at(0), view.groups.at(0).items.at(0), each)) {
            out.push_back(one.label + "=" + one.value);
        }
        return out;
    };
    EXPECT_THAT(told(false), testing::ElementsAre("array-a=SN0001", "array-b=SN0002"));
    EXPECT_THAT(told(true),
                testing::ElementsAre("array-a, tcp://10.0.0.1:4420 controller 1=SN0001",
                                     "array-a, tcp://10.0.0.2:4420 controller 2=SN0001",
                                     "array-b, tcp://10.1.0.1:4420 controller 1001=SN0002",
                                     "array-b, tcp://10.1.0.2:4420 controller 1002=SN0002"));
}

TEST(FindingText, OfWhatWasNotObservedIsTheError) {
    Sample sample = test::healthy_pair();
    test::add(sample, test::refused_target());
    Finding told = test::serial_finding(sample);
    told.verdict = Verdict::unknown;
    told.unobserved = 0;
    test::add(sample.report, told);
    const ReportView view = view_of(sample.report);
    const FindingText words{view, sample.observation};
    EXPECT_EQ(words.headline(view.groups.at(0).items.at(0)), test::refused_target().error);
}

TEST(FindingText, NamesReleasesByWhoseTheyAre) {
    EXPECT_EQ(short_release("6.12.107-amd64"), "Linux 6.12");
    EXPECT_EQ(short_release("whatever"), "Linux whatever");
    EXPECT_EQ(upper("fail"), "FAIL");
}

} // namespace
} // namespace haoh::report
