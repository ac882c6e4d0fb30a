// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// NVMe/TCP PDUs (NVMe/TCP Transport Specification 1.1, section 3.6): framing, headers, digests.
/// Pure: bytes in, typed PDUs out. Used by both ends.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/command.hpp>
#include <haoh/visibility.h>

#include <optional>
#include <variant>

namespace HAOH_PUBLIC haoh {
namespace nvme {

enum class PduType : std::uint8_t {
    ic_req = 0x00,
    ic_resp = 0x01,
    h2c_term_req = 0x02,
    c2h_term_req = 0x03,
    capsule_cmd = 0x04,
    capsule_resp = 0x05,
    h2c_data = 0x06,
    c2h_data = 0x07,
    r2t = 0x09,
};
/// "ICReq", "CapsuleResp", ...; "PDU type NNh" for undefined values.
[[nodiscard]] std::string to_string(PduType type);

namespace pdu_flag {
inline constexpr std::uint8_t header_digest = 0x01;
inline constexpr std::uint8_t data_digest = 0x02;
inline constexpr std::uint8_t last = 0x04;    ///< H2CData, C2HData: LAST_PDU
inline constexpr std::uint8_t success = 0x08; ///< C2HData: SUCCESS, no CapsuleResp follows
} // namespace pdu_flag

inline constexpr std::size_t kCommonHeaderSize = 8;
inline constexpr std::size_t kDigestSize = 4;
inline constexpr std::size_t kMaxTermReqData = 128; ///< bytes

/// What each PDU begins with.
struct CommonHeader {
    PduType type{};
    std::uint8_t flags{};
    std::uint8_t hlen{};
    std::uint8_t pdo{};
    std::uint32_t plen{};
};

/// ICReq: a host asks for a connection.
struct IcReq {
    std::uint16_t pfv{};
    std::uint8_t hpda{};    ///< 0's based dwords
    std::uint8_t dgst{};    ///< bit 0 header digest, bit 1 data digest
    std::uint32_t maxr2t{}; ///< 0's based
    bool operator==(const IcReq&) const = default;
};
/// ICResp: a controller grants it.
struct IcResp {
    std::uint16_t pfv{};
    std::uint8_t cpda{};
    std::uint8_t dgst{};
    std::uint32_t maxh2cdata{}; ///< bytes
    bool operator==(const IcResp&) const = default;
};
/// Fatal error status of a termination request (section 3.6.2.4, 3.6.2.5).
enum class Fes : std::uint16_t {
    invalid_header_field = 0x01,
    sequence_error = 0x02,
    header_digest_error = 0x03,
    data_out_of_range = 0x04,
    r2t_limit_exceeded = 0x05, ///< H2C: data transfer limit exceeded has the same value in C2H
    unsupported_parameter = 0x06,
};
[[nodiscard]] std::string to_string(Fes fes);
/// H2CTermReq or C2HTermReq: the end of a connection, and why.
struct TermReq {
    bool from_host{}; ///< H2CTermReq, else C2HTermReq
    std::uint16_t fes{};
    std::uint32_t fei{};
    Bytes data{}; ///< header of the offending PDU, at most 128 bytes
    bool operator==(const TermReq&) const = default;
};
/// CapsuleCmd: a command.
struct CapsuleCmd {
    Sqe sqe{};
    Bytes data{}; ///< in-capsule data
    bool operator==(const CapsuleCmd&) const = default;
};
/// CapsuleResp: its completion.
struct CapsuleResp {
    Cqe cqe{};
    bool operator==(const CapsuleResp&) const = default;
};
/// H2CData or C2HData: data of a command.
struct DataPdu {
    bool from_host{}; ///< H2CData, else C2HData
    std::uint16_t cccid{};
    std::uint16_t ttag{}; ///< H2CData only
    std::uint32_t datao{};
    bool last{};
    bool success{}; ///< C2HData only
    Bytes data{};
    bool operator==(const DataPdu&) const = default;
};
/// R2T: a controller is ready for data of a command.
struct R2t {
    std::uint16_t cccid{};
    std::uint16_t ttag{};
    std::uint32_t r2to{};
    std::uint32_t r2tl{};
    bool operator==(const R2t&) const = default;
};

using Pdu = std::variant<IcReq, IcResp, TermReq, CapsuleCmd, CapsuleResp, DataPdu, R2t>;
[[nodiscard]] PduType type_of(const Pdu& pdu);

/// What was negotiated, and the bounds of one direction.
struct PduFormat {
    bool header_digest{};
    bool data_digest{};
    /// Bytes to which PDO of PDUs that we send is padded: (PDA + 1) * 4 of the other end's PDA,
    /// at most 128.
    std::uint32_t data_alignment{4};
    /// Bytes of which PDO of PDUs that we receive must be a multiple: (PDA + 1) * 4 of our PDA.
    std::uint32_t receive_alignment{4};
};

/// A framing, header or digest error: what the other end must be told.
struct PduError {
    Fes fes{};
    std::uint32_t fei{}; ///< byte offset of the field in the header, or the digest received
    /// "C2HData PDU with a length of 4294967295 bytes (at most 1048600 may come)"
    std::string text{};
    /// The header as far as it was judged: the common header alone (8 bytes), or all HLEN bytes.
    Bytes header{};
    /// Only the data digest is wrong. The connection need not end (transport specification, section
    /// 3.4): the command to which `header` belongs failed, and the reader goes on with the next
    /// PDU. `fes` is 0: there is no termination for it.
    bool data_digest{};
    /// The PDU was itself a termination request: the connection ends without an answer to it.
    bool termination{};

    bool operator==(const PduError&) const = default;
};

/// Cuts a byte stream into PDUs. Each header is judged as soon as it is there, before any data is
/// waited for: PDU type and direction, digest flags against the format, HLEN, PDO and PLEN of the
/// type, the header digest, PDA of ICReq and ICResp, DATAL of data PDUs. Of several wrong fields
/// the lowest is reported. Reserved bits and fields are not looked at. Which PDU may come when is
/// not known here.
///
/// Feeds keep their order, and how a stream is cut into feeds makes no difference to what comes
/// out. After an error nothing more comes out, unless it was about a data digest alone. No more is
/// held than what was fed since the last PDU was taken out, plus one PDU of the largest size.
class PduReader {
  public:
    /// \param to_host   true for the host's end (accepts ICResp, C2HTermReq, CapsuleResp, C2HData,
    ///                  R2T), false for the controller's
    /// \param max_data  largest data part accepted, in bytes; a PDU with more is an error at its
    ///                  header
    explicit PduReader(bool to_host, std::uint32_t max_data)
        : to_host_(to_host), max_data_(max_data) {}

    /// After ICReq/ICResp. \pre no partial PDU is buffered
    void set_format(const PduFormat& format);
    void feed(ByteView bytes);
    /// The next whole PDU or error; nullopt when more bytes are needed.
    [[nodiscard]] std::optional<std::variant<Pdu, PduError>> next();
    /// Bytes held that do not make a whole PDU yet (0: the stream stands at a PDU's border).
    [[nodiscard]] std::size_t pending() const { return buffer_.size() - consumed_; }

  private:
    bool to_host_;
    std::uint32_t max_data_;
    PduFormat format_;
    Bytes buffer_{};
    std::size_t consumed_{};                ///< bytes of `buffer_` that were cut out already
    std::size_t needed_{kCommonHeaderSize}; ///< pending bytes below which nothing new can be told
    bool failed_{};
};

/// The bytes of a PDU, digests and padding included. Data of a termination request beyond 128 bytes
/// is left out. \pre data of one PDU fits 32 bits; `format.data_alignment` is 4 to 128, a multiple
/// of 4
[[nodiscard]] Bytes encode(const Pdu& pdu, const PduFormat& format);

} // namespace nvme
} // namespace haoh
