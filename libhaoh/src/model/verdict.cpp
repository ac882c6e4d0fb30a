// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/verdict.hpp>

namespace haoh {

std::string_view to_string(Verdict value) {
    switch (value) {
    case Verdict::pass:
        return "pass";
    case Verdict::note:
        return "note";
    case Verdict::unknown:
        return "unknown";
    case Verdict::warn:
        return "warn";
    case Verdict::fail:
        return "fail";
    }
    return "?";
}

} // namespace haoh
