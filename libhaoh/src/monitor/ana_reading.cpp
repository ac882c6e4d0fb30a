// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/ana_reading.hpp"

#include "collect/log_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::monitor {

boost::asio::awaitable<AnaReading> read_ana(AdminChannel& channel, std::size_t depth) {
    constexpr std::uint64_t kMaxLogBytes = 16U << 20U;
    LogExtent extent = ana_log_extent;
    const LogReading reading = co_await read_growing_log(channel, nvme::lid::ana, std::move(extent),
                                                         kMaxLogBytes, kLogPart, depth);
    AnaReading out;
    if (!reading.status.ok()) {
        out.problem = fmt::format("it refused its ANA log: {}", nvme::describe(reading.status));
        co_return out;
    }
    out.log = nvme::decode_ana_log(reading.bytes);
    const auto cut =
        std::find_if(out.log.problems.begin(), out.log.problems.end(), [](const auto& problem) {
            return problem.kind == nvme::ProblemKind::truncated;
        });
    if (cut != out.log.problems.end()) {
        out.problem = fmt::format("its ANA log is malformed: {}; haoh check says more", cut->text);
    }
    co_return out;
}

} // namespace haoh::monitor
