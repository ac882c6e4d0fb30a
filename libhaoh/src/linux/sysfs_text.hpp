// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Texts of sysfs. Fields of Identify Controller are the bytes as they are, not as people read them
/// (drivers/nvme/host/sysfs.c, nvme_subsys_show_str_function: "%.*s"). Pure.
#pragma once

#include <haoh/nvme/bytes.hpp>

#include <string>
#include <string_view>

namespace haoh::linux_kernel {

/// What an attribute of the field holds: up to a NUL byte, and without white space at its end.
[[nodiscard]] std::string sysfs_text(nvme::ByteView field);

/// Whether `ana_state` says that no group told a state: that of number 0, or of a number without a name
/// (drivers/nvme/host/multipath.c, nvme_ana_state_names).
[[nodiscard]] bool says_no_ana_state(std::string_view ana_state);

} // namespace haoh::linux_kernel
