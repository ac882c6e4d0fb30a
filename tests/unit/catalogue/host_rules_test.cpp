// SPDX-License-Identifier: LGPL-2.1-or-later
// What a Linux host made of a pair of arrays, and what is said of it.
#include "unit/catalogue/linux_host.hpp"

#include "judge/subject.hpp"

#include <haoh/expectation.hpp>
#include <haoh/kernel_effect.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace haoh::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Notes which rules of hosts were seen to fire: all of them have to be.
class Host : public testing::Test {
  protected:
    /// What is said with the rules of hosts alone.
    static std::vector<std::string> host_lines(const Observation& host,
                                               std::vector<Site> sites = {}) {
        CheckOptions only;
        only.config.sites = std::move(sites);
        return host_lines(host, std::move(only));
    }

    static std::vector<std::string> host_lines(const Observation& host, CheckOptions only) {
        only.rules = {"host.*"};
        const Report report = check(host, only);
        for (const Finding& finding : report.findings) {
            fired().insert(finding.rule);
        }
        return lines(report);
    }

    static void TearDownTestSuite() {
        const auto* const suite = testing::UnitTest::GetInstance()->current_test_suite();
        if (suite->test_to_run_count() != suite->total_test_count()) {
            return; // only some were asked for
        }
        for (const Rule& rule : rules()) {
            EXPECT_TRUE(!rule.id.starts_with("host.") || fired().contains(std::string{rule.id}))
                << rule.id << " never fired";
        }
    }

  private:
    static std::set<std::string>& fired() {
        static std::set<std::string> rules;
        return rules;
    }
};

std::string what_of(const Observation& host, const std::string& rule) {
    for (const Finding& finding : check(host).findings) {
        if (finding.rule == rule) {
            return finding.what;
        }
    }
    return {};
}

TEST_F(Host, SaysNothingOfAHealthyOne) {
    for (const char* const release : {"6.1.176", "6.12.107", "6.16.3", "7.3.4"}) {
        const Report report = check(connected(Pair().observation(), release));
        EXPECT_THAT(lines(report), IsEmpty()) << release;
        EXPECT_EQ(report.model, Model::stretched) << "controller IDs lie apart";
        EXPECT_EQ(report.kernel, release);
    }
}

TEST_F(Host, TellsWhyAPathIsMissing) {
    const Observation host =
        connected(Pair(1).on_b(2, [](Path& path) { path.uuid(other_uuid()); }).observation());
    EXPECT_THAT(host_lines(host),
                ElementsAre("FAIL host.path.missing 2", "WARN host.ns.usable_arrays 2"));
    EXPECT_THAT(what_of(host, "host.path.missing"),
                AllOf(HasSubstr("nvme1 offers nsid 2"), HasSubstr("its UUID is "),
                      HasSubstr("not (or no longer) in the kernel's log")));
}

TEST_F(Host, FindsTheRefusalInTheLog) {
    Observation host =
        connected(Pair(1).on_b(2, [](Path& path) { path.uuid(other_uuid()); }).observation());
    log(host, "nvme nvme1: IDs don't match for shared namespace 2");
    EXPECT_THAT(what_of(host, "host.path.missing"),
                HasSubstr("the kernel's log says \"IDs don't match for shared namespace 2\""));
    host.kernels.front().messages.clear();
    log(host, "nvme nvme10: IDs don't match for shared namespace 2");
    log(host, "nvme nvme1: IDs don't match for shared namespace 20");
    EXPECT_THAT(what_of(host, "host.path.missing"), HasSubstr("not (or no longer)"));
    host.kernels.front().messages_error = "Operation not permitted";
    EXPECT_THAT(what_of(host, "host.path.missing"), HasSubstr("would say \"IDs don't match"));
}

TEST_F(Host, KnowsTheOtherRefusals) {
    // The volume of nsid 2 under nsid 9: the kernel looks for its identifiers in the subsystem.
    Observation moved = connected(Pair(1).observation());
    refuse(moved, 2, "nvme1");
    for (NamespaceObservation& path : moved.controllers[1].namespaces) {
        path.nsid = path.nsid == 2 ? 9 : path.nsid;
    }
    EXPECT_THAT(what_of(moved, "host.path.missing"),
                AllOf(HasSubstr("nvme0n2 (nsid 2) has the same identifier"),
                      HasSubstr("duplicate IDs in subsystem for nsid 9")));

    Observation unshared =
        connected(Pair(1).on_b(3, [](Path& path) { path.identify.nmic = 0; }).observation());
    refuse(unshared, 3, "nvme1");
    EXPECT_THAT(what_of(unshared, "host.path.missing"),
                HasSubstr("Duplicate unshared namespace 3"));

    Observation unexplained = connected(Pair(1).observation());
    refuse(unexplained, 3, "nvme1");
    EXPECT_EQ(what_of(unexplained, "host.path.missing"),
              "nvme1 offers nsid 3 and the kernel has no path to it");
}

TEST_F(Host, KnowsANamespaceOfAnotherSubsystem) {
    Observation host = connected(Pair(1).observation());
    refuse(host, 1, "nvme1");
    KernelSubsystem other = host.kernels.front().subsystems.front();
    other.name = "nvme-subsys5";
    other.subsysnqn = Attribute::of("nqn.2026-01.io.example:old");
    other.controllers.clear();
    other.controllers.push_back(host.kernels.front().subsystems.front().controllers.front());
    other.controllers.front().name = "nvme5";
    other.namespaces.resize(1);
    other.namespaces.front().name = "nvme5n1";
    for (KernelPath& path : other.namespaces.front().paths) {
        path.controller = "nvme5";
    }
    host.kernels.front().subsystems.push_back(other);
    EXPECT_THAT(what_of(host, "host.path.missing"),
                AllOf(HasSubstr("nvme5n1 of subsystem nqn.2026-01.io.example:old"),
                      HasSubstr("ignoring nsid 1 because of duplicate IDs")));
}

TEST_F(Host, TakesIdentifiersAsTheReleaseDoes) {
    // B has its NGUID in CNS 00h only.
    Pair pair(1);
    pair.on_b(1, [](Path& path) {
        std::erase_if(path.descriptors, [](const nvme::IdDescriptor& one) {
            return one.nidt == static_cast<std::uint8_t>(nvme::IdType::nguid);
        });
    });
    Observation host = connected(pair.observation(), "6.12.107");
    const judge::Subject subject(host, {});
    const judge::Namespace& path = subject.controllers[1].namespaces.front();
    ASSERT_GE(path.controller->version(), judge::version_number(2, 0));
    EXPECT_TRUE(judge::bound_ids(path, judge::BoundBy::identify).nguid);
    EXPECT_FALSE(judge::bound_ids(path, judge::BoundBy::independent).nguid)
        << "CNS 08h is read instead";
    EXPECT_THAT(host_lines(host), IsEmpty());
    host.kernels.front().release = "7.3.4";
    refuse(host, 1, "nvme1");
    EXPECT_THAT(what_of(host, "host.path.missing"), HasSubstr("its NGUID is absent"));
}

TEST_F(Host, SeesAPathOfAnotherSize) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 2, "nvme1").size = Attribute::of("2048");
    EXPECT_THAT(host_lines(host),
                ElementsAre("FAIL host.path.size 2", "WARN host.ns.usable_arrays 2"));
    EXPECT_EQ(what_of(host, "host.path.size"),
              "size of nvme0n2 through nvme1 is not that of the device");
}

TEST_F(Host, SeesAPathOfAnotherBlockSize) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 2, "nvme0").logical_block_size = Attribute::of("8192");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.path.block_size 2"));
}

TEST_F(Host, SeesAReadOnlyPath) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 2, "nvme0").ro = Attribute::of("1");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.path.read_only 2"));
}

TEST_F(Host, SeesADeviceWithoutANode) {
    Observation host =
        connected(Pair(1)
                      .on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); })
                      .observation());
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        head_of(host, nsid).dev = {};
    }
    EXPECT_THAT(host_lines(host),
                ElementsAre("FAIL host.head.missing 1", "FAIL host.head.missing 2",
                            "FAIL host.head.missing 3", "FAIL host.head.missing 4",
                            "FAIL host.ns.usable_path 1", "FAIL host.ns.usable_path 2",
                            "FAIL host.ns.usable_path 3", "FAIL host.ns.usable_path 4"));
}

TEST_F(Host, SeesPathsWithoutADevice) {
    Observation host = connected(Pair(1).observation());
    KernelPath& headless = host.kernels.front().subsystems.front().headless.emplace_back();
    headless.name = "nvme0c1n9";
    headless.controller = "nvme1";
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.head.missing"));
}

TEST_F(Host, SeesAnArrayThatIsNotLive) {
    Observation host = connected(Pair(1).observation());
    controller_of(host, "nvme1").state = Attribute::of("connecting");
    EXPECT_THAT(host_lines(host),
                ElementsAre("WARN host.ctrl.live", "WARN host.ns.usable_arrays 1",
                            "WARN host.ns.usable_arrays 2", "WARN host.ns.usable_arrays 3",
                            "WARN host.ns.usable_arrays 4"));
}

TEST_F(Host, ComparesAnaStates) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 1, "nvme1").ana_state = Attribute::of("inaccessible");
    path_of(host, 2, "nvme1").ana_state = Attribute::of("optimized");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.ana.state 1", "WARN host.ana.state 2"));
    EXPECT_EQ(what_of(host, "host.ana.state"),
              "nvme1 says non-optimized of nsid 1, the kernel goes by inaccessible");
}

TEST_F(Host, DoesNotJudgeWhatMovedMeanwhile) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 1, "nvme1").ana_state = Attribute::of("inaccessible");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.ana.state 1"));
    host.kernels.front().changed = {path_of(host, 1, "nvme1").name};
    EXPECT_THAT(host_lines(host), ElementsAre("UNKNOWN snap.verdict_unknown"));
    const Report report = check(host);
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_THAT(what_of(host, "snap.verdict_unknown"), HasSubstr("of two moments"));
}

TEST_F(Host, SeesANamespaceInNoGroup) {
    Observation fresh = connected(Pair(1).observation());
    path_of(fresh, 1, "nvme1").ana_state = Attribute::of("invalid state");
    EXPECT_THAT(host_lines(fresh), Contains("FAIL host.ana.no_group 1"));

    Pair pair(1);
    pair.on_b([](Node& node) { std::erase(node.group(1).nsids, 1U); });
    Observation left = connected(pair.observation());
    path_of(left, 1, "nvme1").ana_state = Attribute::of("optimized"); // of old
    EXPECT_THAT(host_lines(left), Contains("FAIL host.ana.no_group 1"));
    EXPECT_THAT(host_lines(left), Not(Contains(HasSubstr("host.ana.state"))));
}

TEST_F(Host, SeesThatAnaIsIgnored) {
    Observation host = connected(Pair(1).observation());
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        path_of(host, nsid, "nvme1").ana_state = {};
    }
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.ana.ignored"));
}

TEST_F(Host, SeesThatAnotherArrayTookOver) {
    Observation host = connected(Pair(1).observation());
    host.kernels.front().subsystems.front().serial = Attribute::of("FORMERONE");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.ctrl.first_seen"));
    // One that was not asked may be the one.
    host.controllers.pop_back();
    EXPECT_THAT(host_lines(host), IsEmpty());
}

TEST_F(Host, SeesAControllerIdTwice) {
    Observation host = connected(Pair(1).observation());
    controller_of(host, "nvme1").cntlid = controller_of(host, "nvme0").cntlid;
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.ctrl.cntlid_unique"));
    controller_of(host, "nvme1").state = Attribute::of("deleting");
    EXPECT_THAT(host_lines(host), Not(Contains("FAIL host.ctrl.cntlid_unique")));
}

TEST_F(Host, SeesTwoHostIdsOfOneHost) {
    Observation host = connected(Pair(1).observation());
    controller_of(host, "nvme1").hostid = Attribute::of("00000000-0000-4000-8000-0000000000bb");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.identity.pair"));
}

TEST_F(Host, SeesAPolicyThatUsesOnePath) {
    Observation host = connected(
        Pair(1).on_both([](Node& node) { node.state(nvme::AnaState::optimized); }).observation());
    EXPECT_THAT(host_lines(host), IsEmpty());
    host.kernels.front().subsystems.front().iopolicy = Attribute::of("numa");
    EXPECT_THAT(host_lines(host), ElementsAre("NOTE host.iopolicy.one_path"));
    // Over other transports paths can be near.
    controller_of(host, "nvme0").numa_node = Attribute::of("0");
    EXPECT_THAT(host_lines(host), IsEmpty());
}

TEST_F(Host, SeesRoundRobinOverSites) {
    Observation host = connected(
        Pair(1).on_both([](Node& node) { node.state(nvme::AnaState::optimized); }).observation());
    const auto site_of = [&](const char* name, const char* controller) {
        const auto cntlid =
            static_cast<std::uint16_t>(controller_of(host, controller).cntlid.number().value());
        Site site;
        site.name = name;
        site.cntlids = {cntlid, cntlid};
        return site;
    };
    const std::vector<Site> sites{site_of("east", "nvme0"), site_of("west", "nvme1")};
    EXPECT_THAT(host_lines(host, sites), ElementsAre("NOTE host.iopolicy.sites"));
    // Only what the configuration tells apart is a site.
    EXPECT_THAT(host_lines(host), IsEmpty());
    for (KernelNamespace& head : host.kernels.front().subsystems.front().namespaces) {
        head.paths.back().ana_state = Attribute::of("non-optimized");
    }
    EXPECT_THAT(host_lines(host, sites), Not(Contains("NOTE host.iopolicy.sites")));
}

TEST_F(Host, SeesADefaultPolicyThatTheKernelRefused) {
    Observation host = connected(Pair(1).observation(), "6.1.176");
    log(host, "nvme_core: `queue-depth' invalid for parameter `iopolicy'");
    EXPECT_THAT(host_lines(host), ElementsAre("WARN host.iopolicy.offered"));
    EXPECT_THAT(what_of(host, "host.iopolicy.offered"),
                HasSubstr("'queue-depth', which Linux 6.1.176 does not offer"));
    host.kernels.front().messages.clear();
    log(host, "nvme_core: `2' invalid for parameter `multipath'");
    EXPECT_THAT(host_lines(host), IsEmpty());
    host.kernels.front().iopolicy = Attribute::of("queue-depth");
    EXPECT_THAT(host_lines(host), IsEmpty()) << "the kernel took it";
}

TEST_F(Host, KnowsThePolicyOfTheMaker) {
    Observation host = connected(Pair(1).observation());
    KernelSubsystem& subsystem = host.kernels.front().subsystems.front();
    const auto with = [&](const char* model, const char* policy) {
        subsystem.model = Attribute::of(model);
        subsystem.iopolicy = Attribute::of(policy);
        return host_lines(host);
    };
    EXPECT_THAT(with("NetApp ONTAP Controller", "round-robin"),
                Contains("NOTE host.iopolicy.maker"));
    EXPECT_THAT(with("NetApp ONTAP Controller", "queue-depth"),
                Not(Contains("NOTE host.iopolicy.maker")));
    EXPECT_THAT(with("HPE Alletra B10240", "queue-depth"), Contains("NOTE host.iopolicy.maker"));
    EXPECT_THAT(with("Example Array", "queue-depth"), Not(Contains("NOTE host.iopolicy.maker")));
    // What the kernel is known to lack is not asked for.
    host.kernels.front().release = "6.1.176";
    EXPECT_THAT(with("NetApp ONTAP Controller", "round-robin"),
                Not(Contains("NOTE host.iopolicy.maker")));
    for (const char* const release : {"5.14.0-687.5.3.el9_8.x86_64", "6.8.0-45-generic"}) {
        host.kernels.front().release = release;
        EXPECT_THAT(with("NetApp ONTAP Controller", "round-robin"),
                    Contains("NOTE host.iopolicy.maker"))
            << release;
    }
    // It shows that it has it, whatever its number.
    host.kernels.front().release = "6.1.176";
    host.kernels.front().iopolicy = Attribute::of("queue-depth");
    EXPECT_THAT(with("NetApp ONTAP Controller", "round-robin"),
                Contains("NOTE host.iopolicy.maker"));
}

TEST_F(Host, ComparesTimeoutsWithTheAnaTransition) {
    Observation host =
        connected(Pair(1).on_both([](Node& node) { node.id.anatt = 10; }).observation());
    EXPECT_THAT(host_lines(host), IsEmpty());
    controller_of(host, "nvme0").ctrl_loss_tmo = Attribute::of("5");
    controller_of(host, "nvme1").fast_io_fail_tmo = Attribute::of("0");
    EXPECT_THAT(host_lines(host), ElementsAre("WARN host.timeout.ana", "WARN host.timeout.ana"));
    controller_of(host, "nvme0").ctrl_loss_tmo = Attribute::of("off");
    controller_of(host, "nvme1").fast_io_fail_tmo = Attribute::of("15");
    controller_of(host, "nvme1").kato = Attribute::of("30");
    EXPECT_THAT(host_lines(host), ElementsAre("NOTE host.timeout.keep_alive"));
}

TEST_F(Host, WantsMultipath) {
    Observation host = connected(Pair(1).observation());
    host.kernels.front().multipath = Attribute::of("N");
    EXPECT_THAT(host_lines(host), ElementsAre("FAIL host.multipath.on"));
}

TEST_F(Host, WantsTheMakersUdevRules) {
    Observation host = connected(Pair(1).observation());
    host.kernels.front().subsystems.front().model = Attribute::of("NetApp ONTAP Controller");
    EXPECT_THAT(host_lines(host), Contains("NOTE host.udev.iopolicy"));
    host.kernels.front().udev_rules = {"/usr/lib/udev/rules.d/71-nvmf-netapp.rules"};
    EXPECT_THAT(host_lines(host), Not(Contains("NOTE host.udev.iopolicy")));
}

// host_identity_rules_test.cpp has the rest of it.
TEST_F(Host, TellsClonesOfAMachine) {
    Observation both = connected(Pair(1).observation());
    both.kernels.push_back(both.kernels.front());
    both.kernels.back().host = "clone";
    const auto identify = [](KernelObservation& kernel, const char* id) {
        for (KernelController& controller : kernel.subsystems.front().controllers) {
            controller.hostnqn = Attribute::of(std::string("nqn.2014-08.org.nvmexpress:") + id);
            controller.hostid = Attribute::of(id);
        }
    };
    identify(both.kernels.front(), "a");
    identify(both.kernels.back(), "a");
    EXPECT_THAT(host_lines(both), Contains("FAIL host.identity.unique"));
    identify(both.kernels.back(), "b");
    EXPECT_THAT(host_lines(both), Not(Contains("FAIL host.identity.unique")));
}

// host_absence_rules_test.cpp has the rest of it.
TEST_F(Host, TellsWhatIsGone) {
    const Observation healthy = connected(Pair(1).observation());
    Observation abandoned = healthy;
    KernelSubsystem& gone = abandoned.kernels.front().subsystems.emplace_back();
    gone.name = "nvme-subsys7";
    gone.subsysnqn = Attribute::of("nqn.2026-01.io.example:gone");
    gone.subsystype = Attribute::of("nvm");
    EXPECT_THAT(host_lines(abandoned), Contains("FAIL host.subsystem.controllers"));

    Observation stray = healthy;
    KernelController& early = stray.kernels.front().stray_controllers.emplace_back();
    early.name = "nvme7";
    early.state = Attribute::of("connecting");
    early.transport = Attribute::of("tcp");
    EXPECT_THAT(host_lines(stray), Contains("WARN host.ctrl.subsystem"));

    Observation given_up = healthy;
    log(given_up, "nvme nvme5: Removing controller...");
    EXPECT_THAT(host_lines(given_up), ElementsAre("WARN host.ctrl.removed"));

    Observation refused = healthy;
    log(refused, "nvme nvme5: icdoff is not supported!");
    EXPECT_THAT(host_lines(refused), ElementsAre("WARN host.ctrl.refused"));
}

// Likewise, and expect_rules_test.cpp.
TEST_F(Host, MissesWhatIsExpected) {
    Pair one_array(2);
    one_array.b.clear();
    CheckOptions declared;
    declared.config.profile = Profile::stretched;
    declared.config.sites.resize(2);
    declared.config.sites[0].name = "east";
    declared.config.sites[0].addresses = {"10.1.0.0/16"};
    declared.config.sites[1].name = "west";
    declared.config.sites[1].addresses = {"10.2.0.0/16"};
    EXPECT_THAT(host_lines(connected(one_array.observation()), declared),
                Contains("FAIL host.array.expected"));

    const Observation before = connected(Pair(1).observation());
    CheckOptions earlier;
    earlier.expected = expectation_of(before);
    EXPECT_THAT(host_lines(before, earlier), IsEmpty());
    Observation now = before;
    now.kernels.front().host = "host2";
    for (ControllerObservation& controller : now.controllers) {
        controller.host = "host2";
    }
    EXPECT_THAT(host_lines(now, earlier), Contains("UNKNOWN host.expected"));
}

// host_setting_rules_test.cpp has the rest of it.
TEST_F(Host, KnowsDmMultipath) {
    Observation host = connected(Pair(1, 1).observation());
    host.kernels.front().multipath = Attribute::of("N");
    head_of(host, 1).multipath = false;
    head_of(host, 1).holders.push_back({.name = "dm-1", .dm_uuid = Attribute::of("mpath-eui.1")});
    EXPECT_THAT(host_lines(host), Contains("NOTE host.multipath.dm"));
}

TEST_F(Host, LeavesDrivesInTheMachineAlone) {
    // Nothing that is asked of fabrics: no keep alive, no capsules.
    Observation host = connected(Pair(1)
                                     .on_both([](Node& node) {
                                         node.id.kas = 0;
                                         node.id.ioccsz = 0;
                                     })
                                     .observation());
    EXPECT_THAT(lines(check(host)), Not(IsEmpty()));
    for (ControllerObservation& controller : host.controllers) {
        controller.transport = "pcie";
    }
    for (KernelController& controller : host.kernels.front().subsystems.front().controllers) {
        controller.transport = Attribute::of("pcie");
        controller.state = Attribute::of("dead");
    }
    const Report report = check(host);
    EXPECT_THAT(lines(report), IsEmpty());
    EXPECT_EQ(report.verdict, Verdict::pass);
}

TEST_F(Host, JudgesWithoutRoot) {
    Observation host = connected(Pair(1).observation());
    host.controllers.clear();
    path_of(host, 2, "nvme1").size = Attribute::of("2048");
    EXPECT_THAT(host_lines(host),
                ElementsAre("FAIL host.path.size 2", "WARN host.ns.usable_arrays 2"))
        << "the arrays are told apart by the controller IDs in sysfs";
}

TEST(KernelEffects, FollowEachOther) {
    std::size_t all = 0;
    for (const Rule& rule : rules()) {
        const auto rows = rule.on_linux;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_LT(rows[i].from, rows[i].until) << rule.id;
            if (i > 0) {
                EXPECT_EQ(rows[i - 1].until, rows[i].from) << rule.id;
            } else {
                EXPECT_TRUE(rows[i].from == kFirstKnownKernel || rows[i].since) << rule.id;
            }
        }
        all += rows.size();
    }
    EXPECT_GT(all, 60U);
    const auto effect = [](const char* rule, KernelVersion release) {
        return find_kernel_effect(find_rule(rule)->on_linux, release);
    };
    EXPECT_EQ(effect("ns.uuid.equal", {5, 15}), nullptr);
    EXPECT_EQ(effect("ns.nmic.dispersed.equal", {6, 12}), nullptr);
    EXPECT_EQ(effect("ns.flbas.equal", {6, 1})->outcome, KernelOutcome::io_errors);
    EXPECT_EQ(effect("ns.flbas.equal", {7, 3})->outcome, KernelOutcome::wrong_blocks);
}

TEST(KernelEffects, AreSaidOfFindings) {
    Pair pair(1);
    pair.on_b(2, [](Path& path) { path.uuid(other_uuid()); });
    const auto effect = [&](const std::string& release) {
        CheckOptions options;
        options.kernel = release;
        const Report report = check(pair.observation(), options);
        EXPECT_EQ(report.findings.size(), 1U);
        return report.findings.front().on_kernel;
    };
    EXPECT_FALSE(effect(""));
    ASSERT_TRUE(effect("5.15.0"));
    EXPECT_EQ(effect("5.15.0")->nearest, "6.1") << "nothing is known of it";
    ASSERT_TRUE(effect("6.12"));
    EXPECT_EQ(effect("6.12")->outcome, KernelOutcome::path_refused);
    EXPECT_EQ(effect("6.12")->nearest, "");
    EXPECT_EQ(effect("9.1.0-rc1")->release, "9.1.0-rc1") << "taken for the last that is known";
}

} // namespace
} // namespace haoh::test
