// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong, or slow, or odd all the time, and not at one step.
#include "hostile/table.hpp"

#include <haoh/nvme/id_list.hpp>

#include <array>
#include <numeric>
#include <utility>

namespace haoh::test {

namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using nvme::Pdu;
namespace cns = nvme::cns;
namespace opcode = nvme::opcode;

constexpr std::uint16_t kRefusal = 0x006;
constexpr std::uint16_t kDoNotRetry = 0x4000;
constexpr std::uint16_t kMore = 0x2000;
constexpr std::uint16_t kRetryDelay3 = 0x1800;

/// Each answer in two, at another byte each time, of its header and of what follows.
Reaction splits(const Exchange& exchange) {
    return {.bytes = bytes_of(exchange.answer, exchange.format),
            .first = 1 + exchange.count % 48,
            .pause = 2ms};
}

Misdeed pours(std::size_t piece, std::chrono::milliseconds pause) {
    return [=](const Exchange& exchange) {
        return Reaction{
            .bytes = bytes_of(exchange.answer, exchange.format), .piece = piece, .pause = pause};
    };
}

/// Its first byte at once, the others when most of the time for a command is over.
Reaction comes_late(const Exchange& exchange) {
    return {.bytes = bytes_of(exchange.answer, exchange.format), .first = 1, .pause = 300ms};
}

bool is_fabrics(const Exchange& exchange) {
    return exchange.command.opcode == opcode::fabrics;
}

Reaction as_it_is(const Exchange& exchange) {
    return {.bytes = bytes_of(exchange.answer, exchange.format)};
}

/// Everything but what makes a controller.
Misdeed refuses(std::uint16_t status) {
    return [refusal = responds(status)](const Exchange& exchange) {
        return is_fabrics(exchange) ? as_it_is(exchange) : refusal(exchange);
    };
}

/// Success, and bits that only mean something with an error.
Misdeed succeeds_with(std::uint16_t bits) {
    return answers([bits](const Exchange& exchange) {
        std::vector<Pdu> said = exchange.answer;
        for (Pdu& one : said) {
            if (auto* const capsule = std::get_if<nvme::CapsuleResp>(&one)) {
                nvme::CompletionEntry entry = nvme::decode_cqe(capsule->cqe);
                entry.status.value |= bits;
                capsule->cqe = nvme::encode_cqe(entry);
            }
        }
        return said;
    });
}

/// Namespaces by the thousand, others each time, and an event that calls for them at once.
Reaction invents(const Exchange& exchange) {
    if (exchange.command.opcode == opcode::async_event_request) {
        return responds(nvme::status::success,
                        nvme::encode(nvme::AsyncEvent{2, 0, 0x04}))(exchange);
    }
    // Without end they are elsewhere: here it is how often they come and go.
    constexpr std::uint32_t kPage = 1024;
    constexpr std::uint32_t kWhole = 4 * kPage;
    const auto first = static_cast<std::uint32_t>(1000 + kWhole * (exchange.count % 1000));
    const bool more = exchange.command.nsid % kWhole < 3 * kPage;
    std::vector<std::uint32_t> nsids(more ? kPage : 1);
    std::iota(nsids.begin(), nsids.end(), std::max(exchange.command.nsid, first) + 1);
    const std::uint16_t cid = exchange.command.cid;
    return {.bytes = bytes_of({data_pdu(cid, nvme::encode_namespace_list(nsids)), response(cid)},
                              exchange.format)};
}

/// Another serial number each time, and an event that calls for it at once.
Reaction changes_its_name(const Exchange& exchange) {
    if (exchange.command.opcode == opcode::async_event_request) {
        return responds(nvme::status::success,
                        nvme::encode(nvme::AsyncEvent{2, 0, 0x04}))(exchange);
    }
    return stores<std::uint64_t>(4, 0x3030303030303030 + exchange.count)(exchange);
}

/// All states in turn, each read, and an event that calls for them at once.
Reaction flaps(const Exchange& exchange) {
    if (exchange.command.opcode == opcode::async_event_request) {
        return responds(nvme::status::success,
                        nvme::encode(nvme::AsyncEvent{2, 3, 0x0C}))(exchange);
    }
    const auto count = exchange.count;
    return lies([count](Bytes& data) {
        if (data.size() > 32) {
            nvme::store_le<std::uint64_t>(data, 0, ~std::uint64_t{count});
            constexpr std::array<std::uint8_t, 3> kStates{1, 3, 4}; // not what is waited for
            data[32] = kStates.at(count % kStates.size());
        }
    })(exchange);
}

} // namespace

std::vector<Row> every_command_rows() {
    const Step every = at_every_command();
    std::vector<Row> rows;
    const auto add = [&rows](const Step& step, const char* name, Misdeed misdeed, Outcome outcome,
                             const char* words, unsigned commands,
                             std::optional<Outcome> watched = {}, std::size_t enough = 1) {
        rows.push_back({.step = step,
                        .name = name,
                        .misdeed = std::move(misdeed),
                        .outcome = outcome,
                        .words = words,
                        .watched = watched,
                        .commands = commands,
                        .enough = enough});
    };
    add(every, "split_at_every_byte", splits, Outcome::harmless, "", command::all);
    add(every, "trickles", pours(512, 1ms), Outcome::harmless, "", command::all);
    add(every, "a_byte_a_second", pours(1, 1s), Outcome::unread, "onnect", command::all);
    add(every, "a_byte_now_and_then", pours(1, 20ms), Outcome::odd, "", command::all);
    add(every, "late_each_time", comes_late, Outcome::odd, "", command::all);
    add(every, "says_do_not_retry", succeeds_with(kDoNotRetry), Outcome::harmless, "",
        command::all);
    add(every, "says_everything_of_a_success", succeeds_with(kDoNotRetry | kMore | kRetryDelay3),
        Outcome::harmless, "", command::ask);
    for (const auto& [name, bits] : {std::pair{"refuses_for_good", kDoNotRetry},
                                     {"refuses_for_a_while", kRetryDelay3},
                                     {"refuses_and_says_more", kMore}}) {
        add(every, name, refuses(kRefusal | bits), Outcome::partly, "Internal Error",
            command::ask | command::monitor, Outcome::unread);
    }
    add(every, "knows_no_command", refuses(nvme::status::invalid_opcode), Outcome::partly,
        "Invalid Command Opcode", command::ask | command::monitor, Outcome::unread);

    // What an event calls for is as hostile as the event, and costs no other array anything.
    constexpr std::size_t kStorm = 20;
    const Step events = at_command("events", opcode::async_event_request);
    add(at_each("inventions", {events, at_identify("", cns::active_namespaces)}),
        "thousands_of_namespaces", invents, Outcome::odd, "", command::monitor, Outcome::odd,
        kStorm);
    add(at_each("renaming", {events, at_identify("", cns::identify_controller)}),
        "another_name_each_time", changes_its_name, Outcome::odd, "", command::monitor,
        Outcome::odd, kStorm);
    add(at_each("flapping", {events, at_log("", nvme::lid::ana)}), "another_state_each_time", flaps,
        Outcome::odd, "", command::monitor, Outcome::odd, kStorm);
    return rows;
}

} // namespace haoh::test
