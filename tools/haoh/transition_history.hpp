// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// TransitionHistory: how often the paths of a namespace changed in the last minutes, by array.
#pragma once

#include <haoh/event.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace haoh::tool {

class TransitionHistory {
  public:
    static constexpr std::chrono::seconds kSlot{10};
    static constexpr std::size_t kSlots = 30;
    /// Pairs of namespace and array; when there are more, those that rest for the longest time give
    /// way as soon as all of their slots are over, and until then new ones are left out.
    static constexpr std::size_t kMaxSeries = 65536;
    static constexpr std::size_t kMaxArrays = 1024;

    using Counts = std::array<std::uint32_t, kSlots>; ///< oldest first; the last slot is under way

    /// Counts what changes a path: ANA states, paths that come and go. The rest is left out.
    void add(const Event& event);

    /// The most that one of these namespaces saw in each slot: one ANA change of a group with 4,096
    /// namespaces is one change.
    [[nodiscard]] Counts peak(std::string_view host, std::string_view subsysnqn,
                              std::string_view array, std::span<const std::uint32_t> nsids,
                              const Moment& now) const;

    [[nodiscard]] std::size_t size() const { return series_.size(); }

  private:
    struct Series {
        std::int64_t newest{}; ///< number of the newest slot
        std::array<std::uint16_t, kSlots> counts{};
    };

    static std::string array_key(std::string_view host, std::string_view subsysnqn,
                                 std::string_view array);
    Series* series_of(const Event& event, std::int64_t slot);
    void drop_rested(std::int64_t slot);

    std::unordered_map<std::string, std::uint32_t> arrays_;
    std::unordered_map<std::uint64_t, Series> series_; ///< by array and NSID
    std::int64_t swept_{-1};                           ///< the slot in which room was made last
};

/// One character a count, on a scale that is the same everywhere: ▁ is none, each step up doubles.
[[nodiscard]] std::string sparkline(std::span<const std::uint32_t> counts);

} // namespace haoh::tool
