// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Commands and the answers that an array gives to them.
#pragma once

#include <arraysim/arrays/simulator.hpp>

#include <haoh/nvme/command.hpp>

namespace haoh::arraysim {

/// An answer before it is put into PDUs.
struct Answer {
    AnswerKind kind{AnswerKind::other};
    std::uint32_t nsid{};
    std::uint32_t id{}; ///< property offset or feature identifier
    std::uint16_t status{};
    std::uint64_t dword01{};
    nvme::Bytes data{};
    bool later{}; ///< an Asynchronous Event Request: completes when there is an event

    [[nodiscard]] static Answer failed(AnswerKind kind, std::uint16_t status,
                                       std::uint64_t dword01 = 0) {
        return {.kind = kind, .status = status, .dword01 = dword01};
    }
};

/// What a command runs on.
struct CommandContext {
    Simulator& simulator;
    Array& array;
    Controller& controller;
    std::size_t port{};
    TimePoint now;
};

/// \name Execution
/// `data` is what the host sent with the command. Each checks everything itself.
///@{
[[nodiscard]] Answer run_admin(CommandContext& context, const nvme::SubmissionEntry& entry,
                               nvme::ByteView data);
[[nodiscard]] Answer run_fabrics(CommandContext& context, const nvme::SubmissionEntry& entry);
[[nodiscard]] Answer run_io(CommandContext& context, const nvme::SubmissionEntry& entry,
                            nvme::ByteView data);
[[nodiscard]] Answer run_identify(CommandContext& context, const nvme::SubmissionEntry& entry);
[[nodiscard]] Answer run_get_log_page(CommandContext& context, const nvme::SubmissionEntry& entry);
[[nodiscard]] Answer run_get_features(CommandContext& context, const nvme::SubmissionEntry& entry);
[[nodiscard]] Answer run_set_features(CommandContext& context, const nvme::SubmissionEntry& entry,
                                      nvme::ByteView data);
///@}

/// Lies, where the scenario says so. Runs on the complete data, before a part of it is cut out.
void apply_overrides(CommandContext& context, Answer& answer);

/// The status of a command for a namespace in this state: success for a usable one.
[[nodiscard]] std::uint16_t ana_status(nvme::AnaState state);
/// Sets KATO, rounded up to the granularity (KAS).
void set_keep_alive(const Array& array, Controller& controller, std::uint32_t kato_ms);

inline constexpr std::uint16_t kDnr = nvme::status::dnr;

} // namespace haoh::arraysim
