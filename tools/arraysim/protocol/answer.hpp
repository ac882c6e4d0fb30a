// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The answers that an array gives, by name: what an override lies about and where a fault strikes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace haoh::arraysim {

enum class AnswerKind : std::uint8_t {
    ic_resp,                ///< the ICResp PDU (faults only)
    connect,                ///< response of a Connect command
    property,               ///< response of a Property Get; an override gives the property's offset
    identify_controller,    ///< CNS 01h
    identify_namespace,     ///< CNS 00h
    descriptors,            ///< CNS 03h
    nvm,                    ///< CNS 05h, CSI 00h
    nvm_controller,         ///< CNS 06h, CSI 00h
    independent,            ///< CNS 08h
    namespace_list,         ///< CNS 02h
    namespace_controllers,  ///< CNS 12h
    controller_list,        ///< CNS 13h
    io_command_sets,        ///< CNS 1Ch
    allocated_list,         ///< CNS 10h
    domain_list,            ///< CNS 18h
    supported_logs,         ///< LID 00h
    error_log,              ///< LID 01h
    smart_log,              ///< LID 02h
    firmware_log,           ///< LID 03h
    changed_namespaces_log, ///< LID 04h
    commands_log,           ///< LID 05h
    ana_log,                ///< LID 0Ch
    dispersed_log,          ///< LID 17h
    discovery_log,          ///< LID 70h
    features,               ///< Get Features; an override gives the feature identifier
    set_features,           ///< Set Features
    async_event,            ///< completion of an Asynchronous Event Request
    keep_alive,             ///< Keep Alive
    read,                   ///< any I/O command that returns data
    write,                  ///< any other I/O command
    other,                  ///< any other admin or fabrics command
};

/// "identify-controller", "ana-log", ...: as scenarios spell it.
[[nodiscard]] std::string_view to_string(AnswerKind kind);
[[nodiscard]] std::optional<AnswerKind> parse_answer_kind(std::string_view text);
/// Every kind, in order: for messages that list what may stand in a place.
[[nodiscard]] std::span<const AnswerKind> answer_kinds();

/// Which of the matching answers, counted from 1.
struct Occurrence {
    std::uint64_t first{1};
    std::uint64_t last{std::numeric_limits<std::uint64_t>::max()};

    [[nodiscard]] bool contains(std::uint64_t count) const {
        return count >= first && count <= last;
    }
    bool operator==(const Occurrence&) const = default;
};
/// Reads "3", "2-4" or "2-"; nullopt for anything else, for 0 and for a descending range.
[[nodiscard]] std::optional<Occurrence> parse_occurrence(std::string_view text);

} // namespace haoh::arraysim
