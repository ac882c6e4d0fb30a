// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/badge.hpp"

#include <algorithm>

namespace haoh::report {

std::string_view sign_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass:
        return "\u2713";
    case Verdict::note:
        return "i";
    case Verdict::unknown:
        return "?";
    case Verdict::warn:
        return "!";
    case Verdict::fail:
        return "\u2717";
    }
    return {};
}

std::string word_of_verdict(Verdict verdict) {
    std::string out{to_string(verdict)};
    std::ranges::transform(out, out.begin(),
                           [](char letter) { return static_cast<char>(letter - 'a' + 'A'); });
    return out;
}

std::string class_of(Verdict verdict) {
    return std::string{to_string(verdict)};
}

void write_badge(Markup& out, Verdict verdict) {
    out.element("span", {{"class", "badge " + class_of(verdict)}}, [&] {
        out.leaf("span", {{"class", "sign"}, {"aria-hidden", "true"}}, sign_of(verdict));
        out.text(word_of_verdict(verdict));
    });
}

} // namespace haoh::report
