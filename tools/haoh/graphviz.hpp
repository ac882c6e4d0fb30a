// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Drawing by Graphviz, when it is installed.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace haoh::tool {

inline constexpr std::size_t kDrawingLimit = std::size_t{256} << 20U; ///< bytes

/// What `dot -Tsvg` makes of a graph. The program is found in PATH and run without a shell.
/// \throws Error when Graphviz is not installed, fails, draws more than `limit` bytes, or takes longer
///         than `timeout`
[[nodiscard]] std::string draw_svg(std::string_view graph, std::chrono::milliseconds timeout,
                                   std::size_t limit = kDrawingLimit);

} // namespace haoh::tool
