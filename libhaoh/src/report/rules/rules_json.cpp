// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/rules/rules_view.hpp"
#include "report/text/json.hpp"

#include <fmt/format.h>

namespace haoh {

std::string to_json(std::span<const Rule* const> rules) {
    report::Json out{{"schema", "haoh.rules/1"}, {"rules", report::Json::array()}};
    const auto release = [](KernelVersion version) {
        return fmt::format("{}.{}", version.major, version.minor);
    };
    for (const Rule* rule : rules) {
        report::Json effects = report::Json::array();
        for (const report::EffectView& view : report::effects_of(*rule)) {
            report::Json effect{{"from", release(view.effect->from)}};
            if (view.effect->until <= kLastKnownKernel) {
                effect["until"] = release(view.effect->until);
            }
            effect["outcome"] = to_string(view.effect->outcome);
            effect["text"] = view.effect->text;
            effect["source"] = view.effect->basis;
            effects.push_back(std::move(effect));
        }
        report::Json row{{"id", rule->id},
                         {"title", rule->title},
                         {"class", to_string(rule->rule_class)},
                         {"severity", to_string(rule->severity)},
                         {"verdict", to_string(rule->verdict)}};
        if (!rule->exception.empty()) {
            row["exception"] = rule->exception;
        }
        row["relaxed_in"] = report::windows_of(*rule);
        row["basis"] = rule->basis;
        row["why"] = rule->why;
        row["fix"] = rule->fix;
        row["on_kernel"] = std::move(effects);
        out["rules"].push_back(std::move(row));
    }
    return report::dump(out);
}

} // namespace haoh
