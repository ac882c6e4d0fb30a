// SPDX-License-Identifier: LGPL-2.1-or-later
// Termination requests: the peer's, and ours when it broke the protocol.
#include "session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::fabric {

namespace {

constexpr std::size_t kMaxTermHeader = 128;

} // namespace

void Session::on_termination(const nvme::TermReq& request) {
    const auto fes = static_cast<nvme::Fes>(request.fes);
    std::string cause =
        fmt::format("the peer ended the connection{} with the termination request \"{}\"",
                    state_ == State::connecting ? " in answer to ICReq" : "", nvme::to_string(fes));
    if (!request.data.empty()) {
        const auto type = static_cast<nvme::PduType>(request.data[0]);
        const bool has_offset =
            fes == nvme::Fes::invalid_header_field || fes == nvme::Fes::unsupported_parameter;
        cause += has_offset ? fmt::format(" (for byte {} of our {} PDU)", request.fei,
                                          nvme::to_string(type))
                            : fmt::format(" (for our {} PDU)", nvme::to_string(type));
    }
    fail({.code = make_error_code(Errc::terminated), .cause = std::move(cause), .advice = {}});
}

void Session::violate(const Violation& violation, const nvme::Pdu& pdu) {
    nvme::Bytes header = nvme::encode(pdu, {});
    if (header.size() > 2) {
        header.resize(std::min<std::size_t>(header.size(), header[2])); // HLEN
    }
    terminate(violation.fes, violation.fei, std::move(header),
              {.code = make_error_code(violation.code), .cause = violation.text, .advice = {}});
}

void Session::terminate(nvme::Fes fes, std::uint32_t fei, nvme::Bytes header, Failure failure) {
    if (state_ == State::failed) {
        return;
    }
    header.resize(std::min(header.size(), kMaxTermHeader));
    nvme::TermReq request;
    request.from_host = true;
    request.fes = static_cast<std::uint16_t>(fes);
    request.fei = fei;
    request.data = std::move(header);
    send(request);
    fail(std::move(failure));
}

} // namespace haoh::fabric
