// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux does not take, haoh does not pass: arrays that the driver's own branches refuse or skip
// (drivers/nvme/host), on one array and on both. "Equal" is not "acceptable". And what Linux takes
// without harm is no failure.
#include "unit/catalogue/pair.hpp"

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
         "tcp.c nvme_tcp_setup_ctrl: icdoff is not supported! (ran on 6.12, 7.3)"},
        {"NoSgls", [](Node& node) { node.id.sgls = 0; },
         "tcp.c nvme_tcp_setup_ctrl: Mandatory sgls are not supported! (ran on 6.12)"},
        {"NoCapacity",
         [](Node& node) {
             edit_paths(node, [](Path& path) {
                 path.identify.ncap = 0;
                 path.identify.nuse = 0;
             });
         },
         "core.c nvme_ns_info_from_identify: NCAP 0 is no namespace (ran on 6.12, 7.3)"},
        {"NamespacesNotReady",
         [](Node& node) { edit_paths(node, [](Path& path) { path.independent.nstat = 0; }); },
         "core.c nvme_scan_ns: no path at VS 2.0 from 6.13 on (ran on 7.3)"},
        {"LargestPagesOnly", [](Node& node) { edit_cap(node, 0xFULL << 48U, 1ULL << 48U); },
         "core.c nvme_enable_ctrl: Minimum device page size, -ENODEV"},
        {"AlignedData",
         [](Node& node) {
             node.edit = [](ControllerObservation& out) { out.connection.cpda = 4; };
         },
         "tcp.c nvme_tcp_init_connection: unsupported cpda returned (ran on 6.12, 7.3)"},
        {"MetadataThatIsNoProtection",
         [](Node& node) { edit_paths(node, [](Path& path) { path.identify.lbaf[0].ms = 8; }); },
         "core.c nvme_update_ns_info_block: a device of size 0 over TCP (ran on 6.12)"},
        {"ProtectionAlone",
         [](Node& node) {
             edit_paths(node, [](Path& path) {
                 path.identify.lbaf[0].ms = 8;
                 path.identify.dps = 1;
             });
         },
         "core.c nvme_update_ns_info_block: a device of size 0 over TCP from 6.9 on"},
        {"BlocksBeyondATransfer",
         [](Node& node) {
             node.id.mdts = 3;
             edit_paths(node, [](Path& path) { path.identify.lbaf[0].lbads = 16; });
         },
         "blk-settings.c blk_validate_limits: WARN_ON_ONCE, -EINVAL"},
        {"OddPhysicalBlocks",
         [](Node& node) {
             edit_paths(node, [](Path& path) {
                 path.identify.nsfeat |= 0x12;
                 path.identify.npwg = 2;
             });
         },
         "blk-settings.c blk_validate_limits: Invalid physical block size, from 6.17 on"},
        {"NoSize", [](Node& node) { edit_paths(node, [](Path& path) { path.identify.nsze = 0; }); },
         "core.c nvme_update_ns_info_block: a device of size 0"},
        {"QueuesOfOneCommand", [](Node& node) { node.id.maxcmd = 1; },
         "core.c nvme_alloc_io_tag_set: no tag beside that of Connect"},
        {"NoDescriptors",
         [](Node& node) {
             edit_paths(node, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) {
                     out.descriptors = Page::of_status(nvme::Status{0x4002});
                 };
             });
         },
         "core.c nvme_identify_ns_descs: Identify Descriptors failed"},
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

struct Tolerance {
    std::string name;
    void (*change)(Pair&);
    std::string source;         ///< why it is no failure
    std::string failing_rule{}; ///< that fails it today; empty when none does
    std::string wrong{};        ///< why that is wrong
};

std::ostream& operator<<(std::ostream& out, const Tolerance& one) {
    return out << one.name;
}

void drop_csi_descriptors(Path& path) {
    std::erase_if(path.descriptors, [](const nvme::IdDescriptor& one) {
        return one.nidt == static_cast<std::uint8_t>(nvme::IdType::csi);
    });
}

const std::vector<Tolerance>& tolerances() {
    static const std::vector<Tolerance> table{
        {"AHealthyPair", [](Pair&) {}, "nothing is wrong"},
        {"NoMaxcmd", [](Pair& pair) { pair.on_both([](Node& node) { node.id.maxcmd = 0; }); },
         "Linux says \"Firmware bug\" and goes on (ran on 6.12)"},
        {"FlushBroadcastThatDiffersWithoutACache",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.id.vwc = 4; });
             pair.on_b([](Node& node) { node.id.vwc = 6; });
         },
         "VWC bits 2:1 are about Flush to all namespaces; there is no cache (ran)"},
        {"ACommandSetDescriptorOnOneArray",
         [](Pair& pair) {
             // Without CAP.CSS bit 6 it need not be there.
             pair.on_both([](Node& node) { edit_cap(node, 1ULL << 43U, 0); });
             for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
                 pair.on_b(nsid, drop_csi_descriptors);
             }
         },
         "core.c nvme_identify_ns_descs: no descriptor is CSI 0, both are joined (ran on 6.12, "
         "7.3)"},
        {"ANilUuidBesideANguid",
         [](Pair& pair) {
             pair.on_all_paths([](Path& path) {
                 path.uuid(std::nullopt);
                 path.descriptors.push_back({.nidt = static_cast<std::uint8_t>(nvme::IdType::uuid),
                                             .nid = nvme::Bytes(16)});
             });
         },
         "Base 2.3 §5.2.13.2.3 forbids zero in descriptors of EUI64 and NGUID"},
        {"OtherCommandSetsInCap",
         [](Pair& pair) {
             pair.on_b([](Node& node) { edit_cap(node, 1ULL << 38U, 1ULL << 38U); });
         },
         "Linux joins 1.4 beside 2.0 (ran on 6.12, 7.3)"},
    };
    return table;
}

class LinuxTakes : public testing::TestWithParam<Tolerance> {};

TEST_P(LinuxTakes, WhatDoesNotFail) {
    const Tolerance& one = GetParam();
    Pair pair;
    one.change(pair);
    const Report report = pair.report();
    const std::string findings = testing::PrintToString(lines(report));
    if (one.wrong.empty()) {
        EXPECT_NE(report.verdict, Verdict::fail) << one.source << "\n" << findings;
        return;
    }
    RecordProperty("expected_failure", one.wrong);
    for (const Finding& finding : report.findings) {
        EXPECT_EQ(finding.rule, one.failing_rule);
    }
    EXPECT_EQ(report.verdict, Verdict::fail) << "mended: clear `wrong` of the row\n" << findings;
}

INSTANTIATE_TEST_SUITE_P(Driver, LinuxTakes, testing::ValuesIn(tolerances()),
                         [](const testing::TestParamInfo<Tolerance>& one) {
                             return one.param.name;
                         });

} // namespace
} // namespace haoh::test
