// SPDX-License-Identifier: LGPL-2.1-or-later
// The engine: verdicts, exit status, globs, windows, folding, order, model.
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Unobserved down() {
    return {.object = "tcp://10.2.0.1:4420",
            .target = "tcp://10.2.0.1:4420",
            .subsysnqn = kNqn,
            .error = "connect to tcp://10.2.0.1:4420: connection refused"};
}

int exit_of(const Report& report, FailOn fail_on = FailOn::fail) {
    return exit_status(report, fail_on, !report.attributions.empty());
}

TEST(Check, PassesAHealthyPair) {
    const Report report = Pair().report();
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(report.model, Model::stretched);
    EXPECT_EQ(report.rules_evaluated, rules().size());
    EXPECT_EQ(report.count(Verdict::pass), rules().size());
    EXPECT_EQ(report.observed_at, "2026-01-02T03:04:05Z");
    EXPECT_EQ(exit_of(report), 0);
    EXPECT_EQ(exit_of(report, FailOn::warn), 0);
}

TEST(Check, FailsWhenARuleFails) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.mn = ascii<40>("OTHER"); });
    const Report report = pair.report();
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_EQ(report.count(Verdict::fail), 1U);
    EXPECT_EQ(report.count(Verdict::pass), rules().size() - 1);
    EXPECT_EQ(exit_of(report), 1);
}

TEST(Check, PassesWithAWarningUnlessTold) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.anatt = 20; });
    const Report report = pair.report();
    EXPECT_EQ(report.verdict, Verdict::warn);
    EXPECT_EQ(exit_of(report), 0);
    EXPECT_EQ(exit_of(report, FailOn::warn), 1);
}

TEST(Check, PassesWithANote) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.fr = ascii<8>("8"); });
    const Report report = pair.report();
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(report.count(Verdict::note), 1U);
    EXPECT_EQ(exit_of(report, FailOn::warn), 0);
}

TEST(Check, NeverPassesWhatWasNotObserved) {
    Pair pair;
    pair.b.clear();
    pair.unobserved.push_back(down());
    const Report report = pair.report();
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_EQ(report.model, Model::unknown);
    EXPECT_EQ(report.unobserved.size(), 1U);
    EXPECT_EQ(exit_of(report), 3);
    EXPECT_EQ(exit_of(report, FailOn::warn), 3);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_THAT(report.findings[0].what, HasSubstr("connection refused"));
}

TEST(Check, PutsAnUnknownBeforeAWarningAndAFailureBeforeBoth) {
    Pair pair;
    pair.unobserved.push_back(down());
    pair.on_b([](Node& node) { node.id.anatt = 20; });
    EXPECT_EQ(pair.report().verdict, Verdict::unknown);
    EXPECT_EQ(exit_of(pair.report()), 3);
    EXPECT_EQ(exit_of(pair.report(), FailOn::warn), 1);
    pair.on_b([](Node& node) { node.id.kas = 0; });
    EXPECT_EQ(pair.report().verdict, Verdict::fail);
    EXPECT_EQ(exit_of(pair.report()), 1);
}

TEST(Check, KnowsNothingOfNothing) {
    const Report report = check(Observation{});
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_EQ(report.model, Model::unknown);
    EXPECT_EQ(exit_of(report), 4);
}

TEST(Check, CallsOneArraySingle) {
    Pair pair;
    pair.b.clear();
    const Report report = pair.report();
    EXPECT_EQ(report.model, Model::single);
    EXPECT_EQ(report.verdict, Verdict::pass) << testing::PrintToString(lines(report));
}

TEST(Check, JudgesTwoArraysAsOneUnderTheSingleProfile) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.fr = ascii<8>("8"); });
    pair.options.config.profile = Profile::single;
    const Report report = pair.report();
    EXPECT_EQ(report.model, Model::single);
    EXPECT_THAT(lines(report), ElementsAre("WARN ctrl.fr.domain"));
}

TEST(Check, EvaluatesTheRulesThatMatch) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); });
    pair.on_b(2, [](Path& path) { path.uuid(other_uuid()); });
    pair.options.rules = {"ns.uuid.eq*", "ctrl.mn.equal"};
    const Report report = pair.report();
    EXPECT_THAT(lines(report), ElementsAre("FAIL ns.uuid.equal 2"));
    EXPECT_EQ(report.rules_evaluated, 2U);
    EXPECT_EQ(report.count(Verdict::pass), 1U);
}

TEST(Check, TellsByWhatItJudged) {
    Pair pair;
    Judged plain = pair.report().judged;
    EXPECT_FALSE(plain.version.empty());
    plain.version.clear();
    EXPECT_EQ(plain, Judged{});
    pair.options.config = parse_config("[[site]]\nname = \"east\"\naddresses = [\"10.1.0.0/16\"]\n"
                                       "[[site]]\nname = \"west\"\naddresses = [\"10.2.0.0/16\"]\n"
                                       "[check]\nprofile = \"stretched\"\nwindow = \"upgrade\"\n"
                                       "fail_on = \"warn\"\npolicy = \"active-active\"\n",
                                       "haoh.toml");
    pair.options.config_file = "haoh.toml";
    pair.options.rules = {"ctrl.mn.equal", "ns.uuid.*"};
    pair.options.expected.emplace();
    const Report report = pair.report();
    const Judged& judged = report.judged;
    EXPECT_EQ(judged.profile, Profile::stretched);
    EXPECT_EQ(judged.window, Window::upgrade);
    EXPECT_EQ(judged.fail_on, FailOn::warn);
    EXPECT_EQ(judged.policy, Policy::active_active);
    EXPECT_THAT(judged.sites, ElementsAre("east", "west"));
    EXPECT_EQ(judged.config_file, "haoh.toml");
    EXPECT_THAT(judged.rules, ElementsAre("ctrl.mn.equal", "ns.uuid.*"));
    EXPECT_EQ(judged.rules_left_out + report.rules_evaluated, rules().size());
    EXPECT_LT(report.rules_evaluated, rules().size());
    EXPECT_TRUE(judged.expected);
}

TEST(Check, ReportsTheUnknownWhateverWasAskedFor) {
    Pair pair;
    pair.unobserved.push_back(down());
    pair.options.rules = {"ctrl.mn.equal"};
    EXPECT_THAT(lines(pair.report()), ElementsAre("UNKNOWN snap.verdict_unknown"));
}

TEST(Check, ExplainsAwayAlsoByWhatWasNotAskedFor) {
    Pair pair;
    pair.on_b(2, [](Path& path) {
        path.identify.nsze += 8;
        path.identify.ncap += 8;
    });
    pair.options.rules = {"ns.ncap.equal", "ns.idns_mask.equal"};
    EXPECT_THAT(lines(pair.report()), IsEmpty());
}

TEST(Check, SortsTheWorstFirst) {
    Pair pair;
    pair.unobserved.push_back(down());
    pair.on_b([](Node& node) {
        node.id.anatt = 20;
        node.id.vid = 1;
        node.id.mn = ascii<40>("OTHER");
    });
    pair.on_b(3, [](Path& path) { path.uuid(other_uuid()); });
    EXPECT_THAT(lines(pair.report()),
                ElementsAre("FAIL ns.uuid.equal 3", "FAIL ctrl.mn.equal", "WARN ana.anatt.equal",
                            "UNKNOWN snap.verdict_unknown", "NOTE ctrl.vid.equal"));
}

TEST(Check, SaysWhatWhereAndWhoseValues) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.subsystem, kNqn);
    EXPECT_EQ(finding.what, "serial number (SN) differs between array-a and array-b");
    EXPECT_THAT(
        finding.values,
        ElementsAre(FindingValue{"tcp://10.1.0.1:4420 controller 1001", "array-a", "CZ3D4F5G6H"},
                    FindingValue{"tcp://10.1.0.2:4420 controller 1002", "array-a", "CZ3D4F5G6H"},
                    FindingValue{"tcp://10.2.0.1:4420 controller 2001", "array-b", "OTHER"},
                    FindingValue{"tcp://10.2.0.2:4420 controller 2002", "array-b", "OTHER"}));
    EXPECT_EQ(finding.basis, find_rule("ctrl.sn.equal")->basis);
}

TEST(Check, SaysThatOneArrayContradictsItself) {
    Pair pair;
    pair.b[1].id.sn = ascii<20>("OTHER");
    EXPECT_EQ(pair.report().findings[0].what,
              "serial number (SN) differs between the controllers of array-b");
    Pair defect;
    defect.b[1].id.kas = 0;
    EXPECT_EQ(defect.report().findings[0].what,
              "no keep alive (KAS is 0) on 1 of 2 controllers of array-b");
}

TEST(Check, DescribesASwapWithBothNumbers) {
    Pair pair(1);
    pair.on_b([](Node& node) { node.renumber(1, 100).renumber(2, 1).renumber(100, 2); });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].what, "nsid 1 and nsid 2 are swapped between array-a and array-b");
    EXPECT_EQ(report.findings[0].nsid, 1U);
    EXPECT_THAT(report.findings[0].nsids, ElementsAre(1, 2));
    ASSERT_EQ(report.findings[0].values.size(), 2U);
    EXPECT_THAT(report.findings[0].values[0].value, HasSubstr("nsid 1 = uuid"));
    EXPECT_THAT(report.findings[0].values[0].value, HasSubstr("; nsid 2 = uuid"));
}

TEST(Check, NamesTheHomesOfAVolumeWithTwoNumbers) {
    Pair pair(1);
    pair.on_b([](Node& node) { node.renumber(1, 5); });
    EXPECT_EQ(pair.report().findings[0].what,
              "one volume is nsid 1 on array-a and nsid 5 on array-b");
}

TEST(Check, FoldsWhatRepeatsOverManyNamespaces) {
    Pair pair(1, 100);
    pair.on_b([](Node& node) {
        for (Path& path : node.paths) {
            if (path.nsid != 50) {
                path.identify.dps = 1;
            }
        }
        node.path(50).identify.dlfeat = 0;
    });
    const Report report = pair.report();
    EXPECT_THAT(lines(report),
                ElementsAre("FAIL ns.dlfeat.equal 50", "FAIL ns.dps.equal 1-49, 51-100"));
    const Finding& folded = report.findings[1];
    EXPECT_EQ(folded.nsid, 1U);
    EXPECT_EQ(folded.nsids.size(), 99U);
    EXPECT_THAT(folded.what, HasSubstr("for 99 namespaces (nsid 1-49, 51-100; the values are those "
                                       "of nsid 1)"));
}

TEST(Check, ShowsFewOneByOne) {
    Pair pair(1, 100);
    pair.on_b([](Node& node) {
        for (const std::uint32_t nsid : {2U, 40U, 41U, 99U}) {
            node.path(nsid).identify.dps = 1;
        }
    });
    EXPECT_THAT(lines(pair.report()), ElementsAre("FAIL ns.dps.equal 2", "FAIL ns.dps.equal 40",
                                                  "FAIL ns.dps.equal 41", "FAIL ns.dps.equal 99"));
}

TEST(Check, PutsAtMostTheFirstRangesIntoAClause) {
    Pair pair(1, 100);
    pair.on_b([](Node& node) {
        for (std::uint32_t nsid = 1; nsid <= 100; nsid += 2) {
            node.path(nsid).identify.dps = 1;
        }
    });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].nsids.size(), 50U);
    EXPECT_THAT(report.findings[0].what, HasSubstr("(nsid 1, 3, 5, 7, 9, 11, ...; the values"));
}

TEST(Check, RelaxesByOneStepAndNeverCorruption) {
    Pair pair;
    pair.options.config.window = Window::resize;
    pair.on_b(2, [](Path& path) { path.identify.nsze += 8; });
    pair.on_b(3, [](Path& path) { path.uuid(other_uuid()); });
    EXPECT_THAT(lines(pair.report()), ElementsAre("FAIL ns.uuid.equal 3", "WARN ns.nsze.equal 2"));
    pair.options.config.window = Window::upgrade;
    EXPECT_THAT(lines(pair.report()), Contains("FAIL ns.nsze.equal 2"));
}

TEST(Check, ComparesControllersOfDifferentHosts) {
    // Two hosts that see one array each: the merged observation is one subsystem.
    Pair pair(1);
    pair.b[0].edit = [](ControllerObservation& out) {
        out.connection.hostnqn = "nqn.2026-01.io.example:host-b";
        out.connection.hostid.fill(3);
        out.identify.bytes[4] = 'X';
    };
    EXPECT_THAT(lines(pair.report()), ElementsAre("WARN ctrl.sn.equal"));
}

TEST(Check, TakesLinuxTargetsAsTheyAre) {
    for (const std::uint32_t version : {0x00010300U, 0x00020100U}) {
        const Report report = nvmet_pair(version).report();
        EXPECT_THAT(lines(report),
                    ElementsAre("WARN ctrl.vwc.stretch_absent 1-3", "NOTE ana.log.no_empty_group"))
            << version;
        EXPECT_EQ(exit_of(report), 0);
    }
}

TEST(Check, TakesLinuxTargetsOfDifferentVersions) {
    Pair pair = nvmet_pair(0x00010300);
    pair.b = nvmet_pair(0x00020100).b;
    EXPECT_THAT(lines(pair.report()),
                ElementsAre("WARN ctrl.vwc.stretch_absent 1-3", "WARN ctrl.ver.domain",
                            "NOTE ana.log.no_empty_group"));
}

/// The failures of a pair of Linux targets with a defect.
std::vector<std::string> linux_failures(const std::function<void(Pair&)>& damage) {
    Pair pair = nvmet_pair(0x00010300);
    damage(pair);
    std::vector<std::string> out;
    for (const std::string& line : lines(pair.report())) {
        if (line.starts_with("FAIL")) {
            out.push_back(line);
        }
    }
    return out;
}

TEST(Check, FindsIdentifiersOfLinuxTargetsThatDiffer) {
    EXPECT_THAT(linux_failures(
                    [](Pair& pair) { pair.on_b(2, [](Path& path) { path.uuid(other_uuid()); }); }),
                ElementsAre("FAIL ns.uuid.equal 2"));
    EXPECT_THAT(linux_failures([](Pair& pair) {
                    pair.on_both(2, [](Path& path) { path.nguid(other_nguid()); });
                    pair.on_b(2, [](Path& path) { path.nguid(other_nguid(0xDD)); });
                }),
                ElementsAre("FAIL ns.nguid.equal 2"));
    EXPECT_THAT(linux_failures([](Pair& pair) {
                    pair.on_b(2, [](Path& path) { path.nguid(other_nguid()); });
                }),
                ElementsAre("FAIL ns.id.set_equal 2"));
    EXPECT_THAT(linux_failures([](Pair& pair) { pair.b[0].id.cntlid = pair.a[0].id.cntlid; }),
                ElementsAre("FAIL ctrl.cntlid.unique"));
}

TEST(Check, FindsWhatElseDiffersOnLinuxTargets) {
    EXPECT_THAT(linux_failures([](Pair& pair) {
                    pair.on_b(2, [](Path& path) {
                        path.identify.nsze = path.identify.ncap = path.identify.nuse = 4096;
                    });
                }),
                ElementsAre("FAIL ns.nsze.equal 2"));
    EXPECT_THAT(
        linux_failures([](Pair& pair) { pair.on_b(2, [](Path& path) { path.block_size(12); }); }),
        ElementsAre("FAIL ns.lbaf_active.equal 2"));
    EXPECT_THAT(
        linux_failures([](Pair& pair) { pair.on_b([](Node& node) { node.regroup(2, 2); }); }),
        IsEmpty())
        << "Linux goes by NSID, not by group";
    EXPECT_THAT(linux_failures([](Pair& pair) { pair.on_b([](Node& node) { node.remove(3); }); }),
                ElementsAre("FAIL nslist.active.equal 3"));
}

TEST(FormatNsids, WritesRanges) {
    EXPECT_EQ(format_nsids({}), "");
    const std::vector<std::uint32_t> one{7};
    EXPECT_EQ(format_nsids(one), "7");
    const std::vector<std::uint32_t> many{1, 2, 3, 7, 9, 10, 0xFFFFFFFE, 0xFFFFFFFF};
    EXPECT_EQ(format_nsids(many), "1-3, 7, 9-10, 4294967294-4294967295");
}

TEST(Model, HasNames) {
    EXPECT_EQ(to_string(Model::stretched), "stretched");
    EXPECT_EQ(to_string(Model::unknown), "unknown");
}

} // namespace
} // namespace haoh::test
