// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux makes of a stretched pair with a defect, and what haoh says of it: in the guest of the
// host that connected both arrays, and, asked directly, of this release.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <memory>

#include "haoh_check.hpp"
#include "linux_host.hpp"
#include "program_disk.hpp"
#include "requirements.hpp"
#include "simulated_arrays.hpp"

namespace haoh::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The host of one kernel, booted once for all tests, with haoh of this build.
class HostView : public testing::TestWithParam<std::string> {
  protected:
    struct Machine {
        ProgramDisk disk{{haoh_program()}};
        LinuxHost host;

        explicit Machine(const std::string& kernel)
            : host("view-host-" + kernel, kernel, disk.image()) {}
    };

    static void TearDownTestSuite() { shared().reset(); }

    void SetUp() override {
        HAOH_REQUIRE(why_no_guests({GetParam()}));
        HAOH_REQUIRE(why_no_programs({haoh_program(), arraysim_program()}));
        if (!shared())
            shared() = std::make_unique<Machine>(GetParam());
        host().new_kmsg();
    }

    void TearDown() override {
        if (!shared())
            return;
        if (HasFailure())
            std::cerr << "--- the host's kernel messages of this test ---\n" << host().new_kmsg();
        host().disconnect_all();
        // Refusals of earlier tests are none of the next one.
        host().guest().must("dmesg -c >/dev/null");
        host().new_kmsg();
    }

    static LinuxHost& host() { return shared()->host; }
    SimulatedArrays& arrays() { return *arrays_; }

    /// Serves a scenario and connects array a, then array b. \return whether both could be
    bool connect(const std::string& name) {
        arrays_ = std::make_unique<SimulatedArrays>(scenario(name));
        bool connected = true;
        for (const auto* array : {"a", "b"}) {
            connected =
                host().connect(SimulatedArrays::kDefaultNqn, arrays_->port(array)).status == 0 &&
                connected;
            settle();
        }
        return connected;
    }

    /// Waits until the scan of every live controller has been done.
    static void settle() {
        host().guest().wait_until(
            "before=$(ls /sys/class/nvme/*/ /sys/class/nvme-subsystem/*/ 2>/dev/null | cksum)\n"
            "usleep 300000\n"
            "[ \"$before\" = \"$(ls /sys/class/nvme/*/ /sys/class/nvme-subsystem/*/ 2>/dev/null "
            "| cksum)\" ]",
            "the scan to end");
    }

    /// `haoh WORDS` in the guest.
    static CommandResult haoh(std::string_view words) {
        return host().guest().run(
            ProgramDisk::command("haoh") + " " + std::string(words) + " 2>/tmp/errors", kPatience);
    }
    static CheckReport check() {
        auto result = haoh("check -o json");
        return parse_report(result.status, result.output,
                            result.output + host().guest().must("cat /tmp/errors"));
    }
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
        return host().guest().must("cat /sys/" + path + " 2>/dev/null || true");
    }
    static std::string head_of(const HostPath& path) {
        const auto c = path.path.find('c');
        return path.path.substr(0, c) + path.path.substr(path.path.find('n', c));
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

  private:
    static std::unique_ptr<Machine>& shared() {
        static std::unique_ptr<Machine> instance;
        return instance;
    }

    std::unique_ptr<SimulatedArrays> arrays_;
};

INSTANTIATE_TEST_SUITE_P(linux_6_1, HostView, testing::Values("6.1"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_6_12, HostView, testing::Values("6.12"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, HostView, testing::Values("7"), kernel_test_name);

TEST_P(HostView, a_healthy_pair_passes) {
    ASSERT_TRUE(connect("healthy_stretched_active_active"));
    const auto report = check();
    EXPECT_EQ(report.status, 0) << report;
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    EXPECT_THAT(report.findings_of("WARN"), IsEmpty()) << report;
    const auto list = haoh("list");
    EXPECT_EQ(list.status, 0) << list.output;
    for (const auto* word : {"nvme-subsys", "array-a", "array-b", "optimized", "/dev/nvme"})
        EXPECT_THAT(list.output, HasSubstr(word));
}

/// Defects that each release takes in its own way: the outcome that haoh tells is the kernel's.
TEST_P(HostView, the_kernel_does_what_haoh_says) {
    struct Defect {
        const char* scenario;
        const char* rule;
    };
    for (const auto& [name, rule] : {
             Defect{"uuid_differs", "ns.uuid.equal"},
             Defect{"nguid_differs", "ns.nguid.equal"},
             Defect{"eui64_differs", "ns.eui64.equal"},
             Defect{"uuid_only_on_one", "ns.id.set_equal"},
             Defect{"nsids_swapped", "ns.nsid.map_equal"},
             Defect{"nmic_not_shared", "ns.nmic.shared"},
             Defect{"no_identifier", "ns.uuid.required_if_zero"},
             Defect{"namespace_missing", "nslist.active.equal"},
             Defect{"size_differs", "ns.nsze.equal"},
             Defect{"block_size_differs", "ns.lbaf_active.equal"},
             Defect{"serial_differs", "ctrl.sn.equal"},
             Defect{"model_differs", "ctrl.mn.equal"},
             Defect{"cntlid_same", "ctrl.cntlid.unique"},
             Defect{"cmic_single_controller", "ctrl.cmic.mctrs"},
             Defect{"mnan_zero", "ctrl.mnan.valid"},
             Defect{"ioccsz_too_small", "ctrl.ioccsz.min"},
             Defect{"iorcsz_too_small", "ctrl.iorcsz.min"},
             Defect{"kas_zero", "ctrl.kas.nonzero"},
             Defect{"ana_log_exceeds_mdts", "ana.log.fits_mdts"},
             Defect{"ana_state_invalid", "ana.log.group.state_valid"},
         }) {
        SCOPED_TRACE(name);
        const bool connected = connect(name);
        const auto report = ask_directly();
        const auto outcome = report.outcomes.find(rule);
        EXPECT_NE(outcome, report.outcomes.end()) << rule << " says nothing: " << report;
        if (outcome != report.outcomes.end()) {
            SCOPED_TRACE(outcome->second);
            expect_outcome(outcome->second, connected);
        }
        host().disconnect_all();
    }
}

TEST_P(HostView, a_refused_path_is_told_with_its_reason) {
    ASSERT_TRUE(connect("uuid_differs"));
    const auto report = check();
    EXPECT_EQ(report.status, 1) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL host.path.missing"))) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL ns.uuid.equal"))) << report;
    EXPECT_THAT(report.text, HasSubstr("the kernel's log says")) << report;
    EXPECT_THAT(report.text, HasSubstr("IDs don't match for shared namespace")) << report;
    EXPECT_THAT(haoh("list").output, HasSubstr("no path"));
}

TEST_P(HostView, a_path_of_another_size_is_found) {
    ASSERT_TRUE(connect("size_differs"));
    const auto report = check();
    EXPECT_EQ(report.status, 1) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL host.path.size"))) << report;
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL ns.nsze.equal"))) << report;
}

TEST_P(HostView, a_path_of_another_block_size_is_found) {
    ASSERT_TRUE(connect("block_size_differs"));
    const auto report = check();
    EXPECT_THAT(report.findings, Contains(HasSubstr("FAIL host.path.block_size"))) << report;
}

TEST_P(HostView, ana_that_is_ignored_is_found) {
    ASSERT_TRUE(connect("ana_log_exceeds_mdts"));
    const auto report = check();
    EXPECT_THAT(report.findings, Contains("FAIL host.ana.ignored")) << report;
}

TEST_P(HostView, a_namespace_in_no_group_is_found) {
    ASSERT_TRUE(connect("ana_nsid_missing"));
    EXPECT_THAT(check().findings, Contains("FAIL host.ana.no_group 3"));
}

TEST_P(HostView, an_array_that_is_gone_is_not_observed) {
    ASSERT_TRUE(connect("healthy_stretched_active_active"));
    arrays().command("down b");
    host().guest().wait_until("grep -q connecting /sys/class/nvme/nvme*/state",
                              "the loss to be noticed", kPatience);
    const auto report = check();
    EXPECT_EQ(report.status, 3) << report;
    EXPECT_THAT(report.findings, Contains("WARN host.ctrl.live")) << report;
    EXPECT_GT(report.unobserved, 0U) << report;
}

TEST_P(HostView, another_array_behind_the_address_is_found) {
    ASSERT_TRUE(connect("healthy_stretched_active_active"));
    // Both arrays now say so; the kernel reconnects and does not look.
    for (const auto* array : {"a", "b"}) {
        arrays().command(fmt::format("set {} sn ANOTHER", array));
    }
    EXPECT_THAT(check().findings, Contains("FAIL host.ctrl.first_seen"));
}

TEST_P(HostView, the_list_needs_no_root) {
    ASSERT_TRUE(connect("size_differs"));
    host().guest().must("echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd");
    const auto list = host().guest().run(
        "su -s /bin/sh nobody -c '" + ProgramDisk::command("haoh") + " check' 2>&1", kPatience);
    EXPECT_EQ(list.status, 1) << list.output;
    EXPECT_THAT(list.output, AnyOf(HasSubstr("root"), HasSubstr("ermission")));
    EXPECT_THAT(list.output, HasSubstr("host.path.size"));
}

} // namespace
} // namespace haoh::test
