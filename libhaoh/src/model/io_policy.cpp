// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/io_policy.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace haoh {

namespace {

constexpr std::array<std::pair<IoPolicy, std::string_view>, 3> kIoPolicyNames{
    {{IoPolicy::numa, "numa"},
     {IoPolicy::round_robin, "round-robin"},
     {IoPolicy::queue_depth, "queue-depth"}}};

} // namespace

std::string_view to_string(IoPolicy policy) {
    const auto* const found =
        std::ranges::find(kIoPolicyNames, policy, &std::pair<IoPolicy, std::string_view>::first);
    return found == kIoPolicyNames.end() ? "?" : found->second;
}

std::optional<IoPolicy> parse_io_policy(std::string_view text) {
    const auto* const found =
        std::ranges::find(kIoPolicyNames, text, &std::pair<IoPolicy, std::string_view>::second);
    return found == kIoPolicyNames.end() ? std::nullopt : std::optional{found->first};
}

ShownPolicy::ShownPolicy(std::string_view word) : known_{parse_io_policy(word)} {
    if (!known_) {
        other_ = word;
    }
}

ShownPolicy shown_policy(const Attribute& iopolicy) {
    return ShownPolicy{iopolicy.value()};
}

} // namespace haoh
