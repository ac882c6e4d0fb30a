// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Cases of what becomes of rules where there is more or less to judge by.
#pragma once

#include "unit/catalogue/pair.hpp"

#include <gtest/gtest.h>

#include <map>

namespace haoh::test {

struct CountCase {
    const char* name;
    std::function<void(Pair&)> change; ///< of one controller an array, with two namespaces
    std::map<std::string, RuleState> states;
};

inline std::ostream& operator<<(std::ostream& out, const CountCase& one) {
    return out << one.name;
}

/// TEST_P in rule_count_test.cpp.
class RuleCounts : public testing::TestWithParam<CountCase> {};

inline constexpr RuleState kHeld = RuleState::held;
inline constexpr RuleState kBroken = RuleState::broken;
inline constexpr RuleState kUnknown = RuleState::unknown;
inline constexpr RuleState kNothing = RuleState::not_applicable;

inline void lose_identify(Node& node) {
    node.edit = [](ControllerObservation& one) { one.identify = Page::of_failure("lost"); };
}
inline void lose_ana_log(Node& node) {
    node.edit = [](ControllerObservation& one) { one.ana.log = Page::of_failure("lost"); };
}
inline void lose_namespace_list(Node& node) {
    node.edit = [](ControllerObservation& one) {
        one.active_nsids.reset();
        one.namespaces.clear();
    };
}
inline void lose_descriptors(Path& path) {
    path.edit = [](NamespaceObservation& one) { one.descriptors = Page::of_failure("lost"); };
}
inline void lose_namespace_page(Path& path) {
    path.edit = [](NamespaceObservation& one) { one.identify = Page::of_failure("lost"); };
}
inline void miss_array(Pair& pair) {
    pair.unobserved.push_back({.object = "tcp://10.3.0.1:4420",
                               .target = "tcp://10.3.0.1:4420",
                               .subsysnqn = kNqn,
                               .error = "timed out"});
}
/// Another volume under the same number.
inline void other_volume(Path& path) {
    path.uuid(other_uuid()).nguid(other_nguid()).eui64(other_eui64());
}
/// A second subsystem: the namespaces of the pair's second array, as another name.
inline void rename_b(Pair& pair) {
    pair.on_b([](Node& node) { node.nqn(std::string(kNqn) + "-b"); });
}

inline std::string count_name(const testing::TestParamInfo<CountCase>& info) {
    return info.param.name;
}

} // namespace haoh::test
