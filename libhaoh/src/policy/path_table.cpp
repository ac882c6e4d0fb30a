// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy/path_table.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace haoh {
namespace {

constexpr std::uint32_t kMaxUses = (1U << (32 - PathIndex::kSlotBits)) - 1;

/// 1 to `kMaxUses`, and then 1 again.
std::uint32_t use_after(std::uint32_t use) {
    return use % kMaxUses + 1;
}

void require_trait(bool holds, std::string_view object, const std::string& cause) {
    if (!holds) {
        throw Error(make_error_code(Errc::invalid_argument), "add", object, cause);
    }
}

} // namespace

std::optional<PathIndex> PathTable::add(const PathTraits& traits, const PathState& state) {
    require_trait(traits.weight > 0, "path", "its weight is 0");
    require_trait(traits.numa_node >= -1 &&
                      traits.numa_node <= std::numeric_limits<std::int16_t>::max(),
                  "path", fmt::format("its NUMA node is {}", traits.numa_node));
    const std::lock_guard lock{mutex_};
    if (records_.size() == kMaxPaths) {
        return std::nullopt;
    }
    while (slots_[next_slot_].path.load(std::memory_order_relaxed) != 0) {
        next_slot_ = (next_slot_ + 1) % kMaxPaths;
    }
    const unsigned index = next_slot_;
    // The slot that was freed longest ago comes next, so that late words of a removed path are few.
    next_slot_ = (next_slot_ + 1) % kMaxPaths;
    uses_[index] = use_after(uses_[index]);
    const PathIndex path{(uses_[index] << PathIndex::kSlotBits) | index};
    Slot& slot = slots_[index];
    // The name first: who adds to the new count finds out that it is not the path's that it meant.
    slot.path.store(path.value, std::memory_order_release);
    loads_[index].active.store(0, std::memory_order_release);
    slot.load.store(traits.load != nullptr ? traits.load : &loads_[index],
                    std::memory_order_release);
    records_.push_back({.path = path, .traits = traits, .state = state});
    publish();
    return path;
}

bool PathTable::remove(PathIndex path) {
    const std::lock_guard lock{mutex_};
    const auto count = std::erase_if(records_, [&](const Record& one) { return one.path == path; });
    if (count == 0) {
        return false;
    }
    slots_[path.slot()].path.store(0, std::memory_order_release);
    publish();
    return true;
}

bool PathTable::set_state(PathIndex path, const PathState& state) {
    const std::lock_guard lock{mutex_};
    const auto found =
        std::ranges::find_if(records_, [&](const Record& one) { return one.path == path; });
    if (found == records_.end()) {
        return false;
    }
    if (found->state != state) {
        found->state = state;
        publish();
    }
    return true;
}

std::vector<PathIndex> PathTable::paths() const {
    const std::lock_guard lock{mutex_};
    std::vector<PathIndex> out;
    out.reserve(records_.size());
    for (const Record& record : records_) {
        out.push_back(record.path);
    }
    return out;
}

const PathTable::Record* PathTable::find(PathIndex path) const {
    const auto found =
        std::ranges::find_if(records_, [&](const Record& one) { return one.path == path; });
    return found == records_.end() ? nullptr : &*found;
}

std::optional<PathState> PathTable::state(PathIndex path) const {
    const std::lock_guard lock{mutex_};
    const Record* record = find(path);
    return record == nullptr ? std::nullopt : std::optional{record->state};
}

std::optional<PathTraits> PathTable::traits(PathIndex path) const {
    const std::lock_guard lock{mutex_};
    const Record* record = find(path);
    return record == nullptr ? std::nullopt : std::optional{record->traits};
}

void PathTable::publish() {
    // Release throughout: a reader that meets one of these words then also sees that the number
    // has moved on since its own.
    const auto put = [](auto& word, auto value) { word.store(value, std::memory_order_release); };
    const std::uint64_t number = number_.load(std::memory_order_relaxed) + 1;
    View& view = views_[number % kGenerations];
    Mask enabled = 0;
    Mask optimized = 0;
    Mask non_optimized = 0;
    Mask live_optimized = 0;
    Mask local = 0;
    for (std::size_t place = 0; place < kMaxPaths; ++place) {
        if (place >= records_.size()) {
            put(view.paths_[place], std::uint32_t{0});
            continue;
        }
        const Record& record = records_[place];
        const Mask bit = Mask{1} << place;
        const PathState& state = record.state;
        enabled |= state.disabled() ? 0 : bit;
        optimized |= !state.disabled() && state.optimized() ? bit : 0;
        non_optimized |= !state.disabled() && state.non_optimized() ? bit : 0;
        live_optimized |= !state.disabled() && state.live && state.optimized() ? bit : 0;
        local |= record.traits.site == local_site_ ? bit : 0;
        put(view.paths_[place], record.path.value);
        put(view.places_[record.path.slot()], static_cast<std::uint8_t>(place));
        put(view.numa_nodes_[place], static_cast<std::int16_t>(record.traits.numa_node));
        put(view.strides_[place], (std::uint32_t{1} << 31U) / record.traits.weight);
        put(view.loads_[place], slots_[record.path.slot()].load.load(std::memory_order_relaxed));
    }
    put(view.listed_, records_.size() == kMaxPaths ? ~Mask{0} : (Mask{1} << records_.size()) - 1);
    put(view.enabled_, enabled);
    put(view.optimized_, optimized);
    put(view.non_optimized_, non_optimized);
    put(view.live_optimized_, live_optimized);
    put(view.local_, local);
    unsigned rank = 0;
    for (Mask rest = view.candidates(); rest != 0; rest &= rest - 1) {
        const auto place = static_cast<unsigned>(std::countr_zero(rest));
        put(view.candidates_[rank], records_[place].path.value);
        put(view.candidate_loads_[rank], view.loads_[place].load(std::memory_order_relaxed));
        ++rank;
    }
    put(view.candidate_count_, rank);
    for (Mask rest = successor_of_ == nullptr ? 0 : view.listed(); rest != 0; rest &= rest - 1) {
        const auto place = static_cast<unsigned>(std::countr_zero(rest));
        const unsigned next = successor_of_(view, place);
        put(view.successors_[place], next < kMaxPaths ? view.cursor_at(next).word : 0);
    }
    put(number_, number);
}

} // namespace haoh
