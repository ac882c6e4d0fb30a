// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/sysfs_text.hpp"

#include <algorithm>

namespace haoh::linux_kernel {

std::string sysfs_text(nvme::ByteView field) {
    std::string text(field.begin(), std::find(field.begin(), field.end(), 0));
    text.erase(text.find_last_not_of(" \t\n\v\f\r") + 1);
    return text;
}

bool says_no_ana_state(std::string_view ana_state) {
    return ana_state == "invalid state" || ana_state == "(null)";
}

} // namespace haoh::linux_kernel
