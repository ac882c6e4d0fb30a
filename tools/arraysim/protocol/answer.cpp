// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/answer.hpp>

#include "base/number_text.hpp"

#include <arraysim/scenario/name_table.hpp>

#include <array>
#include <string>

namespace haoh::arraysim {

namespace {

using AnswerName = KindName<AnswerKind>;

constexpr std::array kAnswerNames{
    AnswerName{AnswerKind::ic_resp, "icresp"},
    AnswerName{AnswerKind::connect, "connect"},
    AnswerName{AnswerKind::property, "property"},
    AnswerName{AnswerKind::identify_controller, "identify-controller"},
    AnswerName{AnswerKind::identify_namespace, "identify-namespace"},
    AnswerName{AnswerKind::descriptors, "descriptors"},
    AnswerName{AnswerKind::nvm, "nvm"},
    AnswerName{AnswerKind::nvm_controller, "nvm-controller"},
    AnswerName{AnswerKind::independent, "independent"},
    AnswerName{AnswerKind::namespace_list, "namespace-list"},
    AnswerName{AnswerKind::namespace_controllers, "namespace-controllers"},
    AnswerName{AnswerKind::controller_list, "controller-list"},
    AnswerName{AnswerKind::io_command_sets, "io-command-sets"},
    AnswerName{AnswerKind::allocated_list, "allocated-list"},
    AnswerName{AnswerKind::domain_list, "domain-list"},
    AnswerName{AnswerKind::supported_logs, "supported-logs"},
    AnswerName{AnswerKind::error_log, "error-log"},
    AnswerName{AnswerKind::smart_log, "smart-log"},
    AnswerName{AnswerKind::firmware_log, "firmware-log"},
    AnswerName{AnswerKind::changed_namespaces_log, "changed-namespaces-log"},
    AnswerName{AnswerKind::commands_log, "commands-log"},
    AnswerName{AnswerKind::ana_log, "ana-log"},
    AnswerName{AnswerKind::dispersed_log, "dispersed-log"},
    AnswerName{AnswerKind::discovery_log, "discovery-log"},
    AnswerName{AnswerKind::features, "features"},
    AnswerName{AnswerKind::set_features, "set-features"},
    AnswerName{AnswerKind::async_event, "async-event"},
    AnswerName{AnswerKind::keep_alive, "keep-alive"},
    AnswerName{AnswerKind::read, "read"},
    AnswerName{AnswerKind::write, "write"},
    AnswerName{AnswerKind::other, "other"},
};

constexpr auto kAnswerKinds = kinds_of(kAnswerNames);

} // namespace

std::string_view to_string(AnswerKind kind) {
    return name_of(kAnswerNames, kind);
}

std::optional<AnswerKind> parse_answer_kind(std::string_view text) {
    return named(kAnswerNames, text);
}

std::span<const AnswerKind> answer_kinds() {
    return kAnswerKinds;
}

std::optional<Occurrence> parse_occurrence(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = base::parse_number<std::uint64_t>(text.substr(0, dash));
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
    const auto last = base::parse_number<std::uint64_t>(tail);
    if (!last || *last < *first) {
        return std::nullopt;
    }
    range.last = *last;
    return range;
}

} // namespace haoh::arraysim
