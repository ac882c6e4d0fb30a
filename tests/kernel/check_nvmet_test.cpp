// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh check` against two real nvmet targets: a healthy pair passes, and each defect that nvmet can
// be given is found by its rule and by no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class TwoNvmetArrays : public KernelTest {
  protected:
    TwoNvmetArrays(const std::string& kernel_a, const std::string& kernel_b)
        : KernelTest({.name = "check",
                      .nvmet_kernels = {kernel_a, kernel_b},
                      .programs = {haoh_program()}}) {}

    /// Asks both arrays as they are.
    static CheckReport check(const std::string& nqn, const std::vector<std::string>& more = {}) {
        return haoh_check(nvmet().ports(), nqn, more);
    }
    static CheckReport check(const NvmetArray& a, const NvmetArray& b) {
        nvmet().apply(a, b);
        return check(a.nqn());
    }
};

/// Both arrays run the kernel of the parameter.
class CheckNvmet : public TwoNvmetArrays, public testing::WithParamInterface<std::string> {
  protected:
    CheckNvmet() : TwoNvmetArrays(GetParam(), GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(linux_6_12, CheckNvmet, testing::Values("6.12"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, CheckNvmet, testing::Values("7"), kernel_test_name);

/// The defect is found by its rule alone, and the exit status says so.
void expect_only(const CheckReport& report, const std::string& finding) {
    EXPECT_EQ(report.status, 1) << report;
    EXPECT_EQ(report.verdict, "fail") << report;
    EXPECT_THAT(report.findings_of("FAIL"), ElementsAre(finding)) << report;
    EXPECT_THAT(report.findings_of("UNKNOWN"), IsEmpty()) << report;
}

TEST_P(CheckNvmet, healthy_pair_passes) {
    const auto report = check(NvmetArray::first(), NvmetArray::second());
    expect_pass(report);
    RecordProperty("milliseconds", std::to_string(report.duration.count()));
}

// nvmet always reports a volatile write cache, which a pair that takes writes on both sides must
// not have: a Flush through one array says nothing of the other's cache.
TEST_P(CheckNvmet, write_caches_of_an_active_active_pair_are_a_warning) {
    const auto report = check(NvmetArray::first(), NvmetArray::second().ana_group(1, "optimized"));
    EXPECT_EQ(report.status, 0) << report;
    EXPECT_EQ(report.verdict, "warn") << report;
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    EXPECT_THAT(report.findings_of("WARN"), ElementsAre("WARN ctrl.vwc.stretch_absent 1 2"))
        << report;
}

TEST_P(CheckNvmet, differing_uuid_is_found) {
    expect_only(check(NvmetArray::first(),
                      NvmetArray::second().ns(2).uuid("5ae1c1f0-0009-4c1a-9a55-6f6e65000009")),
                "FAIL ns.uuid.equal 2");
}

TEST_P(CheckNvmet, differing_nguid_is_found) {
    expect_only(check(NvmetArray::first(),
                      NvmetArray::second().ns(2).nguid("5ae1c1f0-0009-0000-0000-6f6e65000009")),
                "FAIL ns.nguid.equal 2");
}

TEST_P(CheckNvmet, id_on_one_side_only_is_found) {
    expect_only(check(NvmetArray::first(),
                      NvmetArray::second().ns(2).nguid("00000000-0000-0000-0000-000000000000")),
                "FAIL ns.id.set_equal 2");
}

TEST_P(CheckNvmet, swapped_nsids_are_found) {
    const auto swapped = NvmetArray::second()
                             .ns(1)
                             .uuid(NvmetArray::healthy_uuid(2))
                             .nguid(NvmetArray::healthy_nguid(2))
                             .ns(2)
                             .uuid(NvmetArray::healthy_uuid(1))
                             .nguid(NvmetArray::healthy_nguid(1));
    expect_only(check(NvmetArray::first(), swapped), "FAIL ns.nsid.map_equal 1 2");
}

TEST_P(CheckNvmet, differing_serial_is_found) {
    // Every namespace has an identifier: a warning (NetApp E-Series is sold so).
    const auto report = check(NvmetArray::first(), NvmetArray::second().serial("ANOTHER-ARRAY"));
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    EXPECT_THAT(report.findings_of("WARN"), Contains("WARN ctrl.sn.equal")) << report;
}

TEST_P(CheckNvmet, differing_model_is_found) {
    expect_only(check(NvmetArray::first(), NvmetArray::second().model("another model")),
                "FAIL ctrl.mn.equal");
}

TEST_P(CheckNvmet, differing_size_is_found) {
    expect_only(check(NvmetArray::first(), NvmetArray::second().ns(2).size_mib(65)),
                "FAIL ns.nsze.equal 2");
}

TEST_P(CheckNvmet, differing_block_size_is_found) {
    expect_only(check(NvmetArray::first(), NvmetArray::second().ns(2).block_size(4096)),
                "FAIL ns.lbaf_active.equal 2");
}

TEST_P(CheckNvmet, default_controller_id_ranges_are_found) {
    expect_only(check(NvmetArray::first().default_cntlid(), NvmetArray::second().default_cntlid()),
                "FAIL ctrl.cntlid.unique");
}

TEST_P(CheckNvmet, namespace_missing_on_one_side_is_found) {
    expect_only(check(NvmetArray::first(), NvmetArray::second().remove_ns(2)),
                "FAIL nslist.active.equal 2");
}

// Linux reads a path's state by the namespace, not by its group.
TEST_P(CheckNvmet, differing_ana_group_is_a_warning) {
    const auto report = check(NvmetArray::first().ana_group(2, "optimized"),
                              NvmetArray::second().ana_group(2, "inaccessible").ns(2).ana_grpid(2));
    EXPECT_EQ(report.status, 0) << report;
    EXPECT_EQ(report.verdict, "warn") << report;
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    EXPECT_THAT(report.findings_of("WARN"), ElementsAre("WARN ana.group.id.consistent 2"))
        << report;
}

TEST_P(CheckNvmet, differing_firmware_is_a_note) {
    const auto report = check(NvmetArray::first(), NvmetArray::second().firmware("2.0"));
    EXPECT_EQ(report.status, 0) << report;
    EXPECT_THAT(report.findings_of("FAIL"), IsEmpty()) << report;
    EXPECT_THAT(report.findings_of("WARN"), IsEmpty()) << report;
    EXPECT_THAT(report.findings_of("NOTE"), Contains("NOTE ctrl.fr.domain")) << report;
}

TEST_P(CheckNvmet, array_without_the_subsystem_is_not_a_pass) {
    const auto array = NvmetArray::first();
    array.apply(nvmet().first());
    NvmetArray::remove(nvmet().second());
    const auto report = check(array.nqn());
    EXPECT_THAT(report.status, testing::AnyOf(1, 3)) << report;
    EXPECT_EQ(report.unobserved, 1U) << report;
}

TEST_P(CheckNvmet, hanging_array_is_not_a_pass) {
    const auto array = NvmetArray::first();
    nvmet().apply(array, NvmetArray::second());
    nvmet().ports(); // to be known while it hangs
    nvmet().second().freeze();
    const auto report = check(array.nqn(), {"--command-timeout", "5", "--timeout", "30"});
    nvmet().second().thaw();
    EXPECT_EQ(report.status, 3) << report;
    EXPECT_EQ(report.verdict, "unknown") << report;
    EXPECT_EQ(report.unobserved, 1U) << report;
    // What it said before is forgotten: the pair is healthy as soon as both answer.
    EXPECT_EQ(check(array.nqn()).verdict, "pass");
}

TEST_P(CheckNvmet, dead_array_is_not_a_pass) {
    const auto array = NvmetArray::first();
    nvmet().apply(array, NvmetArray::second());
    nvmet().ports(); // to be known after its death
    nvmet().second().kill();
    const auto report = check(array.nqn());
    EXPECT_THAT(report.status, testing::AnyOf(1, 3)) << report;
    EXPECT_EQ(report.unobserved, 1U) << report;
}

// Both arrays tell the same of identities and sizes, and still they are not one: the target of Linux
// 6.13 and later supports reservations, the older one does not. That is what haoh is for.
class CheckNvmetGenerations : public TwoNvmetArrays {
  protected:
    CheckNvmetGenerations() : TwoNvmetArrays("6.12", "7") {}
};

TEST_F(CheckNvmetGenerations, reservations_of_one_generation_only_are_found) {
    expect_only(check(NvmetArray::first(), NvmetArray::second()), "FAIL resv.support.equal");
}

} // namespace
} // namespace haoh::test
