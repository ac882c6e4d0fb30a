// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transition_history.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace haoh::tool {
namespace {

std::int64_t slot_of(const Moment& moment) {
    return moment.monotonic / std::chrono::nanoseconds{TransitionHistory::kSlot};
}

std::size_t place_of(std::int64_t slot) {
    return static_cast<std::size_t>(slot) % TransitionHistory::kSlots;
}

bool changes_path(EventKind kind) {
    return kind == EventKind::ana_change || kind == EventKind::path_added ||
           kind == EventKind::path_lost;
}

std::uint64_t series_key(std::uint32_t array, std::uint32_t nsid) {
    return (std::uint64_t{array} << 32U) | nsid;
}

} // namespace

std::string TransitionHistory::array_key(std::string_view host, std::string_view subsysnqn,
                                         std::string_view array) {
    std::string key;
    key.reserve(host.size() + subsysnqn.size() + array.size() + 2);
    key.append(host).append(1, '\0').append(subsysnqn).append(1, '\0').append(array);
    return key;
}

void TransitionHistory::add(const Event& event) {
    const std::int64_t slot = slot_of(event.observed);
    if (!changes_path(event.kind) || !event.nsid || slot < 0) {
        return;
    }
    Series* const series = series_of(event, slot);
    if (series == nullptr || slot <= series->newest - static_cast<std::int64_t>(kSlots)) {
        return;
    }
    if (slot > series->newest) {
        // What was counted a whole round ago is over.
        const std::int64_t first =
            std::max(series->newest + 1, slot + 1 - static_cast<std::int64_t>(kSlots));
        for (std::int64_t one = first; one <= slot; ++one) {
            series->counts.at(place_of(one)) = 0;
        }
        series->newest = slot;
    }
    std::uint16_t& count = series->counts.at(place_of(slot));
    const std::uint64_t sum = count + std::max<std::uint64_t>(event.transitions, 1);
    count = static_cast<std::uint16_t>(
        std::min<std::uint64_t>(sum, std::numeric_limits<std::uint16_t>::max()));
}

TransitionHistory::Series* TransitionHistory::series_of(const Event& event, std::int64_t slot) {
    std::string name = array_key(event.host, event.subsysnqn, event.array);
    auto array = arrays_.find(name);
    if (array == arrays_.end()) {
        if (arrays_.size() >= kMaxArrays) {
            return nullptr;
        }
        const auto number = static_cast<std::uint32_t>(arrays_.size());
        array = arrays_.emplace(std::move(name), number).first;
    }
    const std::uint64_t key = series_key(array->second, *event.nsid);
    if (const auto found = series_.find(key); found != series_.end()) {
        return &found->second;
    }
    if (series_.size() >= kMaxSeries) {
        drop_rested(slot);
        if (series_.size() >= kMaxSeries) {
            return nullptr;
        }
    }
    return &series_.emplace(key, Series{.newest = slot, .counts = {}}).first->second;
}

void TransitionHistory::drop_rested(std::int64_t slot) {
    if (slot == swept_) {
        return; // to look through all of them again would find none
    }
    swept_ = slot;
    std::erase_if(series_, [slot](const auto& entry) {
        return entry.second.newest <= slot - static_cast<std::int64_t>(kSlots);
    });
}

TransitionHistory::Counts TransitionHistory::peak(std::string_view host, std::string_view subsysnqn,
                                                  std::string_view array,
                                                  std::span<const std::uint32_t> nsids,
                                                  const Moment& now) const {
    Counts out{};
    const auto known = arrays_.find(array_key(host, subsysnqn, array));
    if (known == arrays_.end()) {
        return out;
    }
    const std::int64_t first = slot_of(now) + 1 - static_cast<std::int64_t>(kSlots);
    for (const std::uint32_t nsid : nsids) {
        const auto found = series_.find(series_key(known->second, nsid));
        if (found == series_.end()) {
            continue;
        }
        const Series& series = found->second;
        for (std::size_t index = 0; index < kSlots; ++index) {
            const std::int64_t slot = first + static_cast<std::int64_t>(index);
            const bool held = slot >= 0 && slot <= series.newest &&
                              slot > series.newest - static_cast<std::int64_t>(kSlots);
            if (held) {
                out.at(index) =
                    std::max<std::uint32_t>(out.at(index), series.counts.at(place_of(slot)));
            }
        }
    }
    return out;
}

std::string sparkline(std::span<const std::uint32_t> counts) {
    static constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄",
                                                             "▅", "▆", "▇", "█"};
    std::string out;
    for (const std::uint32_t count : counts) {
        const auto height = static_cast<std::size_t>(std::bit_width(count));
        out += kBlocks.at(std::min(height, kBlocks.size() - 1));
    }
    return out;
}

} // namespace haoh::tool
