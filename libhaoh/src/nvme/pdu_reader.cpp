// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/crc32c.hpp>
#include <haoh/nvme/pdu.hpp>

#include "nvme/pdu_header.hpp"

#include <fmt/format.h>

namespace haoh::nvme {

using namespace detail;

namespace {

CommonHeader decode_common_header(ByteView bytes) {
    return {.type = static_cast<PduType>(bytes[kTypeOffset]),
            .flags = bytes[kFlagsOffset],
            .hlen = bytes[kHlenOffset],
            .pdo = bytes[kPdoOffset],
            .plen = load_le<std::uint32_t>(bytes, kPlenOffset)};
}

/// Where the parts of one PDU lie, once its common header is found good.
struct Shape {
    std::size_t hlen{};
    std::size_t header_digest{}; ///< bytes
    std::size_t data_offset{};   ///< of the DATA field; PLEN when there is none
    std::size_t data_length{};
    bool data_digest{};
    std::size_t plen{};
};

/// What is wrong with a header, before it is clad in a `PduError`.
struct Defect {
    Fes fes{Fes::invalid_header_field};
    std::uint32_t fei{};
    std::string text;
};

/// Judges common headers that arrive at one end, field by field in their order: the specification
/// wants the lowest wrong field to be reported.
class HeaderJudge {
  public:
    HeaderJudge(bool to_host, std::uint32_t max_data, const PduFormat& format,
                const CommonHeader& header)
        : to_host_(to_host), max_data_(max_data), format_(format), header_(header) {}

    /// \return nullopt, with `shape` set, for a header that may come
    [[nodiscard]] std::optional<Defect> judge(Shape& shape) const {
        shape.hlen = header_length(header_.type);
        shape.plen = header_.plen;
        shape.data_offset = header_.plen;
        const bool digests = may_have_digests(header_.type);
        shape.header_digest = digests && format_.header_digest ? kDigestSize : 0;
        const std::size_t fixed = shape.hlen + shape.header_digest;
        const bool has_data = may_have_data(header_.type) && header_.plen > fixed;
        shape.data_digest = has_data && format_.data_digest;
        if (auto defect = judge_type()) {
            return defect;
        }
        if (auto defect = judge_flags(shape, has_data)) {
            return defect;
        }
        if (header_.hlen != shape.hlen) {
            return defect(kHlenOffset, fmt::format("with a header length of {} bytes (must be {})",
                                                   header_.hlen, shape.hlen));
        }
        if (header_.plen < fixed) {
            return defect(kPlenOffset,
                          fmt::format("with a length of {} bytes (its header alone has {})",
                                      header_.plen, fixed));
        }
        if (is_term_req(header_.type)) {
            shape.data_offset = shape.hlen;
            shape.data_length = shape.plen - shape.hlen;
            return shape.data_length > kMaxTermReqData ? too_long(fixed + kMaxTermReqData)
                                                       : std::nullopt;
        }
        if (has_data) {
            return judge_data(shape, fixed);
        }
        if (header_.plen != fixed) {
            return defect(kPlenOffset, fmt::format("with a length of {} bytes (must be {})",
                                                   header_.plen, fixed));
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] std::optional<Defect> defect(std::uint32_t offset, std::string_view what) const {
        return Defect{.fei = offset,
                      .text = fmt::format("{} PDU {}", to_string(header_.type), what)};
    }

    [[nodiscard]] bool has_flag(std::uint8_t flag) const { return (header_.flags & flag) != 0; }

    [[nodiscard]] std::optional<Defect> judge_type() const {
        if (header_length(header_.type) == 0) {
            return Defect{.fei = kTypeOffset,
                          .text = fmt::format("undefined {}", to_string(header_.type))};
        }
        if (goes_to_host(header_.type) != to_host_) {
            return defect(kTypeOffset, to_host_ ? "that only a host may send"
                                                : "that only a controller may send");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Defect> judge_flags(const Shape& shape, bool has_data) const {
        const bool header_digest = shape.header_digest != 0;
        if (has_flag(pdu_flag::header_digest) != header_digest) {
            return defect(kFlagsOffset, header_digest ? "without the header digest"
                                                      : "with a header digest flag");
        }
        if (has_flag(pdu_flag::data_digest) != shape.data_digest) {
            if (shape.data_digest) {
                return defect(kFlagsOffset, "without the data digest");
            }
            return defect(kFlagsOffset, has_data ? "with a data digest flag"
                                                 : "with a data digest flag and no data");
        }
        if (header_.type == PduType::c2h_data && has_flag(pdu_flag::success) &&
            !has_flag(pdu_flag::last)) {
            return defect(kFlagsOffset, "with the SUCCESS flag and without LAST_PDU");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Defect> judge_data(Shape& shape, std::size_t fixed) const {
        const std::size_t digest = shape.data_digest ? kDigestSize : 0;
        const std::size_t alignment = std::max<std::size_t>(format_.receive_alignment, 1);
        if (header_.pdo < fixed || header_.pdo % alignment != 0) {
            return defect(
                kPdoOffset,
                fmt::format("with its data at offset {} (must be {} or more, a multiple of {})",
                            header_.pdo, fixed, alignment));
        }
        if (header_.pdo + digest >= header_.plen) {
            return defect(kPdoOffset, fmt::format("with its data at offset {} of {} bytes",
                                                  header_.pdo, header_.plen));
        }
        shape.data_offset = header_.pdo;
        shape.data_length = header_.plen - digest - header_.pdo;
        if (shape.data_length > max_data_) {
            return too_long(header_.pdo + std::size_t{max_data_} + digest);
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Defect> too_long(std::size_t most) const {
        Fes fes = Fes::invalid_header_field;
        if (header_.type == PduType::h2c_data) {
            fes = Fes::r2t_limit_exceeded; // to a host: data transfer limit exceeded
        } else if (header_.type == PduType::c2h_data) {
            fes = Fes::data_out_of_range;
        }
        return Defect{.fes = fes,
                      .fei = kPlenOffset,
                      .text = fmt::format("{} PDU with a length of {} bytes (at most {} may come)",
                                          to_string(header_.type), header_.plen, most)};
    }

    bool to_host_;
    std::uint32_t max_data_;
    const PduFormat& format_;
    const CommonHeader& header_;
};

/// What only the type's own header fields show.
std::optional<Defect> judge_specific(const CommonHeader& header, ByteView pdu, const Shape& shape) {
    if (header.type == PduType::ic_req || header.type == PduType::ic_resp) {
        if (pdu[kPdaOffset] > kMaxDataAlignment) {
            return Defect{.fei = kPdaOffset,
                          .text = fmt::format("{} PDU with a data alignment of {} dwords (at most "
                                              "32 are allowed)",
                                              to_string(header.type), pdu[kPdaOffset] + 1)};
        }
    }
    if (header.type == PduType::h2c_data || header.type == PduType::c2h_data) {
        const auto datal = load_le<std::uint32_t>(pdu, kDatalOffset);
        if (datal != shape.data_length) {
            return Defect{.fei = kDatalOffset,
                          .text = fmt::format("{} PDU that announces {} bytes of data and holds {}",
                                              to_string(header.type), datal, shape.data_length)};
        }
    }
    return std::nullopt;
}

/// \param what "header" or "data"
std::optional<Defect> compare_digest(const CommonHeader& header, std::string_view what,
                                     ByteView covered, std::uint32_t received) {
    const std::uint32_t computed = crc32c(covered);
    if (computed == received) {
        return std::nullopt;
    }
    return Defect{.fes = Fes::header_digest_error,
                  .fei = received,
                  .text = fmt::format("{} PDU with the {} digest {:08X}h ({:08X}h is right)",
                                      to_string(header.type), what, received, computed)};
}

std::optional<Defect> judge_header_digest(const CommonHeader& header, ByteView pdu,
                                          const Shape& shape) {
    return shape.header_digest == 0 ? std::nullopt
                                    : compare_digest(header, "header", pdu.first(shape.hlen),
                                                     load_le<std::uint32_t>(pdu, shape.hlen));
}

std::optional<Defect> judge_data_digest(const CommonHeader& header, ByteView pdu,
                                        const Shape& shape) {
    return !shape.data_digest
               ? std::nullopt
               : compare_digest(header, "data", slice(pdu, shape.data_offset, shape.data_length),
                                load_le<std::uint32_t>(pdu, shape.data_offset + shape.data_length));
}

/// \param judged what was looked at of the header, which does not depend on what else came by then
PduError make_error(const CommonHeader& header, ByteView judged, Defect defect) {
    return {.fes = defect.fes,
            .fei = defect.fei,
            .text = std::move(defect.text),
            .header = Bytes(judged.begin(), judged.end()),
            .termination = is_term_req(header.type)};
}

Pdu decode_pdu(const CommonHeader& header, ByteView pdu, const Shape& shape) {
    const ByteView data = slice(pdu, shape.data_offset, shape.data_length);
    switch (header.type) {
    case PduType::ic_req:
        return IcReq{.pfv = load_le<std::uint16_t>(pdu, 8),
                     .hpda = pdu[10],
                     .dgst = pdu[11],
                     .maxr2t = load_le<std::uint32_t>(pdu, 12)};
    case PduType::ic_resp:
        return IcResp{.pfv = load_le<std::uint16_t>(pdu, 8),
                      .cpda = pdu[10],
                      .dgst = pdu[11],
                      .maxh2cdata = load_le<std::uint32_t>(pdu, 12)};
    case PduType::h2c_term_req:
    case PduType::c2h_term_req:
        return TermReq{.from_host = header.type == PduType::h2c_term_req,
                       .fes = load_le<std::uint16_t>(pdu, 8),
                       .fei = load_le<std::uint32_t>(pdu, 10),
                       .data = Bytes(data.begin(), data.end())};
    case PduType::capsule_cmd:
        return CapsuleCmd{.sqe = load_array<kSqeSize>(pdu, kCommonHeaderSize),
                          .data = Bytes(data.begin(), data.end())};
    case PduType::capsule_resp:
        return CapsuleResp{.cqe = load_array<kCqeSize>(pdu, kCommonHeaderSize)};
    case PduType::h2c_data:
    case PduType::c2h_data: {
        const bool from_host = header.type == PduType::h2c_data;
        return DataPdu{.from_host = from_host,
                       .cccid = load_le<std::uint16_t>(pdu, 8),
                       .ttag = from_host ? load_le<std::uint16_t>(pdu, 10) : std::uint16_t{0},
                       .datao = load_le<std::uint32_t>(pdu, 12),
                       .last = (header.flags & pdu_flag::last) != 0,
                       .success = !from_host && (header.flags & pdu_flag::success) != 0,
                       .data = Bytes(data.begin(), data.end())};
    }
    case PduType::r2t:
        break;
    }
    return R2t{.cccid = load_le<std::uint16_t>(pdu, 8),
               .ttag = load_le<std::uint16_t>(pdu, 10),
               .r2to = load_le<std::uint32_t>(pdu, 12),
               .r2tl = load_le<std::uint32_t>(pdu, 16)};
}

} // namespace

void PduReader::feed(ByteView bytes) {
    if (failed_) {
        return;
    }
    // What was cut out goes once it is at least half of the buffer: each byte moves at most once
    // more on average.
    if (consumed_ >= buffer_.size() - consumed_) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
        consumed_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void PduReader::set_format(const PduFormat& format) {
    format_ = format;
    needed_ = kCommonHeaderSize;
}

std::optional<std::variant<Pdu, PduError>> PduReader::next() {
    if (failed_ || pending() < needed_) {
        return std::nullopt;
    }
    const ByteView waiting = ByteView(buffer_).subspan(consumed_);
    const CommonHeader header = decode_common_header(waiting);
    Shape shape;
    std::size_t judged = kCommonHeaderSize;
    auto defect = HeaderJudge(to_host_, max_data_, format_, header).judge(shape);
    if (!defect) {
        const std::size_t fixed = shape.hlen + shape.header_digest;
        if (waiting.size() < fixed) {
            needed_ = fixed;
            return std::nullopt;
        }
        judged = shape.hlen;
        defect = judge_header_digest(header, waiting, shape);
    }
    if (!defect) {
        defect = judge_specific(header, waiting, shape);
    }
    if (defect) {
        PduError error = make_error(header, waiting.first(judged), std::move(*defect));
        failed_ = true;
        buffer_ = {};
        consumed_ = 0;
        return error;
    }
    if (waiting.size() < shape.plen) {
        needed_ = shape.plen;
        return std::nullopt;
    }
    needed_ = kCommonHeaderSize;
    consumed_ += shape.plen;
    if (auto wrong = judge_data_digest(header, waiting, shape)) {
        PduError error = make_error(header, waiting.first(judged), std::move(*wrong));
        error.fes = Fes{};
        error.data_digest = true;
        return error;
    }
    return decode_pdu(header, waiting.first(shape.plen), shape);
}

} // namespace haoh::nvme
