// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Identifiers of namespaces and where volumes are, in words.
#pragma once

#include "judge/compare.hpp"

#include <string>
#include <vector>

namespace haoh::judge {

/// The identifier that a defect is about, as text; all of them where it is not about one.
[[nodiscard]] std::string value_text(const nvme::NamespaceIds& ids, IdentityDefect defect);

/// The types that some paths have and others lack.
[[nodiscard]] std::vector<nvme::IdType> partial_types(const SharedNamespace& shared);

/// Where one volume is: "nsid 1 on array-a and nsid 5 on array-b".
[[nodiscard]] std::string homes(const Subsystem& subsystem, const Move& move);

/// What each controller shows under the NSIDs of a move.
[[nodiscard]] std::vector<FindingValue> move_values(const Subsystem& subsystem, const Move& move);

} // namespace haoh::judge
