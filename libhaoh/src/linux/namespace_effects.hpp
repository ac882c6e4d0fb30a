// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What releases of Linux do with namespaces that break a rule: as in kernel_effects.hpp.
#pragma once

#include "linux/kernel_effects.hpp"

namespace haoh::linux_effect {

inline constexpr std::string_view kNoSize = "the device has size 0, and all I/O to it fails";

// Each by release, from the first to the last; a test holds the order.
inline constexpr std::array kFlushOnePath{KernelEffect{kAlways, kEver, data_at_risk,
                                                       "a flush goes down one path only",
                                                       "multipath.c: nvme_ns_head_submit_bio"}};

inline constexpr std::array kIdsDiffer{
    KernelEffect{kAlways, kEver, path_refused,
                 "the path of the array that came later is refused (\"IDs don't match for shared "
                 "namespace N\"); the device goes on over the first array alone",
                 "core.c: nvme_init_ns_head, nvme_ns_ids_equal"}};

inline constexpr std::array kNoCommandSet{KernelEffect{
    kAlways, kEver, path_refused,
    "the namespace gets no path through this controller (\"Command set not reported for nsid:N\")",
    "core.c: nvme_identify_ns_descs"}};

inline constexpr std::array kDescriptorLength{
    KernelEffect{kAlways, kEver, path_refused,
                 "descriptors behind the bad one are not seen (\"ctrl returned bogus length\"): "
                 "identifiers are missing, and the path is refused where the other array has them",
                 "core.c: nvme_process_ns_desc"}};

inline constexpr std::array kDescriptorCounts{
    KernelEffect{kAlways, kEver, unnoticed, "the descriptor counts, Identify Namespace does not",
                 "core.c: nvme_ns_info_from_identify"}};

inline constexpr std::array kProtectionDiffers{
    KernelEffect{kAlways,
                 {6, 8},
                 io_errors,
                 "each path builds commands for its own format; the device shows that of the array "
                 "scanned last",
                 "core.c: nvme_update_ns_info_block",
                 {},
                 block_format_of_head},
    KernelEffect{{6, 8},
                 kEver,
                 io_errors,
                 "the protection of the array scanned last counts for commands to both: the other "
                 "refuses them, or their guards do not fit",
                 "core.c: nvme_update_ns_info_block",
                 block_format_of_head}};

inline constexpr std::array kBlocksDiffer{
    KernelEffect{
        kAlways,
        {6, 8},
        io_errors,
        "nothing is logged and all paths stay usable; each path counts in its own block size, the "
        "device shows that of the array scanned last: I/O smaller than the other's blocks fails",
        "core.c: nvme_update_ns_info_block",
        {},
        block_format_of_head},
    KernelEffect{{6, 8},
                 kEver,
                 wrong_blocks,
                 "nothing is logged and all paths stay usable; the block size of the array scanned "
                 "last counts for all: reads and writes to the other fail (no failover), Write "
                 "Zeroes and Deallocate reach other blocks without an error",
                 "core.c: nvme_update_ns_info_block",
                 block_format_of_head}};

inline constexpr std::array kNoIdentifier{
    KernelEffect{kAlways, kEver, volumes_merged,
                 "namespaces without an identifier are equal: both arrays become paths of one "
                 "device by NQN and NSID alone, without a message",
                 "core.c: nvme_init_ns_head, nvme_ns_ids_equal"}};

inline constexpr std::array kIdsInSubsystem{
    KernelEffect{kAlways, kEver, path_refused,
                 "the namespace that came later gets no device and no path (\"duplicate IDs in "
                 "subsystem for nsid N\")",
                 "core.c: nvme_subsys_check_duplicate_ids", duplicate_ids_on_host}};

inline constexpr std::array kIdsOnHost{KernelEffect{
    kAlways, kEver, path_refused,
    "the namespace that came later gets no device (\"ignoring nsid N because of duplicate IDs\")",
    "core.c: nvme_global_check_duplicate_ids", duplicate_ids_on_host}};

inline constexpr std::array kMetadataUnusable{
    KernelEffect{kAlways, kEver, io_errors, kNoSize, "core.c: nvme_update_ns_info"}};

inline constexpr std::array kBlocksTooLarge{
    KernelEffect{kAlways,
                 {6, 15},
                 io_errors,
                 "the device has size 0 where memory pages are 4 KiB, and all I/O to it fails",
                 "core.c: nvme_update_ns_info",
                 {},
                 large_blocks}};

inline constexpr std::array kNoCapacity{
    KernelEffect{kAlways, kEver, path_refused,
                 "the namespace gets no path through this controller, without a message",
                 "core.c: nvme_scan_ns"}};

inline constexpr std::array kNotShared{
    KernelEffect{kAlways, kEver, path_refused,
                 "the second path is refused (\"Duplicate unshared namespace N\"; without ANA "
                 "\"duplicate IDs in subsystem for nsid N\")",
                 "core.c: nvme_init_ns_head", duplicate_ids_on_host}};

inline constexpr std::array kWriteProtectionDiffers{
    KernelEffect{kAlways, kEver, io_errors,
                 "the device is read-only or not as the array scanned last says; if it is "
                 "writable, writes to the protected array fail and do not try the other",
                 "core.c: nvme_update_ns_info"}};

inline constexpr std::array kNotReady{
    KernelEffect{kAlways,
                 {6, 13},
                 io_errors,
                 "the path is there, and its I/O fails until the namespace is ready; where "
                 "CAP.CRMS says CRIMS there is no path",
                 "core.c: nvme_scan_ns",
                 {},
                 independent_page_first},
    KernelEffect{{6, 13},
                 kEver,
                 path_refused,
                 "the namespace gets no path through this controller, without a message",
                 "core.c: nvme_scan_ns",
                 independent_page_first}};

inline constexpr std::array kSizeDiffers{KernelEffect{
    kAlways, kEver, namespace_resized,
    "the mounted device takes the size of the array scanned last (\"detected capacity change\"), "
    "and every path of another size gets no I/O while ana_state goes on saying optimized",
    "multipath.c: nvme_mpath_revalidate_paths"}};

inline constexpr std::array kVwcnpDiffers{
    KernelEffect{kAlways,
                 {6, 13},
                 unnoticed,
                 "not looked at: what the controllers say (VWC) counts",
                 "core.c: nvme_update_ns_info_block",
                 {},
                 cache_of_namespace},
    KernelEffect{{6, 13},
                 kEver,
                 data_at_risk,
                 kOneFlushAPath,
                 "core.c: nvme_update_ns_info_block",
                 cache_of_namespace}};

inline constexpr std::array kNotListed{
    KernelEffect{kAlways, kEver, path_refused, "the namespace has fewer paths, without a message",
                 "core.c: nvme_scan_ns_list"}};

inline constexpr std::array kIndependentPageRefused{
    KernelEffect{kAlways,
                 {6, 13},
                 path_refused,
                 "the namespace gets no path through this controller, without a message",
                 "core.c: nvme_scan_ns",
                 {},
                 independent_page_first},
    KernelEffect{{6, 13},
                 kEver,
                 unnoticed,
                 "Identify Namespace (CNS 00h) is read in its place",
                 "core.c: nvme_scan_ns",
                 independent_page_first}};

inline constexpr std::array kNoBlockDevice{KernelEffect{
    kAlways, kEver, path_unused,
    "there is no block device (\"block device for nsid N not supported\"), only a generic one",
    "core.c: nvme_update_ns_info"}};

inline constexpr std::array kCommandSetNotOffered{KernelEffect{
    kAlways, kEver, path_refused,
    "the namespace gets no path through this controller (\"command set not reported for nsid: N\")",
    "core.c: nvme_scan_ns"}};

inline constexpr std::array kDescriptorsRefused{KernelEffect{
    kAlways, kEver, path_refused,
    "the namespace gets no path through this controller (\"Identify Descriptors failed\")",
    "core.c: nvme_identify_ns_descs"}};

inline constexpr std::array kBlockBeyondTransfer{
    KernelEffect{
        kAlways, {6, 15}, io_errors, kNoSize, "core.c: nvme_update_ns_info", {}, large_blocks},
    KernelEffect{
        {6, 15},
        kEver,
        path_refused,
        "the namespace gets no path through this controller (a warning with a stack trace, once)",
        "core.c: nvme_update_ns_info_block",
        large_blocks}};

inline constexpr std::array kProtectionAlone{
    KernelEffect{kAlways,
                 {6, 9},
                 unnoticed,
                 "the controller inserts and strips the protection information",
                 "core.c: nvme_update_ns_info",
                 {},
                 metadata_of_transport},
    KernelEffect{{6, 9},
                 kEver,
                 io_errors,
                 kNoSize,
                 "core.c: nvme_update_ns_info_block",
                 metadata_of_transport}};

inline constexpr std::array kBlockSizeInvalid{
    KernelEffect{
        kAlways, {7, 2}, io_errors, kNoSize, "core.c: nvme_update_ns_info", {}, block_size_checked},
    KernelEffect{{7, 2},
                 kEver,
                 io_errors,
                 "blocks smaller than 512 B make no block device (\"invalid LBA data size N, "
                 "skipping namespace\"), those larger than 64 KiB one of size 0",
                 "core.c: nvme_update_ns_info_block",
                 block_size_checked}};

inline constexpr std::array kReadOnly{KernelEffect{kAlways, kEver, io_errors,
                                                   "the device is read-only: writes to it fail",
                                                   "core.c: nvme_update_ns_info"}};

inline constexpr std::array kSizeInvalid{
    KernelEffect{kAlways,
                 {7, 2},
                 io_errors,
                 "the device has size 0, or of a size beyond what can be counted the rest",
                 "core.c: nvme_update_ns_info",
                 {},
                 block_size_checked},
    KernelEffect{{7, 2},
                 kEver,
                 io_errors,
                 "the device has size 0; a size beyond what can be counted makes no block device "
                 "(\"invalid LBA data size N, skipping namespace\")",
                 "core.c: nvme_update_ns_info_block",
                 block_size_checked}};

inline constexpr std::array kPhysicalBlockOdd{
    KernelEffect{kAlways,
                 {6, 17},
                 unnoticed,
                 "the device shows a physical block size that is no power of two",
                 "core.c: nvme_update_ns_info",
                 {},
                 physical_block_checked},
    KernelEffect{
        {6, 17},
        kEver,
        path_refused,
        "the namespace gets no path through this controller (\"Invalid physical block size (N)\")",
        "core.c: nvme_update_ns_info_block",
        physical_block_checked}};

} // namespace haoh::linux_effect
