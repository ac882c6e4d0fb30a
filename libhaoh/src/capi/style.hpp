// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is rendered, and how it looks.
#pragma once

#include "capi/call.hpp"

#include <haoh/haoh.h>
#include <haoh/report.hpp>

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace haoh::capi {

/// \param style  NULL: the default
/// \throws Error (invalid_argument) for a width that is too small
[[nodiscard]] TextStyle text_style(const haoh_style* style);

/// What tables of formats call a constant of `enum haoh_format`; empty: it is none.
[[nodiscard]] std::string_view format_name(int format);

/// \throws Error (invalid_argument): a function does not have it
[[noreturn]] void refuse_format(std::string_view what);

/// \throws Error (invalid_argument) unless the table has it
template <typename Row>
const Row& chosen_format(std::span<const Row> formats, int format) {
    const Row* row = find_format(formats, format_name(format));
    if (row == nullptr) {
        refuse_format(fmt::format("format {}", format));
    }
    return *row;
}

template <typename... Things>
char* rendered(const Format<Things...>& format, const TextStyle& style,
               const std::type_identity_t<Things>&... things) {
    std::string text = format.render(things..., style);
    return format.name == format_name(HAOH_JSON) ? json_for_c(std::move(text)) : text_for_c(text);
}

} // namespace haoh::capi
