// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux makes of a stretched pair with a defect, and what haoh says of it: in the guest of the
// host that connected both arrays, and, asked directly, of this release.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_view.hpp"

namespace haoh::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;

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
        {"pages_too_large", "prop.cap.mps"},
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
        {"size_zero", "ns.nsze.sane", false},
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

/// An array that is not ready at once, and gives itself no time.
TEST_P(HostView, a_controller_without_time_has_to_be_ready_at_once) {
    EXPECT_TRUE(connect_scenario("no_time_to_be_ready"));
    const auto said = expect_told("prop.cap.to_crto.plausible", "unnoticed");
    host().disconnect_all();
    serve(scenario("no_time_to_be_ready") + "[[array.fault]]\nkind = \"not-ready\"\n");
    EXPECT_FALSE(connect_each());
    constexpr auto kNotReady = "Device not ready; aborting initialisation";
    EXPECT_THAT(said, HasSubstr(kNotReady));
    EXPECT_THAT(messages(), HasSubstr(kNotReady));
}

/// The kernel goes by its own limit: one byte less than the specification has.
TEST_P(HostView, a_name_that_is_too_long_makes_another_subsystem) {
    for (const std::size_t length : {222U, 223U, 256U}) {
        SCOPED_TRACE(length);
        const auto before = messages().size();
        const auto name = "nqn.2026-01.io.example:" + std::string(length - 23, 'x');
        serve(fmt::format("[[array]]\nname = \"a\"\n[[array]]\nname = \"b\"\n[[array.override]]\n"
                          "answer = \"identify-controller\"\nfield = \"subnqn\"\nvalue = \"{}\"\n",
                          name));
        EXPECT_TRUE(connect_each());
        const bool is_taken = length < 223;
        const auto names = sysfs("class/nvme-subsystem/nvme-subsys*/subsysnqn");
        EXPECT_EQ(names.find(name) != std::string::npos, is_taken) << names;
        const auto said = messages().substr(before);
        EXPECT_EQ(said.find("missing or invalid SUBNQN field.") != std::string::npos, !is_taken);
        EXPECT_THAT(said, HasSubstr("ignoring nsid 1 because of duplicate IDs"));
        EXPECT_THAT(paths_of("b"), testing::IsEmpty());
        if (is_taken) {
            EXPECT_FALSE(ask_directly().outcomes.contains("subsys.nqn.format"));
        } else {
            expect_told("subsys.nqn.format", "path_refused");
        }
        host().disconnect_all();
    }
}

TEST_P(HostView, keys_and_values_have_a_generic_device_alone) {
    ASSERT_TRUE(connect_scenario("key_value_namespace"));
    EXPECT_THAT(expect_told("ns.csi.block", "path_unused"), HasSubstr("no block device"));
    EXPECT_THAT(messages(), HasSubstr("block device for nsid 1 not supported (csi 1)"));
    EXPECT_THAT(paths_of("a"), testing::SizeIs(1));
    EXPECT_THAT(paths_of("b"), testing::SizeIs(1));
    const auto head = head_of(paths_of("a").at(0));
    EXPECT_EQ(guest().must("ls /dev/nvme*n* 2>/dev/null || true"), "");
    EXPECT_EQ(guest().must("ls /dev/ng*"), "/dev/ng" + head.substr(std::string("nvme").size()));
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
