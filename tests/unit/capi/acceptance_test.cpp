// SPDX-License-Identifier: LGPL-2.1-or-later
// Waivers and baselines over the C interface.
#include "freed.hpp"
#include "served_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Text = std::unique_ptr<char, Free<&haoh_text_free>>;

const std::string kKnownUuid = "[[waiver]]\nrule = \"ns.uuid.equal\"\nreason = \"fixed in 4.2\"\n"
                               "owner = \"me\"\nexpires = 2027-01-31\n";

/// A pair whose namespace 2 has another UUID on b, read once.
class CapiAcceptance : public ::testing::Test {
  protected:
    void SetUp() override {
        arraysim::NamespaceSpec other{.nsid = 2};
        other.uuid = nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
        const ServedPair pair(arraysim::ScenarioBuilder()
                                  .ns({.nsid = 1, .count = 3})
                                  .array("a")
                                  .array("b")
                                  .without_ns(2)
                                  .ns(other)
                                  .build());
        const haoh_source source = pair.source();
        observation_.reset(haoh_observe(&source, error_));
        ASSERT_NE(observation_, nullptr) << error_.message();
    }
    [[nodiscard]] ReportHandle report(const haoh_check_options& options) {
        ReportHandle out(haoh_check(observation_.get(), &options, error_));
        EXPECT_NE(out, nullptr) << error_.message();
        return out;
    }
    [[nodiscard]] WaiversHandle waivers(const std::string& text, const char* day) {
        return WaiversHandle(haoh_waivers_parse(text.data(), text.size(), "w.toml", day, error_));
    }

    ObservationHandle observation_;
    ErrorSlot error_;
};

TEST_F(CapiAcceptance, what_is_waived_is_told_and_does_not_count) {
    const WaiversHandle known = waivers(kKnownUuid, "2027-01-31");
    ASSERT_NE(known, nullptr) << error_.message();
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.waivers = known.get();
    const ReportHandle waived = report(options);
    EXPECT_EQ(haoh_report_status(waived.get()), HAOH_STATUS_OK);
    EXPECT_EQ(haoh_report_verdict(waived.get()), HAOH_VERDICT_PASS);
    EXPECT_EQ(haoh_report_count(waived.get(), HAOH_VERDICT_FAIL), 1U);
    EXPECT_EQ(haoh_report_blocking(waived.get(), HAOH_VERDICT_FAIL), 0U);
    haoh_finding finding HAOH_FINDING_INIT;
    ASSERT_EQ(haoh_report_finding(waived.get(), 0, &finding, error_), 0) << error_.message();
    EXPECT_STREQ(finding.waived_reason, "fixed in 4.2");
    EXPECT_STREQ(finding.waived_owner, "me");
    EXPECT_STREQ(finding.waived_expires, "2027-01-31");
    EXPECT_EQ(finding.known, 0);
    // As a program has it that was built before there was such a thing.
    options.size = offsetof(haoh_check_options, waivers);
    const ReportHandle old = report(options);
    EXPECT_EQ(haoh_report_status(old.get()), HAOH_STATUS_FAILED);
    EXPECT_EQ(haoh_report_blocking(old.get(), HAOH_VERDICT_FAIL), 1U);
    ASSERT_EQ(haoh_report_finding(old.get(), 0, &finding, error_), 0);
    EXPECT_STREQ(finding.waived_reason, "");
    EXPECT_STREQ(finding.waived_expires, "");
    finding.size = offsetof(haoh_finding, waived_reason);
    EXPECT_EQ(haoh_report_finding(waived.get(), 0, &finding, error_), 0);
}

TEST_F(CapiAcceptance, a_waiver_that_is_over_covers_nothing) {
    const WaiversHandle known = waivers(kKnownUuid, "2027-02-01");
    ASSERT_NE(known, nullptr) << error_.message();
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.waivers = known.get();
    const ReportHandle over = report(options);
    EXPECT_EQ(haoh_report_status(over.get()), HAOH_STATUS_FAILED);
    EXPECT_EQ(haoh_report_blocking(over.get(), HAOH_VERDICT_WARN), 1U);
}

TEST_F(CapiAcceptance, what_is_malformed_is_refused) {
    EXPECT_EQ(waivers("[[waiver]]\nrule = 1\n", "2026-12-01"), nullptr);
    EXPECT_EQ(haoh_error_code(error_.get()), HAOH_MALFORMED);
    EXPECT_THAT(error_.message(), HasSubstr("w.toml:2: waiver.rule"));
    EXPECT_EQ(waivers(kKnownUuid, "soon"), nullptr);
    EXPECT_EQ(haoh_error_code(error_.get()), HAOH_INVALID_ARGUMENT);
    EXPECT_NE(waivers("", nullptr), nullptr) << "today";
    const Text snapshot(haoh_observation_json(observation_.get(), error_));
    const std::string text(snapshot.get());
    EXPECT_EQ(BaselineHandle(haoh_baseline_from_json(text.data(), text.size(), "b.json", error_)),
              nullptr);
    EXPECT_THAT(error_.message(), AllOf(HasSubstr("b.json"), HasSubstr("haoh.observation/1")));
    EXPECT_EQ(haoh_baseline_read("/nonexistent/b.json", error_), nullptr);
    EXPECT_EQ(haoh_waivers_read("/nonexistent/w.toml", nullptr, error_), nullptr);
}

TEST_F(CapiAcceptance, a_draft_is_of_what_counts) {
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    const ReportHandle failed = report(options);
    const Text draft(haoh_report_draft_waivers(failed.get(), "2026-12-01", error_));
    ASSERT_NE(draft, nullptr) << error_.message();
    EXPECT_THAT(draft.get(),
                AllOf(HasSubstr("rule = \"ns.uuid.equal\""), HasSubstr("expires = 2027-03-01")));
    EXPECT_EQ(haoh_report_draft_waivers(failed.get(), "soon", error_), nullptr);
}

TEST_F(CapiAcceptance, what_a_baseline_had_is_known_and_what_went_away_is_told) {
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    const ReportHandle before = report(options);
    const Text json(haoh_report_render(before.get(), HAOH_JSON, nullptr, error_));
    std::string text(json.get());
    const BaselineHandle same(haoh_baseline_from_json(text.data(), text.size(), nullptr, error_));
    ASSERT_NE(same, nullptr) << error_.message();
    options.baseline = same.get();
    const ReportHandle known = report(options);
    EXPECT_EQ(haoh_report_status(known.get()), HAOH_STATUS_OK);
    EXPECT_EQ(haoh_report_gone_count(known.get()), 0U);
    haoh_finding finding HAOH_FINDING_INIT;
    ASSERT_EQ(haoh_report_finding(known.get(), 0, &finding, error_), 0);
    EXPECT_NE(finding.known, 0);

    // The same finding of NSID 3: that one is gone, and NSID 2 is new.
    const std::string nsid = "\"nsid\": 2";
    ASSERT_NE(text.find(nsid), std::string::npos);
    text.replace(text.find(nsid), nsid.size(), "\"nsid\": 3");
    const BaselineHandle other(haoh_baseline_from_json(text.data(), text.size(), nullptr, error_));
    ASSERT_NE(other, nullptr) << error_.message();
    options.baseline = other.get();
    const ReportHandle fresh = report(options);
    EXPECT_EQ(haoh_report_status(fresh.get()), HAOH_STATUS_FAILED);
    ASSERT_EQ(haoh_report_gone_count(fresh.get()), 1U);
    haoh_gone gone HAOH_GONE_INIT;
    ASSERT_EQ(haoh_report_gone(fresh.get(), 0, &gone, error_), 0) << error_.message();
    EXPECT_STREQ(gone.rule, "ns.uuid.equal");
    EXPECT_EQ(gone.verdict, HAOH_VERDICT_FAIL);
    ASSERT_EQ(gone.nsids_count, 1U);
    EXPECT_EQ(gone.nsids[0], 3U);
    EXPECT_NE(gone.looked_for, 0);
    EXPECT_EQ(haoh_report_gone(fresh.get(), 1, &gone, error_), -HAOH_NOT_FOUND);
}

} // namespace
} // namespace haoh::test
