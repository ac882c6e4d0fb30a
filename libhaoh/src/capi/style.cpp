// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/style.hpp"

#include "capi/versioned.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::capi {

TextStyle text_style(const haoh_style* style) {
    constexpr std::size_t kFirst = offsetof(haoh_style, verbose) + sizeof(int);
    constexpr unsigned kNarrowest = 40;
    TextStyle out;
    if (style == nullptr) {
        return out;
    }
    const haoh_style given = taken(*style, kFirst, "struct haoh_style");
    if (given.width != 0 && given.width < kNarrowest) {
        throw Error(Errc::invalid_argument, "use", "struct haoh_style",
                    fmt::format("a width of {} is too small", given.width),
                    fmt::format("say {} or more", kNarrowest));
    }
    out.width = given.width != 0 ? given.width : out.width;
    out.color = given.color != 0;
    out.verbose = given.verbose != 0;
    return out;
}

void require_format(int format, std::initializer_list<int> offered) {
    if (std::find(offered.begin(), offered.end(), format) == offered.end()) {
        throw Error(Errc::invalid_argument, "use", fmt::format("format {}", format),
                    "this function has no such format");
    }
}

} // namespace haoh::capi
