// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux does not take, haoh does not pass: arrays that the driver's own branches refuse or skip
// (drivers/nvme/host), on one array and on both. "Equal" is not "acceptable".
#include "unit/rules/pair.hpp"

#include <haoh/check.hpp>
#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

struct Refusal {
    std::string name;
    void (*damage)(Node&); ///< of a controller
    std::string source;    ///< where Linux refuses it
    std::string wrong{};   ///< why the program passes it today; empty when it does not
};

std::ostream& operator<<(std::ostream& out, const Refusal& one) {
    return out << one.name;
}

void edit_cap(Node& node, std::uint64_t mask, std::uint64_t value) {
    node.edit = [mask, value](ControllerObservation& out) {
        std::uint64_t& cap = out.properties[nvme::property::cap];
        cap = (cap & ~mask) | value;
    };
}

void edit_paths(Node& node, void (*change)(Path&)) {
    std::for_each(node.paths.begin(), node.paths.end(), change);
}

const std::vector<Refusal>& refusals() {
    static const std::vector<Refusal> table{
        {"InCapsuleDataOffset", [](Node& node) { node.id.icdoff = 1; },
         "tcp.c nvme_tcp_setup_ctrl: icdoff is not supported! (ran on 6.12, 7.3)",
         "ICDOFF is only compared, and warns"},
        {"NoSgls", [](Node& node) { node.id.sgls = 0; },
         "tcp.c nvme_tcp_setup_ctrl: Mandatory sgls are not supported! (ran on 6.12)",
         "SGLS is only compared, and warns"},
        {"NoCapacity",
         [](Node& node) {
             edit_paths(node, [](Path& path) {
                 path.identify.ncap = 0;
                 path.identify.nuse = 0;
             });
         },
         "core.c nvme_ns_info_from_identify: NCAP 0 is no namespace (ran on 6.12, 7.3)",
         "NCAP is only compared, and is a note"},
        {"NamespacesNotReady",
         [](Node& node) { edit_paths(node, [](Path& path) { path.independent.nstat = 0; }); },
         "core.c nvme_scan_ns: no path at VS 2.0 from 6.13 on (ran on 7.3)",
         "NRDY 0 warns of failing I/O, where there is no path"},
        {"LargestPagesOnly", [](Node& node) { edit_cap(node, 0xFULL << 48U, 1ULL << 48U); },
         "core.c nvme_enable_ctrl: Minimum device page size, -ENODEV", "CAP.MPSMIN warns"},
        {"NoKeepAlive", [](Node& node) { node.id.kas = 0; },
         "core.c nvme_check_ctrl_fabric_info: keep-alive support is mandatory"},
        {"ShortCommandCapsules", [](Node& node) { node.id.ioccsz = 3; },
         "core.c nvme_check_ctrl_fabric_info: 2fcd3ab39826"},
        {"NoResponseCapsules", [](Node& node) { node.id.iorcsz = 0; },
         "core.c nvme_check_ctrl_fabric_info: 2fcd3ab39826"},
        {"NoAllowedNamespaces", [](Node& node) { node.id.mnan = 0; },
         "multipath.c nvme_mpath_init_identify: Invalid MNAN value"},
        {"OneControllerOnly",
         [](Node& node) { node.id.cmic = static_cast<std::uint8_t>(node.id.cmic & ~2U); },
         "core.c nvme_validate_cntlid: Subsystem does not support multiple controllers"},
    };
    return table;
}

bool fails_for_lost_access(const Report& report) {
    return std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
        return finding.verdict == Verdict::fail &&
               (finding.severity == Severity::loss || finding.severity == Severity::corruption);
    });
}

class LinuxRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(LinuxRefuses, WhatFails) {
    const Refusal& one = GetParam();
    Pair on_one;
    on_one.on_b(one.damage);
    Pair on_both;
    on_both.on_both(one.damage);
    const std::vector<Report> reports{on_one.report(), on_both.report()};
    const auto failing = std::count_if(reports.begin(), reports.end(), fails_for_lost_access);
    const std::string findings = testing::PrintToString(lines(reports[0])) +
                                 ", both arrays: " + testing::PrintToString(lines(reports[1]));
    if (one.wrong.empty()) {
        EXPECT_EQ(failing, 2) << one.source << "\n" << findings;
        return;
    }
    RecordProperty("expected_failure", one.wrong);
    EXPECT_LT(failing, 2) << "mended: clear `wrong` of the row";
    EXPECT_EQ(failing, 0) << "mended in part: " << findings;
}

INSTANTIATE_TEST_SUITE_P(Driver, LinuxRefuses, testing::ValuesIn(refusals()),
                         [](const testing::TestParamInfo<Refusal>& one) { return one.param.name; });

// Linux warns of it ("Firmware bug") and goes on (ran on 6.12): no reason to stop a host.
TEST(LinuxTakes, AControllerWithoutMaxcmd) {
    Pair pair;
    pair.on_both([](Node& node) { node.id.maxcmd = 0; });
    EXPECT_FALSE(fails_for_lost_access(pair.report()))
        << testing::PrintToString(lines(pair.report()));
    EXPECT_FALSE(fails_for_lost_access(Pair{}.report()));
}

} // namespace
} // namespace haoh::test
