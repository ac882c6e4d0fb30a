// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/pdu.hpp>

#include <haoh/nvme/crc32c.hpp>

#include "nvme/pdu_header.hpp"

#include <fmt/format.h>

#include <cassert>

namespace haoh::nvme {

using namespace detail;

namespace {

constexpr std::size_t round_up(std::size_t value, std::size_t unit) {
    return (value + unit - 1) / unit * unit;
}

/// Lays out a PDU: header, digest, padding, data, digest.
class PduWriter {
  public:
    PduWriter(PduType type, ByteView data, const PduFormat& format)
        : hlen_(header_length(type)),
          header_digest_(may_have_digests(type) && format.header_digest),
          data_digest_(may_have_data(type) && !data.empty() && format.data_digest),
          data_offset_(hlen_ + (header_digest_ ? kDigestSize : 0)), data_length_(data.size()) {
        const bool has_pdo = may_have_data(type) && !data.empty();
        if (has_pdo) {
            data_offset_ = round_up(data_offset_, format.data_alignment);
            assert(data_offset_ <= 0xFF);
        }
        const std::size_t plen = data_offset_ + data_length_ + (data_digest_ ? kDigestSize : 0);
        bytes_.resize(plen);
        bytes_[kTypeOffset] = static_cast<std::uint8_t>(type);
        flag(pdu_flag::header_digest, header_digest_);
        flag(pdu_flag::data_digest, data_digest_);
        bytes_[kHlenOffset] = static_cast<std::uint8_t>(hlen_);
        bytes_[kPdoOffset] = has_pdo ? static_cast<std::uint8_t>(data_offset_) : std::uint8_t{0};
        store_le(bytes_, kPlenOffset, static_cast<std::uint32_t>(plen));
        put_bytes(data_offset_, data);
    }

    void flag(std::uint8_t flag, bool set) { bytes_[kFlagsOffset] |= set ? flag : std::uint8_t{0}; }
    template <typename T>
    void put(std::size_t offset, T value) {
        store_le(bytes_, offset, value);
    }
    void put_bytes(std::size_t offset, ByteView value) {
        std::copy(value.begin(), value.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    [[nodiscard]] Bytes finish() && {
        if (header_digest_) {
            store_le(bytes_, hlen_, crc32c(slice(bytes_, 0, hlen_)));
        }
        if (data_digest_) {
            store_le(bytes_, data_offset_ + data_length_,
                     crc32c(slice(bytes_, data_offset_, data_length_)));
        }
        return std::move(bytes_);
    }

  private:
    Bytes bytes_;
    std::size_t hlen_;
    bool header_digest_;
    bool data_digest_;
    std::size_t data_offset_;
    std::size_t data_length_;
};

struct Encoder {
    const PduFormat& format;

    Bytes operator()(const IcReq& pdu) const {
        PduWriter writer(PduType::ic_req, {}, format);
        writer.put(8, pdu.pfv);
        writer.put(10, pdu.hpda);
        writer.put(11, pdu.dgst);
        writer.put(12, pdu.maxr2t);
        return std::move(writer).finish();
    }
    Bytes operator()(const IcResp& pdu) const {
        PduWriter writer(PduType::ic_resp, {}, format);
        writer.put(8, pdu.pfv);
        writer.put(10, pdu.cpda);
        writer.put(11, pdu.dgst);
        writer.put(12, pdu.maxh2cdata);
        return std::move(writer).finish();
    }
    Bytes operator()(const TermReq& pdu) const {
        PduWriter writer(pdu.from_host ? PduType::h2c_term_req : PduType::c2h_term_req,
                         slice(pdu.data, 0, kMaxTermReqData), format);
        writer.put(8, pdu.fes);
        writer.put(10, pdu.fei);
        return std::move(writer).finish();
    }
    Bytes operator()(const CapsuleCmd& pdu) const {
        PduWriter writer(PduType::capsule_cmd, pdu.data, format);
        writer.put_bytes(kCommonHeaderSize, pdu.sqe);
        return std::move(writer).finish();
    }
    Bytes operator()(const CapsuleResp& pdu) const {
        PduWriter writer(PduType::capsule_resp, {}, format);
        writer.put_bytes(kCommonHeaderSize, pdu.cqe);
        return std::move(writer).finish();
    }
    Bytes operator()(const DataPdu& pdu) const {
        PduWriter writer(pdu.from_host ? PduType::h2c_data : PduType::c2h_data, pdu.data, format);
        writer.flag(pdu_flag::last, pdu.last);
        writer.flag(pdu_flag::success, !pdu.from_host && pdu.success);
        writer.put(8, pdu.cccid);
        writer.put(10, pdu.from_host ? pdu.ttag : std::uint16_t{0});
        writer.put(12, pdu.datao);
        writer.put(16, static_cast<std::uint32_t>(pdu.data.size()));
        return std::move(writer).finish();
    }
    Bytes operator()(const R2t& pdu) const {
        PduWriter writer(PduType::r2t, {}, format);
        writer.put(8, pdu.cccid);
        writer.put(10, pdu.ttag);
        writer.put(12, pdu.r2to);
        writer.put(16, pdu.r2tl);
        return std::move(writer).finish();
    }
};

struct TypeOf {
    PduType operator()(const IcReq& /*pdu*/) const { return PduType::ic_req; }
    PduType operator()(const IcResp& /*pdu*/) const { return PduType::ic_resp; }
    PduType operator()(const TermReq& pdu) const {
        return pdu.from_host ? PduType::h2c_term_req : PduType::c2h_term_req;
    }
    PduType operator()(const CapsuleCmd& /*pdu*/) const { return PduType::capsule_cmd; }
    PduType operator()(const CapsuleResp& /*pdu*/) const { return PduType::capsule_resp; }
    PduType operator()(const DataPdu& pdu) const {
        return pdu.from_host ? PduType::h2c_data : PduType::c2h_data;
    }
    PduType operator()(const R2t& /*pdu*/) const { return PduType::r2t; }
};

} // namespace

std::string to_string(PduType type) {
    switch (type) {
    case PduType::ic_req:
        return "ICReq";
    case PduType::ic_resp:
        return "ICResp";
    case PduType::h2c_term_req:
        return "H2CTermReq";
    case PduType::c2h_term_req:
        return "C2HTermReq";
    case PduType::capsule_cmd:
        return "CapsuleCmd";
    case PduType::capsule_resp:
        return "CapsuleResp";
    case PduType::h2c_data:
        return "H2CData";
    case PduType::c2h_data:
        return "C2HData";
    case PduType::r2t:
        return "R2T";
    }
    return fmt::format("PDU type {:02X}h", static_cast<unsigned>(type));
}

std::string to_string(Fes fes) {
    switch (fes) {
    case Fes::invalid_header_field:
        return "invalid PDU header field";
    case Fes::sequence_error:
        return "PDU sequence error";
    case Fes::header_digest_error:
        return "header digest error";
    case Fes::data_out_of_range:
        return "data transfer out of range";
    case Fes::r2t_limit_exceeded:
        return "R2T limit or data transfer limit exceeded";
    case Fes::unsupported_parameter:
        return "unsupported parameter";
    }
    return fmt::format("fatal error status {:02X}h", static_cast<unsigned>(fes));
}

PduType type_of(const Pdu& pdu) {
    return std::visit(TypeOf{}, pdu);
}

Bytes encode(const Pdu& pdu, const PduFormat& format) {
    return std::visit(Encoder{format}, pdu);
}

} // namespace haoh::nvme
