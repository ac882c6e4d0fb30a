// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whether whoever watches was there all the time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace haoh::monitor {

/// Finds the times in which the process did not run, because it was stopped or because its machine
/// slept: then nothing was seen, and no connection was kept alive.
class Presence {
  public:
    /// One moment on two clocks.
    struct Clocks {
        std::chrono::nanoseconds monotonic{}; ///< CLOCK_MONOTONIC stands while the machine sleeps
        std::chrono::nanoseconds boot{};      ///< CLOCK_BOOTTIME goes on

        [[nodiscard]] static Clocks now();
    };
    struct Gap {
        std::chrono::nanoseconds length{};
        std::chrono::nanoseconds slept{}; ///< how long of it the machine did

        bool operator==(const Gap&) const = default;
    };

    /// How often `see` is to be called.
    static constexpr std::chrono::seconds kBeat{1};
    /// Half of KATO: Keep Alive goes out that often, so that less costs no connection.
    static constexpr std::chrono::seconds kShortestGap{5};
    /// Whatever a connection has to say is there by then, after a gap.
    static constexpr std::chrono::seconds kAftermath{5};

    /// The process runs now. \return the gap that has just ended
    std::optional<Gap> see(const Clocks& now);
    /// Whether the last gap was just before `see` was called last.
    [[nodiscard]] bool has_returned() const;
    /// Whether a connection that began at a time of CLOCK_MONOTONIC, and was lost now, was so because
    /// nobody was there for it: `see` was called for now.
    [[nodiscard]] bool excuses(std::chrono::nanoseconds began) const;

  private:
    std::optional<Clocks> last_;
    std::optional<std::chrono::nanoseconds> returned_; ///< monotonic
};

/// One clause.
[[nodiscard]] std::string describe(const Presence::Gap& gap);

} // namespace haoh::monitor
