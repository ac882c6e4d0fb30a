// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What releases of Linux do with what a rule forbids, by what that is to Linux. A rule's row names its
/// table (`Rule::on_linux`): what is broken in one way for Linux is one table, whichever rule finds it.
#pragma once

#include <haoh/kernel_effect.hpp>

#include <array>
#include <string_view>

namespace haoh::linux_effect {

using enum KernelOutcome;
using enum DriverChange;

inline constexpr KernelVersion kAlways = kFirstKnownKernel;
inline constexpr KernelVersion kEver{~0U, 0};

inline constexpr std::string_view kBadAnaLog =
    "groups before the bad one are applied, the rest is not (a warning with a stack trace, once); "
    "while connecting the controller is given up";
inline constexpr std::string_view kOneFlushAPath =
    "flushes are sent if any path has a cache, but each goes down one path only";

// Each by release, from the first to the last; a test holds the order.
inline constexpr std::array kAnattTimeout{
    KernelEffect{kAlways, kEver, io_errors,
                 "as soon as a group is in the state change the controller is reset (\"ANATT "
                 "timeout, resetting controller.\")",
                 "multipath.c: nvme_read_ana_log"}};

inline constexpr std::array kAnaLogTooLarge{
    KernelEffect{kAlways, kEver, ana_ignored,
                 "ANA is switched off for the controller (\"disabling ANA support.\"): its paths "
                 "count as optimized whatever the array says, and I/O can circle on one of them",
                 "multipath.c: nvme_mpath_init_identify"}};

inline constexpr std::array kAnaGroupInvalid{KernelEffect{
    kAlways, kEver, controller_rejected, kBadAnaLog, "multipath.c: nvme_parse_ana_log"}};

inline constexpr std::array kAnaStateInvalid{
    KernelEffect{kAlways, kEver, path_unused,
                 "the path gets no I/O and ana_state reads \"(null)\"; the state 0h or a reserved "
                 "bit makes the kernel refuse the rest of the log",
                 "multipath.c: nvme_parse_ana_log"}};

inline constexpr std::array kAnaLogTooShort{
    KernelEffect{kAlways,
                 {7, 3},
                 controller_rejected,
                 "a group that announces very many NSIDs makes the kernel read beyond its buffer; "
                 "other logs that are too short are refused (mended in 6.1.191, 6.12.113 and 7.3)",
                 "multipath.c: nvme_parse_ana_log",
                 {},
                 ana_log_bounds},
    KernelEffect{{7, 3},
                 kEver,
                 controller_rejected,
                 kBadAnaLog,
                 "multipath.c: nvme_parse_ana_log",
                 ana_log_bounds}};

inline constexpr std::array kNsidInNoGroup{KernelEffect{
    kAlways, kEver, ana_ignored,
    "a path of a namespace in no group takes the state of the group that Identify names (\"invalid "
    "state\" and no I/O where there is none), and follows no change of it",
    "multipath.c: nvme_mpath_add_disk, nvme_update_ana_state"}};

inline constexpr std::array kNsidInAnotherGroup{
    KernelEffect{kAlways, kEver, unnoticed,
                 "Identify's group counts until the log is read again, the log's from then on",
                 "multipath.c: nvme_mpath_add_disk, nvme_update_ana_state"}};

inline constexpr std::array kNsidsOutOfOrder{
    KernelEffect{kAlways, kEver, path_unused,
                 "namespaces that come out of order are skipped: their state is not updated",
                 "multipath.c: nvme_update_ana_state"}};

inline constexpr std::array kNsidInTwoGroups{KernelEffect{
    kAlways, kEver, unnoticed, "the last group of the log counts; for a moment the first one does",
    "multipath.c: nvme_update_ana_state"}};

inline constexpr std::array kNoOptimizedPath{KernelEffect{
    kAlways, kEver, unnoticed, "I/O takes a non-optimized path", "multipath.c: __nvme_find_path"}};

inline constexpr std::array kNoUsablePath{
    KernelEffect{kAlways, kEver, io_hangs,
                 "I/O waits without an end while a controller is live or reconnecting; if no path "
                 "was ever usable there is no device node",
                 "multipath.c: nvme_available_path, nvme_mpath_set_live"}};

inline constexpr std::array kCpdaNotZero{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "the connection is refused (\"unsupported cpda returned N\")",
                 "tcp.c: nvme_tcp_init_connection"}};

inline constexpr std::array kHostIdDiffers{
    KernelEffect{kAlways,
                 {6, 5},
                 unnoticed,
                 "the connection is made; arrays may take it for another host",
                 "fabrics.c: nvmf_create_ctrl",
                 {},
                 host_identity_pairs},
    KernelEffect{{6, 5},
                 kEver,
                 controller_rejected,
                 "the connection is refused (\"found same hostnqn ... but different hostid\")",
                 "fabrics.c: nvmf_host_add",
                 host_identity_pairs}};

inline constexpr std::array kAnaOfOneArray{
    KernelEffect{kAlways, kEver, ana_ignored,
                 "the array that was connected first decides for the whole subsystem: without ANA "
                 "there, all paths count as optimized; with it, the controller without is rejected "
                 "(\"Failed to get ANA log\", \"Invalid MNAN value N\")",
                 "multipath.c: nvme_mpath_init_identify"}};

inline constexpr std::array kOneController{KernelEffect{
    kAlways, kEver, controller_rejected,
    "the controller is rejected (\"Subsystem does not support multiple controllers\"); connected "
    "first, it leaves the subsystem without a multipath device",
    "core.c: nvme_validate_cntlid; multipath.c: nvme_mpath_alloc_disk"}};

inline constexpr std::array kCntlidMismatch{KernelEffect{
    kAlways, kEver, controller_rejected,
    "the controller is rejected (\"Mismatching cntlid: Connect N vs Identify M, rejecting\")",
    "core.c: nvme_init_identify"}};

inline constexpr std::array kCntlidInUse{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "the controller that comes later is rejected (\"Duplicate cntlid N with nvmeX, "
                 "... rejecting\"); after a reconnection the same is accepted without a message",
                 "core.c: nvme_validate_cntlid"}};

inline constexpr std::array kRevisionShownOnce{
    KernelEffect{kAlways, kEver, unnoticed,
                 "sysfs shows for every controller the revision of the one identified last",
                 "core.c: nvme_init_identify"}};

inline constexpr std::array kIcdoffNotZero{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "over TCP and RDMA the controller is rejected (\"icdoff is not supported!\")",
                 "tcp.c: nvme_tcp_setup_ctrl"}};

inline constexpr std::array kCommandCapsuleTooSmall{
    KernelEffect{kAlways,
                 {6, 8},
                 unnoticed,
                 "the size of a command capsule is not looked at",
                 "core.c: nvme_init_identify",
                 {},
                 capsule_sizes},
    KernelEffect{{6, 8},
                 kEver,
                 controller_rejected,
                 "the controller is rejected (\"I/O queue command capsule supported size N < 4\")",
                 "core.c: nvme_check_ctrl_fabric_info",
                 capsule_sizes}};

inline constexpr std::array kResponseCapsuleTooSmall{
    KernelEffect{kAlways,
                 {6, 8},
                 unnoticed,
                 "the size of a response capsule is not looked at",
                 "core.c: nvme_init_identify",
                 {},
                 capsule_sizes},
    KernelEffect{{6, 8},
                 kEver,
                 controller_rejected,
                 "the controller is rejected (\"I/O queue response capsule supported size N < 1\")",
                 "core.c: nvme_check_ctrl_fabric_info",
                 capsule_sizes}};

inline constexpr std::array kNoKeepAlive{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"keep-alive support is mandatory for fabrics\")",
                 "core.c: nvme_init_identify"}};

inline constexpr std::array kShownOnce{
    KernelEffect{kAlways, kEver, unnoticed,
                 "both controllers join one subsystem without a message; sysfs shows the first "
                 "array's value for every controller",
                 "core.c: nvme_init_subsystem"}};

inline constexpr std::array kMnanInvalid{KernelEffect{
    kAlways, kEver, controller_rejected, "the controller is rejected (\"Invalid MNAN value N\")",
    "multipath.c: nvme_mpath_init_identify"}};

inline constexpr std::array kEventsNotAnnounced{
    KernelEffect{kAlways, kEver, ana_ignored,
                 "events that a controller does not announce are not asked for: its ANA changes "
                 "are seen only when I/O fails or it is scanned",
                 "core.c: nvme_enable_aen"}};

inline constexpr std::array kNoSgls{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Mandatory sgls are not supported!\")",
                 "tcp.c: nvme_tcp_setup_ctrl"}};

inline constexpr std::array kVwcDiffers{
    KernelEffect{kAlways,
                 {6, 11},
                 data_at_risk,
                 "the array that was connected first decides whether flushes are sent: the other's "
                 "cache may never be flushed",
                 "multipath.c: nvme_mpath_alloc_disk",
                 {},
                 inherited_write_cache},
    KernelEffect{{6, 11},
                 kEver,
                 data_at_risk,
                 kOneFlushAPath,
                 "core.c: nvme_update_ns_info_block (BLK_FEAT_WRITE_CACHE is inherited)",
                 inherited_write_cache}};

inline constexpr std::array kNoAnaLog{KernelEffect{
    kAlways, kEver, controller_rejected, "the controller is rejected (\"Failed to get ANA log\")",
    "multipath.c: nvme_read_ana_log"}};

inline constexpr std::array kPagesTooLarge{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "the controller is rejected (\"Minimum device page size N too large for host\")",
                 "core.c: nvme_enable_ctrl"}};

inline constexpr std::array kReservationsOnePath{KernelEffect{
    kAlways, kEver, data_at_risk,
    "a reservation command goes down one path only; the other array does not learn of it",
    "core.c: nvme_send_ns_head_pr_command"}};

inline constexpr std::array kSubsystemOfIdentify{
    KernelEffect{kAlways, kEver, unnoticed,
                 "the controller joins the subsystem that Identify Controller names, whatever NQN "
                 "it was connected by",
                 "core.c: nvme_init_subsystem"}};

inline constexpr std::array kAnaGroupsBeyondLog{KernelEffect{
    kAlways, kEver, unnoticed,
    "the buffer for the log has room for NANAGRPID groups and MNAN namespaces, and this "
    "log fits; one that is larger is refused, and the controller with it",
    "multipath.c: nvme_mpath_init_identify"}};

inline constexpr std::array kAnaLogBeyondLimits{KernelEffect{
    kAlways, kEver, controller_rejected,
    "no more is read than NANAGRPID groups and MNAN namespaces take, and what is cut off "
    "is refused (a warning with a stack trace, once); while connecting the controller "
    "is given up",
    "multipath.c: nvme_mpath_init_identify, nvme_parse_ana_log"}};

inline constexpr std::array kQueueTooShort{
    KernelEffect{kAlways, kEver, controller_rejected,
                 "the controller is rejected, without a message; in 6.1 two commands are enough",
                 "core.c: nvme_alloc_io_tag_set"}};

inline constexpr std::array kSlowlyReady{KernelEffect{
    kAlways, kEver, unnoticed,
    "a controller that is not ready within half a second is rejected (\"Device not ready; "
    "aborting initialisation\"), unless CRTO gives it more",
    "core.c: nvme_enable_ctrl"}};

inline constexpr std::array kLimitsDiffer{KernelEffect{
    kAlways, kEver, unnoticed,
    "a device has the smaller limits, from the scan on that finds them, in use or not (of Write "
    "Zeroes in 6.1 those of the array scanned last); each path splits for itself what is still too "
    "large for it",
    "core.c: nvme_init_non_mdts_limits"}};

inline constexpr std::array kEffectsDiffer{
    KernelEffect{kAlways,
                 {7, 2},
                 unnoticed,
                 "by the log of the controller that a command goes to: around one that runs alone "
                 "(CSE) I/O to the subsystem waits on every path, and one that changes namespaces "
                 "(NCC, NIC) is followed by a scan of that controller alone",
                 "core.c: nvme_command_effects, nvme_passthru_end",
                 {},
                 effects_of_subsystem},
    KernelEffect{
        {7, 2},
        kEver,
        unnoticed,
        "the log of the array that was connected first counts for every controller: I/O to "
        "the subsystem waits around the commands that run alone (CSE) there, scans follow "
        "those that change namespaces (NCC, NIC) there, and what another array says of its "
        "own is not read",
        "core.c: nvme_init_effects, nvme_command_effects",
        effects_of_subsystem}};

inline constexpr std::array kCommandsDiffer{
    KernelEffect{kAlways, kEver, unnoticed,
                 "users without privileges may send (since 6.2) what the log of the array has that "
                 "was connected "
                 "first, whatever path it takes",
                 "core.c: nvme_alloc_ns_head"}};

inline constexpr std::array kNqnMadeUp{
    KernelEffect{kAlways, kEver, path_refused,
                 "VID, SSVID, SN and MN make a name (\"missing or invalid SUBNQN field.\"): the "
                 "controller joins another subsystem, and its namespaces are refused there",
                 "core.c: nvme_init_subnqn"}};

} // namespace haoh::linux_effect
