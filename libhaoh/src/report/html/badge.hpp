// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How a verdict looks on a page: always a sign and a word, never a colour alone.
#pragma once

#include "report/html/markup.hpp"

#include <haoh/verdict.hpp>

#include <string>
#include <string_view>

namespace haoh::report {

/// "\u2717", "!", "?", "i", "\u2713".
[[nodiscard]] std::string_view sign_of(Verdict verdict);
/// "FAIL", "WARN", "UNKNOWN", "NOTE", "PASS".
[[nodiscard]] std::string word_of_verdict(Verdict verdict);
/// Its class in the style sheet: "fail".
[[nodiscard]] std::string class_of(Verdict verdict);

/// The sign and the word.
void write_badge(Markup& out, Verdict verdict);

} // namespace haoh::report
