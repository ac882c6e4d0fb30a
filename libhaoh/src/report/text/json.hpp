// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How the JSON of all renderings is written.
#pragma once

#include "base/json_text.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace haoh::report {

using Json = nlohmann::ordered_json; ///< keys stay in the order in which people read them

/// Indented ASCII with a newline at the end. \pre all strings are valid UTF-8 (text.hpp, safe_text)
[[nodiscard]] inline std::string dump(const Json& json) {
    return json.dump(2, ' ', true) + '\n';
}

/// A text from a device, where there is one.
inline void put_text(Json& out, const char* key, std::string_view raw) {
    if (!raw.empty()) {
        out[key] = base::escape_bytes(raw);
    }
}

} // namespace haoh::report
