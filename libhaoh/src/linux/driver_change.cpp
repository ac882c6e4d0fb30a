// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/driver_change.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace haoh {

namespace {

using enum Distribution;

constexpr KernelVersion kEl8{4, 18};
constexpr KernelVersion kEl9{5, 14};
constexpr KernelVersion kEl10{6, 12};

// AlmaLinux's source packages of RHEL's kernels, drivers/nvme/host: 4.18.0-240.el8 to
// 4.18.0-553.66.1.el8_10, 5.14.0-70.13.1.el9_0 to 5.14.0-570.32.1.el9_6, 6.12.0-55.9.1.el10_0 to
// 6.12.0-55.24.1.el10_0; builds in between by their changelogs (redhat/kernel.changelog-9.5, -9.6).
constexpr std::uint64_t kLastEl8 = 553;
constexpr std::uint64_t kLastEl9 = 570;
constexpr std::uint64_t kLastEl10 = 55;
constexpr std::string_view kEl8Source = "drivers/nvme/host of 4.18.0-240.el8 to 4.18.0-553.el8_10";
constexpr std::string_view kEl9Source = "drivers/nvme/host of 5.14.0-70.el9_0 to 5.14.0-570.el9_6";
constexpr std::string_view kEl10Source = "drivers/nvme/host of 6.12.0-55.el10_0";

constexpr DistributionChange never_in_el8() {
    return {enterprise_linux, kEl8, 8, kLastEl8, 0, kEl8Source};
}

constexpr DistributionChange in_el9_from(std::uint64_t build, std::string_view source) {
    return {enterprise_linux, kEl9, 9, build - 1, build, source};
}

constexpr std::array kIoPoliciesEl{DistributionChange{
    enterprise_linux, kEl8, 8, 0, 240, "multipath.c nvme_subsys_iopolicy_store of 4.18.0-240.el8"}};

constexpr std::array kDuplicateIdsEl{
    never_in_el8(), DistributionChange{enterprise_linux, kEl9, 9, 162, 427,
                                       "core.c of 5.14.0-162.el9_1 and 5.14.0-427.el9_4"}};

constexpr std::array kHostIdentityEl{
    never_in_el8(),
    in_el9_from(462, "changelog of 5.14.0-462.el9: nvme-fabrics: prevent overriding of existing "
                     "host (RHEL-30850)")};

constexpr std::array kCapsulesEl{
    never_in_el8(), in_el9_from(448, "changelog of 5.14.0-448.el9: nvme-fabrics: check ioccsz and "
                                     "iorcsz (RHEL-25547)")};

constexpr std::array kBlockFormatEl{
    never_in_el8(), in_el9_from(448, "changelog of 5.14.0-448.el9: nvme: move ns id info to struct "
                                     "nvme_ns_head (RHEL-25547)")};

constexpr std::array kQueueDepthDistributions{
    never_in_el8(),
    in_el9_from(488, "changelog of 5.14.0-488.el9: nvme-multipath: implement \"queue-depth\" "
                     "iopolicy (RHEL-45230)"),
    DistributionChange{suse,
                       {6, 4},
                       15,
                       0,
                       150700,
                       "patches.suse/nvme-multipath-implement-queue-depth-iopolicy (bsc#1227706); "
                       "NetApp documents it for SLES 15 from SP6 on"}};

constexpr std::array kWriteCacheEl{
    never_in_el8(), in_el9_from(520, "changelog of 5.14.0-520.el9: block: move cache control "
                                     "settings out of queue->flags (RHEL-56837)")};

constexpr std::array kNotYetInEl{
    never_in_el8(), DistributionChange{enterprise_linux, kEl9, 9, kLastEl9, 0, kEl9Source},
    DistributionChange{enterprise_linux, kEl10, 10, kLastEl10, 0, kEl10Source}};

constexpr std::array kAnaLogBoundsStable{StableChange{{6, 1}, 191}, StableChange{{6, 12}, 113},
                                         StableChange{{7, 2}, 12, false}};

constexpr std::array kChanges{
    DriverChangeInfo{DriverChange::io_policies, {5, 1}, "75c10e732724", {}, kIoPoliciesEl},
    DriverChangeInfo{
        DriverChange::duplicate_ids_on_host, {5, 18}, "2079f41ec6ff", {}, kDuplicateIdsEl},
    DriverChangeInfo{
        DriverChange::host_identity_pairs, {6, 5}, "ae8bd606e09b", {}, kHostIdentityEl},
    DriverChangeInfo{DriverChange::capsule_sizes, {6, 8}, "2fcd3ab39826", {}, kCapsulesEl},
    DriverChangeInfo{
        DriverChange::block_format_of_head, {6, 8}, "9419e71b8d67", {}, kBlockFormatEl},
    DriverChangeInfo{
        DriverChange::queue_depth, {6, 11}, "f227345f0a70", {}, kQueueDepthDistributions},
    DriverChangeInfo{
        DriverChange::inherited_write_cache, {6, 11}, "1122c0c1cc71", {}, kWriteCacheEl},
    DriverChangeInfo{DriverChange::cache_of_namespace, {6, 13}, "8a825d22a709", {}, kNotYetInEl},
    DriverChangeInfo{
        DriverChange::independent_page_first, {6, 13}, "ee9f36db1f2f", {}, kNotYetInEl},
    // Of the block layer, whose packages nobody looked into.
    DriverChangeInfo{DriverChange::large_blocks, {6, 15}, "47dd67532303", {}, {}},
    // Nobody looked which distributions took it.
    DriverChangeInfo{DriverChange::path_load_shown, {6, 15}, "7cbafa3ff018", {}, {}},
    // The enterprise kernels that took it, if any did, are later than those that were looked into.
    DriverChangeInfo{DriverChange::ana_log_bounds, {7, 3}, "63fa2d9c9c37", kAnaLogBoundsStable, {}},
    // Nobody looked which distributions took these.
    DriverChangeInfo{DriverChange::metadata_of_transport, {6, 9}, "27cb91a3a102", {}, {}},
    DriverChangeInfo{DriverChange::physical_block_checked, {6, 17}, "1da67b5b1754", {}, {}},
    DriverChangeInfo{DriverChange::block_size_checked, {7, 2}, "c8cdecdb47d3", {}, {}},
    DriverChangeInfo{DriverChange::effects_of_subsystem, {7, 2}, "", {}, {}},
};

bool follows_stable(Distribution distribution) {
    return distribution == upstream || distribution == debian;
}

/// What a distribution's own numbers say.
Presence by_distribution(std::span<const DistributionChange> rows, const KernelRelease& release) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const DistributionChange& one) {
        return one.distribution == release.distribution && one.base == release.upstream &&
               one.product == release.product.major;
    });
    if (row == rows.end() || release.build == 0) {
        return Presence::unknown;
    }
    if (row->present_from != 0 && release.build >= row->present_from) {
        return Presence::present;
    }
    return release.build <= row->absent_until ? Presence::absent : Presence::unknown;
}

Presence by_stable(std::span<const StableChange> rows, const KernelRelease& release) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const StableChange& one) {
        return one.branch == release.upstream;
    });
    if (row != rows.end() && release.patch && *release.patch >= row->patch) {
        return Presence::present;
    }
    if (!follows_stable(release.distribution)) {
        return Presence::unknown;
    }
    const bool is_certain =
        row == rows.end() || (release.patch && row->is_first) || release.patch == 0U;
    return is_certain ? Presence::absent : Presence::unknown;
}

} // namespace

std::span<const DriverChangeInfo> driver_changes() {
    return kChanges;
}

const DriverChangeInfo& info_of(DriverChange change) {
    return kChanges.at(static_cast<std::size_t>(change));
}

Presence presence_of(DriverChange change, const KernelRelease& release) {
    const DriverChangeInfo& info = info_of(change);
    if (release.upstream >= info.since) {
        return Presence::present;
    }
    const Presence own = by_distribution(info.distributions, release);
    return own != Presence::unknown ? own : by_stable(info.stable, release);
}

} // namespace haoh
