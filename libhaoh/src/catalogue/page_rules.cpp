// SPDX-License-Identifier: LGPL-2.1-or-later
// What no rule knows: whole pages.
#include "catalogue/catalogue.hpp"

#include <array>

namespace haoh::judge {

namespace {

constexpr Row kNsIdnsMaskEqual{
    .rule = {.id = "ns.idns_mask.equal",
             .title = "Identify Namespace is the same on all controllers, byte for byte",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §2.4.1: the same data structure contents are returned by all "
                      "controllers; without fields that vary by time or controller",
             .why = "The arrays say different things about one namespace in a place that no other "
                    "rule knows.",
             .fix = "Array: find out why the field differs; what belongs to the namespace must "
                    "come from one source."},
    .judge = ComparePages{ComparePages::Of::namespaces}};

constexpr Row kCtrlIdctrlMaskEqual{
    .rule = {.id = "ctrl.idctrl_mask.equal",
             .title = "Identify Controller is the same in what no other rule knows",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice; without fields that belong to one controller, unit or moment",
             .why = "The arrays differ in a place that no other rule knows; mostly another "
                    "generation or release.",
             .fix = "Array: nothing, when the difference is known and meant."},
    .judge = ComparePages{ComparePages::Of::controller}};

constexpr std::array kRows{&kNsIdnsMaskEqual, &kCtrlIdctrlMaskEqual};

} // namespace

std::span<const Row* const> page_rows() {
    return kRows;
}

} // namespace haoh::judge
