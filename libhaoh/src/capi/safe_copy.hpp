// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What C is given of names of any origin: it prints them, ends them at a NUL, and believes them to be
/// UTF-8 (haoh/safe_text.hpp).
#pragma once

#include <haoh/safe_text.hpp>

#include <string>

namespace haoh::capi {

template <typename... Texts>
void make_safe(Texts&... texts) {
    ((texts = safe_text(texts)), ...);
}

} // namespace haoh::capi
