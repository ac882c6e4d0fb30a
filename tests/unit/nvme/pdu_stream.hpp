// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// PDUs as literal bytes, and what a reader makes of a stream.
#pragma once

#include <haoh/nvme/pdu.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {

using Item = std::variant<Pdu, PduError>;

inline constexpr bool kToHost = true;
inline constexpr bool kToController = false;
inline constexpr std::uint32_t kMaxData = 8192;

inline PduFormat with_digests(bool header, bool data) {
    PduFormat format;
    format.header_digest = header;
    format.data_digest = data;
    return format;
}

/// Everything that comes out of one stream.
inline std::vector<Item> read_all(const Bytes& stream, bool to_host, const PduFormat& format = {}) {
    PduReader reader(to_host, kMaxData);
    reader.set_format(format);
    reader.feed(stream);
    std::vector<Item> items;
    while (auto item = reader.next()) {
        items.push_back(std::move(*item));
    }
    return items;
}

/// The one PDU of a stream.
template <typename T>
T read_one(const Bytes& stream, bool to_host, const PduFormat& format = {}) {
    const std::vector<Item> items = read_all(stream, to_host, format);
    if (items.size() == 1 && std::holds_alternative<Pdu>(items[0])) {
        if (const T* pdu = std::get_if<T>(&std::get<Pdu>(items[0]))) {
            return *pdu;
        }
    }
    ADD_FAILURE() << "not exactly one PDU of the type";
    return {};
}

/// The error that a stream ends with.
inline PduError read_error(const Bytes& stream, bool to_host, const PduFormat& format = {}) {
    const std::vector<Item> items = read_all(stream, to_host, format);
    if (!items.empty() && std::holds_alternative<PduError>(items.back())) {
        return std::get<PduError>(items.back());
    }
    ADD_FAILURE() << "no error";
    return {};
}

inline Bytes ic_req() {
    Bytes pdu = hex("00 00 80 00 80 00 00 00" // ICReq, HLEN 128, PLEN 128
                    "00 00 07 03 0f 00 00 00");
    pdu.resize(128);
    return pdu;
}

inline Bytes ic_resp() {
    Bytes pdu = hex("01 00 80 00 80 00 00 00"
                    "00 00 00 01 00 00 02 00");
    pdu.resize(128);
    return pdu;
}

inline Bytes capsule_resp() {
    return hex("05 00 18 00 18 00 00 00"
               "01 00 00 00 00 00 00 00 03 00 00 00 11 00 00 00");
}

/// C2HData of four bytes for command 17, the last of them.
inline Bytes c2h_data() {
    return hex("07 04 18 18 1c 00 00 00"
               "11 00 00 00 00 10 00 00 04 00 00 00 00 00 00 00"
               "de ad be ef");
}

inline std::vector<Pdu> some_of_each() {
    CapsuleCmd command;
    command.sqe.fill(0x11);
    CapsuleCmd connect = command;
    connect.data = Bytes(1024, 0x22);
    CapsuleResp response;
    response.cqe.fill(0x33);
    const DataPdu in{.cccid = 1, .last = true, .success = true, .data = Bytes(100, 0x44)};
    const DataPdu out{.from_host = true, .cccid = 2, .ttag = 3, .data = Bytes(4096, 0x55)};
    const DataPdu empty{.cccid = 4, .data = {}};
    return {IcReq{.pfv = 0, .hpda = 31, .dgst = 3, .maxr2t = 1},
            IcResp{.pfv = 0, .cpda = 31, .dgst = 3, .maxh2cdata = 4096},
            TermReq{.from_host = true, .fes = 1, .fei = 2, .data = Bytes(24, 0x66)},
            TermReq{.from_host = false, .fes = 6, .fei = 10, .data = {}},
            command,
            connect,
            response,
            in,
            out,
            empty,
            R2t{.cccid = 5, .ttag = 6, .r2to = 7, .r2tl = 8}};
}

inline bool from_controller(const Pdu& pdu) {
    switch (type_of(pdu)) {
    case PduType::ic_resp:
    case PduType::c2h_term_req:
    case PduType::capsule_resp:
    case PduType::c2h_data:
    case PduType::r2t:
        return true;
    default:
        return false;
    }
}

} // namespace haoh::nvme
