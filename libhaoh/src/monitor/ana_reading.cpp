// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/ana_reading.hpp"

#include "collect/log_reader.hpp"
#include "model/short_answer.hpp"
#include "monitor/view.hpp"

#include <utility>

namespace haoh::monitor {

boost::asio::awaitable<AnaReading> read_ana(AdminChannel& channel, std::size_t depth,
                                            std::shared_ptr<Spending> spending,
                                            std::chrono::steady_clock::time_point deadline) {
    constexpr std::uint64_t kMaxLogBytes = 16U << 20U;
    BoundedExtent bounded(*spending, ana_log_extent, kMaxLogBytes, kLogPart);
    LogExtent extent = bounded.function();
    LogReading reading = co_await read_growing_log(channel, nvme::lid::ana, std::move(extent),
                                                   kMaxLogBytes, kLogPart, depth, deadline);
    AnaReading out;
    if (!reading.status.ok()) {
        out.problem = refused_ana_log(reading.status);
        co_return out;
    }
    if (reading.cut_short()) {
        out.problem = "of its ANA log " + model::short_answer(reading.bytes.size(), reading.length);
        co_return out;
    }
    const Spending::Cost decoded{.bytes = 0, .objects = ana_log_objects(reading.bytes)};
    auto lacking = bounded.lacking();
    if (!lacking) {
        lacking = spending->take(decoded);
    }
    if (lacking) {
        out.problem = {"its ANA log was not read: " + spending->shortage(*lacking),
                       std::string(Spending::advice(*lacking))};
        co_return out;
    }
    spending->give_back(decoded);
    out.log = nvme::decode_ana_log(reading.bytes);
    out.problem = ana_log_problem(out.log);
    out.bytes = std::move(reading.bytes);
    co_return out;
}

} // namespace haoh::monitor
