// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy_udev.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh {

namespace {

constexpr std::string_view kHeader =
    "# Written by haoh policy set: I/O policies of NVMe subsystems";

/// What comes before the assignment: the same for the same subsystem, whatever the policy.
std::string match_part(std::string_view subsysnqn) {
    constexpr std::string_view kDevices =
        R"(ACTION=="add|change", SUBSYSTEM=="nvme-subsystem", ATTR{subsystype}=="nvm")";
    return subsysnqn.empty() ? std::string(kDevices)
                             : fmt::format(R"({}, ATTR{{subsysnqn}}=="{}")", kDevices, subsysnqn);
}

constexpr std::string_view kAssignment = ", ATTR{iopolicy}=";

} // namespace

std::string udev_rule(std::string_view policy, std::string_view subsysnqn) {
    // The value of a match is a glob of udev(7), without a way to take one of these as it is.
    const bool plain = std::all_of(subsysnqn.begin(), subsysnqn.end(), [](unsigned char character) {
        return character > ' ' && character < 0x7F &&
               std::string_view(R"("\*?[]|)").find(static_cast<char>(character)) ==
                   std::string_view::npos;
    });
    if (!plain) {
        throw Error(Errc::invalid_argument, "write a udev rule for", subsysnqn,
                    "udev would read a character of this NQN as a pattern, or not at all",
                    "set the policy for all subsystems, or write a rule by ATTR{model}");
    }
    return fmt::format("{}{}\"{}\"\n", match_part(subsysnqn), kAssignment, policy);
}

bool is_own_udev_file(std::string_view content) {
    return content.starts_with(kHeader) &&
           (content.size() == kHeader.size() || content[kHeader.size()] == '\n');
}

std::string merge_udev_rules(std::string_view content, std::string_view policy,
                             std::string_view subsysnqn) {
    const std::string rule = udev_rule(policy, subsysnqn);
    const std::string replaced = match_part(subsysnqn) + std::string(kAssignment);
    std::string others;
    if (is_own_udev_file(content)) {
        content.remove_prefix(std::min(kHeader.size() + 1, content.size()));
        while (!content.empty()) {
            const std::string_view line = content.substr(0, content.find('\n'));
            content.remove_prefix(std::min(line.size() + 1, content.size()));
            if (!line.starts_with(replaced)) {
                others += line;
                others += '\n';
            }
        }
    }
    return fmt::format("{}\n{}", kHeader, subsysnqn.empty() ? rule + others : others + rule);
}

} // namespace haoh
