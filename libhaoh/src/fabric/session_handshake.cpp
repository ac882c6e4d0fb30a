// SPDX-License-Identifier: LGPL-2.1-or-later
// ICReq and ICResp: what a connection settles before the first command.
#include "session.hpp"

#include <fmt/format.h>

#include <cassert>

namespace haoh::fabric {

namespace {

constexpr std::uint32_t kMinMaxH2cData = 4096; ///< section 3.6.2.3
constexpr std::uint8_t kDigestHeader = 0x01;   ///< DGST of ICReq and ICResp
constexpr std::uint8_t kDigestData = 0x02;

// Byte offsets of fields, for FEI.
constexpr std::uint32_t kFeiPfv = 8;
constexpr std::uint32_t kFeiDgst = 11;
constexpr std::uint32_t kFeiMaxH2cData = 12;

} // namespace

void Session::start(TimePoint now, TimePoint deadline) {
    assert(state_ == State::idle);
    now_ = now;
    last_receive_ = now;
    icresp_deadline_ = deadline;
    state_ = State::connecting;
    nvme::IcReq request;
    request.dgst = static_cast<std::uint8_t>((options_.header_digest ? kDigestHeader : 0U) |
                                             (options_.data_digest ? kDigestData : 0U));
    send(request);
}

void Session::on_icresp(const nvme::IcResp& resp, const nvme::Pdu& pdu) {
    if (state_ == State::ready) {
        violate({.text = "a second ICResp PDU came"}, pdu);
        return;
    }
    if (resp.pfv != 0) {
        violate({.code = Errc::unsupported,
                 .fes = nvme::Fes::unsupported_parameter,
                 .fei = kFeiPfv,
                 .text = fmt::format("ICResp asks for PDU format version {}, only 0 is known",
                                     resp.pfv)},
                pdu);
        return;
    }
    const bool header_digest = (resp.dgst & kDigestHeader) != 0;
    const bool data_digest = (resp.dgst & kDigestData) != 0;
    if ((header_digest && !options_.header_digest) || (data_digest && !options_.data_digest)) {
        violate({.code = Errc::malformed,
                 .fes = nvme::Fes::invalid_header_field,
                 .fei = kFeiDgst,
                 .text = fmt::format("ICResp turns on the {} digest, which was not asked for",
                                     header_digest && !options_.header_digest ? "header" : "data")},
                pdu);
        return;
    }
    if (resp.maxh2cdata < kMinMaxH2cData || resp.maxh2cdata % 4 != 0) {
        violate({.code = Errc::malformed,
                 .fes = nvme::Fes::invalid_header_field,
                 .fei = kFeiMaxH2cData,
                 .text = fmt::format("ICResp allows {} bytes of data in a PDU (MAXH2CDATA), but it "
                                     "has to be a multiple of 4 from 4096 on",
                                     resp.maxh2cdata)},
                pdu);
        return;
    }
    if (reader_.pending() != 0) {
        violate({.text = "more than ICResp came in answer to ICReq"}, pdu);
        return;
    }
    negotiated_ = {.header_digest = header_digest,
                   .data_digest = data_digest,
                   .maxh2cdata = resp.maxh2cdata,
                   .cpda = resp.cpda};
    format_ = {.header_digest = header_digest,
               .data_digest = data_digest,
               .data_alignment = (resp.cpda + 1U) * 4U};
    reader_.set_format(format_);
    state_ = State::ready;
    icresp_deadline_ = TimePoint::max();
    first_bytes_ = {};
}

} // namespace haoh::fabric
