// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host_view.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <regex>

namespace haoh::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// How the first message of the kernel's log that a text quotes, as ("..."), begins: up to what
/// differs each time. Empty where it quotes none.
std::string quoted_message(const std::string& text) {
    const auto begin = text.find("(\"");
    if (begin == std::string::npos)
        return {};
    auto message = text.substr(begin + 2, text.find('"', begin + 2) - begin - 2);
    std::smatch differs;
    if (std::regex_search(message, differs, std::regex(R"(\b(N|M|nvmeX)\b|\.\.\.)")))
        message.resize(static_cast<std::size_t>(differs.position()));
    return message;
}

bool has_no_state(const HostPath& path) {
    return path.ana_state == "invalid_state" || path.ana_state == "(null)";
}

} // namespace

CheckReport HostView::ask_directly() {
    return haoh_check({arrays().port("a"), arrays().port("b")}, SimulatedArrays::kDefaultNqn,
                      {"--kernel", GetParam()});
}

std::vector<HostPath> HostView::paths_of(const std::string& array) {
    auto paths = host().paths(SimulatedArrays::kDefaultNqn);
    std::erase_if(paths, [&](const HostPath& path) {
        return path.trsvcid != arrays().port(array) || path.nsid.empty();
    });
    return paths;
}

std::string HostView::head_of(const HostPath& path) {
    const auto c = path.path.find('c');
    return path.path.substr(0, c) + path.path.substr(path.path.find('n', c));
}

std::string HostView::sysfs(const std::string& path) {
    return guest().must("cat /sys/" + path + " 2>/dev/null || true");
}

std::string HostView::state_on_b(std::uint32_t nsid) {
    return host().ana_state(SimulatedArrays::kDefaultNqn, arrays().port("b"), nsid);
}

void HostView::wait_state_on_b(std::uint32_t nsid, std::string_view state) {
    host().wait_ana_state(SimulatedArrays::kDefaultNqn, arrays().port("b"), nsid, state);
}

void HostView::expect_as_told(const std::vector<Defect>& defects) {
    for (const auto& [name, rule, is_said] : defects) {
        SCOPED_TRACE(name);
        const auto before = messages().size();
        const bool connected = connect_scenario(name);
        const auto report = ask_directly();
        const auto outcome = report.outcomes.find(rule);
        EXPECT_NE(outcome, report.outcomes.end()) << rule << " says nothing: " << report;
        if (outcome != report.outcomes.end()) {
            SCOPED_TRACE(outcome->second);
            const auto& effect = report.effects.at(rule);
            expect_outcome(outcome->second, connected);
            expect_size(effect, connected);
            if (is_said) {
                EXPECT_THAT(messages().substr(before), HasSubstr(quoted_message(effect)));
            }
        }
        host().disconnect_all();
    }
}

std::string HostView::expect_told(const std::string& rule, const std::string& outcome) {
    const auto report = ask_directly();
    const auto told = report.outcomes.find(rule);
    if (told == report.outcomes.end()) {
        ADD_FAILURE() << rule << " says nothing of the kernel: " << report;
        return {};
    }
    EXPECT_EQ(told->second, outcome) << rule;
    return report.effects.at(rule);
}

/// That a device has size 0 where haoh says so.
void HostView::expect_size(const std::string& effect, bool connected) {
    if (!connected || !effect.starts_with("the device has size 0"))
        return;
    const auto on_b = paths_of("b");
    EXPECT_TRUE(std::any_of(on_b.begin(), on_b.end(), [](const HostPath& path) {
        return sysfs("block/" + path.path + "/size") == "0";
    })) << messages();
}

/// That the kernel did what haoh says that it does.
void HostView::expect_outcome(const std::string& outcome, bool connected) {
    const auto on_a = paths_of("a");
    const auto on_b = paths_of("b");
    const auto some_on_b = [&](auto condition) {
        return std::any_of(on_b.begin(), on_b.end(), condition);
    };
    if (outcome == "controller_rejected") {
        EXPECT_FALSE(connected);
        return;
    }
    ASSERT_TRUE(connected);
    if (outcome == "path_refused") {
        EXPECT_LT(on_b.size(), std::max<std::size_t>(on_a.size(), 1));
    } else if (outcome == "path_unused") {
        EXPECT_TRUE(some_on_b(has_no_state));
    } else if (outcome == "namespace_resized") {
        EXPECT_TRUE(some_on_b([&](const HostPath& path) {
            const auto twin = std::find_if(on_a.begin(), on_a.end(), [&](const auto& other) {
                return other.nsid == path.nsid;
            });
            const auto size = sysfs("block/" + path.path + "/size");
            return twin != on_a.end() && size == sysfs("block/" + head_of(path) + "/size") &&
                   size != sysfs("block/" + twin->path + "/size");
        }));
    } else if (outcome == "volumes_merged") {
        ASSERT_EQ(on_a.size(), on_b.size());
        EXPECT_TRUE(some_on_b([&](const HostPath& path) {
            return sysfs("block/" + head_of(path) + "/wwid").starts_with("nvme.");
        }));
    } else if (outcome == "ana_ignored") {
        EXPECT_TRUE(some_on_b([](const HostPath& path) { return path.ana_state.empty(); }));
    } else if (outcome == "unnoticed" || outcome == "io_errors" || outcome == "wrong_blocks") {
        // Both arrays serve; what happens to I/O is not looked at here.
        EXPECT_EQ(on_a.size(), on_b.size());
        EXPECT_THAT(on_b, Not(IsEmpty()));
    } else {
        FAIL() << "no such outcome: " << outcome;
    }
}

} // namespace haoh::test
