// SPDX-License-Identifier: LGPL-2.1-or-later
#include "foreign_peer.hpp"

#include <haoh/nvme/pdu.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh::fabric {

namespace {

constexpr std::size_t kShownText = 60;
constexpr std::size_t kShownBytes = 16;
constexpr std::string_view kPortAdvice =
    "check the port: NVMe/TCP subsystems listen on 4420, discovery controllers on 8009";

bool is_text(std::uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7F) || byte == '\r' || byte == '\n' || byte == '\t';
}

/// The first line, as far as it is text.
std::string first_line(nvme::ByteView bytes) {
    std::string line;
    for (const std::uint8_t byte : bytes) {
        if (!is_text(byte) || byte == '\r' || byte == '\n' || line.size() == kShownText) {
            break;
        }
        line.push_back(static_cast<char>(byte));
    }
    return line;
}

/// TLS records: content type alert (15h) or handshake (16h), major version 3.
bool is_tls(nvme::ByteView bytes) {
    return bytes.size() >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 0x03;
}

} // namespace

bool may_be_nvme_tcp(nvme::ByteView first) {
    return first.empty() || first[0] == static_cast<std::uint8_t>(nvme::PduType::ic_resp) ||
           first[0] == static_cast<std::uint8_t>(nvme::PduType::c2h_term_req);
}

Failure describe_foreign_peer(nvme::ByteView first) {
    if (is_tls(first)) {
        return {.code = make_error_code(Errc::unsupported),
                .cause = "the peer answered with a TLS record: this port demands TLS",
                .advice = "haoh speaks no TLS; ask a port of the array that takes connections "
                          "without it"};
    }
    const std::string line = first_line(first);
    if (line.size() >= 4) {
        return {.code = make_error_code(Errc::unexpected),
                .cause = fmt::format("this is not NVMe/TCP: the peer says \"{}\"", line),
                .advice = std::string(kPortAdvice)};
    }
    return {.code = make_error_code(Errc::unexpected),
            .cause = fmt::format("this is not NVMe/TCP: the peer's answer begins with the bytes {}",
                                 nvme::to_hex(first.first(std::min(first.size(), kShownBytes)))),
            .advice = std::string(kPortAdvice)};
}

Failure closed_before_icresp() {
    return {.code = make_error_code(Errc::closed),
            .cause = "the peer closed the connection without answering ICReq",
            .advice = advice_on_unanswered_icreq()};
}

std::string advice_on_unanswered_icreq() {
    return fmt::format("{}; a port that demands TLS may end a connection like this, too",
                       kPortAdvice);
}

} // namespace haoh::fabric
