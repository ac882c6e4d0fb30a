// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Fields of Identify Controller in sysfs: the bytes as they are, not as people read them
/// (drivers/nvme/host/sysfs.c, nvme_subsys_show_str_function: "%.*s"). Pure.
#pragma once

#include <haoh/nvme/bytes.hpp>

#include <string>

namespace haoh::linux_kernel {

/// What an attribute of the field holds: up to a NUL byte, and without white space at its end.
[[nodiscard]] std::string sysfs_text(nvme::ByteView field);

} // namespace haoh::linux_kernel
