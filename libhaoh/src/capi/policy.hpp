// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <haoh/host_policy.hpp>

namespace haoh::capi {

/// Sets it below the root of `setting`, where the kernel offers it.
/// \param before  gets what it was, for haoh_text_free(), unless it is NULL
/// \throws Error as require_policy, require_offered and set_io_policy
void set_policy(const PolicySetting& setting, char** before);

} // namespace haoh::capi
