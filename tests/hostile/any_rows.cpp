// SPDX-License-Identifier: LGPL-2.1-or-later
// Misdeeds that suit any command.
#include "hostile/table.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace haoh::test {

namespace {

using namespace std::chrono_literals;
using After = Reaction::After;
using nvme::Bytes;
using nvme::Pdu;
using nvme::PduType;

constexpr std::uint16_t kInternalError = 0x006;
constexpr std::uint16_t kUndefinedStatus = 0x7FF;
constexpr std::uint16_t kOtherCid = 0x005;

/// Before the healthy answer.
Misdeed begins(std::function<Pdu(const Exchange&)> with) {
    return answers([with = std::move(with)](const Exchange& exchange) {
        std::vector<Pdu> said{with(exchange)};
        said.insert(said.end(), exchange.answer.begin(), exchange.answer.end());
        return said;
    });
}

/// Data that are laid out by the function, then the response.
Misdeed lays_out(std::function<std::vector<Pdu>(std::uint16_t cid, const Bytes& data)> layout) {
    return answers([layout = std::move(layout)](const Exchange& exchange) {
        const std::uint16_t cid = exchange.command.cid;
        std::vector<Pdu> said = layout(cid, data_of(exchange.answer));
        said.push_back(response(cid));
        return said;
    });
}

Bytes part(const Bytes& data, std::size_t offset, std::size_t length) {
    const nvme::ByteView view = nvme::slice(data, offset, length);
    return {view.begin(), view.end()};
}

struct Any {
    const char* name;
    Misdeed misdeed;
    const char* words; ///< nullptr: harmless
};

std::vector<Any> of_any_command() {
    return {
        {"closes", ends(After::close), "closed the connection"},
        {"resets", ends(After::reset), "onnection reset by peer"},
        {"never_answers", ends(After::go_on), "no answer"},
        {"falls_silent", ends(After::silent), "no answer"},
        {"stops_in_a_pdu",
         spoils([](Bytes& bytes) { bytes.resize(bytes.size() / 2); }, After::silent),
         "in the middle of a PDU"},
        {"closes_in_a_pdu",
         spoils([](Bytes& bytes) { bytes.resize(bytes.size() - 1); }, After::close),
         "in the middle of a PDU"},
        {"closes_in_a_header", spoils([](Bytes& bytes) { bytes.resize(7); }, After::close),
         "in the middle of a PDU"},
        {"a_byte_at_a_time",
         [](const Exchange& exchange) {
             // Of a long one a few more: thousands of turns are too many for a busy machine.
             Reaction reaction{.bytes = bytes_of(exchange.answer, exchange.format)};
             reaction.piece = 1 + reaction.bytes.size() / 512;
             return reaction;
         },
         nullptr},
        {"slower_than_time",
         [](const Exchange& exchange) {
             return Reaction{
                 .bytes = bytes_of(exchange.answer, exchange.format), .piece = 1, .pause = 500ms};
         },
         "in the middle of a PDU"},
        {"answers_another", answers([](const Exchange& exchange) {
             return std::vector<Pdu>{
                 response(static_cast<std::uint16_t>(exchange.command.cid ^ kOtherCid))};
         }),
         "came"},
        {"answers_nobody",
         answers([](const Exchange&) { return std::vector<Pdu>{response(0xFFFF)}; }),
         "came for command identifier FFFFh"},
        {"answers_twice", answers([](const Exchange& exchange) {
             std::vector<Pdu> said = exchange.answer;
             said.push_back(said.empty() ? response(exchange.command.cid) : said.back());
             return said;
         }),
         "was answered before"},
        {"answers_for_ever",
         [](const Exchange& exchange) {
             return Reaction{.bytes = bytes_of({response(exchange.command.cid)}, exchange.format),
                             .endless = true};
         },
         "was answered before"},
        {"terminates",
         answers([](const Exchange&) { return std::vector<Pdu>{nvme::TermReq{.fes = 2}}; }),
         "termination request"},
        {"terminates_for_no_reason_there_is", answers([](const Exchange&) {
             return std::vector<Pdu>{
                 nvme::TermReq{.fes = 0xFFFF, .fei = 0xFFFFFFFF, .data = Bytes(128, 0x1B)}};
         }),
         "termination request"},
        {"terminates_malformed", says(header(PduType::c2h_term_req, 24, 24 + 129)),
         "malformed termination request"},
        {"wants_data", begins([](const Exchange& exchange) {
             return nvme::R2t{.cccid = exchange.command.cid, .ttag = 1, .r2to = 0, .r2tl = 4096};
         }),
         "R2T "},
        {"wants_all_data_there_is", begins([](const Exchange& exchange) {
             return nvme::R2t{.cccid = exchange.command.cid,
                              .ttag = 0xFFFF,
                              .r2to = 0xFFFFFFFC,
                              .r2tl = 0xFFFFFFFF};
         }),
         "R2T "},
        {"wants_no_data_of_nobody", begins([](const Exchange&) {
             return nvme::R2t{.cccid = 0x0FFF, .ttag = 1, .r2to = 0, .r2tl = 0};
         }),
         "R2T came for command identifier 0FFFh"},
        {"sends_a_command", begins([](const Exchange&) { return nvme::CapsuleCmd{}; }),
         "only a host may send"},
        {"sends_host_data", begins([](const Exchange& exchange) {
             nvme::DataPdu data = data_pdu(exchange.command.cid, Bytes(16));
             data.from_host = true;
             return data;
         }),
         "only a host may send"},
        {"sends_icreq", begins([](const Exchange&) { return nvme::IcReq{}; }),
         "only a host may send"},
        {"begins_again", begins([](const Exchange&) { return nvme::IcResp{.maxh2cdata = 4096}; }),
         "a second ICResp"},
        {"undefined_type", says(header(static_cast<PduType>(0x0A), 24, 24)), "undefined PDU type"},
        {"noise_for_ever",
         [](const Exchange&) { return Reaction{.bytes = Bytes(4096, 0xEE), .endless = true}; },
         "undefined PDU type"},
        {"zeros_for_ever",
         [](const Exchange&) { return Reaction{.bytes = Bytes(4096), .endless = true}; },
         "only a host may send"},
        {"length_zero", says(header(PduType::capsule_resp, 24, 0)), "length of 0"},
        {"length_below_header", says(header(PduType::capsule_resp, 24, 23)), "length of 23"},
        {"length_four_gib", says(header(PduType::c2h_data, 24, 0xFFFFFFFF, 0, 24)),
         "length of 4294967295"},
        {"header_length", says(header(PduType::capsule_resp, 32, 32)), "header length of 32"},
        {"header_digest",
         says(header(PduType::capsule_resp, 24, 28, nvme::pdu_flag::header_digest)),
         "with a header digest flag"},
        {"data_digest", says(header(PduType::c2h_data, 24, 64, nvme::pdu_flag::data_digest, 24)),
         "with a data digest flag"},
        {"data_offset", says(header(PduType::c2h_data, 24, 64, 0, 20)), "data at offset 20"},
        {"data_offset_beyond", says(header(PduType::c2h_data, 24, 64, 0, 64)), "data at offset 64"},
        {"data_length", says(header(PduType::c2h_data, 24, 64, 0, 24)), "announces 0 bytes"},
        {"data_for_another", begins([](const Exchange& exchange) {
             return data_pdu(static_cast<std::uint16_t>(exchange.command.cid ^ 0x0FFFU), Bytes(8));
         }),
         "C2HData came for command identifier"},
        {"queue_of_its_own", spoils([](Bytes& bytes) {
             if (bytes.size() >= 16) { // SQHD, SQID and the phase of the last response
                 std::fill(bytes.end() - 8, bytes.end() - 4, 0xFF);
                 bytes[bytes.size() - 2] |= 1U;
             }
         }),
         nullptr},
    };
}

std::vector<Any> of_reading_commands() {
    return {
        {"no_data", responds(nvme::status::success), "0 of "},
        {"data_gap", lays_out([](std::uint16_t cid, const Bytes& data) {
             return std::vector<Pdu>{data_pdu(cid, part(data, 0, 8), 0, false),
                                     data_pdu(cid, part(data, 12, data.size()), 12)};
         }),
         "but byte 8 is next"},
        {"data_overlaps", lays_out([](std::uint16_t cid, const Bytes& data) {
             return std::vector<Pdu>{data_pdu(cid, part(data, 0, 8), 0, false),
                                     data_pdu(cid, part(data, 4, data.size()), 4)};
         }),
         "but byte 8 is next"},
        {"data_backwards", lays_out([](std::uint16_t cid, const Bytes& data) {
             return std::vector<Pdu>{data_pdu(cid, part(data, 8, data.size()), 8, false),
                                     data_pdu(cid, part(data, 0, 8), 0)};
         }),
         "but byte 0 is next"},
        {"data_beyond", lays_out([](std::uint16_t cid, const Bytes& data) {
             return std::vector<Pdu>{data_pdu(cid, data, 0xFFFFFFF0)};
         }),
         "but byte 0 is next"},
        {"data_too_long", lays_out([](std::uint16_t cid, Bytes data) {
             data.resize(data.size() + 4);
             return std::vector<Pdu>{data_pdu(cid, std::move(data))};
         }),
         "bytes were asked for"},
        {"data_without_measure", lays_out([](std::uint16_t cid, Bytes data) {
             data.resize(data.size() + (1U << 20U));
             return std::vector<Pdu>{data_pdu(cid, std::move(data))};
         }),
         "bytes were asked for"},
        {"data_for_ever",
         [](const Exchange& exchange) {
             return Reaction{.bytes = bytes_of({data_pdu(exchange.command.cid, Bytes(4), 0, false)},
                                               exchange.format),
                             .endless = true};
         },
         "is next"},
        {"data_after_the_last", lays_out([](std::uint16_t cid, const Bytes& data) {
             return std::vector<Pdu>{data_pdu(cid, part(data, 0, 8)),
                                     data_pdu(cid, part(data, 8, data.size()), 8)};
         }),
         "after its last"},
        {"data_after_the_response", answers([](const Exchange& exchange) {
             std::vector<Pdu> said = exchange.answer;
             said.insert(said.end(), exchange.answer.begin(), exchange.answer.end() - 1);
             return said;
         }),
         "C2HData came for command identifier"},
        {"no_data_in_data", begins([](const Exchange& exchange) {
             return data_pdu(exchange.command.cid, {}, 0, false);
         }),
         "C2HData without data"},
        {"success_and_response", answers([](const Exchange& exchange) {
             const std::uint16_t cid = exchange.command.cid;
             nvme::DataPdu data = data_pdu(cid, data_of(exchange.answer));
             data.success = true;
             return std::vector<Pdu>{data, response(cid)};
         }),
         "was answered before"},
        {"success_before_the_last", answers([](const Exchange& exchange) {
             nvme::DataPdu data =
                 data_pdu(exchange.command.cid, data_of(exchange.answer), 0, false);
             data.success = true;
             return std::vector<Pdu>{data};
         }),
         "SUCCESS flag"},
        {"a_byte_in_each_pdu", lays_out([](std::uint16_t cid, const Bytes& data) {
             std::vector<Pdu> said;
             said.reserve(data.size());
             for (std::size_t offset = 0; offset < data.size(); ++offset) {
                 said.emplace_back(data_pdu(cid, part(data, offset, 1),
                                            static_cast<std::uint32_t>(offset),
                                            offset + 1 == data.size()));
             }
             return said;
         }),
         nullptr},
        {"success_instead_of_response", answers([](const Exchange& exchange) {
             nvme::DataPdu data = data_pdu(exchange.command.cid, data_of(exchange.answer));
             data.success = true;
             return std::vector<Pdu>{data};
         }),
         nullptr},
        {"no_last", lays_out([](std::uint16_t cid, const Bytes& data) {
             return std::vector<Pdu>{data_pdu(cid, data, 0, false)};
         }),
         nullptr},
    };
}

} // namespace

void append(std::vector<Row>& rows, std::vector<Row> more) {
    std::move(more.begin(), more.end(), std::back_inserter(rows));
}

std::vector<Row> any_rows(const Step& step, Outcome outcome, bool data, unsigned commands) {
    std::vector<Any> all = of_any_command();
    if (data) {
        for (Any& one : all) {
            if (one.name == std::string_view("answers_for_ever")) {
                one.words = "came"; // so many bytes, or a second answer: what is met first
            }
        }
        for (Any& one : of_reading_commands()) {
            all.push_back(std::move(one));
        }
    } else {
        all.push_back({"sends_data", begins([](const Exchange& exchange) {
                           return data_pdu(exchange.command.cid, Bytes(8));
                       }),
                       "reads no data"});
    }
    std::vector<Row> rows;
    for (Any& one : all) {
        rows.push_back({.step = step,
                        .name = one.name,
                        .misdeed = std::move(one.misdeed),
                        .outcome = one.words == nullptr ? Outcome::harmless : outcome,
                        .words = one.words == nullptr ? "" : one.words,
                        .commands = commands});
    }
    // What a page of its own makes of a refusal is said with the page.
    if (outcome == Outcome::unread) {
        rows.push_back({.step = step,
                        .name = "refuses",
                        .misdeed = responds(kInternalError),
                        .outcome = outcome,
                        .words = "Internal Error",
                        .commands = commands});
        rows.push_back({.step = step,
                        .name = "refuses_without_a_name",
                        .misdeed = responds(kUndefinedStatus),
                        .outcome = outcome,
                        .words = "sct 7h sc ffh",
                        .commands = commands});
    }
    return rows;
}

} // namespace haoh::test
