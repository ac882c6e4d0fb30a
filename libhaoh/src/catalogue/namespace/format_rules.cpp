// SPDX-License-Identifier: LGPL-2.1-or-later
// What a namespace must have by itself, for Linux to make a device of it that has a size.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <algorithm>
#include <array>

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

/// Metadata that Linux cannot carry over TCP: its transport has no buffer for it, and unless all of
/// it is protection information, which the controller can insert and strip, the device has size 0.
Answer stray_metadata(const Namespace& path, const Subsystem& subsystem) {
    constexpr std::uint8_t kProtectionType = 0x7;
    constexpr unsigned kGuard16 = 8;
    constexpr unsigned kGuard64 = 16;
    if (path.controller->observed->known_transport() != Transport::tcp) {
        return Answer::not_asked();
    }
    if (!path.has_identify) {
        return Answer::unknown();
    }
    const unsigned size = path.idns.active_format().ms;
    if (!format_defect(path).empty()) {
        return Answer::not_asked(); // that is another finding
    }
    const bool is_protection = (path.idns.dps & kProtectionType) != 0;
    if (size == 0 || (is_protection && (size == kGuard16 || size == kGuard64))) {
        return Answer::holds();
    }
    if (!alike(path, subsystem, same_format)) {
        return Answer::unknown();
    }
    return Answer::broken(fmt::format("{} B of metadata{}", size,
                                      is_protection ? ", more than its protection information"
                                                    : ", none of it protection information"));
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
             .fix = "Array: correct FLBAS, NLBAF and the format that it points to."},
    .judge = CheckNamespace{.clause = "no valid block format", .ask = odd_format}};

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
                    "runs Linux before 6.15."},
    .judge = CheckNamespace{.clause = "block larger than 4 KiB", .ask = large_blocks}};

constexpr Row kNsLbafActiveMetadata{
    .rule = {.id = "ns.lbaf_active.metadata",
             .title = "Over TCP a block has no metadata but protection information",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_update_ns_info_block() gives such a namespace no capacity",
             .why = "The device has size 0 on Linux, and all I/O to it fails.",
             .fix = "Array: format the namespace without metadata, or with protection information "
                    "that takes all of it."},
    .judge = CheckNamespace{.clause = "metadata that Linux cannot carry", .ask = stray_metadata}};

constexpr Row kNsNcapNonzero{
    .rule = {.id = "ns.ncap.nonzero",
             .title = "A namespace has capacity (NCAP)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_scan_ns() takes a namespace with NCAP 0 for one that is not "
                      "attached",
             .why = "Linux makes no path through this controller, and says nothing.",
             .fix = "Array: report the capacity of the namespace, or do not list it as active."},
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

constexpr std::array kFormatRows{&kNsLbafActiveSane, &kNsLbafActivePage, &kNsLbafActiveMetadata,
                                 &kNsNcapNonzero, &kNsNuse};

} // namespace

std::span<const Row* const> format_rows() {
    return kFormatRows;
}

} // namespace haoh::judge
