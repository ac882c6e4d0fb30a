// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers as PDUs, and the faults that spoil them.
#include <arraysim/protocol/session.hpp>

#include <algorithm>
#include <utility>

namespace haoh::arraysim {

using nvme::Bytes;
using nvme::ByteView;
namespace status = nvme::status;

namespace {

Bytes noise(std::size_t length) {
    // A fixed sequence, so that a run can be repeated; its first byte is no PDU type.
    Bytes bytes(length);
    std::uint32_t value = 0xA5;
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(value);
        value = value * 1103515245U + 12345U;
        value ^= value >> 16U;
    }
    return bytes;
}

} // namespace

Bytes Session::response(std::uint16_t cid, std::uint16_t code, std::uint64_t dword01) const {
    return nvme::encode(nvme::CapsuleResp{.cqe = nvme::encode_cqe({.dword01 = dword01,
                                                                   .sqhd = sqhd_,
                                                                   .sqid = 0,
                                                                   .cid = cid,
                                                                   .status = nvme::Status{code}})},
                        format_);
}

std::optional<FaultSpec> Session::fault_for(AnswerKind kind, std::uint32_t nsid) {
    for (ActiveFault& fault : array_.faults) {
        const FaultSpec& spec = fault.spec;
        switch (spec.kind) {
        case FaultKind::banner:
        case FaultKind::not_ready:
        case FaultKind::moving_ana_count:
        case FaultKind::moving_generation:
            continue; // strike elsewhere
        default:
            break;
        }
        if (spec.answer == kind && spec.nsid.value_or(nsid) == nsid &&
            spec.port.value_or(port_) == port_ && spec.when.contains(++fault.matches)) {
            return spec;
        }
    }
    return std::nullopt;
}

void Session::answer(const nvme::SubmissionEntry& entry, Answer&& answer, TimePoint now) {
    if (answer.later) {
        return;
    }
    const auto fault = fault_for(answer.kind, answer.nsid);
    const ArraySpec& spec = array_.spec();
    const TimePoint due = now + spec.latency;
    const bool ok = (answer.status & 0x7FFU) == 0;
    const bool success_flag =
        spec.c2h_success && flow_control_disabled_ && ok && answer.dword01 == 0;
    Bytes bytes;
    if (ok) {
        // What the host gave no room for is not sent.
        std::size_t length = std::min<std::size_t>(answer.data.size(), entry.sgl_length);
        if (fault && fault->kind == FaultKind::short_data) {
            length = std::min<std::size_t>(length, fault->value.value_or(0));
        }
        for (std::size_t offset = 0; offset < length;) {
            const std::size_t part = std::min<std::size_t>(length - offset, spec.c2h_data_size);
            nvme::DataPdu pdu{.from_host = false,
                              .cccid = entry.cid,
                              .datao = static_cast<std::uint32_t>(offset),
                              .last = offset + part == length};
            if (fault && fault->kind == FaultKind::data_out_of_range) {
                pdu.datao = static_cast<std::uint32_t>(fault->value.value_or(entry.sgl_length));
            }
            pdu.success = pdu.last && success_flag;
            const ByteView view = nvme::slice(answer.data, offset, part);
            pdu.data.assign(view.begin(), view.end());
            const Bytes encoded = nvme::encode(pdu, format_);
            bytes.insert(bytes.end(), encoded.begin(), encoded.end());
            offset += part;
        }
    }
    const std::size_t last_pdu = bytes.size();
    if (!success_flag || bytes.empty()) {
        const Bytes encoded = response(entry.cid, answer.status, answer.dword01);
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    }
    if (fault) {
        strike(*fault, std::move(bytes), last_pdu, due);
    } else {
        if (split_ && last_pdu != 0 && last_pdu != bytes.size()) {
            const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(last_pdu);
            send(Bytes(bytes.begin(), middle), due);
            bytes.erase(bytes.begin(), middle);
        }
        send(std::move(bytes), due);
    }
}

void Session::strike(const FaultSpec& fault, Bytes bytes, std::size_t last_pdu, TimePoint due) {
    constexpr std::uint16_t kNobodysCommand = 0xFFF0;
    switch (fault.kind) {
    case FaultKind::stall: {
        const std::size_t length = fault.value.value_or(bytes.size() / 2);
        bytes.resize(std::min(length, bytes.size()));
        send(std::move(bytes), due);
        stalled_ = true;
        return;
    }
    case FaultKind::garbage:
        send(noise(std::min<std::uint64_t>(fault.value.value_or(64), 1U << 20U)), due);
        stalled_ = true;
        return;
    case FaultKind::header_digest:
        if (format_.header_digest) {
            bytes[bytes[2]] ^= 0xFFU; // right behind HLEN bytes
        }
        break;
    case FaultKind::data_digest:
        if (format_.data_digest && last_pdu != 0) {
            bytes[nvme::load_le<std::uint32_t>(bytes, kPlenOffset) - 1] ^= 0xFFU;
        }
        break;
    case FaultKind::length:
        nvme::store_le(bytes, kPlenOffset, static_cast<std::uint32_t>(fault.value.value_or(0)));
        break;
    case FaultKind::unsolicited: {
        Bytes both = response(static_cast<std::uint16_t>(fault.value.value_or(kNobodysCommand)),
                              status::success, 0);
        both.insert(both.end(), bytes.begin(), bytes.end());
        bytes = std::move(both);
        break;
    }
    case FaultKind::duplicate: {
        const Bytes again(bytes.begin() + static_cast<std::ptrdiff_t>(last_pdu), bytes.end());
        bytes.insert(bytes.end(), again.begin(), again.end());
        break;
    }
    case FaultKind::no_answer:
        return;
    case FaultKind::close:
        close("a fault of the scenario");
        return;
    case FaultKind::terminate:
        terminate(static_cast<nvme::Fes>(fault.value.value_or(
                      static_cast<std::uint64_t>(nvme::Fes::invalid_header_field))),
                  0, {}, "a fault of the scenario");
        return;
    default:
        break;
    }
    send(std::move(bytes), due);
}

} // namespace haoh::arraysim
