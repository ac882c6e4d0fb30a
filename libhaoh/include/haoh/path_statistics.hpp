// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the block layer counted on each path of a subsystem, at one moment. Plain values.
#pragma once

#include <haoh/visibility.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// The file `stat` of a disk (Documentation/block/stat.rst): 17 fields since Linux 5.5, 15 since
/// 4.18, 11 before. Hidden path disks (nvmeXcYnZ) have it like any other; what goes down a path of a
/// multipath device is counted there by each release, on the device itself only since 6.4.
/// All count from the disk's beginning, and wrap at the word size of the machine.
struct BlockStatistics {
    std::uint64_t reads{};        ///< requests completed
    std::uint64_t read_sectors{}; ///< of 512 bytes
    std::uint64_t writes{};
    std::uint64_t write_sectors{};
    std::uint64_t in_flight{}; ///< requests at this moment
    std::uint64_t discards{};  ///< 0 where the release does not count them
    std::uint64_t flushes{};   ///< likewise

    bool operator==(const BlockStatistics&) const = default;
    /// Requests that moved data or freed blocks: reads, writes, discards.
    [[nodiscard]] std::uint64_t requests() const { return reads + writes + discards; }
};

/// \return nullopt for what is no such line: too few fields, something that is no decimal number
[[nodiscard]] std::optional<BlockStatistics> parse_block_statistics(std::string_view text);

/// What a path carried until now.
struct PathStatistics {
    std::string path;                          ///< "nvme0c1n1"
    std::optional<BlockStatistics> statistics; ///< nullopt: not readable, or gone

    bool operator==(const PathStatistics&) const = default;
};

/// One reading of all paths of some subsystems.
struct StatisticsReading {
    std::chrono::nanoseconds monotonic{}; ///< CLOCK_MONOTONIC when it began
    std::vector<PathStatistics> paths;    ///< in the order of the observation

    bool operator==(const StatisticsReading&) const = default;
};

/// Two readings of the same subsystems: what was carried in between.
struct StatisticsInterval {
    StatisticsReading before;
    StatisticsReading after;

    bool operator==(const StatisticsInterval&) const = default;
};

} // namespace haoh
