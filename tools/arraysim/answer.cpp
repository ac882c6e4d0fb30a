// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/answer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace haoh::arraysim {

namespace {

struct Name {
    AnswerKind kind;
    std::string_view text;
};

constexpr std::array kNames{
    Name{AnswerKind::ic_resp, "icresp"},
    Name{AnswerKind::connect, "connect"},
    Name{AnswerKind::property, "property"},
    Name{AnswerKind::identify_controller, "identify-controller"},
    Name{AnswerKind::identify_namespace, "identify-namespace"},
    Name{AnswerKind::descriptors, "descriptors"},
    Name{AnswerKind::nvm, "nvm"},
    Name{AnswerKind::nvm_controller, "nvm-controller"},
    Name{AnswerKind::independent, "independent"},
    Name{AnswerKind::namespace_list, "namespace-list"},
    Name{AnswerKind::namespace_controllers, "namespace-controllers"},
    Name{AnswerKind::controller_list, "controller-list"},
    Name{AnswerKind::io_command_sets, "io-command-sets"},
    Name{AnswerKind::supported_logs, "supported-logs"},
    Name{AnswerKind::error_log, "error-log"},
    Name{AnswerKind::smart_log, "smart-log"},
    Name{AnswerKind::firmware_log, "firmware-log"},
    Name{AnswerKind::changed_namespaces_log, "changed-namespaces-log"},
    Name{AnswerKind::commands_log, "commands-log"},
    Name{AnswerKind::ana_log, "ana-log"},
    Name{AnswerKind::dispersed_log, "dispersed-log"},
    Name{AnswerKind::discovery_log, "discovery-log"},
    Name{AnswerKind::features, "features"},
    Name{AnswerKind::set_features, "set-features"},
    Name{AnswerKind::async_event, "async-event"},
    Name{AnswerKind::keep_alive, "keep-alive"},
    Name{AnswerKind::read, "read"},
    Name{AnswerKind::write, "write"},
    Name{AnswerKind::other, "other"},
};

constexpr auto kKinds = [] {
    std::array<AnswerKind, kNames.size()> kinds{};
    std::transform(kNames.begin(), kNames.end(), kinds.begin(),
                   [](const Name& name) { return name.kind; });
    return kinds;
}();

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || rest != end) {
        return std::nullopt;
    }
    return value;
}

} // namespace

std::string_view to_string(AnswerKind kind) {
    const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                           [kind](const Name& name) { return name.kind == kind; });
    return found == kNames.end() ? std::string_view{"other"} : found->text;
}

std::optional<AnswerKind> parse_answer_kind(std::string_view text) {
    for (const Name& name : kNames) {
        if (name.text == text) {
            return name.kind;
        }
    }
    return std::nullopt;
}

std::span<const AnswerKind> answer_kinds() {
    return kKinds;
}

std::optional<Occurrence> parse_occurrence(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_count(text.substr(0, dash));
    if (!first || *first == 0) {
        return std::nullopt;
    }
    Occurrence range{.first = *first, .last = *first};
    if (dash == std::string_view::npos) {
        return range;
    }
    const std::string_view tail = text.substr(dash + 1);
    if (tail.empty()) {
        range.last = std::numeric_limits<std::uint64_t>::max();
        return range;
    }
    const auto last = parse_count(tail);
    if (!last || *last < *first) {
        return std::nullopt;
    }
    range.last = *last;
    return range;
}

} // namespace haoh::arraysim
