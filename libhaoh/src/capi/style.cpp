// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/style.hpp"

#include "capi/versioned.hpp"

#include <fmt/format.h>

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

std::string_view format_name(int format) {
    switch (format) {
    case HAOH_TEXT:
        return "text";
    case HAOH_JSON:
        return "json";
    case HAOH_DOT:
        return "dot";
    case HAOH_SVG:
        return "svg";
    default:
        return {};
    }
}

void refuse_format(std::string_view what) {
    throw Error(Errc::invalid_argument, "use", std::string{what},
                "this function has no such format");
}

} // namespace haoh::capi
