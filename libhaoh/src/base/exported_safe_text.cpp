// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/safe_text.hpp>

#include "base/safe_text.hpp"

namespace haoh {

std::string safe_text(std::string_view text) {
    return base::safe_text(text);
}

} // namespace haoh
