// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The style sheet of a page: light and dark, on a screen and on paper. It names nothing outside of the page,
/// and has no letter that XML would take for markup.
#pragma once

#include <array>
#include <string_view>

namespace haoh::report {

/// Its parts, in their order.
[[nodiscard]] std::array<std::string_view, 4> style_sheet();

} // namespace haoh::report
