// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Log pages whose length only their own content tells.
#pragma once

#include <haoh/admin_channel.hpp>

#include <functional>

namespace haoh {

/// Bytes asked for in one Get Log Page: what every controller can transfer, whatever its MDTS.
inline constexpr std::uint32_t kLogPart = 4096;

/// Of a log's first bytes: how many bytes the whole has at least. Never decreases when more is given; the
/// log is complete when the answer is no more than what was given.
using LogExtent = std::function<std::uint64_t(nvme::ByteView)>;

/// Header, then each group's descriptor and NSIDs as far as they are known.
[[nodiscard]] std::uint64_t ana_log_extent(nvme::ByteView head);
/// Header and NUMREC entries.
[[nodiscard]] std::uint64_t discovery_log_extent(nvme::ByteView head);

struct LogReading {
    nvme::Status status; ///< of the first part that was refused
    /// As long as the log says, or as `limit` allows; when a part was refused, what lies before it. A log
    /// that says it is longer than it is ends so: Get Log Page beyond the end is an Invalid Field. When an
    /// answer ended early, what came of it.
    nvme::Bytes bytes;
    std::uint64_t length{}; ///< what the log has at least, by `bytes` and as `limit` allows

    /// An answer ended before the log did: what is missing is not known.
    [[nodiscard]] bool cut_short() const { return status.ok() && bytes.size() < length; }
};

/// Reads a log in parts of `part` bytes, several parts at once as soon as its length is known, but never more
/// than `limit` bytes.
/// \throws Error of the channel
[[nodiscard]] boost::asio::awaitable<LogReading>
read_growing_log(AdminChannel& channel, std::uint8_t lid, LogExtent extent, std::uint64_t limit,
                 std::uint32_t part, std::size_t depth);

} // namespace haoh
