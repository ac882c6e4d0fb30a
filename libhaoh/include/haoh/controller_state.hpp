// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The state of a controller, as a kernel or a monitor has it.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// A state by what it means, and where it means nothing here by its text. Read from texts where they
/// come in, and nowhere else.
class ControllerState {
  public:
    enum Kind : std::uint8_t {
        unknown, ///< nobody said
        // Of sysfs (drivers/nvme/host/sysfs.c, nvme_sysfs_show_state).
        created, ///< "new"
        live,
        resetting,
        connecting,
        deleting,
        deleting_no_io, ///< "deleting (no IO)"
        dead,
        // Of a monitor.
        lost,       ///< it was there
        unreadable, ///< it is there, and its state could not be read
        other,      ///< another text
    };

    ControllerState() = default;
    ControllerState(Kind kind) : kind_{kind} {} // NOLINT(google-explicit-constructor): it is one
    /// What a text says; `text()` gives it back as it was.
    [[nodiscard]] static ControllerState of(std::string_view text);

    [[nodiscard]] Kind kind() const { return kind_; }
    /// "live", "deleting (no IO)"; empty: unknown.
    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] bool is_live() const { return kind_ == live; }

    auto operator<=>(const ControllerState&) const = default;

  private:
    Kind kind_{unknown};
    std::string other_; ///< of Kind::other
};

} // namespace haoh
