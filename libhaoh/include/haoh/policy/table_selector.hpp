// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What selectors do alike that count commands in flight.
#pragma once

#include <haoh/policy/selector.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {

/// Base of selectors; no use of its own. The names are those of `PathSelector`.
class TableSelector {
  public:
    void started(PathIndex path) noexcept { table_.started(path); }
    void completed(PathIndex path, std::chrono::nanoseconds /*latency*/) noexcept {
        table_.completed(path);
    }
    std::optional<PathIndex> add_path(const PathTraits& traits = {}, const PathState& state = {}) {
        return table_.add(traits, state);
    }
    bool remove_path(PathIndex path) { return table_.remove(path); }
    bool set_path_state(PathIndex path, const PathState& state) {
        return table_.set_state(path, state);
    }
    [[nodiscard]] const PathTable& table() const { return table_; }

  protected:
    explicit TableSelector(std::optional<std::uint16_t> local_site = {},
                           PathTable::SuccessorOf rule = nullptr)
        : table_{local_site, rule} {}
    ~TableSelector() = default;

    PathTable table_; // NOLINT(*-non-private-member-variables-in-classes)
};

} // namespace haoh
