// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How the JSON of all renderings is written.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace haoh::report {

using Json = nlohmann::ordered_json; ///< keys stay in the order in which people read them

/// Indented ASCII with a newline at the end. \pre all strings are valid UTF-8 (text.hpp, safe_text)
[[nodiscard]] inline std::string dump(const Json& json) {
    return json.dump(2, ' ', true) + '\n';
}

} // namespace haoh::report
