// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel_effect.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh {

namespace {

using enum KernelOutcome;

/// Red Hat's kernels before 6.1 whose driver was compared with the rows.
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

const KernelEffect* find_kernel_effect(std::span<const KernelEffect> rows, KernelVersion release) {
    const auto found = std::find_if(rows.begin(), rows.end(), [release](const KernelEffect& row) {
        return row.from <= release && release < row.until;
    });
    return found == rows.end() ? nullptr : &*found;
}

KernelAnswer kernel_answer(std::span<const KernelEffect> rows, const KernelRelease& release) {
    KernelAnswer out;
    for (const KernelEffect& row : rows) {
        if (is_known(row, release)) {
            return {.effect = &row, .known = true, .nearest = {}};
        }
    }
    out.nearest = nearest_to(release);
    for (const KernelEffect& row : rows) {
        if (is_known(row, out.nearest)) {
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
