// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What sysfs shows of a kernel's objects, in words.
#pragma once

#include "report/list/host_view.hpp"

#include <string>

namespace haoh::report {

/// "?" where there is none.
[[nodiscard]] std::string attribute_text(const Attribute& attribute);
[[nodiscard]] std::string ana_text(const Attribute& ana_state);
/// "tcp 10.0.0.1:4420 from 10.0.0.9".
[[nodiscard]] std::string address_of(const KernelController& controller);
[[nodiscard]] ListedNamespace describe(const KernelNamespace& head);

} // namespace haoh::report
