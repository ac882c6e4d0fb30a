// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_paragraphs.hpp"

#include "report/rules/rules_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace haoh::report {
namespace {

void add_values(std::string& out, const std::vector<LabelledValue>& values) {
    std::size_t widest = 0;
    for (const LabelledValue& one : values) {
        widest = std::max(widest, columns(one.label));
    }
    for (const LabelledValue& one : values) {
        const std::string gap(one.label.empty() ? 0 : widest - columns(one.label) + 2, ' ');
        out += fmt::format("  {}{}{}\n", one.label, gap, one.value);
    }
}

void add_advice(std::string& out, const FindingGroup& group) {
    const auto add = [&out](std::string_view label, std::string_view text) {
        if (!text.empty()) {
            out += fmt::format("{}: {}\n", label, text);
        }
    };
    add("Why", group.why);
    if (group.on_kernel) {
        add(short_release(group.on_kernel->release), group.on_kernel->text);
    }
    add("Fix", group.fix);
    add("At stake", stake(group.severity));
    add("Basis", group.basis);
}

} // namespace

std::string paragraphs(const FindingText& words, std::span<const ToldItem> items) {
    std::string out;
    for (std::size_t index = 0; index < items.size(); ++index) {
        const auto& [group, item] = items[index];
        out += fmt::format("{}: {}\n", upper(to_string(group->verdict)), words.headline(*item));
        if (const std::string why_not = deviation(*group); !why_not.empty()) {
            out += fmt::format("({})\n", why_not);
        }
        add_values(out, words.values(*group, *item, true));
        for (const std::string& line : item->config) {
            out += fmt::format("  {}\n", line);
        }
        if (index + 1 == items.size() || items[index + 1].group != group) {
            add_advice(out, *group);
        }
    }
    return out;
}

std::string deviation(const FindingGroup& group) {
    if (group.waived) {
        return fmt::format("waived until {} by {}: {}", group.waived->expires, group.waived->owner,
                           group.waived->reason);
    }
    return group.known ? "known: an earlier report has it" : std::string();
}

std::string_view moment(std::string_view observed_at) {
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
    const bool fits =
        observed_at.size() == kForm.size() &&
        std::equal(kForm.begin(), kForm.end(), observed_at.begin(), [](char form, char letter) {
            return form == 'd' ? letter >= '0' && letter <= '9' : form == letter;
        });
    return fits ? observed_at : std::string_view();
}

} // namespace haoh::report
