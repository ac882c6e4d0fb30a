// SPDX-License-Identifier: LGPL-2.1-or-later
// How judgements become findings: order, folding, windows, and what a report makes of them.
#include "unit/catalogue/linux_host.hpp"

#include "catalogue/catalogue.hpp"
#include "judge/findings.hpp"
#include "judge/row.hpp"

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

const judge::Row& row(std::string_view id) {
    for (const judge::Row* one : judge::catalogue()) {
        if (one->rule.id == id) {
            return *one;
        }
    }
    throw std::invalid_argument(fmt::format("no rule {}", id));
}

Draft draft(std::string_view rule, const std::string& subsystem = "n",
            std::vector<std::uint32_t> nsids = {}, std::optional<Verdict> verdict = {}) {
    return {.row = row(rule),
            .subsystem = subsystem,
            .nsids = std::move(nsids),
            .what = "what",
            .values = {{.controller = "c", .array = "s", .value = "v"}},
            .verdict = verdict};
}

/// Adds a draft as the function of its row does.
void put(Findings& findings, Draft draft) {
    findings.begin(draft.row);
    findings.add(std::move(draft));
}
void put_folded(Findings& findings, std::string_view rule, const std::string& subsystem,
                std::uint32_t nsid, FoldKey key, const std::function<judge::Wording()>& make) {
    findings.begin(row(rule));
    findings.add_folded(row(rule), subsystem, nsid, std::move(key), make);
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
        put(findings, draft("ns.uuid.equal", "m", {nsid}));
        put(findings, draft("ns.uuid.equal", "k", {nsid}));
        put(findings, draft("ns.nguid.equal", "z", {nsid}));
    }
    put(findings, draft("ns.uuid.equal", "k"));
    // Another verdict than the rule's own, and both fail with other severities.
    put(findings, draft("ns.eui64.equal", "k", {1}, Verdict::warn));
    put(findings, draft("ctrl.nn.equal", "a"));
    put(findings, draft("ctrl.fr.domain", "a"));
    put(findings, draft("ctrl.vid.equal", "a"));
    put(findings, draft("snap.verdict_unknown", "a"));
    EXPECT_THAT(taken(findings),
                ElementsAre("ns.nguid.equal z 3", "ns.nguid.equal z 7", "ns.uuid.equal k -",
                            "ns.uuid.equal k 3", "ns.uuid.equal k 7", "ns.uuid.equal m 3",
                            "ns.uuid.equal m 7", "ctrl.nn.equal a -", "ns.eui64.equal k 1",
                            "ctrl.fr.domain a -", "snap.verdict_unknown a -",
                            "ctrl.vid.equal a -"));
}

TEST(Taken, LeaveOutWhatAnotherExplains) {
    for (const bool cause_first : {true, false}) {
        Findings findings(Window::none);
        Draft cause = draft("host.ctrl.live", "k");
        cause.explains = {3};
        Draft silence = draft("snap.verdict_unknown", "k");
        silence.unobserved = 3;
        Draft other = draft("snap.verdict_unknown", "m");
        other.unobserved = 4;
        put(findings, cause_first ? cause : silence);
        put(findings, cause_first ? silence : cause);
        put(findings, other);
        EXPECT_THAT(taken(findings), ElementsAre("host.ctrl.live k -", "snap.verdict_unknown m -"));
        EXPECT_EQ(findings.result(row("snap.verdict_unknown")).state, RuleState::unknown);
    }
    // What is not told explains nothing.
    Findings tolerated(Window::none);
    Draft cause = draft("host.ctrl.live", "k", {}, Verdict::pass);
    cause.explains = {3};
    Draft silence = draft("snap.verdict_unknown", "k");
    silence.unobserved = 3;
    put(tolerated, cause);
    put(tolerated, silence);
    EXPECT_THAT(taken(tolerated), ElementsAre("snap.verdict_unknown k -"));
}

TEST(Taken, AreTakenOnce) {
    Findings findings(Window::none);
    put(findings, draft("ns.uuid.equal"));
    put_folded(findings, "ns.nguid.equal", "n", 1, {}, [] { return judge::Wording{}; });
    EXPECT_TRUE(findings.reported(row("ns.uuid.equal"), "n"));
    EXPECT_TRUE(findings.reported(row("ns.nguid.equal"), "n"));
    EXPECT_FALSE(findings.reported(row("ns.uuid.equal"), "m"));
    EXPECT_FALSE(findings.reported(row("ns.eui64.equal"), "n"));
    EXPECT_EQ(findings.take().size(), 2U);
    EXPECT_FALSE(findings.reported(row("ns.uuid.equal"), "n"));
    EXPECT_FALSE(findings.reported(row("ns.nguid.equal"), "n"));
    EXPECT_THAT(findings.take(), IsEmpty());
}

TEST(Taken, SayWhatRuleAndDraftSay) {
    Findings findings(Window::none);
    put(findings, draft("ns.uuid.equal", "n", {4, 6}));
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
    Findings passing(Window::none);
    put(passing, draft("ns.uuid.equal", "n", {}, Verdict::pass));
    EXPECT_THAT(passing.take(), IsEmpty());
}

TEST(Taken, AreSafeToPrintInWhatTheySayAndExactInWhatTheyName) {
    const std::string hostile = "\x1b]0;owned\x07\n";
    Findings findings(Window::none);
    Draft one = draft("ns.uuid.equal", hostile);
    one.what = "says " + hostile;
    one.values = {{.controller = hostile, .array = hostile, .value = hostile, .object = hostile}};
    put(findings, one);
    for (std::uint32_t nsid = 1; nsid <= Findings::kUnfolded + 1; ++nsid) {
        put_folded(findings, "ns.nguid.equal", "n", nsid, {}, [&] {
            return judge::Wording{.what = hostile, .values = one.values, .verdict = {}};
        });
    }
    const std::vector<Finding> taken = findings.take();
    ASSERT_EQ(taken.size(), 2U);
    for (const Finding& finding : taken) {
        EXPECT_EQ(finding.what.find_first_of("\x1b\x07\n"), std::string::npos) << finding.what;
        EXPECT_EQ(finding.values.at(0).value, R"(\x1b]0;owned\x07\x0a)");
        EXPECT_EQ(finding.values.at(0).controller, hostile);
        EXPECT_EQ(finding.values.at(0).array, hostile);
        EXPECT_EQ(finding.values.at(0).object, hostile);
    }
    EXPECT_EQ(taken[1].subsystem, hostile);
    EXPECT_EQ(taken[1].what, R"(says \x1b]0;owned\x07\x0a)");
}

TEST(Taken, FoldByRuleSubsystemAndKey) {
    Findings findings(Window::none);
    int made = 0;
    const auto add = [&](const char* rule, const char* subsystem, const FoldKey& key) {
        for (std::uint32_t nsid = 6; nsid > 0; --nsid) {
            put_folded(findings, rule, subsystem, nsid, key, [&made] {
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

TEST(Reporting, IsForTheFunctionThatTheRowNames) {
    Findings findings(Window::none);
    findings.begin(row("host.path.size"));
    findings.add(draft("host.path.block_size")); // one function judges both
    EXPECT_THROW(findings.add(draft("host.path.missing")), std::logic_error);
    EXPECT_THROW(findings.add(draft("ns.uuid.equal")), std::logic_error);
    EXPECT_THROW(
        findings.add_folded(row("disc.entry.unique"), "n", 1, {}, [] { return judge::Wording{}; }),
        std::logic_error);
    EXPECT_NO_THROW(findings.add(draft("ns.nsze.equal"))) << "its row names no function";
    Findings nobody(Window::none);
    EXPECT_THROW(nobody.add(draft("ns.uuid.equal")), std::logic_error);
}

TEST(StateOfARule, IsWhatWasCounted) {
    const judge::Row& one = row("ctrl.kas.nonzero");
    const auto state = [&one](const std::function<void(Findings&)>& judge,
                              Window window = Window::none) {
        Findings findings(window);
        judge(findings);
        static_cast<void>(findings.take());
        return findings.result(one).state;
    };
    EXPECT_EQ(state([](Findings&) {}), RuleState::not_applicable);
    EXPECT_EQ(state([&](Findings& all) { all.judged(one); }), RuleState::held);
    EXPECT_EQ(state([&](Findings& all) { all.unknown(one); }), RuleState::unknown);
    EXPECT_EQ(state([&](Findings& all) {
                  all.judged(one);
                  all.unknown(one);
              }),
              RuleState::unknown)
        << "one that was not looked at may break it";
    for (const Verdict verdict : {Verdict::note, Verdict::warn, Verdict::fail}) {
        EXPECT_EQ(state([&](Findings& all) {
                      all.unknown(one);
                      put(all, draft("ctrl.kas.nonzero", "n", {}, verdict));
                  }),
                  RuleState::broken);
    }
    EXPECT_EQ(state([&](Findings& all) {
                  all.judged(one);
                  put(all, draft("ctrl.kas.nonzero", "n", {}, Verdict::unknown));
              }),
              RuleState::unknown);
    using Kind = judge::Answer::Kind;
    for (const auto& [answer, wanted] :
         {std::pair(Kind::not_asked, RuleState::not_applicable),
          std::pair(Kind::unknown, RuleState::unknown), std::pair(Kind::holds, RuleState::held)}) {
        EXPECT_EQ(state([&, kind = answer](Findings& all) { all.count(one, kind); }), wanted);
    }
}

TEST(StateOfARule, IsHeldWhereAWindowAllowsTheDifference) {
    const judge::Row& one = row("ctrl.fr.domain");
    ASSERT_NE(one.rule.relaxed_in & judge::in_window(Window::upgrade), 0);
    Findings findings(Window::upgrade);
    put(findings, draft("ctrl.fr.domain", "n", {}, Verdict::note));
    EXPECT_THAT(findings.take(), IsEmpty());
    EXPECT_EQ(findings.result(one).state, RuleState::held);
}

/// A row that yields, and the one that it yields to.
const std::pair<const char*, const char*> kYields[] = {
    {"ctrl.cntlid.partitioned", "ctrl.cntlid.unique"}, // both by functions
    {"ctrl.mnan.valid", "ctrl.nn.equal"},              // the first by a question
};

TEST(Yielding, DoesNotDependOnWhichIsJudgedFirst) {
    for (const auto& [yields, cause] : kYields) {
        for (const bool cause_first : {true, false}) {
            Findings findings(Window::none);
            for (const char* const rule :
                 {cause_first ? cause : yields, cause_first ? yields : cause}) {
                put(findings, draft(rule, "n"));
            }
            put(findings, draft(yields, "other"));
            EXPECT_THAT(taken(findings),
                        testing::UnorderedElementsAre(std::string(cause) + " n -",
                                                      std::string(yields) + " other -"));
            EXPECT_EQ(findings.result(row(yields)).state, RuleState::broken)
                << "in the other subsystem";
        }
        Findings findings(Window::none);
        put(findings, draft(yields, "n"));
        put(findings, draft(cause, "n"));
        EXPECT_EQ(findings.take().size(), 1U);
        EXPECT_EQ(findings.result(row(yields)).state, RuleState::unknown) << "it is explained";
    }
}

TEST(Yielding, OfAFindingAboutNoSubsystemIsToAny) {
    Findings findings(Window::none);
    put(findings, draft("host.identity.pair", ""));
    put(findings, draft("conn.hostnqn_hostid.same", "any"));
    EXPECT_THAT(taken(findings), ElementsAre("conn.hostnqn_hostid.same any -"));
    Findings alone(Window::none);
    put(alone, draft("host.identity.pair", ""));
    EXPECT_THAT(taken(alone), ElementsAre("host.identity.pair  -"));
}

TEST(Yielding, IsNotToWhatAnotherHostSees) {
    // host.identity.pair explains conn.hostnqn_hostid.same, or the reverse: see the rows.
    const auto left = [](std::string explained_on, std::string explaining_on) {
        Findings findings(Window::none);
        Draft explained = draft("host.identity.pair", "");
        explained.host = std::move(explained_on);
        Draft explaining = draft("conn.hostnqn_hostid.same", "any");
        explaining.host = std::move(explaining_on);
        put(findings, std::move(explained));
        put(findings, std::move(explaining));
        return findings.take().size();
    };
    EXPECT_EQ(left("alpha", "alpha"), 1U);
    EXPECT_EQ(left("alpha", "beta"), 2U);
    EXPECT_EQ(left("alpha", ""), 1U) << "what is about all is about that host";
    EXPECT_EQ(left("", "beta"), 1U);
}

TEST(HostOfAFinding, IsTheOneThatIsJudged) {
    Findings findings(Window::none);
    findings.on_host("alpha");
    put(findings, draft("host.identity.pair", ""));
    findings.on_host("beta");
    put(findings, draft("host.identity.pair", ""));
    for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
        for (const char* const host : {"alpha", "beta"}) {
            findings.on_host(host);
            put_folded(findings, "host.ns.usable_path", "n", nsid, FoldKey{}, [] {
                return judge::Wording{.what = "w", .values = {{.controller = "c"}}, .verdict = {}};
            });
        }
    }
    findings.on_host({});
    put(findings, draft("ctrl.nn.equal"));
    std::vector<std::string> hosts;
    for (const Finding& one : findings.take()) {
        hosts.push_back(fmt::format("{} {}/{} {}", one.rule, one.host, one.values.at(0).host,
                                    one.nsids.size()));
    }
    EXPECT_THAT(hosts, ::testing::UnorderedElementsAre(
                           "host.identity.pair alpha/alpha 0", "host.identity.pair beta/beta 0",
                           "host.ns.usable_path alpha/alpha 6", "host.ns.usable_path beta/beta 6",
                           "ctrl.nn.equal / 0"));
}

TEST(HostOfAFinding, IsThatOfItsValuesWhereTheyHaveOne) {
    const auto host_of = [](std::vector<std::string> hosts) {
        Findings findings(Window::none);
        Draft one = draft("ctrl.nn.equal");
        one.values.clear();
        for (std::string& host : hosts) {
            one.values.push_back({.controller = "nvme0", .host = std::move(host)});
        }
        put(findings, std::move(one));
        return findings.take().at(0).host;
    };
    EXPECT_EQ(host_of({"alpha", "alpha"}), "alpha");
    EXPECT_EQ(host_of({"alpha", "beta"}), "");
    EXPECT_EQ(host_of({"alpha", ""}), "") << "one was asked directly";
    EXPECT_EQ(host_of({}), "");
}

TEST(ReportOfKernels, TellsOfEachHostWhatItsReleaseDoes) {
    const auto release_told = [](bool on_second, const std::string& asked) {
        std::vector<Observation> hosts;
        for (const bool second : {false, true}) {
            Pair pair(1, 1);
            if (second == on_second) {
                pair.b[0].id.kas = 0;
            }
            Observation& host = hosts.emplace_back(
                connected(pair.observation(), second ? "6.12.107-amd64" : "6.1.176"));
            host.kernels[0].host = second ? "beta" : "alpha";
            for (ControllerObservation& controller : host.controllers) {
                controller.host = host.kernels[0].host;
            }
        }
        CheckOptions options;
        options.kernel = asked;
        for (const Finding& one : check(merge(std::move(hosts)), options).findings) {
            if (one.rule == "ctrl.kas.nonzero") {
                return one.host + " " + one.on_kernel.value().release;
            }
        }
        return std::string("nothing");
    };
    EXPECT_EQ(release_told(false, ""), "alpha 6.1.176");
    EXPECT_EQ(release_told(true, ""), "beta 6.12.107-amd64");
    EXPECT_EQ(release_told(true, "6.16"), "beta 6.16");
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
    const KernelEffect& row = *find_kernel_effect(find_rule("ns.uuid.equal")->on_linux, {6, 12});
    EXPECT_EQ(report.findings[0].on_kernel, (OnKernel{.release = "6.12.107",
                                                      .outcome = row.outcome,
                                                      .text = std::string(row.text),
                                                      .basis = std::string(row.basis)}));
}

TEST(ReportOfKernels, SaysWhereItIsNotKnown) {
    const auto said = [](const char* release, void (*damage)(Pair&)) {
        Pair pair(1, 1);
        damage(pair);
        pair.options.kernel = release;
        const Report report = pair.report();
        EXPECT_EQ(report.findings.size(), 1U) << release;
        return report.findings[0].on_kernel.value();
    };
    const auto other_volume = [](Pair& pair) {
        pair.on_b(1, [](Path& path) { path.uuid(other_uuid()); });
    };
    const OnKernel known = said("5.14.0-570.12.1.el9_6.x86_64", other_volume);
    EXPECT_EQ(known.nearest, "");
    EXPECT_EQ(known.text, find_kernel_effect(find_rule("ns.uuid.equal")->on_linux, {6, 1})->text);
    const OnKernel unknown = said("5.15.0-101-generic", other_volume);
    EXPECT_EQ(unknown.nearest, "6.1");
    EXPECT_EQ(unknown.text,
              "not known; Linux 6.1 of kernel.org, the nearest that is: " + known.text);
    EXPECT_EQ(unknown.outcome, known.outcome);
    // The patch level decides, and Debian's name of this kernel does not have it.
    const KernelAnswer log = kernel_answer(find_rule("ana.log.header.size")->on_linux,
                                           parse_kernel_release("6.1.0-26-amd64").value());
    EXPECT_FALSE(log.known);
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
