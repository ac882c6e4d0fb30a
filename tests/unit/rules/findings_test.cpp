// SPDX-License-Identifier: LGPL-2.1-or-later
// How judgements become findings: order, folding, windows, and what a report makes of them.
#include "unit/rules/pair.hpp"

#include "rules/findings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace haoh::test {
namespace {

using judge::Draft;
using judge::Findings;
using judge::FoldKey;
using testing::ElementsAre;
using testing::IsEmpty;

Draft draft(std::string_view rule, const std::string& subsystem = "n",
            std::vector<std::uint32_t> nsids = {}, std::optional<Verdict> verdict = {}) {
    return {.rule = rule,
            .subsystem = subsystem,
            .nsids = std::move(nsids),
            .what = "what",
            .values = {{.controller = "c", .site = "s", .value = "v"}},
            .verdict = verdict};
}

std::vector<std::string> taken(Findings& findings) {
    std::vector<std::string> out;
    for (const Finding& one : findings.take()) {
        out.push_back(fmt::format("{} {} {}{}", one.rule, one.subsystem,
                                  one.nsid ? fmt::format("{}", *one.nsid) : "-",
                                  one.nsids.empty() ? "" : " of " + format_nsids(one.nsids)));
    }
    return out;
}

TEST(Taken, AreInOrder) {
    Findings findings(Window::none);
    for (const std::uint32_t nsid : {7U, 3U}) {
        findings.add(draft("ns.uuid.equal", "m", {nsid}));
        findings.add(draft("ns.uuid.equal", "k", {nsid}));
        findings.add(draft("ns.nguid.equal", "z", {nsid}));
    }
    findings.add(draft("ns.uuid.equal", "k"));
    // Another verdict than the rule's own, and both fail with other severities.
    findings.add(draft("ns.eui64.equal", "k", {1}, Verdict::warn));
    findings.add(draft("ctrl.nn.equal", "a"));
    findings.add(draft("ctrl.fr.domain", "a"));
    findings.add(draft("ctrl.vid.equal", "a"));
    findings.add(draft("snap.verdict_unknown", "a"));
    EXPECT_THAT(taken(findings),
                ElementsAre("ns.nguid.equal z 3", "ns.nguid.equal z 7", "ns.uuid.equal k -",
                            "ns.uuid.equal k 3", "ns.uuid.equal k 7", "ns.uuid.equal m 3",
                            "ns.uuid.equal m 7", "ctrl.nn.equal a -", "ns.eui64.equal k 1",
                            "ctrl.fr.domain a -", "snap.verdict_unknown a -",
                            "ctrl.vid.equal a -"));
}

TEST(Taken, AreTakenOnce) {
    Findings findings(Window::none);
    findings.add(draft("ns.uuid.equal"));
    findings.add_folded("ns.nguid.equal", "n", 1, {}, [] { return judge::Wording{}; });
    EXPECT_TRUE(findings.reported("ns.uuid.equal", "n"));
    EXPECT_TRUE(findings.reported("ns.nguid.equal", "n"));
    EXPECT_FALSE(findings.reported("ns.uuid.equal", "m"));
    EXPECT_FALSE(findings.reported("ns.eui64.equal", "n"));
    EXPECT_EQ(findings.take().size(), 2U);
    EXPECT_FALSE(findings.reported("ns.uuid.equal", "n"));
    EXPECT_FALSE(findings.reported("ns.nguid.equal", "n"));
    EXPECT_THAT(findings.take(), IsEmpty());
}

TEST(Taken, SayWhatRuleAndDraftSay) {
    Findings findings(Window::none);
    findings.add(draft("ns.uuid.equal", "n", {4, 6}));
    const std::vector<Finding> all = findings.take();
    ASSERT_EQ(all.size(), 1U);
    const Rule& rule = *find_rule("ns.uuid.equal");
    Finding wanted;
    wanted.rule = "ns.uuid.equal";
    wanted.verdict = Verdict::fail;
    wanted.severity = Severity::corruption;
    wanted.subsystem = "n";
    wanted.nsid = 4;
    wanted.nsids = {4, 6};
    wanted.what = "what";
    wanted.values = {{"c", "s", "v"}};
    wanted.basis = rule.basis;
    wanted.why = rule.why;
    wanted.fix = rule.fix;
    EXPECT_EQ(all[0], wanted);
    Findings unknown(Window::none);
    unknown.add(draft("no.such.rule"));
    EXPECT_THROW(static_cast<void>(unknown.take()), std::logic_error);
    Findings passing(Window::none);
    passing.add(draft("ns.uuid.equal", "n", {}, Verdict::pass));
    EXPECT_THAT(passing.take(), IsEmpty());
}

TEST(Taken, FoldByRuleSubsystemAndKey) {
    Findings findings(Window::none);
    int made = 0;
    const auto add = [&](const char* rule, const char* subsystem, const FoldKey& key) {
        for (std::uint32_t nsid = 6; nsid > 0; --nsid) {
            findings.add_folded(rule, subsystem, nsid, key, [&made] {
                ++made;
                return judge::Wording{};
            });
        }
    };
    FoldKey one;
    one.add(1);
    add("ns.uuid.equal", "n", {});
    add("ns.uuid.equal", "n", one);
    add("ns.uuid.equal", "m", {});
    add("ns.nguid.equal", "n", {});
    EXPECT_EQ(made, 16) << "four texts of each group";
    EXPECT_THAT(taken(findings),
                ElementsAre("ns.nguid.equal n 1 of 1-6", "ns.uuid.equal m 1 of 1-6",
                            "ns.uuid.equal n 1 of 1-6", "ns.uuid.equal n 1 of 1-6"));
}

TEST(Taken, CompareKeysAsTheyWereAdded) {
    const auto key = [](std::initializer_list<std::string_view> texts) {
        FoldKey out;
        for (const std::string_view text : texts) {
            out.add(text);
        }
        return out;
    };
    EXPECT_EQ(key({"a", "bc"}), key({"a", "bc"}));
    EXPECT_NE(key({"a", "bc"}), key({"ab", "c"}));
    EXPECT_NE(key({"a"}), key({"b"}));
    EXPECT_NE(key({""}), key({}));
    FoldKey two;
    EXPECT_NE(two.add(1).add(2), key({}));
    FoldKey other;
    EXPECT_NE(two, other.add(2).add(1));
}

TEST(Taken, NameFewRanges) {
    const auto brief = [](const std::vector<std::uint32_t>& nsids) {
        return judge::brief_nsids(nsids);
    };
    EXPECT_EQ(brief({}), "");
    EXPECT_EQ(brief({1, 2, 3}), "1-3");
    EXPECT_EQ(brief({1, 2, 5, 6, 9, 11, 13, 15, 16}), "1-2, 5-6, 9, 11, 13, 15-16");
    EXPECT_EQ(brief({1, 2, 5, 6, 9, 11, 13, 15, 16, 18}), "1-2, 5-6, 9, 11, 13, 15-16, ...");
}

TEST(Taken, GroupValuesByArrayThenByText) {
    std::vector<FindingValue> values{{"1", "b", "x"}, {"2", "a", "y"}, {"3", "b", "y"},
                                     {"4", "a", "x"}, {"5", "b", "x"}, {"6", "a", "y"}};
    judge::group_values(values);
    std::string order;
    for (const FindingValue& value : values) {
        order += value.controller;
    }
    EXPECT_EQ(order, "153426") << "what came first is first: b, and x";
}

TEST(ExitStatus, FollowsFromWhatWasFound) {
    for (unsigned bits = 0; bits < 32; ++bits) {
        const bool fails = (bits & 1U) != 0;
        const bool warns = (bits & 2U) != 0;
        const bool open = (bits & 4U) != 0;
        const bool strict = (bits & 8U) != 0;
        const bool observed = (bits & 16U) != 0;
        Report report;
        report.counts[static_cast<std::size_t>(Verdict::fail)] = fails ? 1 : 0;
        report.counts[static_cast<std::size_t>(Verdict::warn)] = warns ? 1 : 0;
        report.verdict = fails  ? Verdict::fail
                         : open ? Verdict::unknown
                                : (warns ? Verdict::warn : Verdict::pass);
        int wanted = open ? 3 : 0;
        if (fails || (strict && warns)) {
            wanted = 1;
        }
        EXPECT_EQ(exit_status(report, strict ? FailOn::warn : FailOn::fail, observed),
                  observed ? wanted : 4)
            << bits;
    }
}

TEST(ReportOfKernels, NamesTheFirstReleaseThatIsKnown) {
    Observation seen = Pair(1, 1).observation();
    EXPECT_EQ(check(seen).kernel, "");
    EXPECT_FALSE(check(seen).connected);
    seen.kernels.resize(3);
    EXPECT_TRUE(check(seen).connected);
    EXPECT_EQ(check(seen).kernel, "");
    seen.kernels[1].release = "6.12.1";
    seen.kernels[2].release = "6.1.1";
    EXPECT_EQ(check(seen).kernel, "6.12.1");
    CheckOptions options;
    options.kernel = "6.16";
    EXPECT_EQ(check(seen, options).kernel, "6.16");
}

TEST(ReportOfKernels, QuotesTheRowOfTheTable) {
    Pair pair(1, 1);
    pair.on_b(1, [](Path& path) { path.uuid(other_uuid()); });
    pair.options.kernel = "6.12.107";
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    const KernelEffect& row = *find_kernel_effect("ns.uuid.equal", {6, 12});
    EXPECT_EQ(report.findings[0].on_kernel, (OnKernel{.release = "6.12.107",
                                                      .outcome = row.outcome,
                                                      .text = std::string(row.text),
                                                      .source = std::string(row.source)}));
}

TEST(ReportVerdict, IsUnknownWhereAnythingIs) {
    // Two arrays, of which none was identified.
    Observation silent = Pair(1, 1).observation();
    for (ControllerObservation& one : silent.controllers) {
        one.identify = Page::of_failure("lost");
    }
    EXPECT_EQ(check(silent).model, Model::unknown);
    EXPECT_EQ(check(silent).verdict, Verdict::unknown);
    silent.controllers[0].identify = Pair(1, 1).observation().controllers[0].identify;
    EXPECT_EQ(check(silent).model, Model::stretched) << "one is enough";
    // Nothing is unobserved, and one rule is open.
    Pair open(1, 1);
    open.on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); });
    open.b[0].state(nvme::AnaState::change);
    EXPECT_THAT(lines(open.report()), ElementsAre("UNKNOWN ana.ns.usable_path 1"));
    EXPECT_EQ(open.report().verdict, Verdict::unknown);
    EXPECT_EQ(open.report().count(Verdict::unknown), 1U);
}

TEST(ReportCounts, HaveARuleOnceAndItsFindingsEach) {
    Pair pair(1, 4);
    pair.on_b(1, [](Path& path) { path.uuid(other_uuid()); });
    pair.on_b(3, [](Path& path) { path.uuid(other_uuid(0xDD)); });
    pair.options.rules = {"ns.uuid.equal", "ns.nguid.equal"};
    const Report report = pair.report();
    EXPECT_EQ(report.count(Verdict::fail), 2U);
    EXPECT_EQ(report.rules_evaluated, 2U);
    EXPECT_EQ(report.count(Verdict::pass), 1U);
    EXPECT_EQ(report.count(Verdict::warn) + report.count(Verdict::note), 0U);
}

TEST(FormatNsids, JoinsNeighbours) {
    const auto text = [](const std::vector<std::uint32_t>& nsids) { return format_nsids(nsids); };
    EXPECT_EQ(text({1, 2}), "1-2");
    EXPECT_EQ(text({1, 3}), "1, 3");
    EXPECT_EQ(text({1, 2, 4}), "1-2, 4");
    EXPECT_EQ(text({1, 3, 4}), "1, 3-4");
}

TEST(ReportVerdict, KnowsAnArrayWithoutAna) {
    Pair pair(1, 1);
    pair.b.clear();
    pair.a[0].id.cmic = nvme::cmic::multiple_ports | nvme::cmic::multiple_controllers;
    EXPECT_EQ(pair.report().model, Model::single);
}

TEST(Relaxed, NeverWithoutAWindow) {
    Rule rule{};
    rule.severity = Severity::loss;
    rule.relaxed_in = 0xFF;
    EXPECT_EQ(judge::relaxed(Verdict::fail, rule, Window::none), Verdict::fail);
    EXPECT_EQ(judge::relaxed(Verdict::fail, rule, Window::upgrade), Verdict::warn);
}

} // namespace
} // namespace haoh::test
