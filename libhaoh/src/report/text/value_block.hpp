// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Values side by side, so that the eye sees where they differ.
#pragma once

#include "report/text/text.hpp"

#include <span>
#include <string>

namespace haoh::report {

struct LabelledValue {
    std::string label; ///< who says so; may be empty
    std::string value;
};

/// Writes one line for each value, labels and values aligned, with a line of marks below where that
/// helps. Labels stand above their values where both do not fit side by side.
/// \param complete  shortens nothing and leaves nothing out
/// \return whether something was shortened or left out
bool write_value_block(TextWriter& writer, std::size_t indent,
                       std::span<const LabelledValue> values, bool complete);

} // namespace haoh::report
