// SPDX-License-Identifier: LGPL-2.1-or-later
// Long because it is one table.
#include <haoh/kernel_effect.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

constexpr KernelVersion kAlways = kFirstKnownKernel;
constexpr KernelVersion kEver{~0U, 0};
constexpr KernelVersion k6_5{6, 5};
constexpr KernelVersion k6_8{6, 8};
constexpr KernelVersion k6_9{6, 9};
constexpr KernelVersion k6_11{6, 11};
constexpr KernelVersion k6_13{6, 13};
constexpr KernelVersion k6_15{6, 15};
constexpr KernelVersion k6_17{6, 17};
constexpr KernelVersion k7_2{7, 2};
constexpr KernelVersion k7_3{7, 3};

constexpr std::string_view kIdsDiffer = "the path of the array that came later is refused (\"IDs "
                                        "don't match for shared namespace N\"); "
                                        "the device goes on over the first array alone";
constexpr std::string_view kIdsSource = "core.c: nvme_init_ns_head, nvme_ns_ids_equal";
constexpr std::string_view kDuplicate =
    "the namespace that came later gets no device and no path (\"duplicate IDs in subsystem for "
    "nsid N\")";
constexpr std::string_view kMerged =
    "namespaces without an identifier are equal: both arrays become paths of one device by NQN and "
    "NSID alone, without a message";
constexpr std::string_view kShownOnce = "both controllers join one subsystem without a message; "
                                        "sysfs shows the first array's value for "
                                        "every controller";
constexpr std::string_view kSubsystemSource = "core.c: nvme_init_subsystem";
constexpr std::string_view kBlocksHead =
    "nothing is logged and all paths stay usable; the block size of the array scanned last counts "
    "for all: reads and writes to the other fail (no failover), Write Zeroes and Deallocate reach "
    "other blocks without an error";
constexpr std::string_view kBlocksPath =
    "nothing is logged and all paths stay usable; each path counts in its own block size, the "
    "device "
    "shows that of the array scanned last: I/O smaller than the other's blocks fails";
constexpr std::string_view kBlocksSource = "core.c: nvme_update_ns_info_block";
constexpr std::string_view kBadAnaLog =
    "groups before the bad one are applied, the rest is not (a warning with a stack trace, once); "
    "while connecting the controller is given up";
constexpr std::string_view kParse = "multipath.c: nvme_parse_ana_log";
constexpr std::string_view kApply = "multipath.c: nvme_update_ana_state";
constexpr std::string_view kNoSize = "the device has size 0, and all I/O to it fails";
constexpr std::string_view kScan = "core.c: nvme_scan_ns";
constexpr std::string_view kFabricInfo = "core.c: nvme_check_ctrl_fabric_info";
constexpr std::string_view kInitIdentify = "core.c: nvme_init_identify";
constexpr std::string_view kWriteCacheOfAny =
    "flushes are sent if any path has a cache, but each goes down one path only";
constexpr std::string_view kFlushOnePath = "a flush goes down one path only";

using enum KernelOutcome;
using enum DriverChange;

// By rule, then by release; a test holds the order.
constexpr std::array kEffects{
    KernelEffect{"ana.anatt.valid", kAlways, kEver, io_errors,
                 "as soon as a group is in the state change the controller is reset "
                 "(\"ANATT timeout, resetting controller.\")",
                 "multipath.c: nvme_read_ana_log"},
    KernelEffect{"ana.log.fits_mdts", kAlways, kEver, ana_ignored,
                 "ANA is switched off for the controller (\"disabling ANA support.\"): its paths "
                 "count as optimized whatever the array says, and I/O can circle on one of them",
                 "multipath.c: nvme_mpath_init_identify"},
    KernelEffect{"ana.log.group.nonzero_max", kAlways, kEver, controller_rejected, kBadAnaLog,
                 kParse},
    KernelEffect{"ana.log.group.state_valid", kAlways, kEver, path_unused,
                 "the path gets no I/O and ana_state reads \"(null)\"; the state 0h or a reserved "
                 "bit makes the kernel refuse the rest of the log",
                 kParse},
    KernelEffect{"ana.log.header.size",
                 kAlways,
                 k7_3,
                 controller_rejected,
                 "a group that announces very many NSIDs makes the kernel read beyond its buffer; "
                 "other logs that are too short are refused (mended in 6.1.191, 6.12.113 and 7.3)",
                 kParse,
                 {},
                 ana_log_bounds},
    KernelEffect{"ana.log.header.size", k7_3, kEver, controller_rejected, kBadAnaLog, kParse,
                 ana_log_bounds},
    KernelEffect{
        "ana.log.nsid.covers_active", kAlways, kEver, ana_ignored,
        "a path of a namespace in no group takes the state of the group that Identify names "
        "(\"invalid state\" and no I/O where there is none), and follows no change of it",
        "multipath.c: nvme_mpath_add_disk, nvme_update_ana_state"},
    KernelEffect{"ana.log.nsid.matches_identify", kAlways, kEver, unnoticed,
                 "Identify's group counts until the log is read again, the log's from then on",
                 "multipath.c: nvme_mpath_add_disk, nvme_update_ana_state"},
    KernelEffect{"ana.log.nsid.order", kAlways, kEver, path_unused,
                 "namespaces that come out of order are skipped: their state is not updated",
                 kApply},
    KernelEffect{"ana.log.nsid.single_group", kAlways, kEver, unnoticed,
                 "the last group of the log counts; for a moment the first one does", kApply},
    KernelEffect{"ana.nanagrpid.covers", kAlways, kEver, unnoticed,
                 "the buffer for the log has room for NANAGRPID groups and MNAN namespaces: a log "
                 "that is larger is refused, and the controller with it",
                 "multipath.c: nvme_mpath_init_identify"},
    KernelEffect{"ana.ns.optimized_path", kAlways, kEver, unnoticed,
                 "I/O takes a non-optimized path", "multipath.c: __nvme_find_path"},
    KernelEffect{"ana.ns.usable_path", kAlways, kEver, io_hangs,
                 "I/O waits without an end while a controller is live or reconnecting; if no path "
                 "was ever usable there is no device node",
                 "multipath.c: nvme_available_path, nvme_mpath_set_live"},
    KernelEffect{"conn.cpda", kAlways, kEver, controller_rejected,
                 "the connection is refused (\"unsupported cpda returned N\")",
                 "tcp.c: nvme_tcp_init_connection"},
    KernelEffect{"conn.hostnqn_hostid.same",
                 kAlways,
                 k6_5,
                 unnoticed,
                 "the connection is made; arrays may take it for another host",
                 "fabrics.c: nvmf_create_ctrl",
                 {},
                 host_identity_pairs},
    KernelEffect{"conn.hostnqn_hostid.same", k6_5, kEver, controller_rejected,
                 "the connection is refused (\"found same hostnqn ... but different hostid\")",
                 "fabrics.c: nvmf_host_add", host_identity_pairs},
    KernelEffect{"ctrl.cmic.anars.equal", kAlways, kEver, ana_ignored,
                 "the array that was connected first decides for the whole subsystem: without ANA "
                 "there, all paths count as optimized",
                 "multipath.c: nvme_mpath_init_identify"},
    KernelEffect{
        "ctrl.cmic.mctrs", kAlways, kEver, controller_rejected,
        "the controller is rejected (\"Subsystem does not support multiple controllers\"); "
        "connected first, it leaves the subsystem without a multipath device",
        "core.c: nvme_validate_cntlid; multipath.c: nvme_mpath_alloc_disk"},
    KernelEffect{"ctrl.cntlid.connect_match", kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Mismatching cntlid: Connect N vs Identify M, "
                 "rejecting\")",
                 kInitIdentify},
    KernelEffect{
        "ctrl.cntlid.unique", kAlways, kEver, controller_rejected,
        "the controller that comes later is rejected (\"Duplicate cntlid N with nvmeX, ... "
        "rejecting\"); after a reconnection the same is accepted without a message",
        "core.c: nvme_validate_cntlid"},
    KernelEffect{"ctrl.fr.domain", kAlways, kEver, unnoticed,
                 "sysfs shows for every controller the revision of the one identified last",
                 "core.c: nvme_init_identify"},
    KernelEffect{"ctrl.icdoff", kAlways, kEver, controller_rejected,
                 "over TCP and RDMA the controller is rejected (\"icdoff is not supported!\")",
                 "tcp.c: nvme_tcp_setup_ctrl"},
    KernelEffect{"ctrl.ioccsz.min",
                 kAlways,
                 k6_8,
                 unnoticed,
                 "the size of a command capsule is not looked at",
                 "core.c: nvme_init_identify",
                 {},
                 capsule_sizes},
    KernelEffect{"ctrl.ioccsz.min", k6_8, kEver, controller_rejected,
                 "the controller is rejected (\"I/O queue command capsule supported size N < 4\")",
                 kFabricInfo, capsule_sizes},
    KernelEffect{"ctrl.iorcsz.min",
                 kAlways,
                 k6_8,
                 unnoticed,
                 "the size of a response capsule is not looked at",
                 "core.c: nvme_init_identify",
                 {},
                 capsule_sizes},
    KernelEffect{"ctrl.iorcsz.min", k6_8, kEver, controller_rejected,
                 "the controller is rejected (\"I/O queue response capsule supported size N < 1\")",
                 kFabricInfo, capsule_sizes},
    KernelEffect{"ctrl.kas.nonzero", kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"keep-alive support is mandatory for fabrics\")",
                 kInitIdentify},
    KernelEffect{"ctrl.mn.equal", kAlways, kEver, unnoticed, kShownOnce, kSubsystemSource},
    KernelEffect{"ctrl.mnan.valid", kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Invalid MNAN value N\")",
                 "multipath.c: nvme_mpath_init_identify"},
    KernelEffect{
        "ctrl.oaes.equal", kAlways, kEver, ana_ignored,
        "events that a controller does not announce are not asked for: its ANA changes are "
        "seen only when I/O fails or it is scanned",
        "core.c: nvme_enable_aen"},
    KernelEffect{"ctrl.queue_depth.min", kAlways, kEver, controller_rejected,
                 "the controller is rejected, without a message; in 6.1 two commands are enough",
                 "core.c: nvme_alloc_io_tag_set"},
    KernelEffect{"ctrl.sgls.supported", kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Mandatory sgls are not supported!\")",
                 "tcp.c: nvme_tcp_setup_ctrl"},
    KernelEffect{"ctrl.sn.equal", kAlways, kEver, unnoticed, kShownOnce, kSubsystemSource},
    KernelEffect{"ctrl.vwc.equal",
                 kAlways,
                 k6_11,
                 data_at_risk,
                 "the array that was connected first decides whether flushes are sent: the other's "
                 "cache may never be flushed",
                 "multipath.c: nvme_mpath_alloc_disk",
                 {},
                 inherited_write_cache},
    KernelEffect{"ctrl.vwc.equal", k6_11, kEver, data_at_risk, kWriteCacheOfAny,
                 "core.c: nvme_update_ns_info_block (BLK_FEAT_WRITE_CACHE is inherited)",
                 inherited_write_cache},
    KernelEffect{"ctrl.vwc.stretch_absent", kAlways, kEver, data_at_risk, kFlushOnePath,
                 "multipath.c: nvme_ns_head_submit_bio"},
    KernelEffect{"log.supported.ana", kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Failed to get ANA log\")",
                 "multipath.c: nvme_read_ana_log"},
    KernelEffect{"ns.cns08.supported",
                 kAlways,
                 k6_13,
                 path_refused,
                 "the namespace gets no path through this controller, without a message",
                 kScan,
                 {},
                 independent_page_first},
    KernelEffect{"ns.cns08.supported", k6_13, kEver, unnoticed,
                 "Identify Namespace (CNS 00h) is read in its place", kScan,
                 independent_page_first},
    KernelEffect{"ns.csi.block", kAlways, kEver, path_unused,
                 "there is no block device (\"block device for nsid N not supported\"), only a "
                 "generic one",
                 "core.c: nvme_update_ns_info"},
    KernelEffect{"ns.csi.equal", kAlways, kEver, path_refused, kIdsDiffer, kIdsSource},
    KernelEffect{"ns.csi.offered", kAlways, kEver, path_refused,
                 "the namespace gets no path through this controller (\"command set not reported "
                 "for nsid: N\")",
                 kScan},
    KernelEffect{
        "ns.desc.csi_present", kAlways, kEver, path_refused,
        "the namespace gets no path through this controller (\"command set not reported for "
        "nsid: N\")",
        "core.c: nvme_identify_ns_descs"},
    KernelEffect{"ns.desc.lengths", kAlways, kEver, path_refused,
                 "descriptors behind the bad one are not seen (\"ctrl returned bogus length\"): "
                 "identifiers are missing, and the path is refused where the other array has them",
                 "core.c: nvme_process_ns_desc"},
    KernelEffect{"ns.desc.match_idns", kAlways, kEver, unnoticed,
                 "the descriptor counts, Identify Namespace does not",
                 "core.c: nvme_ns_info_from_identify"},
    KernelEffect{"ns.desc.supported", kAlways, kEver, path_refused,
                 "the namespace gets no path through this controller (\"Identify Descriptors "
                 "failed\")",
                 "core.c: nvme_identify_ns_descs"},
    KernelEffect{"ns.dps.equal",
                 kAlways,
                 k6_8,
                 io_errors,
                 "each path builds commands for its own format; the device shows that of the array "
                 "scanned last",
                 kBlocksSource,
                 {},
                 block_format_of_head},
    KernelEffect{"ns.dps.equal", k6_8, kEver, io_errors,
                 "the protection of the array scanned last counts for commands to both: the other "
                 "refuses them, or their guards do not fit",
                 kBlocksSource, block_format_of_head},
    KernelEffect{"ns.eui64.equal", kAlways, kEver, path_refused, kIdsDiffer, kIdsSource},
    KernelEffect{"ns.flbas.equal",
                 kAlways,
                 k6_8,
                 io_errors,
                 kBlocksPath,
                 kBlocksSource,
                 {},
                 block_format_of_head},
    KernelEffect{"ns.flbas.equal", k6_8, kEver, wrong_blocks, kBlocksHead, kBlocksSource,
                 block_format_of_head},
    KernelEffect{"ns.id.at_least_one", kAlways, kEver, volumes_merged, kMerged, kIdsSource},
    KernelEffect{"ns.id.set_equal", kAlways, kEver, path_refused, kIdsDiffer, kIdsSource},
    KernelEffect{"ns.id.unique_in_subsystem", kAlways, kEver, path_refused, kDuplicate,
                 "core.c: nvme_subsys_check_duplicate_ids", duplicate_ids_on_host},
    KernelEffect{"ns.id.unique_on_host", kAlways, kEver, path_refused,
                 "the namespace that came later gets no device (\"ignoring nsid N because of "
                 "duplicate IDs\")",
                 "core.c: nvme_global_check_duplicate_ids", duplicate_ids_on_host},
    KernelEffect{"ns.identity.one_nsid", kAlways, kEver, path_refused, kDuplicate,
                 "core.c: nvme_subsys_check_duplicate_ids", duplicate_ids_on_host},
    KernelEffect{"ns.lbaf_active.equal",
                 kAlways,
                 k6_8,
                 io_errors,
                 kBlocksPath,
                 kBlocksSource,
                 {},
                 block_format_of_head},
    KernelEffect{"ns.lbaf_active.equal", k6_8, kEver, wrong_blocks, kBlocksHead, kBlocksSource,
                 block_format_of_head},
    KernelEffect{"ns.lbaf_active.mdts",
                 kAlways,
                 k6_15,
                 io_errors,
                 kNoSize,
                 "core.c: nvme_update_ns_info",
                 {},
                 large_blocks},
    KernelEffect{"ns.lbaf_active.mdts", k6_15, kEver, path_refused,
                 "the namespace gets no path through this controller (a warning with a stack "
                 "trace, once)",
                 "core.c: nvme_update_ns_info_block", large_blocks},
    KernelEffect{"ns.lbaf_active.metadata", kAlways, kEver, io_errors,
                 "the device has size 0, and all I/O to it fails", "core.c: nvme_update_ns_info"},
    KernelEffect{"ns.lbaf_active.page",
                 kAlways,
                 k6_15,
                 io_errors,
                 "the device has size 0 where memory pages are 4 KiB, and all I/O to it fails",
                 "core.c: nvme_update_ns_info",
                 {},
                 large_blocks},
    KernelEffect{"ns.lbaf_active.protection",
                 kAlways,
                 k6_9,
                 unnoticed,
                 "the controller inserts and strips the protection information",
                 "core.c: nvme_update_ns_info",
                 {},
                 metadata_of_transport},
    KernelEffect{"ns.lbaf_active.protection", k6_9, kEver, io_errors, kNoSize,
                 "core.c: nvme_update_ns_info_block", metadata_of_transport},
    KernelEffect{"ns.lbaf_active.sane",
                 kAlways,
                 k7_2,
                 io_errors,
                 kNoSize,
                 "core.c: nvme_update_ns_info",
                 {},
                 block_size_checked},
    KernelEffect{"ns.lbaf_active.sane", k7_2, kEver, io_errors,
                 "blocks smaller than 512 B make no block device (\"invalid LBA data size N, "
                 "skipping namespace\"), those larger than 64 KiB one of size 0",
                 "core.c: nvme_update_ns_info_block", block_size_checked},
    KernelEffect{"ns.ncap.nonzero", kAlways, kEver, path_refused,
                 "the namespace gets no path through this controller, without a message",
                 "core.c: nvme_scan_ns"},
    KernelEffect{"ns.nguid.equal", kAlways, kEver, path_refused, kIdsDiffer, kIdsSource},
    KernelEffect{"ns.nmic.shared", kAlways, kEver, path_refused,
                 "the second path is refused (\"Duplicate unshared namespace N\"; without ANA "
                 "\"duplicate IDs in "
                 "subsystem for nsid N\")",
                 "core.c: nvme_init_ns_head", duplicate_ids_on_host},
    KernelEffect{"ns.nsattr.writable", kAlways, kEver, io_errors,
                 "the device is read-only: writes to it fail", "core.c: nvme_update_ns_info"},
    KernelEffect{
        "ns.nsattr.write_protect.equal", kAlways, kEver, io_errors,
        "the device is read-only or not as the array scanned last says; if it is writable, "
        "writes to the protected array fail and do not try the other",
        "core.c: nvme_update_ns_info"},
    KernelEffect{"ns.nsid.map_equal", kAlways, kEver, path_refused, kIdsDiffer, kIdsSource},
    KernelEffect{"ns.nstat.nrdy",
                 kAlways,
                 k6_13,
                 io_errors,
                 "the path is there, and its I/O fails until the namespace is ready; where "
                 "CAP.CRMS says CRIMS there is no path",
                 kScan,
                 {},
                 independent_page_first},
    KernelEffect{"ns.nstat.nrdy", k6_13, kEver, path_refused,
                 "the namespace gets no path through this controller, without a message",
                 "core.c: nvme_scan_ns", independent_page_first},
    KernelEffect{"ns.nsze.equal", kAlways, kEver, namespace_resized,
                 "the mounted device takes the size of the array scanned last (\"detected capacity "
                 "change\"), and every path of another size gets no I/O while ana_state goes on "
                 "saying optimized",
                 "multipath.c: nvme_mpath_revalidate_paths"},
    KernelEffect{"ns.nsze.sane",
                 kAlways,
                 k7_2,
                 io_errors,
                 "the device has size 0, or of a size beyond what can be counted the rest",
                 "core.c: nvme_update_ns_info",
                 {},
                 block_size_checked},
    KernelEffect{"ns.nsze.sane", k7_2, kEver, io_errors,
                 "the device has size 0; a size beyond what can be counted makes no block device "
                 "(\"invalid LBA data size N, skipping namespace\")",
                 "core.c: nvme_update_ns_info_block", block_size_checked},
    KernelEffect{"ns.optperf.physical",
                 kAlways,
                 k6_17,
                 unnoticed,
                 "the device shows a physical block size that is no power of two",
                 "core.c: nvme_update_ns_info",
                 {},
                 physical_block_checked},
    KernelEffect{"ns.optperf.physical", k6_17, kEver, path_refused,
                 "the namespace gets no path through this controller (\"Invalid physical block "
                 "size (N)\")",
                 "core.c: nvme_update_ns_info_block", physical_block_checked},
    KernelEffect{"ns.uuid.equal", kAlways, kEver, path_refused, kIdsDiffer, kIdsSource},
    KernelEffect{"ns.uuid.required_if_zero", kAlways, kEver, volumes_merged, kMerged, kIdsSource},
    KernelEffect{"ns.vwcnp.equal",
                 kAlways,
                 k6_13,
                 unnoticed,
                 "not looked at: what the controllers say (VWC) counts",
                 kBlocksSource,
                 {},
                 cache_of_namespace},
    KernelEffect{"ns.vwcnp.equal", k6_13, kEver, data_at_risk, kWriteCacheOfAny, kBlocksSource,
                 cache_of_namespace},
    KernelEffect{"nslist.active.equal", kAlways, kEver, path_refused,
                 "the namespace has fewer paths, without a message", "core.c: nvme_scan_ns_list"},
    KernelEffect{"prop.cap.mps", kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Minimum device page size N too large for host\")",
                 "core.c: nvme_enable_ctrl"},
    KernelEffect{"prop.cap.to_crto.plausible", kAlways, kEver, unnoticed,
                 "a controller that is not ready at once is rejected (\"Device not ready; "
                 "aborting initialisation\")",
                 "core.c: nvme_enable_ctrl"},
    KernelEffect{
        "resv.support.equal", kAlways, kEver, data_at_risk,
        "a reservation command goes down one path only; the other array does not learn of it",
        "core.c: nvme_send_ns_head_pr_command"},
    KernelEffect{
        "subsys.nqn.connect_match", kAlways, kEver, unnoticed,
        "the controller joins the subsystem that Identify Controller names, whatever NQN it "
        "was connected by",
        kSubsystemSource},
    KernelEffect{"subsys.nqn.format", kAlways, kEver, path_refused,
                 "VID, SSVID, SN and MN make a name (\"missing or invalid SUBNQN field.\"): the "
                 "controller joins another subsystem, and its namespaces are refused there",
                 "core.c: nvme_init_subnqn"},
};

/// Red Hat's kernels before 6.1 whose driver was compared with the table.
bool was_looked_into(const KernelRelease& release) {
    constexpr std::uint64_t kFirstOfEl8 = 425; // 8.7: nvme_mpath_revalidate_paths is there
    constexpr std::uint64_t kFirstOfEl9 = 162; // 9.1: likewise
    if (release.distribution != Distribution::enterprise_linux) {
        return release.upstream >= kFirstKnownKernel;
    }
    return release.upstream >= kFirstKnownKernel ||
           (release.product.major == 8 && release.build >= kFirstOfEl8) ||
           (release.product.major == 9 && release.build >= kFirstOfEl9);
}

bool is_known(const KernelEffect& row, const KernelRelease& release) {
    return was_looked_into(release) &&
           (!row.since || presence_of(*row.since, release) == Presence::present) &&
           (!row.gone_with || presence_of(*row.gone_with, release) == Presence::absent);
}

/// Of kernel.org, and with a patch level, so that all is known of it.
KernelRelease nearest_to(const KernelRelease& release) {
    return {.upstream = std::clamp(release.upstream, kFirstKnownKernel, kLastKnownKernel),
            .patch = 0};
}

} // namespace

std::string_view to_string(KernelOutcome value) {
    switch (value) {
    case unnoticed:
        return "unnoticed";
    case path_refused:
        return "path_refused";
    case path_unused:
        return "path_unused";
    case controller_rejected:
        return "controller_rejected";
    case namespace_resized:
        return "namespace_resized";
    case volumes_merged:
        return "volumes_merged";
    case wrong_blocks:
        return "wrong_blocks";
    case io_errors:
        return "io_errors";
    case io_hangs:
        return "io_hangs";
    case ana_ignored:
        return "ana_ignored";
    case data_at_risk:
        return "data_at_risk";
    }
    return "?";
}

std::span<const KernelEffect> kernel_effects() {
    return kEffects;
}

const KernelEffect* find_kernel_effect(std::string_view rule, KernelVersion release) {
    const auto found = std::find_if(kEffects.begin(), kEffects.end(), [&](const KernelEffect& row) {
        return row.rule == rule && row.from <= release && release < row.until;
    });
    return found == kEffects.end() ? nullptr : &*found;
}

KernelAnswer kernel_answer(std::string_view rule, const KernelRelease& release) {
    KernelAnswer out;
    for (const KernelEffect& row : kEffects) {
        if (row.rule == rule && is_known(row, release)) {
            return {.effect = &row, .known = true, .nearest = {}};
        }
    }
    out.nearest = nearest_to(release);
    for (const KernelEffect& row : kEffects) {
        if (row.rule == rule && is_known(row, out.nearest)) {
            out.effect = &row;
        }
    }
    // A kernel that surely lacks what the only row rests on does nothing of it.
    const bool is_absent = out.effect != nullptr && out.effect->since &&
                           presence_of(*out.effect->since, release) == Presence::absent &&
                           was_looked_into(release);
    return is_absent ? KernelAnswer{} : out;
}

void require_release(std::string_view release) {
    if (!parse_kernel_release(release)) {
        throw Error(Errc::invalid_argument, "use", fmt::format("kernel {}", release),
                    "this is no release", "write it as 6.12, 7.x, or as `uname -r` prints it");
    }
}

} // namespace haoh
