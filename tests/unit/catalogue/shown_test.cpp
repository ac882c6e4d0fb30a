// SPDX-License-Identifier: LGPL-2.1-or-later
// What findings show: the values of both arrays in the units of people, as they follow from what
// was put into the pages, and how bad the rule is.
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/command.hpp>

namespace haoh::test {

namespace {

constexpr auto kCorruption = Severity::corruption;
constexpr auto kLoss = Severity::loss;
constexpr auto kDegraded = Severity::degraded;
constexpr auto kManagement = Severity::management;

using Idc = nvme::IdentifyController;
using Idn = nvme::IdentifyNamespace;

/// Other values on array B, or on one array each.
template <typename Change>
Case controllers(const char* name, Change change, std::string line, Severity severity,
                 std::string on_a, std::string on_b) {
    const std::string rule = line.substr(line.find(' ') + 1);
    return {.name = std::string{"Shows"} + name,
            .damage =
                [change](Pair& pair) {
                    pair.on_a([change](Node& node) { change(node.id, false); });
                    pair.on_b([change](Node& node) { change(node.id, true); });
                },
            .expected = {line},
            .shown = {{rule, severity, std::move(on_a), std::move(on_b)}}};
}

template <typename Change>
Case namespaces(const char* name, Change change, std::string line, Severity severity,
                std::string on_a, std::string on_b) {
    const std::string rule = line.substr(line.find(' ') + 1);
    return {.name = std::string{"Shows"} + name,
            .damage =
                [change](Pair& pair) {
                    pair.on_a([change](Node& node) { change(node.path(2), false); });
                    pair.on_b([change](Node& node) { change(node.path(2), true); });
                },
            .expected = {line + " 2"},
            .shown = {{rule, severity, std::move(on_a), std::move(on_b)}}};
}

void add(std::vector<Case>& to, std::vector<Case> cases) {
    to.insert(to.end(), std::make_move_iterator(cases.begin()),
              std::make_move_iterator(cases.end()));
}

std::vector<Case> identity_values() {
    return {
        controllers(
            "SerialNumber", [](Idc& id, bool b) { id.sn = ascii<20>(b ? "S2" : "S1"); },
            "WARN ctrl.sn.equal", kDegraded, "S1", "S2"),
        controllers(
            "Model", [](Idc& id, bool b) { id.mn = ascii<40>(b ? "Two 2" : "One 1"); },
            "FAIL ctrl.mn.equal", kDegraded, "One 1", "Two 2"),
        controllers(
            "Firmware", [](Idc& id, bool b) { id.fr = ascii<8>(b ? "2.0" : "1.9"); },
            "NOTE ctrl.fr.domain", kManagement, "1.9", "2.0"),
        controllers(
            "Vendor", [](Idc& id, bool b) { id.vid = b ? 0x1D1D : 0x00AB; }, "NOTE ctrl.vid.equal",
            kManagement, "0xab", "0x1d1d"),
        controllers(
            "SubsystemVendor", [](Idc& id, bool b) { id.ssvid = b ? 0x10 : 0x9; },
            "NOTE ctrl.ssvid.equal", kManagement, "0x9", "0x10"),
        {.name = "ShowsOui",
         .damage =
             [](Pair& pair) {
                 // The lowest byte first (Figure 312).
                 pair.on_b([](Node& node) { node.id.ieee = {0x56, 0x34, 0x12}; });
                 pair.on_all_paths(
                     [](Path& path) { path.nguid(std::nullopt).eui64(std::nullopt); });
             },
         .expected = {"NOTE ctrl.ieee.equal"},
         .shown = {{"ctrl.ieee.equal", kManagement, "ac-de-48", "12-34-56"}}},
        {.name = "ShowsVersion",
         .damage = [](Pair& pair) { pair.on_b([](Node& node) { node.id.ver = 0x00010401; }); },
         .expected = {"WARN ctrl.ver.domain"},
         .shown = {{"ctrl.ver.domain", kManagement, "2.1", "1.4.1"}}},
    };
}

std::vector<Case> capability_values() {
    return {
        controllers(
            "Reservations", [](Idc& id, bool b) { id.oncs = b ? 0x00 : 0x20; },
            "FAIL resv.support.equal", kCorruption, "yes", "no"),
        controllers(
            "TwoDataCommands", [](Idc& id, bool b) { id.oncs = b ? 0x103 : 0x004; },
            "WARN ctrl.oncs.data_cmds.equal", kDegraded,
            "Compare no, Write Uncorrectable no, Dataset Management yes, Copy no",
            "Compare yes, Write Uncorrectable yes, Dataset Management no, Copy yes"),
        controllers(
            "AdminCommands", [](Idc& id, bool b) { id.oacs = b ? 0x06 : 0x02; },
            "WARN ctrl.oacs.equal", kDegraded, "0x2", "0x6"),
        {"FlushToAll",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.id.vwc = 0x05; });
             pair.on_b([](Node& node) { node.state(3).id.vwc = 0x07; });
         },
         {"FAIL ctrl.vwc.equal"},
         {{"ctrl.vwc.equal", kCorruption, "0x2", "0x3"}}},
        controllers(
            "Fna", [](Idc& id, bool b) { id.fna = b ? 0x3 : 0x4; }, "WARN ctrl.sanicap_fna.equal",
            kCorruption, "0x4", "0x3"),
        controllers(
            "FnaAndSanicap",
            [](Idc& id, bool b) {
                id.fna = b ? 0x3 : 0x4;
                id.sanicap = b ? 0x10 : 0x11;
            },
            "WARN ctrl.sanicap_fna.equal", kCorruption, "FNA 0x4, SANICAP 0x11",
            "FNA 0x3, SANICAP 0x10"),
        controllers(
            "KeepAlive", [](Idc& id, bool b) { id.kas = b ? 50 : 25; }, "NOTE ctrl.kas.similar",
            kManagement, "2500 ms", "5000 ms"),
        controllers(
            "AtomicSizes",
            [](Idc& id, bool b) {
                id.awun = b ? 63 : 31;
                id.acwu = b ? 1 : 0;
            },
            "WARN ctrl.awupf.equal", kLoss, "AWUN 31, ACWU 0", "AWUN 63, ACWU 1"),
        controllers(
            "Transfer", [](Idc& id, bool b) { id.mdts = b ? 5 : 6; }, "WARN ctrl.mdts.min",
            kDegraded, "256 KiB", "128 KiB"),
        controllers(
            "TransferWithoutALimit", [](Idc& id, bool b) { id.mdts = b ? 0 : 6; },
            "WARN ctrl.mdts.min", kDegraded, "256 KiB", "no limit"),
        controllers(
            "LargestNsid", [](Idc& id, bool b) { id.nn = b ? 2048 : 4096; }, "FAIL ctrl.nn.equal",
            kLoss, "4096", "2048"),
        controllers(
            "AllowedNamespaces", [](Idc& id, bool b) { id.mnan = b ? 512 : 256; },
            "WARN ctrl.mnan.equal", kDegraded, "256", "512"),
        controllers(
            "AnaTransitionTime", [](Idc& id, bool b) { id.anatt = b ? 30 : 15; },
            "WARN ana.anatt.equal", kDegraded, "15 s", "30 s"),
        controllers(
            "LargestGroup", [](Idc& id, bool b) { id.anagrpmax = b ? 129 : 512; },
            "FAIL ana.anagrpmax.equal", kLoss, "512", "129"),
        controllers(
            "AnaStates", [](Idc& id, bool b) { id.anacap = b ? 0x4F : 0x5F; },
            "WARN ana.anacap.equal", kDegraded, "0x1f", "0xf"),
        controllers(
            "GroupIdentifiers", [](Idc& id, bool b) { id.anacap = b ? 0xDF : 0x5F; },
            "WARN ana.anacap.gidcs.equal", kDegraded, "0x1", "0x3"),
        controllers(
            "QuiesceTime", [](Idc& id, bool b) { id.cqt = b ? 0 : 500; }, "WARN feat.cqt.equal",
            kCorruption, "500 ms", "not given"),
        controllers(
            "CapsuleSize", [](Idc& id, bool b) { id.ioccsz = b ? 4 : 516; },
            "WARN ctrl.ioccsz.equal_transport", kDegraded, "516", "4"),
        controllers(
            "Sgls", [](Idc& id, bool b) { id.sgls = b ? 0x5 : 0x100005; }, "WARN ctrl.sgls.equal",
            kDegraded, "0x100005", "0x5"),
        controllers(
            "ControllerModel", [](Idc& id, bool b) { id.fcatt = b ? 1 : 0; },
            "FAIL ctrl.model.equal", kLoss, "dynamic", "static"),
        // Checks show those that fail.
        controllers(
            "NoCommands", [](Idc& id, bool b) { id.maxcmd = b ? 200 : 100; },
            "NOTE ctrl.maxcmd.nonzero", kManagement, "",
            "200, more than the 128 entries of a queue"),
        controllers(
            "EntrySizes", [](Idc& id, bool b) { id.sqes = b ? 0x67 : 0x66; }, "FAIL ctrl.sqes_cqes",
            kLoss, "", "SQES 0x67, CQES 0x44"),
        controllers(
            "AtomicOrder", [](Idc& id, bool /*b*/) { id.awupf = 9; }, "NOTE ctrl.awun.le",
            kManagement, "AWUN 7, AWUPF 9", "AWUN 7, AWUPF 9"),
        controllers(
            "Domain", [](Idc& id, bool b) { id.domainid = b ? 7 : 0; }, "WARN domain.mds_domainid",
            kManagement, "", "MDS 0, DOMAINID 7"),
        controllers(
            "Groups", [](Idc& id, bool b) { id.nanagrpid = b ? 300 : 128; },
            "WARN ana.nanagrpid.covers", kDegraded, "", "NANAGRPID 300, ANAGRPMAX 128"),
        controllers(
            "MissingState", [](Idc& id, bool /*b*/) { id.anacap = 0x1D; },
            "WARN ana.log.group.state_allowed", kManagement, "",
            "group 1 is non-optimized, ANACAP 0x1d"),
    };
}

std::vector<Case> format_values() {
    return {
        namespaces(
            "Size", [](Path& path, bool b) { path.identify.nsze = b ? 0x200800 : 0x200000; },
            "FAIL ns.nsze.equal", kLoss, "2097152 blocks of 512 B (1 GiB)",
            "2099200 blocks of 512 B (1.001 GiB)"),
        namespaces(
            "BlockSize", [](Path& path, bool b) { path.block_size(b ? 12 : 9); },
            "FAIL ns.lbaf_active.equal", kCorruption, "512 B", "4096 B"),
        namespaces(
            "Metadata", [](Path& path, bool b) { path.identify.lbaf[0].ms = b ? 8 : 16; },
            "FAIL ns.lbaf_active.equal", kCorruption, "16 B", "8 B"),
        namespaces(
            "BlocksAndMetadata",
            [](Path& path, bool b) {
                path.block_size(b ? 12 : 9);
                path.identify.lbaf[0].ms = b ? 64 : 8;
            },
            "FAIL ns.lbaf_active.equal", kCorruption, "block size 512 B, metadata size 8 B",
            "block size 4096 B, metadata size 64 B"),
        namespaces(
            "FormatInUse",
            [](Path& path, bool b) {
                path.identify.lbaf[1] = path.identify.lbaf[0];
                path.identify.flbas = b ? 0x11 : 0x00;
            },
            "FAIL ns.flbas.equal", kCorruption, "format 0",
            "format 1, metadata at the end of the data"),
        namespaces(
            "Protection", [](Path& path, bool b) { path.identify.dps = b ? 0x0B : 0x01; },
            "FAIL ns.dps.equal", kCorruption, "type 1, last bytes (0x1)",
            "type 3, first bytes (0xb)"),
        namespaces(
            "Guard", [](Path& path, bool b) { path.nvm.elbaf[0] = b ? (2U << 7U) | 48U : 16U; },
            "FAIL ns.elbaf.equal", kCorruption, "16-bit guard, storage tag of 16 bits (0x10)",
            "64-bit guard, storage tag of 48 bits (0x130)"),
        namespaces(
            "Deallocated", [](Path& path, bool b) { path.identify.dlfeat = b ? 0x02 : 0x09; },
            "FAIL ns.dlfeat.equal", kCorruption, "zeros (0x9)", "ones (0x2)"),
        namespaces(
            "OptimalSizes",
            [](Path& path, bool b) {
                path.identify.npwg = b ? 15 : 7; // 0's based
                path.identify.noiob = b ? 256 : 128;
            },
            "WARN ns.optperf.equal", kDegraded, "NOIOB 128, NPWG 8", "NOIOB 256, NPWG 16"),
        namespaces(
            "CopyLimits",
            [](Path& path, bool b) {
                path.identify.mcl = b ? 64 : 128;
                path.identify.msrc = b ? 0 : 127; // 0's based
            },
            "WARN ns.copy_limits.equal", kDegraded, "MCL 128, MSRC 128", "MCL 64, MSRC 1"),
        namespaces(
            "Capacity",
            [](Path& path, bool b) {
                path.identify.ncap = path.identify.nuse = b ? 0x100000 : 0x200000;
            },
            "NOTE ns.ncap.equal", kManagement, "2097152 blocks of 512 B (1 GiB)",
            "1048576 blocks of 512 B (512 MiB)"),
        namespaces(
            "Used", [](Path& path, bool b) { path.identify.nuse += b ? 1 : 0; }, "NOTE ns.nuse",
            kManagement, "", "NUSE 2097153, NCAP 2097152"),
        namespaces(
            "Formats", [](Path& path, bool b) { path.identify.nlbaf = b ? 3 : 1; },
            "WARN ns.lbaf_table.equal", kManagement, "2", "4"),
        namespaces(
            "Reach", [](Path& path, bool b) { path.independent.rgrpid = b ? 6 : 5; },
            "WARN reach.rgrpid.unique", kDegraded, "5", "6"),
        namespaces(
            "WriteProtection",
            [](Path& path, bool b) { path.identify.nsattr = path.independent.nsattr = b ? 1 : 0; },
            "FAIL ns.nsattr.write_protect.equal", kCorruption, "writable", "write protected"),
        namespaces(
            "Formatting",
            [](Path& path, bool b) {
                path.identify.fpi = path.independent.fpi = b ? 0x80 + 42 : 0;
            },
            "WARN ns.fpi", kCorruption, "", "42 % remain"),
    };
}

std::vector<Case> property_values() {
    const auto edited = [](void (*edit)(ControllerObservation&)) {
        return [edit](Pair& pair) { pair.on_b([edit](Node& node) { node.edit = edit; }); };
    };
    return {
        {.name = "ShowsKeepAliveTimeout",
         .damage = edited([](ControllerObservation& seen) {
             seen.features[nvme::fid::keep_alive_timer] = Page::of(nvme::Bytes{0x20, 0x4E, 0, 0});
         }),
         .expected = {"WARN feat.kato.equal"},
         .shown = {{"feat.kato.equal", kDegraded, "10000 ms", "20000 ms"}}},
        {.name = "ShowsReset",
         .damage = edited([](ControllerObservation& seen) {
             seen.properties[nvme::property::cap] |= 1ULL << 36U;
         }),
         .expected = {"WARN prop.cap.nssrs_nsses"},
         .shown = {{"prop.cap.nssrs_nsses", kLoss, "no", "yes"}}},
        {.name = "ShowsDigests",
         .damage = edited([](ControllerObservation& seen) {
             seen.connection.header_digest = true;
             seen.connection.sq_flow_control_disabled = true;
         }),
         .expected = {"WARN conn.sqflow_digest_tls.equal"},
         .shown = {{"conn.sqflow_digest_tls.equal", kDegraded,
                    "header digest no, flow control disabled no",
                    "header digest yes, flow control disabled yes"}}},
        {.name = "ShowsTransport",
         .damage = edited([](ControllerObservation& seen) { seen.transport = "rdma"; }),
         .expected = {"WARN conn.transport.not_mixed"},
         .shown = {{"conn.transport.not_mixed", kDegraded, "tcp", "rdma"}}},
        {.name = "ShowsStatus",
         .damage = edited(
             [](ControllerObservation& seen) { seen.properties[nvme::property::csts] = 0x6; }),
         .expected = {"FAIL prop.csts.ready_nofatal"},
         .shown = {{"prop.csts.ready_nofatal", kLoss, "",
                    "CSTS 0x6: fatal status (CFS), shutting down (SHST) and not ready (RDY)"}}},
    };
}

} // namespace

std::vector<Case> shown_cases() {
    std::vector<Case> out;
    add(out, identity_values());
    add(out, capability_values());
    add(out, format_values());
    add(out, property_values());
    return out;
}

} // namespace haoh::test
