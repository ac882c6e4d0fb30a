// SPDX-License-Identifier: LGPL-2.1-or-later
// The data of commands: C2HData, R2T and H2CData.
#include "session.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::fabric {

namespace {

constexpr std::size_t kHeaderCccid = 8;

} // namespace

void Session::on_data(nvme::DataPdu& data, const nvme::Pdu& pdu) {
    Slot* const slot = find(data.cccid);
    if (slot == nullptr) {
        violate({.fes = nvme::Fes::invalid_header_field,
                 .fei = kFeiCccid,
                 .text = fmt::format("C2HData came for command identifier {:04X}h, which is not "
                                     "outstanding",
                                     data.cccid)},
                pdu);
        return;
    }
    const auto length = static_cast<std::uint32_t>(data.data.size());
    const std::uint32_t expected = slot->command.data_in;
    const auto name = [slot] { return nvme::describe(slot->command); };
    if (expected == 0) {
        violate({.fes = nvme::Fes::data_out_of_range,
                 .text = fmt::format("C2HData came for {}, which reads no data", name())},
                pdu);
    } else if (slot->last_data) {
        violate({.text = fmt::format("C2HData came for {} after its last", name())}, pdu);
    } else if (data.datao != slot->received) {
        violate({.fes = nvme::Fes::data_out_of_range,
                 .text = fmt::format("C2HData for {} begins at byte {}, but byte {} is next",
                                     name(), data.datao, slot->received)},
                pdu);
    } else if (length > expected - slot->received) {
        violate({.fes = nvme::Fes::data_out_of_range,
                 .text = fmt::format("C2HData for {} reaches to byte {}, but {} bytes were asked "
                                     "for",
                                     name(), std::uint64_t{data.datao} + length, expected)},
                pdu);
    } else if (length == 0 && !data.last) {
        violate({.code = Errc::malformed,
                 .fes = nvme::Fes::invalid_header_field,
                 .fei = 16,
                 .text = fmt::format("C2HData without data came for {}", name())},
                pdu);
    } else if (data.success && !data.last) {
        violate({.code = Errc::malformed,
                 .fes = nvme::Fes::invalid_header_field,
                 .fei = 1,
                 .text = fmt::format("C2HData for {} has SUCCESS set, but not LAST_PDU", name())},
                pdu);
    } else {
        slot->received += length;
        slot->last_data = data.last;
        if (!slot->abandoned && !slot->digest_failed) {
            if (slot->data.empty()) {
                slot->data = std::move(data.data);
            } else {
                slot->data.insert(slot->data.end(), data.data.begin(), data.data.end());
            }
        }
        if (data.success) {
            complete(data.cccid, *slot, {}, 0);
        }
    }
}

bool Session::on_data_digest_error(const nvme::PduError& error) {
    const auto cccid = nvme::load_le<std::uint16_t>(error.header, kHeaderCccid);
    Slot* const slot = find(cccid);
    if (slot == nullptr || slot->command.data_in == 0 || slot->last_data) {
        return false;
    }
    // The PDU was framed well, so the command fails alone (section 3.3.1.2): its place in the
    // transfer still counts.
    const auto length = nvme::load_le<std::uint32_t>(error.header, 16);
    const std::uint32_t left = slot->command.data_in - slot->received;
    slot->received += std::min(length, left);
    slot->digest_failed = true;
    slot->data = {};
    const std::uint8_t flags = error.header[1];
    slot->last_data = (flags & nvme::pdu_flag::last) != 0;
    if (slot->last_data && (flags & nvme::pdu_flag::success) != 0) {
        complete(cccid, *slot, {}, 0);
    }
    return true;
}

void Session::on_r2t(const nvme::R2t& r2t, const nvme::Pdu& pdu) {
    Slot* const slot = find(r2t.cccid);
    if (slot == nullptr) {
        violate({.fes = nvme::Fes::invalid_header_field,
                 .fei = kFeiCccid,
                 .text = fmt::format("R2T came for command identifier {:04X}h, which is not "
                                     "outstanding",
                                     r2t.cccid)},
                pdu);
        return;
    }
    const nvme::Bytes& out = slot->command.data_out;
    const auto name = [slot] { return nvme::describe(slot->command); };
    if (out.empty()) {
        violate({.fes = nvme::Fes::data_out_of_range,
                 .text = fmt::format("R2T came for {}, which has no data to send", name())},
                pdu);
        return;
    }
    if (r2t.r2tl == 0 || r2t.r2to != slot->sent || r2t.r2tl > out.size() - slot->sent) {
        violate(
            {.fes = nvme::Fes::data_out_of_range,
             .text = fmt::format("R2T for {} asks for {} bytes from byte {}, but {} bytes from "
                                 "byte {} are left to be sent",
                                 name(), r2t.r2tl, r2t.r2to, out.size() - slot->sent, slot->sent)},
            pdu);
        return;
    }
    const std::uint32_t end = r2t.r2to + r2t.r2tl;
    while (slot->sent < end) {
        const std::uint32_t length = std::min(end - slot->sent, negotiated_.maxh2cdata);
        const auto part = nvme::slice(out, slot->sent, length);
        nvme::DataPdu data;
        data.from_host = true;
        data.cccid = r2t.cccid;
        data.ttag = r2t.ttag;
        data.datao = slot->sent;
        data.data.assign(part.begin(), part.end());
        slot->sent += length;
        data.last = slot->sent == end;
        send(data);
    }
}

} // namespace haoh::fabric
