// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A host's view as text.
#pragma once

#include "report/list/host_view.hpp"
#include "report/text/text.hpp"

namespace haoh::report {

/// \return whether something was left out that `verbose` shows
bool write_host(TextWriter& writer, const ListedHost& host, bool verbose);

} // namespace haoh::report
