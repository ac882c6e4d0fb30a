// SPDX-License-Identifier: LGPL-2.1-or-later
// How values are compared and told where more than two of them, or none, meet.
#include "unit/catalogue/pair.hpp"

#include "judge/findings.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Comparison, SeesTheDeviantInTheMiddle) {
    Pair pair(3, 1);
    pair.b[1].id.vid = 7;
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("NOTE ctrl.vid.equal"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("between the controllers of array-b"));
    Pair first(3, 1);
    first.a[0].path(1).identify.dps = 1;
    const Report other = first.report();
    ASSERT_THAT(lines(other), ElementsAre("FAIL ns.dps.equal 1"));
    EXPECT_THAT(other.findings[0].what, HasSubstr("between the controllers of array-a"));
}

TEST(Comparison, NamesEachArrayThatIsTorn) {
    Pair pair(2, 1);
    pair.a[0].id.vid = pair.b[0].id.vid = 7;
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("NOTE ctrl.vid.equal"));
    EXPECT_THAT(report.findings[0].what,
                HasSubstr("between the controllers of array-a and array-b"));
}

TEST(Comparison, GoesOnBehindAPathThatSaysNothing) {
    // NAWUN counts with NSABP only: the second controller has none, the third another one.
    Pair pair(2, 1);
    pair.on_all_paths([](Path& path) { path.identify.nsfeat |= 0x02; });
    pair.a[1].path(1).identify.nsfeat &= 0xFD;
    pair.on_b(1, [](Path& path) { path.identify.nawun = 15; });
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("WARN ns.nsfeat.nsabp.equal 1"));
    EXPECT_THAT(report.findings[0].what,
                HasSubstr("atomic sizes reported (NSABP) and NAWUN differ"));
    EXPECT_EQ(report.findings[0].values[0].value, "atomic sizes reported (NSABP) yes, NAWUN 7");
    EXPECT_EQ(report.findings[0].values[1].value, "atomic sizes reported (NSABP) no");
}

TEST(Comparison, NamesNoArrayWhereNoneIsKnown) {
    // Connected by a host, with nothing that tells the arrays apart.
    Pair pair(2, 1);
    std::uint16_t cntlid = 1;
    pair.on_both([&cntlid](Node& node) {
        node.id.cntlid = cntlid++;
        node.target.clear();
    });
    pair.b[1].id.vid = 7;
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("NOTE model.arrays", "NOTE ctrl.vid.equal"));
    EXPECT_THAT(report.findings[1].what, testing::EndsWith("differs between controllers"));
    for (const FindingValue& value : report.findings[1].values) {
        EXPECT_EQ(value.array, "");
    }
}

TEST(Comparison, LeavesOutControllersThatDidNotAnswer) {
    // Decoded as zeros their pages would break every rule about numbers.
    Pair pair(2, 1);
    pair.b[0].edit = [](ControllerObservation& seen) {
        seen.identify = Page::of_failure("timed out");
    };
    for (const std::string& line : lines(pair.report())) {
        EXPECT_TRUE(line.starts_with("UNKNOWN ")) << line;
    }
}

TEST(Order, PutsFailuresFirstThenTheWorse) {
    Pair pair(1, 1);
    pair.on_b([](Node& node) {
        node.id.mn = ascii<40>("OTHER"); // FAIL, degraded
        node.id.nn = 2048;               // FAIL, loss
        node.path(1).identify.dps = 1;   // FAIL, corruption
        node.id.fna = 1;                 // WARN, corruption
        node.id.anatt = 20;              // WARN, degraded
        node.id.vid = 7;                 // NOTE, management
    });
    EXPECT_THAT(lines(pair.report()),
                ElementsAre("FAIL ns.dps.equal 1", "FAIL ctrl.nn.equal", "FAIL ctrl.mn.equal",
                            "WARN ctrl.sanicap_fna.equal", "WARN ana.anatt.equal",
                            "NOTE ctrl.vid.equal"));
}

TEST(Values, AreOfOneArrayTogetherAndAlikeTogether) {
    Pair pair(3, 1);
    pair.a[1].id.vid = 7;
    pair.b[0].id.vid = 7;
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    std::vector<std::string> shown;
    for (const FindingValue& value : report.findings[0].values) {
        shown.push_back(value.array + " " + value.value);
    }
    // The array of the first controller first, and of each array the value that came first.
    EXPECT_THAT(shown, ElementsAre("array-a 0x1cc1", "array-a 0x1cc1", "array-a 0x7",
                                   "array-b 0x1cc1", "array-b 0x1cc1", "array-b 0x7"));
}

TEST(Window, RelaxesWarningsAndNotesByOneStep) {
    // ctrl.fr.domain warns inside an array and notes between arrays; an upgrade relaxes it.
    Pair inside(2, 1);
    inside.b[1].id.fr = ascii<8>("8");
    EXPECT_THAT(lines(inside.report()), ElementsAre("WARN ctrl.fr.domain"));
    inside.options.config.window = Window::upgrade;
    EXPECT_THAT(lines(inside.report()), ElementsAre("NOTE ctrl.fr.domain"));
    Pair between(2, 1);
    between.on_b([](Node& node) { node.id.fr = ascii<8>("8"); });
    EXPECT_THAT(lines(between.report()), ElementsAre("NOTE ctrl.fr.domain"));
    between.options.config.window = Window::upgrade;
    EXPECT_THAT(lines(between.report()), ElementsAre());
    between.options.config.window = Window::resize;
    EXPECT_THAT(lines(between.report()), ElementsAre("NOTE ctrl.fr.domain"));
}

TEST(Findings, SayWhatTheirRuleSays) {
    Pair pair(1, 1);
    pair.on_b([](Node& node) { node.id.nn = 2048; });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    const Rule& rule = *find_rule("ctrl.nn.equal");
    EXPECT_EQ(report.findings[0].basis, rule.basis);
    EXPECT_EQ(report.findings[0].why, rule.why);
    EXPECT_EQ(report.findings[0].fix, rule.fix);
    EXPECT_EQ(report.findings[0].severity, rule.severity);
    EXPECT_EQ(report.findings[0].subsystem, kNqn);
    EXPECT_FALSE(report.findings[0].nsid);
}

TEST(Findings, CountSixRangesOfNamespacesAndNoMore) {
    for (const unsigned ranges : {6U, 7U}) {
        Pair pair(1, 20);
        for (std::uint32_t range = 0; range < ranges; ++range) {
            pair.b[0].path(1 + 2 * range).identify.dps = 1;
        }
        const Report report = pair.report();
        ASSERT_EQ(report.findings.size(), 1U);
        EXPECT_THAT(
            report.findings[0].what,
            ranges == 6
                ? testing::AllOf(HasSubstr("(nsid 1, 3, 5, 7, 9, 11; "), Not(HasSubstr("...")))
                : testing::Matcher<std::string>(HasSubstr("(nsid 1, 3, 5, 7, 9, 11, ...; ")));
    }
}

TEST(Window, NeverRelaxesCorruption) {
    for (const Severity severity :
         {Severity::corruption, Severity::loss, Severity::degraded, Severity::management}) {
        for (const Window window :
             {Window::none, Window::migration, Window::upgrade, Window::resize}) {
            Rule rule{};
            rule.severity = severity;
            rule.relaxed_in =
                static_cast<std::uint8_t>(1U << static_cast<unsigned>(Window::migration) |
                                          1U << static_cast<unsigned>(Window::resize));
            const bool relaxes = severity != Severity::corruption &&
                                 (window == Window::migration || window == Window::resize);
            EXPECT_EQ(judge::relaxed(Verdict::fail, rule, window),
                      relaxes ? Verdict::warn : Verdict::fail);
            EXPECT_EQ(judge::relaxed(Verdict::warn, rule, window),
                      relaxes ? Verdict::note : Verdict::warn);
            EXPECT_EQ(judge::relaxed(Verdict::note, rule, window),
                      relaxes ? Verdict::pass : Verdict::note);
            EXPECT_EQ(judge::relaxed(Verdict::unknown, rule, window), Verdict::unknown);
            EXPECT_EQ(judge::relaxed(Verdict::pass, rule, window), Verdict::pass);
        }
    }
}

TEST(Kernels, AreJudgedByTheLastKnownOneWhenNewer) {
    Pair pair(1, 1);
    pair.b[0].id.kas = 0; // refused by every Linux
    pair.options.kernel = "7.3.4";
    const Report known = pair.report();
    pair.options.kernel = "99.1.0";
    const Report newer = pair.report();
    ASSERT_THAT(lines(known), testing::Contains("FAIL ctrl.kas.nonzero"));
    ASSERT_EQ(lines(newer), lines(known));
    EXPECT_FALSE(known.connected);
    for (std::size_t i = 0; i < known.findings.size(); ++i) {
        const auto& before = known.findings[i].on_kernel;
        const auto& after = newer.findings[i].on_kernel;
        ASSERT_EQ(before.has_value(), after.has_value()) << known.findings[i].rule;
        if (before) {
            EXPECT_EQ(before->text, after->text);
            EXPECT_EQ(before->release, "7.3.4");
            EXPECT_EQ(after->release, "99.1.0");
        }
    }
    EXPECT_TRUE(known.findings[0].on_kernel);
}

TEST(Kernels, HaveNoSayInWhatIsUnknown) {
    Pair pair(1, 1);
    pair.options.kernel = "6.12";
    pair.on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); });
    const Report failed = pair.report();
    ASSERT_THAT(lines(failed), ElementsAre("FAIL ana.ns.usable_path 1"));
    EXPECT_TRUE(failed.findings[0].on_kernel);
    pair.b[0].state(nvme::AnaState::change);
    const Report open = pair.report();
    ASSERT_THAT(lines(open), ElementsAre("UNKNOWN ana.ns.usable_path 1"));
    EXPECT_FALSE(open.findings[0].on_kernel);
}

/// Array B does not answer for the descriptors of its only namespace.
std::vector<std::string> without_descriptors(std::uint32_t version) {
    Pair pair(1, 1);
    pair.on_both([version](Node& node) { node.id.ver = version; });
    pair.on_b(1, [](Path& path) {
        path.edit = [](NamespaceObservation& seen) {
            seen.descriptors = Page::of_failure("timed out");
        };
    });
    return lines(pair.report());
}

TEST(Identifiers, AreNotKnownWithoutTheListThatIsDue) {
    // The list of descriptors came with 1.3: the UUID may be there.
    for (const std::uint32_t version : {0x00010300U, 0x00010400U, 0x00020100U}) {
        for (const std::string& line : without_descriptors(version)) {
            EXPECT_TRUE(line.starts_with("UNKNOWN ")) << line;
        }
    }
    EXPECT_THAT(without_descriptors(0x00010201), testing::Contains("FAIL ns.id.set_equal 1"));
}

TEST(Identifiers, AreKnownWhereIdentifyNamespaceIsRefused) {
    // An error status is an answer: the controller does not have the page.
    Pair pair(1, 1);
    pair.on_b(1, [](Path& path) {
        path.uuid(other_uuid());
        path.edit = [](NamespaceObservation& seen) {
            seen.identify =
                Page::of_status(nvme::Status{nvme::status::invalid_field | nvme::status::dnr});
        };
    });
    EXPECT_THAT(lines(pair.report()), testing::Contains("FAIL ns.uuid.equal 1"));
}

TEST(AnaPlaces, AreThatOfTheLastGroup) {
    // As in Linux, which goes through the log and keeps what comes last.
    for (const bool usable_last : {true, false}) {
        Pair pair(1, 2);
        pair.on_b([](Node& node) { node.state(nvme::AnaState::inaccessible); });
        pair.on_a([usable_last](Node& node) {
            set_state(node.group(1), usable_last ? 3 : 1);
            set_state(node.group(2), usable_last ? 1 : 3);
            node.group(1).nsids = {1, 2};
            node.group(2).nsids = {1, 2};
        });
        const std::vector<std::string> found = lines(pair.report());
        EXPECT_THAT(found, testing::Contains("FAIL ana.log.nsid.single_group"));
        EXPECT_EQ(testing::Value(found, testing::Contains("FAIL ana.ns.usable_path 1")),
                  !usable_last);
    }
}

TEST(AnaPlaces, AreOneWhenAGroupRepeatsItself) {
    Pair pair(1, 2);
    pair.on_b([](Node& node) {
        node.group(1).nsids = {1, 1};
        node.path(1).group(2);
    });
    EXPECT_THAT(lines(pair.report()),
                testing::UnorderedElementsAre("FAIL ana.log.nsid.order",
                                              "FAIL ana.log.nsid.matches_identify 1"));
}

TEST(Limits, OfATransferCountUpToATerabyte) {
    for (const auto& [mdts, differs] : {std::pair<std::uint8_t, bool>{39, true}, {41, false}}) {
        Pair pair(1, 1);
        pair.on_a([](Node& node) { node.id.mdts = 0; });
        pair.on_b([mdts = mdts](Node& node) { node.id.mdts = mdts; });
        EXPECT_EQ(!lines(pair.report()).empty(), differs) << unsigned{mdts};
    }
}

TEST(Incomplete, LeavesOpenWhetherThereIsAPath) {
    // What was not read may be the path that is needed: another controller's list or log.
    for (const bool list : {true, false}) {
        Pair pair(2, 1);
        pair.on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); });
        Node& silent = pair.b[1];
        silent.remove(1);
        silent.edit = [list](ControllerObservation& seen) {
            if (list) {
                seen.active_nsids.reset();
            } else {
                seen.ana.log = Page::of_failure("timed out");
            }
        };
        const std::vector<std::string> found = lines(pair.report());
        EXPECT_THAT(found, testing::Contains("UNKNOWN ana.ns.usable_path 1"));
        EXPECT_THAT(found, testing::Not(testing::Contains("FAIL ana.ns.usable_path 1")));
    }
}

TEST(LocalDrives, AreNoArrays) {
    for (const char* const transport : {"pcie", "apple-nvme"}) {
        Pair pair(1, 1);
        pair.on_b([transport](Node& node) {
            node.id.vid = 7;
            node.id.kas = 0;
            node.edit = [transport](ControllerObservation& seen) { seen.transport = transport; };
        });
        EXPECT_THAT(lines(pair.report()), ElementsAre()) << transport;
    }
}

TEST(Contradictions, AreNoneWithZeros) {
    // An all-zero descriptor is no identifier: what Identify Namespace holds does not contradict it.
    Pair pair(1, 1);
    pair.on_b(1, [](Path& path) {
        path.edit = [](NamespaceObservation& seen) {
            nvme::Bytes bytes = seen.descriptors.whole();
            std::fill_n(bytes.begin() + 29, 16, std::uint8_t{0}); // of the NGUID
            seen.descriptors = Page::of(bytes);
        };
    });
    const std::vector<std::string> found = lines(pair.report());
    EXPECT_THAT(found, testing::Not(testing::Contains("FAIL ns.desc.match_idns 1")));
    EXPECT_THAT(found, testing::Contains(testing::HasSubstr("ns.desc.no_zero_ids 1")));
}

/// Two subsystems that show one namespace by one identifier.
Pair two_subsystems(bool nguid, std::uint8_t nmic) {
    Pair pair(1, 1);
    pair.on_b([](Node& node) {
        node.nqn("nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-8000-000000000002");
        node.id.sn = ascii<20>("ANOTHER9");
    });
    pair.on_all_paths([&](Path& path) {
        path.eui64(std::nullopt);
        if (nguid) {
            path.uuid(std::nullopt);
        } else {
            path.nguid(std::nullopt);
        }
        path.identify.nmic = path.independent.nmic = nmic;
    });
    pair.on_both([](Node& node) { node.logs.lids[0x17] = 1; });
    return pair;
}

TEST(Models, AreDispersedByEitherIdentifierWhereBothSaySo) {
    for (const bool nguid : {true, false}) {
        EXPECT_EQ(two_subsystems(nguid, 3).report().model, Model::dispersed) << nguid;
        EXPECT_EQ(two_subsystems(nguid, 1).report().model, Model::single) << nguid;
        Pair one = two_subsystems(nguid, 1);
        one.on_b(1, [](Path& path) { path.identify.nmic = path.independent.nmic = 3; });
        EXPECT_EQ(one.report().model, Model::single) << "only one of them says so";
        Pair others = two_subsystems(nguid, 3);
        others.on_b(1, [nguid](Path& path) {
            if (nguid) {
                path.nguid(other_nguid());
            } else {
                path.uuid(other_uuid());
            }
        });
        EXPECT_EQ(others.report().model, Model::single) << "two volumes";
    }
}

TEST(Models, AreDispersedWithASubsystemBetween) {
    // The subsystem between the two shows another volume.
    Pair pair = two_subsystems(true, 3);
    Node third = pair.b[0];
    third.nqn("nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-8000-000000000003");
    third.id.sn = ascii<20>("THIRD9");
    third.id.cntlid = 3001;
    third.name = "third";
    pair.b[0].path(1).nguid(other_nguid());
    pair.b.push_back(third);
    EXPECT_EQ(pair.report().model, Model::dispersed);
}

} // namespace
} // namespace haoh::test
