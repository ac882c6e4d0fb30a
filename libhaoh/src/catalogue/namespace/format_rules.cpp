// SPDX-License-Identifier: LGPL-2.1-or-later
// What a namespace must have by itself, for Linux to make a device of it that has a size.
#include "catalogue/catalogue.hpp"
#include "catalogue/namespace/physical_block.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <optional>

namespace haoh::judge {

namespace {

using Ns = nvme::IdentifyNamespace;

/// Whether what is wrong is the same on all other paths that were read; if not, that is the finding.
template <typename Same>
bool alike(const Namespace& path, const Subsystem& subsystem, Same same) {
    const SharedNamespace* shared = subsystem.find(path.nsid);
    return shared == nullptr ||
           std::all_of(shared->paths.begin(), shared->paths.end(), [&](const Namespace* other) {
               return !other->has_identify || same(other->idns, path.idns);
           });
}

bool same_format(const Ns& a, const Ns& b) {
    return a.active_format().lbads == b.active_format().lbads &&
           a.active_format().ms == b.active_format().ms;
}

/// What is wrong with the format in use; empty when nothing is.
std::string format_defect(const Namespace& path) {
    const unsigned index = path.idns.format_index();
    const unsigned last = std::min(63U, unsigned{path.idns.nlbaf} + path.idns.nulbaf);
    if (index > last) {
        return fmt::format("format {} of {}", index, last + 1);
    }
    constexpr std::uint64_t kLargest = 65536; // of Linux, BLK_MAX_BLOCK_SIZE
    const auto size = path.block_bytes();
    return size && *size <= kLargest ? ""
                                     : fmt::format("LBADS {}", path.idns.active_format().lbads);
}

Answer odd_format(const Namespace& path, const Subsystem& subsystem) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    std::string defect = format_defect(path);
    if (defect.empty()) {
        return Answer::holds();
    }
    return alike(path, subsystem, same_format) ? Answer::broken(std::move(defect))
                                               : Answer::unknown();
}

bool same_size(const Ns& a, const Ns& b) {
    return a.nsze == b.nsze;
}

Answer no_capacity(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    return path.idns.ncap != 0 ? Answer::holds() : Answer::broken("NCAP 0");
}

/// Linux counts blocks of up to 4 KiB, its memory page on most machines, before 6.15.
Answer large_blocks(const Namespace& path, const Subsystem& subsystem) {
    constexpr std::uint64_t kPage = 4096;
    if (!path.has_identify) {
        return Answer::unknown();
    }
    const auto size = path.block_bytes();
    if (!size || !format_defect(path).empty()) {
        return Answer::not_asked(); // that is another finding
    }
    if (*size <= kPage) {
        return Answer::holds();
    }
    return alike(path, subsystem, same_format) ? Answer::broken(fmt::format("{} B", *size))
                                               : Answer::unknown();
}

/// What the metadata of the format in use is.
enum class Metadata : std::uint8_t { none, protection, protection_and_more, other };

Metadata metadata_of(const Ns& id) {
    constexpr std::uint8_t kProtectionType = 0x7;
    constexpr unsigned kGuard16 = 8;
    constexpr unsigned kGuard64 = 16;
    const unsigned size = id.active_format().ms;
    if (size == 0) {
        return Metadata::none;
    }
    if ((id.dps & kProtectionType) == 0) {
        return Metadata::other;
    }
    return size == kGuard16 || size == kGuard64 ? Metadata::protection
                                                : Metadata::protection_and_more;
}

/// What is asked of metadata over a fabric; nullopt: that can be answered.
std::optional<Answer> without_metadata(const Namespace& path,
                                       std::initializer_list<Transport> transports) {
    const Transport transport = path.controller->observed->known_transport();
    if (std::find(transports.begin(), transports.end(), transport) == transports.end()) {
        return Answer::not_asked();
    }
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if (!format_defect(path).empty()) {
        return Answer::not_asked(); // that is another finding
    }
    return std::nullopt;
}

/// Metadata that is not protection information alone: the device has size 0.
Answer stray_metadata(const Namespace& path, const Subsystem& subsystem) {
    using enum Transport;
    if (auto answer = without_metadata(path, {tcp, rdma, fibre_channel})) {
        return *answer;
    }
    const Metadata metadata = metadata_of(path.idns);
    if (metadata == Metadata::none || metadata == Metadata::protection) {
        return Answer::holds();
    }
    if (!alike(path, subsystem, same_format)) {
        return Answer::unknown();
    }
    return Answer::broken(fmt::format("{} B of metadata{}", path.idns.active_format().ms,
                                      metadata == Metadata::protection_and_more
                                          ? ", more than its protection information"
                                          : ", none of it protection information"));
}

/// Protection information alone, which the controller inserts and strips: Linux 6.9 and later do not
/// look for that any more where the transport carries no metadata.
Answer protection_alone(const Namespace& path, const Subsystem& subsystem) {
    using enum Transport;
    if (auto answer = without_metadata(path, {tcp, fibre_channel})) { // RDMA carries it
        return *answer;
    }
    if (metadata_of(path.idns) != Metadata::protection) {
        return metadata_of(path.idns) == Metadata::none ? Answer::holds() : Answer::not_asked();
    }
    return alike(path, subsystem, same_format)
               ? Answer::broken(
                     fmt::format("{} B of protection information", path.idns.active_format().ms))
               : Answer::unknown();
}

/// A block that the largest transfer of its controller cannot carry.
Answer beyond_transfer(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_identify || !path.controller->has_identify) {
        return Answer::unknown();
    }
    const auto size = path.block_bytes();
    if (!size || !format_defect(path).empty()) {
        return Answer::not_asked(); // that is another finding
    }
    const auto largest = path.controller->max_transfer_bytes();
    return !largest || *size <= *largest
               ? Answer::holds()
               : Answer::broken(fmt::format("{} B, largest transfer {} B", *size, *largest));
}

Answer odd_physical_block(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    const auto blocks = physical_blocks(path);
    if (!blocks) {
        return Answer::not_asked();
    }
    return std::has_single_bit(*blocks)
               ? Answer::holds()
               : Answer::broken(fmt::format("{} blocks (NPWG {}, NAWUPF {})", *blocks,
                                            path.idns.npwg + 1U, path.idns.nawupf + 1U));
}

/// A size of which Linux makes none, or more than it can count in units of 512 B.
Answer odd_size(const Namespace& path, const Subsystem& subsystem) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    const Ns& id = path.idns;
    if (id.ncap == 0 || !format_defect(path).empty()) {
        return Answer::not_asked(); // that is another finding
    }
    const unsigned shift = id.active_format().lbads - kSmallestShift;
    if (id.nsze != 0 && id.nsze <= ~std::uint64_t{0} >> shift) {
        return Answer::holds();
    }
    return alike(path, subsystem, same_size) ? Answer::broken(fmt::format("NSZE {}", id.nsze))
                                             : Answer::unknown();
}

Answer odd_usage(const Namespace& path, const Subsystem& subsystem) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    const Ns& id = path.idns;
    if (id.ncap > id.nsze) {
        return alike(path, subsystem, same_size)
                   ? Answer::broken(fmt::format("NCAP {}, NSZE {}", id.ncap, id.nsze))
                   : Answer::unknown();
    }
    return id.nuse > id.ncap ? Answer::broken(fmt::format("NUSE {}, NCAP {}", id.nuse, id.ncap))
                             : Answer::holds();
}

constexpr Row kNsLbafActiveSane{
    .rule = {.id = "ns.lbaf_active.sane",
             .title = "The block format in use is one that hosts can use",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "NVM Command Set Specification 1.1 Figure 114: LBADS of at least 9, index in "
                      "the table; Linux takes blocks of up to 64 KiB",
             .why = "Hosts cannot tell the size of a block: Linux gives the namespace no "
                    "capacity.",
             .fix = "Array: correct FLBAS, NLBAF and the format that it points to.",
             .on_linux = linux_effect::kBlockSizeInvalid},
    .judge = CheckNamespace{.clause = "no valid block format", .ask = odd_format},
    .refusals = {linux_kernel::KernelRefusal::block_size}};

constexpr Row kNsLbafActivePage{
    .rule = {.id = "ns.lbaf_active.page",
             .title = "A block is not larger than 4 KiB",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception = "Linux takes such blocks since 6.15",
             .basis =
                 "Linux before 6.15 gives a namespace no capacity whose block is larger than a "
                 "memory page",
             .why =
                 "On a host with an older kernel the device has size 0, and all I/O to it fails.",
             .fix = "Array: format the namespace with blocks of 512 B or 4 KiB, as long as a host "
                    "runs Linux before 6.15.",
             .on_linux = linux_effect::kBlocksTooLarge},
    .judge = CheckNamespace{.clause = "block larger than 4 KiB", .ask = large_blocks}};

constexpr Row kNsLbafActiveMetadata{
    .rule = {.id = "ns.lbaf_active.metadata",
             .title = "A block has no metadata beside protection information",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_update_ns_info_block() gives such a namespace no capacity",
             .why = "The device has size 0 on Linux, and all I/O to it fails.",
             .fix = "Array: move the data to a namespace without metadata; a format erases it.",
             .on_linux = linux_effect::kMetadataUnusable},
    .judge = CheckNamespace{.clause = "metadata that Linux cannot carry", .ask = stray_metadata}};

constexpr Row kNsLbafActiveProtection{
    .rule = {.id = "ns.lbaf_active.protection",
             .title = "Over TCP and FC a block has no protection information",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux from 6.9 on gives such a namespace no capacity where the transport "
                      "carries no metadata (nvme_configure_metadata)",
             .why = "The device has size 0 on Linux from 6.9 on, and all I/O to it fails.",
             .fix = "Array: move the data to a namespace without protection information; a format "
                    "erases it. Host: data digests protect what is on the wire.",
             .on_linux = linux_effect::kProtectionAlone},
    .judge = CheckNamespace{.clause = "protection information that Linux cannot carry",
                            .ask = protection_alone}};

constexpr Row kNsLbafActiveMdts{
    .rule = {.id = "ns.lbaf_active.mdts",
             .title = "A block is not larger than the largest transfer (MDTS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312; Linux nvme_update_ns_info_block() refuses limits that "
                      "no block fits",
             .why = "No command can carry a block: Linux makes no path through this controller, or "
                    "a device of size 0.",
             .fix = "Array: report MDTS of at least one block, or 0 for no limit.",
             .on_linux = linux_effect::kBlockBeyondTransfer},
    .judge =
        CheckNamespace{.clause = "block larger than the largest transfer", .ask = beyond_transfer}};

constexpr Row kNsOptperfPhysical{
    .rule = {.id = "ns.optperf.physical",
             .title = "The smaller of NPWG and NAWUPF is a power of two",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_update_ns_info_block() makes the physical block size of them; "
                      "from 6.17 on the block layer refuses what is no power of two",
             .why = "Linux from 6.17 on makes no path through this controller.",
             .fix = "Array: report a preferred write granularity (NPWG) or an atomic write unit "
                    "(NAWUPF) that is a power of two blocks. Host: until then, an older kernel "
                    "takes it.",
             .on_linux = linux_effect::kPhysicalBlockOdd},
    .judge = CheckNamespace{.clause = "physical block no power of two", .ask = odd_physical_block},
    .refusals = {linux_kernel::KernelRefusal::physical_block}};

constexpr Row kNsNszeSane{
    .rule = {.id = "ns.nsze.sane",
             .title = "The size is one that hosts can count (NSZE)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "NVM Command Set Specification 1.1 Figure 114; Linux counts units of 512 B "
                      "in 64 bits",
             .why = "The device has size 0 or a wrong one, or there is none.",
             .fix = "Array: report the number of blocks of the namespace.",
             .on_linux = linux_effect::kSizeInvalid},
    .judge = CheckNamespace{.clause = "no valid size", .ask = odd_size}};

constexpr Row kNsNcapNonzero{
    .rule = {.id = "ns.ncap.nonzero",
             .title = "A namespace has capacity (NCAP)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_scan_ns() takes a namespace with NCAP 0 for one that is not "
                      "attached",
             .why = "Linux makes no path through this controller, and says nothing.",
             .fix = "Array: report the capacity of the namespace, or do not list it as active.",
             .on_linux = linux_effect::kNoCapacity},
    .judge = CheckNamespace{.clause = "no capacity", .ask = no_capacity}};

constexpr Row kNsNuse{.rule = {.id = "ns.nuse",
                               .title = "What is used fits what there is (NUSE, NCAP, NSZE)",
                               .rule_class = RuleClass::int_,
                               .severity = Severity::management,
                               .verdict = Verdict::note,
                               .basis = "NVM Command Set Specification 1.1 Figure 114",
                               .why = "Tools report more than the namespace holds.",
                               .fix = "Array: correct NUSE or NCAP."},
                      .judge =
                          CheckNamespace{.clause = "more used than there is", .ask = odd_usage}};

constexpr std::array kFormatRows{&kNsLbafActiveSane,
                                 &kNsLbafActivePage,
                                 &kNsLbafActiveMetadata,
                                 &kNsLbafActiveProtection,
                                 &kNsLbafActiveMdts,
                                 &kNsOptperfPhysical,
                                 &kNsNszeSane,
                                 &kNsNcapNonzero,
                                 &kNsNuse};

} // namespace

std::optional<unsigned> physical_blocks(const Namespace& path) {
    constexpr unsigned kAtomics = 0x2;
    constexpr unsigned kOptimal = 0x10; ///< before NVMe 2.1
    constexpr unsigned kOptimal21 = 0x30;
    const Ns& id = path.idns;
    const bool is_new = path.controller->version() >= version_number(2, 1);
    const bool is_optimal = (id.nsfeat & (is_new ? kOptimal21 : kOptimal)) != 0;
    const bool is_atomic = (id.nsfeat & kAtomics) != 0 && id.nawupf != 0 && id.nabo == 0;
    if (!is_optimal || !is_atomic) {
        return std::nullopt;
    }
    return std::min(id.npwg, id.nawupf) + 1U;
}

std::span<const Row* const> format_rows() {
    return kFormatRows;
}

} // namespace haoh::judge
