// SPDX-License-Identifier: LGPL-2.1-or-later
// What became of each rule: held, broken, unknown, or nothing to judge.
#include "unit/catalogue/linux_host.hpp"
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh::test {
namespace {

using testing::IsEmpty;
using testing::Not;

using States = std::map<std::string, RuleState>;

States states_of(const Report& report) {
    States out;
    for (const RuleResult& one : report.rules) {
        EXPECT_TRUE(out.emplace(one.rule, one.state).second) << one.rule << " is there twice";
    }
    return out;
}

std::vector<std::string> rules_in(const Report& report, RuleState wanted) {
    std::vector<std::string> out;
    for (const RuleResult& one : report.rules) {
        if (one.state == wanted) {
            out.push_back(one.rule);
        }
    }
    return out;
}

std::vector<std::string> rules_of(RuleClass wanted) {
    std::vector<std::string> out;
    for (const Rule& rule : rules()) {
        if (rule.rule_class == wanted) {
            out.emplace_back(rule.id);
        }
    }
    return out;
}

TEST(RuleStates, HaveEachRuleOnceInOrder) {
    const Report report = Pair().report();
    ASSERT_EQ(report.rules.size(), rules().size());
    for (std::size_t i = 0; i < rules().size(); ++i) {
        EXPECT_EQ(report.rules[i].rule, rules()[i].id);
    }
    std::size_t sum = 0;
    for (const RuleState state :
         {RuleState::held, RuleState::broken, RuleState::unknown, RuleState::not_applicable}) {
        EXPECT_EQ(report.count(state), rules_in(report, state).size());
        sum += report.count(state);
    }
    EXPECT_EQ(sum, rules().size());
    EXPECT_EQ(to_string(RuleState::not_applicable), "not_applicable");
}

TEST(RuleStates, OfAHealthyPairAreHeldOrDoNotApply) {
    for (const unsigned controllers : {1U, 2U}) {
        Pair pair(controllers, 4);
        const Report report = pair.with_discovery().report();
        EXPECT_THAT(rules_in(report, RuleState::broken), IsEmpty());
        EXPECT_THAT(rules_in(report, RuleState::unknown), IsEmpty());
        EXPECT_GT(report.count(RuleState::held), 140U);
        EXPECT_EQ(report.verdict, Verdict::pass);
    }
}

TEST(RuleStates, OfAHostDoNotApplyWithoutOne) {
    Pair pair;
    pair.options.rules = {"host.*"};
    const Report report = pair.report();
    ASSERT_THAT(report.rules, Not(IsEmpty()));
    EXPECT_EQ(report.count(RuleState::not_applicable), report.rules.size());
    EXPECT_EQ(report.verdict, Verdict::unknown) << "nothing was judged, and nothing is promised";
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 3);
    // With one they do.
    const Observation host = connected(Pair().observation());
    CheckOptions options;
    options.rules = {"host.*"};
    const Report judged = check(host, options);
    EXPECT_EQ(judged.verdict, Verdict::pass);
    EXPECT_GT(judged.count(RuleState::held), 10U);
    EXPECT_THAT(rules_in(judged, RuleState::unknown), IsEmpty());
}

TEST(RuleStates, OfEqualityNeedTwoSides) {
    Pair alone(1, 4);
    alone.b.clear();
    const States states = states_of(alone.report());
    // One controller can break these by itself.
    const std::set<std::string> by_itself{"ctrl.oaes.equal"};
    std::size_t seen = 0;
    for (const RuleClass wanted : {RuleClass::eqs, RuleClass::eqn, RuleClass::dom}) {
        for (const std::string& rule : rules_of(wanted)) {
            if (!by_itself.contains(rule)) {
                EXPECT_NE(states.at(rule), RuleState::held) << rule;
                EXPECT_NE(states.at(rule), RuleState::broken) << rule;
            }
            ++seen;
        }
    }
    EXPECT_GE(seen, 65U);
    EXPECT_EQ(alone.report().verdict, Verdict::pass);
    EXPECT_EQ(states.at("ctrl.kas.nonzero"), RuleState::held) << "it can be asked alone";
}

TEST(RuleStates, AreUnknownWhereAPageWasNotRead) {
    struct Case {
        const char* page;
        std::function<void(NamespaceObservation&)> lose;
        std::vector<const char*> unknown;
        std::vector<const char*> held;
    };
    const Case cases[] = {
        {"CNS 00h",
         [](NamespaceObservation& one) { one.identify = Page::of_failure("lost"); },
         {"ns.nsze.equal", "ns.lbaf_active.equal", "ns.nmic.shared"},
         {"ns.desc.lengths"}},
        {"CNS 05h",
         [](NamespaceObservation& one) { one.nvm = Page::of_failure("lost"); },
         {"ns.elbaf.equal"},
         {"ns.nsze.equal", "ns.lbaf_active.equal"}},
        {"CNS 08h",
         [](NamespaceObservation& one) { one.independent = Page::of_failure("lost"); },
         {"ns.vwcnp.equal"},
         {"ns.nsze.equal"}},
        {"CNS 03h",
         [](NamespaceObservation& one) { one.descriptors = Page::of_failure("lost"); },
         {"ns.uuid.equal", "ns.nguid.equal", "ns.desc.bytes_equal"},
         {"ns.nsze.equal"}},
    };
    for (const Case& one : cases) {
        Pair pair(1, 4);
        pair.b[0].path(2).edit = one.lose;
        const States states = states_of(pair.report());
        for (const char* const rule : one.unknown) {
            EXPECT_EQ(states.at(rule), RuleState::unknown) << one.page << " " << rule;
        }
        for (const char* const rule : one.held) {
            EXPECT_EQ(states.at(rule), RuleState::held) << one.page << " " << rule;
        }
    }
}

TEST(RuleStates, DoNotApplyWhereTheControllersHaveNoSuchPage) {
    Pair pair(1, 4);
    pair.on_all_paths([](Path& path) {
        path.edit = [](NamespaceObservation& one) {
            one.nvm = Page::of_status(nvme::Status{nvme::status::invalid_field});
            one.independent = Page::of_status(nvme::Status{nvme::status::invalid_field});
        };
    });
    const States states = states_of(pair.report());
    EXPECT_EQ(states.at("ns.elbaf.equal"), RuleState::not_applicable);
    EXPECT_EQ(states.at("ns.vwcnp.equal"), RuleState::not_applicable);
}

TEST(RuleStates, AreUnknownForAControllerThatDoesNotSayWhoItIs) {
    Pair pair(2, 2);
    pair.b[1].edit = [](ControllerObservation& one) { one.identify = Page::of_failure("lost"); };
    const Report report = pair.report();
    const States states = states_of(report);
    for (const char* const rule : {"ctrl.sn.equal", "ctrl.mn.equal", "ctrl.kas.nonzero",
                                   "ctrl.oacs.equal", "ctrl.vwc.equal", "ctrl.cmic.mctrs"}) {
        EXPECT_EQ(states.at(rule), RuleState::unknown) << rule;
    }
    EXPECT_EQ(report.verdict, Verdict::unknown);
    // What the others say is told all the same.
    pair.a[0].id.kas = 0;
    EXPECT_EQ(states_of(pair.report()).at("ctrl.kas.nonzero"), RuleState::broken);
}

TEST(RuleStates, AreUnknownWhereAnotherFindingExplainsThem) {
    Pair pair(1, 2);
    pair.b[0].id.cntlid = pair.a[0].id.cntlid;
    const Report report = pair.report();
    const States states = states_of(report);
    EXPECT_EQ(states.at("ctrl.cntlid.unique"), RuleState::broken);
    EXPECT_EQ(states.at("ctrl.cntlid.partitioned"), RuleState::unknown);
    EXPECT_THAT(lines(report), Not(testing::Contains(testing::HasSubstr("partitioned"))));
}

TEST(RuleStates, OfANamespaceAreUnknownWhereAnotherFindingExplainsThem) {
    Pair pair(1, 2);
    pair.on_b(2, [](Path& path) { path.identify.nsze = path.identify.ncap *= 2; });
    const States sizes = states_of(pair.report());
    EXPECT_EQ(sizes.at("ns.nsze.equal"), RuleState::broken);
    EXPECT_EQ(sizes.at("ns.ncap.equal"), RuleState::unknown) << "NCAP differs, too";
    pair.on_b(2, [](Path& path) { path.identify.nsze /= 2; });
    EXPECT_EQ(states_of(pair.report()).at("ns.ncap.equal"), RuleState::broken) << "alone";
}

TEST(RuleStates, OfWhatCountsInBlocksAreUnknownBetweenBlockSizes) {
    for (const bool same_numbers : {true, false}) {
        Pair pair(1, 2);
        EXPECT_EQ(states_of(pair.report()).at("ns.nabsn_nabo_nabspf.equal"), RuleState::held);
        pair.on_b(2, [same_numbers](Path& path) {
            path.block_size(12);
            path.identify.nabo = same_numbers ? path.identify.nabo : 3;
        });
        const States states = states_of(pair.report());
        EXPECT_EQ(states.at("ns.lbaf_active.equal"), RuleState::broken);
        EXPECT_EQ(states.at("ns.nabsn_nabo_nabspf.equal"), RuleState::unknown) << same_numbers;
    }
}

TEST(RuleStates, OfTheSelectedRulesOnly) {
    Pair pair;
    pair.options.rules = {"ns.uuid.*", "ctrl.kas.nonzero"};
    EXPECT_THAT(
        states_of(pair.report()),
        testing::UnorderedElementsAre(testing::Pair("ctrl.kas.nonzero", RuleState::held),
                                      testing::Pair("ns.uuid.equal", RuleState::held),
                                      testing::Pair("ns.uuid.required_if_zero", RuleState::held),
                                      testing::Pair("ns.uuid.rfc9562", RuleState::held)));
}

TEST(RuleStates, OfAHealthyHostAreKnown) {
    Observation host = connected(Pair(2, 4).observation());
    for (ControllerObservation& one : host.controllers) {
        one.properties.clear(); // a kernel's device has none
    }
    const Report report = check(host);
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_THAT(rules_in(report, RuleState::unknown), IsEmpty());
    EXPECT_THAT(rules_in(report, RuleState::broken), IsEmpty());
}

TEST(RuleStates, AreUnknownForAHostWhoseControllersWereNotAsked) {
    Observation host = connected(Pair(1, 2).observation());
    host.controllers.clear();
    const States states = states_of(check(host));
    for (const char* const rule : {"host.path.missing", "host.ana.ignored", "host.timeout.ana",
                                   "host.timeout.keep_alive", "host.ctrl.first_seen"}) {
        EXPECT_EQ(states.at(rule), RuleState::unknown) << rule;
    }
    EXPECT_EQ(states.at("host.ctrl.live"), RuleState::held);
    // What the kernel refused is only in its log.
    host.kernels.at(0).messages_error = "no permission";
    EXPECT_EQ(states_of(check(host)).at("host.iopolicy.offered"), RuleState::not_applicable);
}

TEST(RuleStates, AreUnknownWhereAControllerDoesNotListItsNamespaces) {
    Pair pair(1, 2);
    pair.options.config.policy = Policy::active_active;
    EXPECT_EQ(states_of(pair.report()).at("ana.ns.usable_path_per_array"), RuleState::held);
    pair.b[0].edit = [](ControllerObservation& one) {
        one.active_nsids.reset();
        one.namespaces.clear();
    };
    const States states = states_of(pair.report());
    for (const char* const rule :
         {"ns.nsze.equal", "ns.uuid.equal", "ns.nmic.shared", "ns.idns_mask.equal",
          "nslist.active.equal", "ana.ns.usable_path_per_array"}) {
        EXPECT_EQ(states.at(rule), RuleState::unknown) << rule;
    }
}

TEST(RuleStates, OfWholePagesAreUnknownWhereOneIsMissing) {
    Pair pair(2, 2);
    pair.b[1].edit = [](ControllerObservation& one) { one.identify = Page::of_failure("lost"); };
    EXPECT_EQ(states_of(pair.report()).at("ctrl.idctrl_mask.equal"), RuleState::unknown);
    Pair other(2, 2);
    other.b[1].path(1).edit = [](NamespaceObservation& one) { one.nvm = Page::of_failure("lost"); };
    EXPECT_EQ(states_of(other.report()).at("ns.idns_mask.equal"), RuleState::unknown);
}

/// What a healthy pair leaves rules without anything to judge, and why: all others are held.
const std::map<std::string, const char*> kNothingToJudge{
    {"ana.ns.single_owner", "no policy is configured"},
    {"ccr.fields_present", "no controller can have others reset"},
    {"ccr.limit", "no controller can have others reset"},
    {"ctrl.fguid.domain", "no FRU has a GUID"},
    {"ctrl.list_cns12.ns_attached", "no controller manages namespaces"},
    {"ctrl.maxcna", "no limit is reported"},
    {"ctrl.sn.not_shared_by_nqns", "one subsystem"},
    {"ctrl.tnvmcap", "no capacity is reported"},
    {"disc.aen.enabled", "no kernel keeps a discovery controller"},
    {"disc.entry.nqn_format", "names that were connected are judged by subsys.nqn.format"},
    {"disc.nqn_unique_vs_wellknown", "all have the well-known name"},
    {"disc.referral.followed", "no log refers to another"},
    {"disp.log17.supported", "no dispersed namespace"},
    {"disp.nguid_or_uuid_same", "no dispersed namespace"},
    {"domain.ana_required", "no domains"},
    {"domain.id.unique", "no domains"},
    {"domain.list_accessible", "no domains"},
    {"expect.controller", "nothing is expected"},
    {"expect.namespace", "nothing is expected"},
    {"expect.site", "no site is declared"},
    {"expect.subsystem", "nothing is expected"},
    {"feat.aen_config.enabled", "no connection is a kernel's"},
    {"feat.hostbehavior.equal", "no extended formats"},
    {"feat.hostid.same", "the feature was not read"},
    {"feat.vwc.equal", "the feature was not read: there is no cache"},
    {"model.detect", "no profile is configured"},
    {"ns.cns08.supported", "no controller is ready before its media (CAP.CRMS)"},
    {"ns.fpi", "no format is under way"},
    {"ns.id.at_least_one", "for controllers without UUIDs"},
    {"ns.id.unique_on_host", "one subsystem"},
    {"ns.nmic.dispersed_implies_shared", "no dispersed namespace"},
    {"ns.optperf.physical", "no namespace has atomic sizes of its own"},
    {"ns.uid_reuse.bit", "the bit is clear"},
    {"nslist.active_subset_allocated", "no controller manages namespaces"},
    {"waiver.expired", "no waivers are given"},
    {"waiver.unused", "no waivers are given"}};

TEST(RuleStates, OfAHealthyPairAreHeldButForWhatThereIsNot) {
    Pair pair(2, 4);
    for (const auto& [rule, state] : states_of(pair.with_discovery().report())) {
        const bool nothing = rule.starts_with("host.") || kNothingToJudge.contains(rule);
        EXPECT_EQ(state, nothing ? RuleState::not_applicable : RuleState::held) << rule;
    }
}

TEST(RuleStates, OfAHealthyHostAreHeldButForMakersAndSites) {
    const std::set<std::string> nothing{"host.iopolicy.maker",  "host.udev.iopolicy",
                                        "host.iopolicy.sites",  "host.array.expected",
                                        "host.ctrl.refused",    "host.ctrl.removed",
                                        "host.expected",        "host.ctrl_loss_tmo.maker",
                                        "host.identity.unique", "host.multipath.dm"};
    for (const auto& [rule, state] : states_of(check(connected(Pair(2, 4).observation())))) {
        if (rule.starts_with("host.")) {
            EXPECT_EQ(state, nothing.contains(rule) ? RuleState::not_applicable : RuleState::held)
                << rule;
        }
    }
    // A maker that nvme-cli knows, and what was set for it.
    Observation known = connected(Pair(1, 2).observation());
    known.kernels[0].subsystems[0].model = Attribute::of("HPE Alletra 9060");
    known.kernels[0].subsystems[0].iopolicy = Attribute::of("round-robin");
    known.kernels[0].udev_rules = {"/usr/lib/udev/rules.d/71-nvmf-hpe.rules"};
    const States states = states_of(check(known));
    EXPECT_EQ(states.at("host.iopolicy.maker"), RuleState::held);
    EXPECT_EQ(states.at("host.udev.iopolicy"), RuleState::held);
}

TEST(RuleStates, OfAHostAreUnknownWhereAnAttributeCannotBeRead) {
    const Attribute unreadable{
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "EIO"};
    struct Case {
        const char* rule;
        std::function<void(Observation&)> lose;
    };
    const Case cases[] = {
        {"host.ctrl.cntlid_unique",
         [&](Observation& host) { controller_of(host, "nvme0").cntlid = unreadable; }},
        {"host.path.size", [&](Observation& host) { path_of(host, 1, "nvme0").size = unreadable; }},
        {"host.path.read_only", [&](Observation& host) { head_of(host, 1).ro = unreadable; }},
        {"host.ana.state",
         [&](Observation& host) { path_of(host, 1, "nvme0").ana_state = unreadable; }},
        {"host.ana.ignored",
         [&](Observation& host) { path_of(host, 1, "nvme0").ana_state = unreadable; }},
        {"host.iopolicy.one_path",
         [&](Observation& host) { host.kernels[0].subsystems[0].iopolicy = unreadable; }},
        {"host.multipath.on", [&](Observation& host) { host.kernels[0].multipath = unreadable; }},
        {"host.timeout.ana",
         [&](Observation& host) { controller_of(host, "nvme1").ctrl_loss_tmo = unreadable; }},
        {"host.timeout.keep_alive",
         [&](Observation& host) { controller_of(host, "nvme1").kato = unreadable; }},
    };
    for (const Case& one : cases) {
        Observation host = connected(Pair(1, 2).observation());
        one.lose(host);
        EXPECT_EQ(states_of(check(host)).at(one.rule), RuleState::unknown) << one.rule;
    }
}

TEST(RuleStates, OfUniquenessNeedTwo) {
    Pair alone(1, 1);
    alone.b.clear();
    const States states = states_of(alone.report());
    for (const char* const rule : {"ctrl.cntlid.unique", "ctrl.cntlid.partitioned",
                                   "ns.identity.one_nsid", "ns.id.unique_in_subsystem"}) {
        EXPECT_EQ(states.at(rule), RuleState::not_applicable) << rule;
    }
}

TEST(RuleStates, OfWhichOneIsBrokenAreAVerdict) {
    Pair pair(1, 1);
    pair.b[0].id.oacs ^= 0x04; // firmware commands
    pair.options.rules = {"ctrl.oacs.equal"};
    EXPECT_EQ(pair.report().verdict, Verdict::warn) << "something was judged";
    pair.options.rules = {"ns.fpi"};
    EXPECT_EQ(pair.report().verdict, Verdict::unknown) << "nothing was";
}

TEST(RuleStates, OfNothingAreNothing) {
    const Report report = check(Observation{});
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_THAT(rules_in(report, RuleState::broken), IsEmpty());
}

/// Two hosts that connected the pair in another order: nvme0 of the one is nvme1 of the other.
TEST(Attributions, AreThoseOfTheHostThatIsMeant) {
    const Observation pair = Pair(1, 2).observation();
    Observation turned = pair;
    std::reverse(turned.controllers.begin(), turned.controllers.end());
    const auto on_host = [](const Observation& seen, const char* name) {
        Observation out = connected(seen);
        out.kernels.at(0).host = name;
        for (ControllerObservation& controller : out.controllers) {
            controller.host = name;
        }
        return out;
    };
    const Observation both = merge({on_host(pair, "db1"), on_host(turned, "db2")});
    Site east;
    east.name = "east";
    east.addresses = {both.controllers.at(0).traddr};
    Site west;
    west.name = "west";
    west.addresses = {both.controllers.at(1).traddr};
    const Attributions all = attribute(both, {east, west});
    EXPECT_EQ(all.array_of("db1", "nvme0"), "east");
    EXPECT_EQ(all.array_of("db1", "nvme1"), "west");
    EXPECT_EQ(all.array_of("db2", "nvme0"), "west");
    EXPECT_EQ(all.array_of("db2", "nvme1"), "east");
    EXPECT_EQ(all.array_of("db3", "nvme0"), "");
    EXPECT_EQ(all.find("db1", "nvme7"), nullptr);

    // A finding about the second host has its arrays.
    Observation down = both;
    down.kernels.at(1).subsystems.at(0).controllers.at(0).state = Attribute::of("connecting");
    CheckOptions options;
    options.config.sites = {east, west};
    options.rules = {"host.ctrl.live"};
    const Report report = check(down, options);
    ASSERT_EQ(report.findings.size(), 1U);
    for (const FindingValue& value : report.findings[0].values) {
        EXPECT_EQ(value.array, value.controller == "nvme0" ? "west" : "east") << value.controller;
    }
}

} // namespace
} // namespace haoh::test
