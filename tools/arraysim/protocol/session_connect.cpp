// SPDX-License-Identifier: LGPL-2.1-or-later
// The Connect command: which controller a queue belongs to.
#include <arraysim/protocol/session.hpp>

#include <arraysim/arrays/identity.hpp>

#include <haoh/nvme/fabrics.hpp>

#include <algorithm>

namespace haoh::arraysim {

using nvme::ByteView;
namespace status = nvme::status;

Answer Session::connect(const nvme::SubmissionEntry& entry, ByteView data, TimePoint now) {
    // Offsets of what may be wrong, for the response: in the command, or in the data.
    constexpr std::uint32_t kInData = 1U << 16;
    constexpr std::uint32_t kQidOffset = 42;
    constexpr std::uint32_t kSqsizeOffset = 44;
    constexpr std::uint32_t kHostidOffset = 0 | kInData;
    constexpr std::uint32_t kCntlidOffset = 16 | kInData;
    constexpr std::uint32_t kSubnqnOffset = 256 | kInData;
    constexpr std::uint32_t kHostnqnOffset = 512 | kInData;
    constexpr std::uint8_t kDisableFlowControl = 0x04;

    const auto fail = [](std::uint16_t code, std::uint32_t where = 0) {
        return Answer::failed(AnswerKind::connect, static_cast<std::uint16_t>(code | kDnr), where);
    };
    const auto invalid = [&fail](std::uint32_t where) {
        return fail(status::connect_invalid_parameters, where);
    };
    const auto record_format = static_cast<std::uint16_t>(entry.cdw[0] & 0xFFFFU);
    const auto qid = static_cast<std::uint16_t>(entry.cdw[0] >> 16U);
    const auto sqsize = static_cast<std::uint16_t>(entry.cdw[1] & 0xFFFFU);
    const auto attributes = static_cast<std::uint8_t>((entry.cdw[1] >> 16U) & 0xFFU);

    if (data.size() != nvme::kConnectDataSize) {
        return fail(status::sgl_length_invalid);
    }
    if (record_format != 0) {
        return fail(status::connect_incompatible_format);
    }
    const nvme::ConnectData request = nvme::decode_connect_data(data);
    const bool discovery = request.subnqn == nvme::kDiscoveryNqn;
    if (!discovery && (request.subnqn != array_.nqn() || array_.power == Power::hidden)) {
        return invalid(kSubnqnOffset);
    }
    if (request.hostnqn.empty()) {
        return invalid(kHostnqnOffset);
    }
    if (nvme::all_zero(request.hostid)) {
        return invalid(kHostidOffset);
    }
    const auto& allowed = array_.spec().allowed_hosts;
    if (!discovery && allowed &&
        std::find(allowed->begin(), allowed->end(), request.hostnqn) == allowed->end()) {
        return fail(status::connect_invalid_host);
    }
    const nvme::Capabilities cap{.raw = array_.capabilities()};
    if (sqsize == 0 || sqsize > cap.mqes()) {
        return invalid(kSqsizeOffset);
    }

    Controller* controller = nullptr;
    if (qid == 0) {
        const bool wants_dynamic = request.cntlid == nvme::kDynamicController;
        if (discovery ? !wants_dynamic : wants_dynamic == array_.static_model()) {
            return invalid(kCntlidOffset);
        }
        controller = simulator_.create_controller(array_, port_, discovery, request.cntlid);
        if (controller == nullptr) {
            // A chosen one that does not exist or is taken, or no ID is left.
            return wants_dynamic || request.cntlid == nvme::kAnyStaticController
                       ? fail(status::connect_controller_busy)
                       : invalid(kCntlidOffset);
        }
        controller->admin = this;
        controller->hostnqn = request.hostnqn;
        controller->hostid = request.hostid;
        set_keep_alive(array_, *controller, entry.cdw[2]);
        simulator_.restart_keep_alive(*controller, now);
    } else {
        if (discovery) {
            return invalid(kQidOffset);
        }
        controller = simulator_.find_controller(array_, request.cntlid);
        if (controller == nullptr) {
            return invalid(kCntlidOffset);
        }
        if (controller->hostnqn != request.hostnqn) {
            return invalid(kHostnqnOffset);
        }
        if (controller->hostid != request.hostid) {
            return invalid(kHostidOffset);
        }
        if (!controller->ready() || controller->queues.contains(qid)) {
            return fail(status::command_sequence_error);
        }
        if (qid > (controller->features.number_of_queues & 0xFFFFU) + 1) {
            return invalid(kQidOffset);
        }
        controller->queues[qid] = this;
    }
    controller_ = controller;
    qid_ = qid;
    Answer result{.kind = AnswerKind::connect, .dword01 = controller->cntlid};
    CommandContext context{.simulator = simulator_,
                           .array = array_,
                           .controller = *controller,
                           .port = port_,
                           .now = now};
    apply_overrides(context, result);
    if ((result.status & 0x7FFU) != 0) {
        controller_ = nullptr;
        if (qid == 0) {
            controller->admin = nullptr;
            simulator_.destroy_controller(*controller, {});
        } else {
            controller->queues.erase(qid);
        }
        return result;
    }
    queue_entries_ = static_cast<std::uint16_t>(sqsize + 1U);
    flow_control_disabled_ = (attributes & kDisableFlowControl) != 0;
    sqhd_ = flow_control_disabled_ ? std::uint16_t{0xFFFF} : std::uint16_t{1};
    state_ = State::connected;
    return result;
}

} // namespace haoh::arraysim
