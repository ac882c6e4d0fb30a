// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Names of any origin, as a terminal or a log may have them.
///
/// **What is safe, and what is exact.** Words for people are made safe where they are made, and every
/// structure of this library has them so: parts of an `Error`; `what` and the values of a `Finding`;
/// `before` and `after` of a `Difference`; `text` of an `Event`; `Unobserved::error`, `Page::error`,
/// `unread`; `evidence`, `why`, `notes`, `problem`. So is whatever is rendered as text. Names are data,
/// and are as an array, a kernel or a file has them, byte by byte: NQNs, controllers, devices, paths,
/// arrays, hosts, states, attributes. JSON holds what it has of these with escapes. Who prints one
/// without a rendering of this library calls `safe_text`. In C (haoh/haoh.h) every text is safe.
#pragma once

#include <haoh/visibility.h>

#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// Valid UTF-8 of one line, whose every character shows itself: each byte of a control character, of
/// one that is invisible or changes the direction of writing, and of anything that is not UTF-8
/// becomes `\xNN`. What is safe stays as it is, backslashes too: done twice it is as good as once.
[[nodiscard]] std::string safe_text(std::string_view text);

} // namespace haoh
