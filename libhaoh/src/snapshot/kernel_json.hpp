// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The kernel's side in `haoh.observation/1`: the key "kernels".
#pragma once

#include "base/located_reader.hpp"

#include <haoh/kernel.hpp>

#include <nlohmann/json.hpp>

namespace haoh::snapshot {

/// An attribute is its text; an absent one has no key. One that could not be read is
/// {"error": why}, and one that was padded with NUL bytes {"text": ..., "nul_padded": true}.
/// A path also says whether the kernel uses it, which is not read back.
[[nodiscard]] nlohmann::ordered_json kernel_json(const KernelObservation& kernel);

/// What `kernel_json` writes.
/// \throws Error at the first key that is missing, unknown or of another type
[[nodiscard]] KernelObservation read_kernel_json(const base::Node& node);

} // namespace haoh::snapshot
