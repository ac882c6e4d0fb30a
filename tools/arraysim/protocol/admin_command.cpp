// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/command.hpp>
#include <arraysim/protocol/session.hpp>

#include <haoh/nvme/fabrics.hpp>

namespace haoh::arraysim {

namespace opcode = nvme::opcode;
namespace status = nvme::status;

namespace {

constexpr std::uint32_t kEnable = 1U << 0;
constexpr std::uint32_t kShutdownMask = 3U << 14;

/// Whether a controller can run with this configuration: queue entry sizes, page size, command set.
bool valid_configuration(const CommandContext& context, std::uint32_t cc) {
    const unsigned css = (cc >> 4U) & 7U;
    const unsigned mps = (cc >> 7U) & 0xFU;
    const unsigned ams = (cc >> 11U) & 7U;
    const unsigned iosqes = (cc >> 16U) & 0xFU;
    const unsigned iocqes = (cc >> 20U) & 0xFU;
    const nvme::Capabilities cap{.raw = context.array.capabilities()};
    if (mps < cap.mpsmin() || mps > ((cap.raw >> 52U) & 0xFU) || ams != 0) {
        return false;
    }
    if (context.controller.discovery) {
        return true;
    }
    const bool css_ok = css == 0 || (css == 6 && cap.io_command_sets());
    return css_ok && iosqes == 6 && iocqes == 4;
}

void reset_controller(CommandContext& context) {
    Controller& controller = context.controller;
    for (const auto& [qid, session] : std::map(controller.queues)) {
        context.simulator.close_queue(*session, "the controller was reset");
    }
    controller.queues.clear();
    controller.events.clear();
    const std::uint32_t kato = controller.features.kato_ms;
    controller.features = {};
    controller.features.kato_ms = kato;
    controller.csts = 0;
    controller.changed_namespaces.clear();
}

void set_configuration(CommandContext& context, std::uint32_t value) {
    Controller& controller = context.controller;
    const std::uint32_t before = controller.cc;
    controller.cc = value;
    if ((value & kEnable) != 0 && (before & kEnable) == 0) {
        if (!valid_configuration(context, value)) {
            controller.csts = csts::fatal;
        } else if (!context.array.strikes(FaultKind::not_ready, context.port)) {
            controller.csts = csts::ready;
        }
        context.simulator.restart_keep_alive(controller, context.now);
    } else if ((value & kEnable) == 0 && (before & kEnable) != 0) {
        reset_controller(context);
    }
    if ((value & kShutdownMask) != 0) {
        controller.csts = (controller.csts & csts::ready) | csts::shutdown_complete;
    }
}

Answer property_get(CommandContext& context, const nvme::SubmissionEntry& entry) {
    const std::uint32_t offset = entry.cdw[1];
    const unsigned size = (entry.cdw[0] & 7U) == 1 ? 8 : 4;
    Answer answer{.kind = AnswerKind::property, .id = offset};
    const auto fixed = context.array.property(offset);
    const bool right_size =
        (entry.cdw[0] & 7U) <= 1 && size == (offset == nvme::property::cap ? 8U : 4U);
    if (right_size && offset == nvme::property::cc) {
        answer.dword01 = context.controller.cc;
    } else if (right_size && offset == nvme::property::csts) {
        answer.dword01 = context.controller.csts;
    } else if (right_size && fixed) {
        answer.dword01 = *fixed;
    } else {
        answer.status = status::invalid_field | kDnr;
    }
    apply_overrides(context, answer);
    return answer;
}

Answer property_set(CommandContext& context, const nvme::SubmissionEntry& entry) {
    const std::uint32_t offset = entry.cdw[1];
    if ((entry.cdw[0] & 7U) != 0 || offset != nvme::property::cc) {
        return Answer::failed(AnswerKind::other, status::invalid_field | kDnr);
    }
    set_configuration(context, entry.cdw[2]);
    return {};
}

Answer async_event_request(CommandContext& context, const nvme::SubmissionEntry& entry) {
    if (!context.controller.events.request(entry.cid)) {
        return Answer::failed(AnswerKind::async_event, status::aer_limit_exceeded | kDnr);
    }
    return {.kind = AnswerKind::async_event, .later = true};
}

Answer abort(CommandContext& context, const nvme::SubmissionEntry& entry) {
    // Commands complete at once; only an Asynchronous Event Request can still be outstanding.
    const auto sqid = static_cast<std::uint16_t>(entry.cdw[0] & 0xFFFFU);
    const auto cid = static_cast<std::uint16_t>(entry.cdw[0] >> 16U);
    Answer answer;
    const bool aborted = sqid == 0 && context.controller.events.abort(cid);
    if (aborted) {
        context.controller.admin->abort_event_request(cid);
    }
    answer.dword01 = aborted ? 0 : 1;
    return answer;
}

} // namespace

Answer run_fabrics(CommandContext& context, const nvme::SubmissionEntry& entry) {
    switch (entry.fctype) {
    case nvme::fctype::property_get:
        return property_get(context, entry);
    case nvme::fctype::property_set:
        return property_set(context, entry);
    case nvme::fctype::connect:
        return Answer::failed(AnswerKind::connect, status::command_sequence_error | kDnr);
    default:
        return Answer::failed(AnswerKind::other, status::invalid_field | kDnr);
    }
}

Answer run_admin(CommandContext& context, const nvme::SubmissionEntry& entry, nvme::ByteView data) {
    if (entry.opcode == opcode::fabrics) {
        return run_fabrics(context, entry);
    }
    if (!context.controller.ready()) {
        return Answer::failed(AnswerKind::other, status::command_sequence_error | kDnr);
    }
    switch (entry.opcode) {
    case opcode::identify:
        return run_identify(context, entry);
    case opcode::get_log_page:
        return run_get_log_page(context, entry);
    case opcode::get_features:
        return run_get_features(context, entry);
    case opcode::set_features:
        return run_set_features(context, entry, data);
    case opcode::async_event_request:
        return async_event_request(context, entry);
    case opcode::abort:
        return abort(context, entry);
    case opcode::keep_alive: {
        context.simulator.restart_keep_alive(context.controller, context.now);
        Answer answer{.kind = AnswerKind::keep_alive};
        apply_overrides(context, answer);
        return answer;
    }
    default:
        return Answer::failed(AnswerKind::other, status::invalid_opcode | kDnr);
    }
}

} // namespace haoh::arraysim
