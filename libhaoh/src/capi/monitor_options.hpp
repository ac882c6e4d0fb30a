// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <haoh/haoh.h>
#include <haoh/monitor.hpp>

namespace haoh::capi {

/// \param source,options  NULL: this host, defaults
/// \throws Error (invalid_argument, unsupported)
[[nodiscard]] MonitorOptions monitor_options_of(const haoh_source* source,
                                                const haoh_monitor_options* options);

} // namespace haoh::capi
