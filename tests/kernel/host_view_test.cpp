// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux makes of a stretched pair with a defect, and what haoh says of it: in the guest of the
// host that connected both arrays, and, asked directly, of this release.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A host of one kernel, with haoh of this build.
class HostView : public KernelTest, public testing::WithParamInterface<std::string> {
  protected:
    HostView()
        : KernelTest({.name = "view", .host_kernel = GetParam(), .programs = {haoh_program()}}) {}

    /// The same pair asked from this machine, about the guest's release.
    CheckReport ask_directly() {
        return haoh_check({arrays().port("a"), arrays().port("b")}, SimulatedArrays::kDefaultNqn,
                          {"--kernel", GetParam()});
    }

    std::vector<HostPath> paths_of(const std::string& array) {
        auto paths = host().paths(SimulatedArrays::kDefaultNqn);
        std::erase_if(paths, [&](const HostPath& path) {
            return path.trsvcid != arrays().port(array) || path.nsid.empty();
        });
        return paths;
    }
    static std::string sysfs(const std::string& path) {
        return guest().must("cat /sys/" + path + " 2>/dev/null || true");
    }
    static std::string head_of(const HostPath& path) {
        const auto c = path.path.find('c');
        return path.path.substr(0, c) + path.path.substr(path.path.find('n', c));
    }

    struct Defect {
        const char* scenario;
        const char* rule;
    };

    /// That the kernel does of each what haoh says of this release, asked directly.
    void expect_as_told(const std::vector<Defect>& defects) {
        for (const auto& [name, rule] : defects) {
            SCOPED_TRACE(name);
            const bool connected = connect_scenario(name);
            const auto report = ask_directly();
            const auto outcome = report.outcomes.find(rule);
            EXPECT_NE(outcome, report.outcomes.end()) << rule << " says nothing: " << report;
            if (outcome != report.outcomes.end()) {
                SCOPED_TRACE(outcome->second);
                expect_outcome(outcome->second, connected);
                expect_size(report.effects.at(rule), connected);
            }
            host().disconnect_all();
        }
    }

    /// That a device has size 0 where haoh says so.
    void expect_size(const std::string& effect, bool connected) {
        if (!connected || !effect.starts_with("the device has size 0"))
            return;
        const auto on_b = paths_of("b");
        EXPECT_TRUE(std::any_of(on_b.begin(), on_b.end(), [](const HostPath& path) {
            return sysfs("block/" + path.path + "/size").starts_with("0");
        })) << messages();
    }

    /// That the kernel did what haoh says that it does.
    void expect_outcome(const std::string& outcome, bool connected) {
        const auto on_a = paths_of("a");
        const auto on_b = paths_of("b");
        if (outcome == "controller_rejected") {
            EXPECT_FALSE(connected);
            return;
        }
        ASSERT_TRUE(connected);
        if (outcome == "path_refused") {
            EXPECT_LT(on_b.size(), std::max<std::size_t>(on_a.size(), 1));
        } else if (outcome == "path_unused") {
            EXPECT_TRUE(std::any_of(on_b.begin(), on_b.end(), [](const HostPath& path) {
                return path.ana_state == "invalid_state" || path.ana_state == "(null)";
            }));
        } else if (outcome == "namespace_resized") {
            EXPECT_TRUE(std::any_of(on_b.begin(), on_b.end(), [&](const HostPath& path) {
                const auto twin = std::find_if(on_a.begin(), on_a.end(), [&](const auto& other) {
                    return other.nsid == path.nsid;
                });
                const auto size = sysfs("block/" + path.path + "/size");
                return twin != on_a.end() && size == sysfs("block/" + head_of(path) + "/size") &&
                       size != sysfs("block/" + twin->path + "/size");
            }));
        } else if (outcome == "volumes_merged") {
            ASSERT_EQ(on_a.size(), on_b.size());
            EXPECT_TRUE(std::any_of(on_b.begin(), on_b.end(), [&](const HostPath& path) {
                return sysfs("block/" + head_of(path) + "/wwid").starts_with("nvme.");
            }));
        } else if (outcome == "ana_ignored") {
            EXPECT_TRUE(std::any_of(on_b.begin(), on_b.end(),
                                    [](const HostPath& path) { return path.ana_state.empty(); }));
        } else if (outcome == "unnoticed" || outcome == "io_errors" || outcome == "wrong_blocks") {
            // Both arrays serve; what happens to I/O is not looked at here.
            EXPECT_EQ(on_a.size(), on_b.size());
            EXPECT_THAT(on_b, Not(IsEmpty()));
        } else {
            FAIL() << "no such outcome: " << outcome;
        }
    }
};

INSTANTIATE_TEST_SUITE_P(linux_6_1, HostView, testing::Values("6.1"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_6_12, HostView, testing::Values("6.12"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, HostView, testing::Values("7"), kernel_test_name);

TEST_P(HostView, a_healthy_pair_passes) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    expect_pass(check());
    const auto list = haoh("list");
    EXPECT_EQ(list.status, 0) << list.standard_output << list.standard_error;
    for (const auto* word : {"nvme-subsys", "array-a", "array-b", "optimized", "/dev/nvme"})
        EXPECT_THAT(list.standard_output, HasSubstr(word));
}

/// Defects that each release takes in its own way: the outcome that haoh tells is the kernel's.
TEST_P(HostView, the_kernel_does_what_haoh_says) {
    expect_as_told({
        {"uuid_differs", "ns.uuid.equal"},
        {"nguid_differs", "ns.nguid.equal"},
        {"eui64_differs", "ns.eui64.equal"},
        {"uuid_only_on_one", "ns.id.set_equal"},
        {"nsids_swapped", "ns.nsid.map_equal"},
        {"nmic_not_shared", "ns.nmic.shared"},
        {"no_identifier", "ns.uuid.required_if_zero"},
        {"namespace_missing", "nslist.active.equal"},
        {"size_differs", "ns.nsze.equal"},
        {"block_size_differs", "ns.lbaf_active.equal"},
        {"serial_differs", "ctrl.sn.equal"},
        {"model_differs", "ctrl.mn.equal"},
        {"cntlid_same", "ctrl.cntlid.unique"},
        {"cmic_single_controller", "ctrl.cmic.mctrs"},
        {"mnan_zero", "ctrl.mnan.valid"},
        {"ioccsz_too_small", "ctrl.ioccsz.min"},
        {"iorcsz_too_small", "ctrl.iorcsz.min"},
        {"kas_zero", "ctrl.kas.nonzero"},
        {"ana_log_exceeds_mdts", "ana.log.fits_mdts"},
        {"ana_state_invalid", "ana.log.group.state_valid"},
    });
}

/// The same of controllers that it does not take.
TEST_P(HostView, the_kernel_refuses_the_controllers_that_haoh_says) {
    expect_as_told({
        {"icdoff_differs", "ctrl.icdoff"},
        {"sgls_zero_on_one", "ctrl.sgls.supported"},
        {"data_alignment_on_one", "conn.cpda"},
        {"queue_too_small", "ctrl.queue_depth.min"},
        {"cntlid_connect_identify", "ctrl.cntlid.connect_match"},
        {"ana_log_refused", "log.supported.ana"},
        {"ana_group_zero", "ana.log.group.nonzero_max"},
        {"ana_group_above_max", "ana.log.group.nonzero_max"},
        {"ana_log_group_count_too_large", "ana.log.header.size"},
        {"ana_log_beyond_limits", "ana.log.fits_limits"},
        {"nanagrpid_too_small", "ana.nanagrpid.covers"},
    });
}

/// And of namespaces that it skips, or makes a device of that is of no use.
TEST_P(HostView, the_kernel_skips_the_namespaces_that_haoh_says) {
    expect_as_told({
        {"capacity_zero_on_one", "ns.ncap.nonzero"},
        {"namespace_not_ready", "ns.nstat.nrdy"},
        {"descriptors_refused", "ns.desc.supported"},
        {"csi_descriptor_missing", "ns.desc.csi_present"},
        {"independent_refused", "ns.cns08.supported"},
        {"command_set_not_offered", "ns.csi.offered"},
        {"volume_has_two_nsids", "ns.identity.one_nsid"},
        {"block_beyond_transfer", "ns.lbaf_active.mdts"},
        {"physical_block_odd", "ns.optperf.physical"},
        {"metadata_placement_differs", "ns.lbaf_active.metadata"},
        {"protection_over_tcp", "ns.lbaf_active.protection"},
        {"block_size_too_small", "ns.lbaf_active.sane"},
        {"size_zero", "ns.nsze.sane"},
        {"write_protected_on_both", "ns.nsattr.writable"},
    });
}

/// What haoh takes is taken: an ANA log that is not listed, and the smallest queue.
TEST_P(HostView, the_kernel_takes_what_haoh_does) {
    EXPECT_TRUE(connect_scenario("ana_log_not_listed"));
    host().disconnect_all();
    for (const int commands : {2, 3}) {
        SCOPED_TRACE(commands);
        serve(fmt::format("[[array]]\nname = \"a\"\n[array.subsystem]\nmaxcmd = {}\n", commands));
        const auto result = host().connect(SimulatedArrays::kDefaultNqn, arrays().port("a"));
        EXPECT_EQ(result.status == 0, commands == 3 || GetParam() == "6.1") << result.output;
        host().disconnect_all();
    }
}

TEST_P(HostView, a_refused_path_is_told_with_its_reason) {
    ASSERT_TRUE(connect_scenario("uuid_differs"));
    const auto report = check();
    EXPECT_EQ(report.status, 1) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL host.path.missing"))) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL ns.uuid.equal"))) << report;
    EXPECT_THAT(report.text, HasSubstr("the kernel's log says")) << report;
    EXPECT_THAT(report.text, HasSubstr("IDs don't match for shared namespace")) << report;
    EXPECT_THAT(haoh("list").standard_output, HasSubstr("no path"));
}

TEST_P(HostView, a_path_of_another_size_is_found) {
    ASSERT_TRUE(connect_scenario("size_differs"));
    const auto report = check();
    EXPECT_EQ(report.status, 1) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL host.path.size"))) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL ns.nsze.equal"))) << report;
}

TEST_P(HostView, a_path_of_another_block_size_is_found) {
    ASSERT_TRUE(connect_scenario("block_size_differs"));
    const auto report = check();
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL host.path.block_size"))) << report;
}

TEST_P(HostView, ana_that_is_ignored_is_found) {
    ASSERT_TRUE(connect_scenario("ana_log_exceeds_mdts"));
    const auto report = check();
    EXPECT_THAT(report.findings, Contains("FAIL host.ana.ignored")) << report;
}

TEST_P(HostView, a_namespace_in_no_group_is_found) {
    ASSERT_TRUE(connect_scenario("ana_nsid_missing"));
    EXPECT_THAT(check().findings, Contains("FAIL host.ana.no_group 3"));
}

TEST_P(HostView, an_array_that_is_gone_is_not_observed) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    arrays().command("down b");
    wait_loss();
    const auto report = check();
    EXPECT_EQ(report.status, 3) << report;
    EXPECT_THAT(report.findings, Contains("WARN host.ctrl.live")) << report;
    EXPECT_GT(report.unobserved, 0U) << report;
}

TEST_P(HostView, another_array_behind_the_address_is_found) {
    ASSERT_TRUE(connect_scenario("healthy_stretched_active_active"));
    // Both arrays now say so; the kernel reconnects and does not look.
    for (const auto* array : {"a", "b"}) {
        arrays().command(fmt::format("set {} sn ANOTHER", array));
    }
    EXPECT_THAT(check().findings, Contains("FAIL host.ctrl.first_seen"));
}

TEST_P(HostView, the_list_needs_no_root) {
    ASSERT_TRUE(connect_scenario("size_differs"));
    const auto said = haoh("check", User::nobody);
    const auto text = said.standard_output + said.standard_error;
    EXPECT_EQ(said.status, 1) << text;
    EXPECT_THAT(text, AnyOf(HasSubstr("root"), HasSubstr("ermission")));
    EXPECT_THAT(text, HasSubstr("host.path.size"));
}

} // namespace
} // namespace haoh::test
