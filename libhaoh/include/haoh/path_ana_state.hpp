// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The ANA state of a path, as a kernel or a monitor has it.
#pragma once

#include <haoh/nvme/ana_log.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// A state by what it means, and where it means nothing here by its text. Read from texts where they
/// come in, and nowhere else.
class PathAnaState {
  public:
    enum Kind : std::uint8_t {
        none,       ///< without ANA
        defined,    ///< one of nvme::kAnaStates
        unreadable, ///< it is there, and could not be read, or was not yet
        other,      ///< another text: "(null)", "invalid state", "invalid (5)"
    };

    PathAnaState() = default;
    PathAnaState(nvme::AnaState state); // NOLINT(google-explicit-constructor): it is one
    /// What sysfs has; empty: without ANA. `text()` gives it back as it was.
    [[nodiscard]] static PathAnaState of(std::string_view text);
    [[nodiscard]] static PathAnaState not_read();

    [[nodiscard]] Kind kind() const { return kind_; }
    /// Where it is defined.
    [[nodiscard]] std::optional<nvme::AnaState> state() const;
    /// "optimized", "(null)", "unreadable"; empty: without ANA.
    [[nodiscard]] std::string text() const;

    auto operator<=>(const PathAnaState&) const = default;

  private:
    Kind kind_{none};
    nvme::AnaState state_{}; ///< of Kind::defined
    std::string other_;      ///< of Kind::other
};

} // namespace haoh
