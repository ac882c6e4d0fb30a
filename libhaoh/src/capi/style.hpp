// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is rendered, and how it looks.
#pragma once

#include "capi/call.hpp"

#include <haoh/haoh.h>
#include <haoh/report.hpp>

#include <initializer_list>

namespace haoh::capi {

/// \param style  NULL: the default
/// \throws Error (invalid_argument) for a width that is too small
[[nodiscard]] TextStyle text_style(const haoh_style* style);

/// \throws Error (invalid_argument) unless a function has this format
void require_format(int format, std::initializer_list<int> offered);

/// What `to_json` or `to_text` make of it. \pre the format is one of the two
template <typename Thing>
char* rendered(const Thing& thing, int format, const TextStyle& style) {
    return format == HAOH_JSON ? json_for_c(to_json(thing)) : text_for_c(to_text(thing, style));
}

} // namespace haoh::capi
