// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/json.hpp"
#include "report/rules_view.hpp"

namespace haoh {

std::string to_json(std::span<const Rule* const> rules) {
    report::Json out{{"schema", "haoh.rules/1"}, {"rules", report::Json::array()}};
    for (const Rule* rule : rules) {
        out["rules"].push_back({{"id", rule->id},
                                {"title", rule->title},
                                {"class", to_string(rule->rule_class)},
                                {"severity", to_string(rule->severity)},
                                {"verdict", to_string(rule->verdict)},
                                {"relaxed_in", report::windows_of(*rule)},
                                {"basis", rule->basis},
                                {"why", rule->why},
                                {"fix", rule->fix}});
    }
    return report::dump(out);
}

} // namespace haoh
