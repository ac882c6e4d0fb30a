// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log_reader.hpp"

#include "model/short_answer.hpp"
#include "parallel.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace haoh {
namespace {

using boost::asio::awaitable;

/// How far a range could be read.
struct RangeEnd {
    nvme::Status status;  ///< of the part there, if it was refused; else it ended early
    std::uint64_t good{}; ///< everything below this offset came
};

/// Reads from `begin` to the end of `bytes`, which has its size already.
awaitable<RangeEnd> read_range(AdminChannel& channel, std::uint8_t lid, nvme::Bytes& bytes,
                               std::uint64_t begin, std::uint32_t part, std::size_t depth,
                               std::chrono::steady_clock::time_point deadline) {
    const std::uint64_t length = bytes.size() - begin;
    RangeEnd end{{}, bytes.size()};
    auto job = [&](std::size_t index) -> awaitable<void> {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error(Errc::timed_out, fmt::format("read log page {:02X}h of", lid),
                        channel.name(), "the time for it was over");
        }
        const std::uint64_t offset = begin + std::uint64_t{index} * part;
        const auto wanted =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(part, bytes.size() - offset));
        const std::uint32_t asked = (wanted + 3U) / 4U * 4U; // NUMD counts dwords
        nvme::AdminCommand command = nvme::get_log_page_command(lid, offset, asked);
        const nvme::AdminResult result = co_await channel.submit(std::move(command));
        if (!result.status.ok()) {
            if (offset < end.good) {
                end = {result.status, offset};
            }
            co_return;
        }
        const nvme::ByteView got = nvme::slice(result.data, 0, wanted);
        if (got.size() < wanted && offset + got.size() < end.good) {
            end = {{}, offset + got.size()};
        }
        std::copy(got.begin(), got.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    };
    const auto parts = static_cast<std::size_t>((length + part - 1) / part);
    co_await for_each_index(parts, depth, job);
    co_return end;
}

} // namespace

std::uint64_t ana_log_extent(nvme::ByteView head) {
    const std::uint64_t groups = nvme::load_le<std::uint16_t>(head, 8);
    std::uint64_t offset = nvme::kAnaLogHeaderSize;
    for (std::uint64_t i = 0; i < groups; ++i) {
        if (offset + nvme::kAnaGroupHeaderSize > head.size()) {
            return offset + (groups - i) * nvme::kAnaGroupHeaderSize;
        }
        offset += nvme::kAnaGroupHeaderSize +
                  4ULL * nvme::load_le<std::uint32_t>(head, static_cast<std::size_t>(offset) + 4);
    }
    return offset;
}

std::uint64_t discovery_log_extent(nvme::ByteView head) {
    const auto records = nvme::load_le<std::uint64_t>(head, 8);
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    return nvme::kDiscoveryHeaderSize + std::min(records, kMost) * nvme::kDiscoveryEntrySize;
}

std::uint64_t ana_log_objects(nvme::ByteView log) {
    const std::uint64_t groups = nvme::load_le<std::uint16_t>(log, 8);
    std::uint64_t objects = 0;
    std::size_t offset = nvme::kAnaLogHeaderSize;
    for (std::uint64_t i = 0; i < groups && offset + 8 <= log.size(); ++i) {
        const std::size_t left =
            log.size() - std::min(log.size(), offset + nvme::kAnaGroupHeaderSize);
        const std::size_t nsids =
            std::min<std::size_t>(nvme::load_le<std::uint32_t>(log, offset + 4), (left + 3) / 4);
        objects += 1 + nsids;
        offset += nvme::kAnaGroupHeaderSize + 4 * nsids;
    }
    return objects;
}

BoundedExtent::BoundedExtent(Spending& spending, LogExtent extent, std::uint64_t limit,
                             std::uint32_t part)
    : spending_{spending}, extent_{std::move(extent)}, limit_{limit} {
    const std::uint64_t first = std::min<std::uint64_t>(part, limit);
    lacking_ = spending_.take({.bytes = first, .objects = 0});
    taken_ = lacking_ ? 0 : first;
}

BoundedExtent::~BoundedExtent() {
    give_back();
}

LogExtent BoundedExtent::function() {
    return [this](nvme::ByteView head) {
        const std::uint64_t wanted = std::min(extent_(head), limit_);
        if (!lacking_ && wanted > taken_) {
            lacking_ = spending_.take({.bytes = wanted - taken_, .objects = 0});
            taken_ = lacking_ ? taken_ : wanted;
        }
        return lacking_ ? std::min<std::uint64_t>(wanted, head.size()) : wanted;
    };
}

void BoundedExtent::give_back() {
    spending_.give_back({.bytes = std::exchange(taken_, 0), .objects = 0});
}

awaitable<LogReading> read_growing_log(AdminChannel& channel, std::uint8_t lid, LogExtent extent,
                                       std::uint64_t limit, std::uint32_t part, std::size_t depth,
                                       std::chrono::steady_clock::time_point deadline) {
    LogReading reading;
    std::uint64_t wanted = std::min<std::uint64_t>(part, limit);
    while (reading.bytes.size() < wanted) {
        const std::uint64_t begin = reading.bytes.size();
        reading.bytes.resize(static_cast<std::size_t>(wanted));
        const RangeEnd end =
            co_await read_range(channel, lid, reading.bytes, begin, part, depth, deadline);
        const bool whole = end.good == reading.bytes.size();
        reading.status = end.status;
        reading.bytes.resize(static_cast<std::size_t>(end.good));
        wanted = std::min(extent(reading.bytes), limit);
        reading.length = wanted;
        if (!whole && (!end.status.ok() || reading.cut_short())) {
            co_return reading;
        }
    }
    reading.bytes.resize(static_cast<std::size_t>(wanted));
    co_return reading;
}

awaitable<nvme::Bytes> read_log(AdminChannel& channel, std::uint8_t lid, std::uint64_t length,
                                std::uint32_t part) {
    const LogExtent extent = [length](nvme::ByteView) { return length; };
    LogReading reading =
        co_await read_growing_log(channel, lid, extent, length, part, channel.depth());
    if (!reading.status.ok()) {
        throw Error(Errc::command_failed, fmt::format("read log page {:02X}h of", lid),
                    channel.name(), nvme::describe(reading.status));
    }
    if (reading.cut_short()) {
        throw Error(Errc::short_answer, fmt::format("read log page {:02X}h of", lid),
                    channel.name(), model::short_answer(reading.bytes.size(), reading.length));
    }
    co_return std::move(reading.bytes);
}

} // namespace haoh
