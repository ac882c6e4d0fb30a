// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The file that holds an I/O policy, from the moment of the check to that of the writing.
#pragma once

#include "host/sysfs_directory.hpp"

#include <haoh/host_policy.hpp>

#include <string>
#include <string_view>

namespace haoh::host {

/// A subsystem's policy, or the default. Its directory stays open: a subsystem that goes away, and
/// another that gets its instance, are never taken for the one that was chosen.
/// Not longer than its root.
class PolicyFile {
  public:
    /// \param subsystem  as in PolicySetting
    /// \throws Error (not_found, unsupported)
    PolicyFile(const SysfsRoot& root, std::string_view subsystem);

    /// \throws Error as `set_io_policy`
    PolicyChange set(std::string_view policy) const;

  private:
    void open_default();
    void open_subsystem(std::string_view name);
    [[nodiscard]] std::string object() const;
    [[noreturn]] void fail(int error, std::string_view policy) const;

    const SysfsRoot& root_;
    SysfsDirectory directory_;
    PolicyChange chosen_;
};

} // namespace haoh::host
