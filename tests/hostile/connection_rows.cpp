// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens before the first command: TCP, ICReq and ICResp.
#include "hostile/table.hpp"

#include <string_view>
#include <utility>

namespace haoh::test {

namespace {

using namespace std::chrono_literals;
using After = Reaction::After;
using nvme::Bytes;
using nvme::PduType;

Bytes text(std::string_view said) {
    return {said.begin(), said.end()};
}

/// A healthy ICResp with one field that is not.
Misdeed grants(std::function<void(nvme::IcResp&)> change) {
    return answers([change = std::move(change)](const Exchange& exchange) {
        nvme::IcResp granted = std::get<nvme::IcResp>(exchange.answer.at(0));
        change(granted);
        return std::vector<nvme::Pdu>{granted};
    });
}

Misdeed changes_byte(std::size_t offset, std::uint8_t value) {
    return spoils([offset, value](Bytes& bytes) { bytes.at(offset) = value; });
}

} // namespace

std::vector<Row> connection_rows() {
    std::vector<Row> rows;
    const auto add = [&rows](const Step& step, const char* name, Misdeed misdeed,
                             const char* words) {
        rows.push_back({.step = step,
                        .name = name,
                        .misdeed = std::move(misdeed),
                        .outcome = words == nullptr ? Outcome::harmless : Outcome::unread,
                        .words = words == nullptr ? "" : words});
    };

    const Step accept = at_accept();
    add(accept, "resets", ends(After::reset), "eset");
    add(accept, "closes", ends(After::close), "without answering ICReq");
    add(accept, "falls_silent", ends(After::silent), "no ICResp came in time");
    add(accept, "greets_as_ssh", says(text("SSH-2.0-OpenSSH_9.2\r\n"), After::silent),
        "this is not NVMe/TCP");
    add(
        accept, "text_for_ever",
        [](const Exchange&) {
            return Reaction{.bytes = text("220 mail.example ESMTP\r\n"), .endless = true};
        },
        "this is not NVMe/TCP");
    add(
        accept, "zeros_for_ever",
        [](const Exchange&) { return Reaction{.bytes = Bytes(4096), .endless = true}; },
        "not NVMe/TCP");
    add(accept, "answers_before_it_is_asked",
        says(nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {})), "ICResp");

    const Step icreq = at_icreq();
    add(icreq, "resets", ends(After::reset), "eset");
    add(icreq, "closes", ends(After::close), "without answering ICReq");
    add(icreq, "falls_silent", ends(After::silent), "no ICResp came in time");
    add(icreq, "stops_in_icresp", spoils([](Bytes& bytes) { bytes.resize(64); }, After::silent),
        "stopped after 64 bytes");
    add(icreq, "closes_in_icresp", spoils([](Bytes& bytes) { bytes.resize(127); }, After::close),
        "after 127 bytes of ICResp");
    add(icreq, "closes_after_icresp", spoils([](Bytes&) {}, After::close), "closed the connection");
    add(
        icreq, "a_byte_at_a_time",
        [](const Exchange& exchange) {
            return Reaction{.bytes = bytes_of(exchange.answer, {}), .piece = 1};
        },
        nullptr);
    add(
        icreq, "slower_than_time",
        [](const Exchange& exchange) {
            return Reaction{.bytes = bytes_of(exchange.answer, {}), .piece = 1, .pause = 200ms};
        },
        "no ICResp came in time");
    add(icreq, "twice", spoils([](Bytes& bytes) {
            const Bytes one = bytes;
            bytes.insert(bytes.end(), one.begin(), one.end());
        }),
        "more than ICResp came");
    add(icreq, "a_response_behind_it", spoils([](Bytes& bytes) {
            const Bytes more = nvme::encode(response(0), {});
            bytes.insert(bytes.end(), more.begin(), more.end());
        }),
        "more than ICResp came");
    add(icreq, "a_response_instead", says(nvme::encode(response(0), {})), "not NVMe/TCP");
    add(icreq, "an_r2t_instead", says(nvme::encode(nvme::R2t{.r2tl = 4096}, {})), "not NVMe/TCP");
    add(icreq, "icreq_back", says(nvme::encode(nvme::IcReq{}, {})), "not NVMe/TCP");
    add(icreq, "terminates", says(nvme::encode(nvme::TermReq{.fes = 6, .fei = 8}, {})),
        "termination request");
    add(icreq, "undefined_type", changes_byte(0, 0x0B), "not NVMe/TCP");
    add(icreq, "flags", changes_byte(1, nvme::pdu_flag::header_digest), "header digest flag");
    add(icreq, "header_length", changes_byte(2, 64), "header length of 64");
    add(icreq, "length_too_short", changes_byte(4, 127), "length of 127");
    add(icreq, "length_too_long", changes_byte(7, 0xFF), "length of 4278190208");
    add(icreq, "format_version", grants([](nvme::IcResp& granted) { granted.pfv = 1; }),
        "PDU format version 1");
    add(icreq, "alignment_beyond", grants([](nvme::IcResp& granted) { granted.cpda = 32; }),
        "alignment of 33 dwords");
    rows.push_back({.step = icreq,
                    .name = "alignment_largest",
                    .misdeed = grants([](nvme::IcResp& granted) { granted.cpda = 31; }),
                    .outcome = Outcome::told,
                    .words = "conn.cpda",
                    .watched = Outcome::harmless});
    add(icreq, "header_digest_unasked", grants([](nvme::IcResp& granted) { granted.dgst = 1; }),
        "turns on the header digest");
    add(icreq, "data_digest_unasked", grants([](nvme::IcResp& granted) { granted.dgst = 2; }),
        "turns on the data digest");
    add(icreq, "reserved_digest_bits", grants([](nvme::IcResp& granted) { granted.dgst = 0xFC; }),
        nullptr);
    for (const std::uint32_t most : {0U, 4092U, 4098U}) {
        add(icreq,
            most == 0     ? "no_data_at_all"
            : most < 4096 ? "too_little_data"
                          : "crooked_data",
            grants([most](nvme::IcResp& granted) { granted.maxh2cdata = most; }), "MAXH2CDATA");
    }
    add(icreq, "all_the_data_there_is",
        grants([](nvme::IcResp& granted) { granted.maxh2cdata = 0xFFFFFFFC; }), nullptr);
    return rows;
}

} // namespace haoh::test
