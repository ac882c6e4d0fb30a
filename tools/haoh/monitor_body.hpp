// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// MonitorBody: the part of a monitor's screen with subsystems, namespaces and paths.
#pragma once

#include "monitor_rows.hpp"
#include "screen_text.hpp"
#include "transition_history.hpp"

#include <haoh/event.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace haoh::tool {

/// Chooses what has room and writes it. The references must outlive it.
class MonitorBody {
  public:
    MonitorBody(const std::vector<SubsystemRow>& subsystems, const TransitionHistory& transitions,
                const Moment& now, std::size_t columns, bool color);

    /// At most `room` lines.
    [[nodiscard]] std::vector<std::string> render(std::size_t room);

  private:
    enum class Form : std::uint8_t { hidden, line, full };
    struct Choice {
        const NamespaceRow* row{};
        std::size_t subsystem{};
        Form form{};
    };
    struct Widths {
        std::size_t array{}, controllers{}, ana{}, since{}, changes{}, slots{};
    };

    bool choose(std::size_t room, bool paths);
    std::size_t show(Choice& choice, std::size_t room);
    void hide_all();
    void measure();
    [[nodiscard]] ScreenLine line() const { return {columns_, color_}; }
    [[nodiscard]] std::string heading() const;
    [[nodiscard]] std::string subsystem_line(const SubsystemRow& subsystem) const;
    [[nodiscard]] std::string namespace_line(const NamespaceRow& row, bool with_paths) const;
    [[nodiscard]] std::string path_line(const SubsystemRow& subsystem, const NamespaceRow& row,
                                        std::size_t index) const;
    [[nodiscard]] std::string hidden_line() const;

    const std::vector<SubsystemRow>& subsystems_;
    const TransitionHistory& transitions_;
    Moment now_;
    std::size_t columns_;
    bool color_;
    std::vector<Choice> choices_;       ///< most urgent first
    std::vector<bool> subsystem_shown_; ///< by index
    Widths widths_;
};

} // namespace haoh::tool
