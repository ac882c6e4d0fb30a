// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes on while a controller is watched: events, keep alive.
#include "hostile/table.hpp"

#include <utility>

namespace haoh::test {

namespace {

using After = Reaction::After;
using nvme::Bytes;
namespace opcode = nvme::opcode;
namespace status = nvme::status;

constexpr std::size_t kStorm = 200; ///< events

/// Each request is answered with an event at once.
Misdeed raises(nvme::AsyncEvent event) {
    return responds(status::success, nvme::encode(event));
}

/// Events of all kinds in turn, those that there are and others.
Reaction raises_all(const Exchange& exchange) {
    const auto number = static_cast<std::uint32_t>(exchange.count);
    return responds(status::success, number * 0x00010101U)(exchange);
}

} // namespace

std::vector<Row> event_rows() {
    const Step request = at_command("events", opcode::async_event_request);
    std::vector<Row> rows = any_rows(request, Outcome::unread, false, command::monitor);
    std::erase_if(rows, [](const Row& row) {
        // An event may be long in coming; a wait is no fault.
        return row.name == "never_answers" || row.name == "falls_silent" ||
               row.name == "answers_twice" || row.name == "a_byte_at_a_time" ||
               row.name == "slower_than_time" || row.name == "stops_in_a_pdu" ||
               row.name == "closes_in_a_pdu" || row.name == "closes_in_a_header" ||
               row.name == "queue_of_its_own";
    });
    const auto add = [&rows](const Step& step, const char* name, Misdeed misdeed, Outcome outcome,
                             const char* words, std::size_t enough = 1) {
        rows.push_back({.step = step,
                        .name = name,
                        .misdeed = std::move(misdeed),
                        .outcome = outcome,
                        .words = words,
                        .commands = command::monitor,
                        .enough = enough});
    };
    add(request, "never_answers", ends(After::go_on), Outcome::harmless, "");
    add(request, "answers_twice", answers([](const Exchange& exchange) {
            const nvme::Pdu one =
                response(exchange.command.cid, 0, nvme::encode(nvme::AsyncEvent{2, 3, 0x0C}));
            return std::vector<nvme::Pdu>{one, one};
        }),
        Outcome::unread, "was answered before");
    add(request, "over_the_limit", responds(status::aer_limit_exceeded), Outcome::unread,
        "Asynchronous Event Request failed");
    add(request, "ana_storm", raises({2, 3, 0x0C}), Outcome::harmless, "", kStorm);
    add(request, "namespace_storm", raises({2, 0, 0x04}), Outcome::harmless, "", 10);
    add(request, "unknown_storm", raises({7, 0xFF, 0xFF}), Outcome::harmless, "", kStorm);
    add(request, "discovery_storm", raises({2, 0xF0, 0x70}), Outcome::harmless, "", kStorm);
    add(request, "all_sorts_storm", raises_all, Outcome::odd, "", kStorm);

    const Step configure = at_command("set_features", opcode::set_features);
    append(rows, any_rows(configure, Outcome::unread, false, command::monitor));
    add(configure, "an_event_before_it_is_asked", answers([](const Exchange& exchange) {
            return std::vector<nvme::Pdu>{
                response(0x0FFF, 0, nvme::encode(nvme::AsyncEvent{2, 3, 0x0C})),
                response(exchange.command.cid)};
        }),
        Outcome::unread, "came for command identifier 0FFFh");

    // The watching host sends it each five seconds.
    const Step alive = at_command("keep_alive", opcode::keep_alive);
    for (Row& row : any_rows(alive, Outcome::unread, false, command::monitor)) {
        for (const char* const name :
             {"resets", "answers_another", "terminates", "noise_for_ever", "sends_data"}) {
            if (row.name == name) {
                rows.push_back(std::move(row));
                break;
            }
        }
    }
    add(alive, "not_known", responds(status::invalid_opcode), Outcome::harmless, "");
    add(alive, "refuses", responds(status::internal_error), Outcome::harmless, "");
    // The host is shown the other array's change when it has come back: connected, was not answered,
    // and connected again.
    constexpr std::size_t kBack = 3;
    add(
        at_each("lost_life", {at_connect(), alive}), "never_answers",
        [](const Exchange& exchange) {
            const bool connect = exchange.command.opcode == opcode::fabrics;
            return Reaction{.bytes =
                                connect ? bytes_of(exchange.answer, exchange.format) : Bytes{}};
        },
        Outcome::unread, "nothing came for", kBack);
    add(alive, "closes", ends(After::close), Outcome::unread, "closed the connection");
    return rows;
}

} // namespace haoh::test
