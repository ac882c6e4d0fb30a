// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/rule.hpp>

#include <algorithm>

namespace haoh {

std::string_view to_string(RuleClass value) {
    switch (value) {
    case RuleClass::eqs:
        return "EQS";
    case RuleClass::eqn:
        return "EQN";
    case RuleClass::uni:
        return "UNI";
    case RuleClass::dom:
        return "DOM";
    case RuleClass::int_:
        return "INT";
    case RuleClass::xrf:
        return "XRF";
    case RuleClass::tmp:
        return "TMP";
    }
    return "?";
}

std::string_view to_string(Severity value) {
    switch (value) {
    case Severity::corruption:
        return "C";
    case Severity::loss:
        return "L";
    case Severity::degraded:
        return "H";
    case Severity::management:
        return "M";
    }
    return "?";
}

std::string_view to_string(RuleState value) {
    switch (value) {
    case RuleState::not_applicable:
        return "not_applicable";
    case RuleState::held:
        return "held";
    case RuleState::unknown:
        return "unknown";
    case RuleState::broken:
        return "broken";
    }
    return "?";
}

bool rule_matches(std::string_view id, std::string_view glob) {
    std::size_t at = 0;
    std::size_t pattern = 0;
    std::size_t star = std::string_view::npos; // where to go on when a guess at `*` was too short
    std::size_t star_at = 0;
    while (at < id.size()) {
        if (pattern < glob.size() && glob[pattern] == '*') {
            star = pattern++;
            star_at = at;
        } else if (pattern < glob.size() && (glob[pattern] == '?' || glob[pattern] == id[at])) {
            ++pattern;
            ++at;
        } else if (star != std::string_view::npos) {
            pattern = star + 1;
            at = ++star_at;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', pattern) == std::string_view::npos;
}

bool rule_chosen(std::string_view id, std::span<const std::string> globs) {
    bool chosen = true; // as long as none says which
    bool matched = false;
    for (const std::string& glob : globs) {
        if (!glob.starts_with('!')) {
            chosen = false;
            matched = matched || rule_matches(id, glob);
        }
    }
    return (chosen || matched) && !rule_excluded(id, globs);
}

bool rule_excluded(std::string_view id, std::span<const std::string> globs) {
    return std::any_of(globs.begin(), globs.end(), [id](const std::string& glob) {
        return glob.starts_with('!') && rule_matches(id, std::string_view(glob).substr(1));
    });
}

bool verdict_follows(Severity severity, Verdict verdict) {
    if (verdict == Verdict::unknown) {
        return true;
    }
    switch (severity) {
    case Severity::corruption:
    case Severity::loss:
        return verdict == Verdict::fail;
    case Severity::degraded:
        return verdict == Verdict::fail || verdict == Verdict::warn;
    case Severity::management:
        return verdict == Verdict::warn || verdict == Verdict::note;
    }
    return false;
}

} // namespace haoh
