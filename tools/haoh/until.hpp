// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// When `haoh monitor` has seen enough: --until.
#pragma once

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace haoh::tool {

/// "EVENT [TO]": the first event of that kind, that leads to TO where it is given. For `access` it
/// is the state that counts, so that one need not have seen it come: `access restored` holds when
/// every namespace is restored and every source was asked, `access no_path` when some namespace has no path.
class Until {
  public:
    /// \throws Error (invalid_argument) that lists the words there are
    [[nodiscard]] static Until parse(std::string_view text);

    /// Whether the state alone is enough.
    [[nodiscard]] bool met(const MonitorStatus& status) const;
    /// Whether this event is enough.
    [[nodiscard]] bool met(const Event& event) const;
    /// Whether `met(MonitorStatus)` may answer yes at all.
    [[nodiscard]] bool looks_at_state() const { return access_.has_value(); }

  private:
    EventKind kind_{};
    std::string to_; ///< empty: whatever
    std::optional<Access> access_;
};

} // namespace haoh::tool
