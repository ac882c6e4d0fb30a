// SPDX-License-Identifier: LGPL-2.1-or-later
// The commands that make a controller and end it: Connect, properties, shutdown.
#include "hostile/table.hpp"

#include <utility>

namespace haoh::test {

namespace {

using After = Reaction::After;
namespace status = nvme::status;
namespace property = nvme::property;

constexpr std::uint64_t kAllOnes = ~std::uint64_t{0};
constexpr std::uint64_t kReady = 1;
constexpr std::uint64_t kFatal = 2;
constexpr std::uint64_t kShutdownComplete = 2U << 2U;

/// The controller is enabled, but what it is asked later of its state is another thing.
Misdeed later(std::uint64_t value) {
    const Misdeed lie = responds(status::success, value);
    return [lie](const Exchange& exchange) {
        const bool ready = !exchange.answer.empty() && exchange.count > 1;
        return ready ? lie(exchange)
                     : Reaction{.bytes = bytes_of(exchange.answer, exchange.format)};
    };
}

std::vector<Row> connect_rows() {
    const Step step = at_connect();
    std::vector<Row> rows = any_rows(step, Outcome::unread, false, command::all);
    struct Refusal {
        const char* name;
        std::uint16_t status;
        std::uint64_t dword0;
        const char* words;
    };
    for (const Refusal& one : std::vector<Refusal>{
             {"incompatible_format", status::connect_incompatible_format, 0, "onnect"},
             {"busy", status::connect_controller_busy, 0, "no free controller"},
             {"invalid_parameters", status::connect_invalid_parameters, 0, "onnect"},
             {"invalid_nowhere", status::connect_invalid_parameters, 0xFFFFFFFF, "onnect"},
             {"invalid_subsystem", status::connect_invalid_parameters, 256U | 1U << 16U, "onnect"},
             {"restart_discovery", status::connect_restart_discovery, 0, "onnect"},
             {"invalid_host", status::connect_invalid_host, 0, "does not allow this host"},
             {"invalid_queue_type", status::invalid_queue_type, 0, "onnect"},
             {"wants_authentication", status::authentication_required, 0, "DH-HMAC-CHAP"},
             {"wants_authentication_after", 0, 1U << 17U | 7U, "DH-HMAC-CHAP"},
             {"wants_both_authentications", 0, 3U << 16U | 7U, "DH-HMAC-CHAP"}}) {
        rows.push_back({.step = step,
                        .name = one.name,
                        .misdeed = responds(one.status, one.dword0),
                        .outcome = Outcome::unread,
                        .words = one.words});
    }
    for (const auto& [name, cntlid] : std::vector<std::pair<const char*, std::uint32_t>>{
             {"controller_ffff", 0xFFFF}, {"controller_reserved", 0xFFF0}}) {
        rows.push_back({.step = step,
                        .name = name,
                        .misdeed = responds(status::success, cntlid),
                        .outcome = Outcome::told,
                        .words = "ctrl.cntlid.range",
                        .watched = Outcome::harmless,
                        .commands = command::ask | command::monitor});
    }
    return rows;
}

std::vector<Row> property_rows() {
    const Step cap = at_property("cap", property::cap);
    const Step version = at_property("vs", property::vs);
    const Step cc = at_property("cc", property::cc);
    const Step csts = at_property("csts", property::csts);
    const Step crto = at_property("crto", property::crto);
    std::vector<Row> rows;
    append(rows, any_rows(cap, Outcome::unread, false, command::check | command::monitor));
    append(rows, any_rows(cc, Outcome::unread, false, command::discover));
    append(rows,
           any_rows(at_enable(), Outcome::unread, false, command::snapshot | command::monitor));
    append(rows, any_rows(csts, Outcome::unread, false, command::alone | command::list));
    for (Row& row : rows) {
        if (row.step.name == csts.name && row.name == "answers_twice") {
            row.outcome = Outcome::odd; // the second answer is seen sooner or later
        }
    }

    const auto add = [&rows](const Step& step, const char* name, Misdeed misdeed, Outcome outcome,
                             const char* words, std::optional<Outcome> watched = {}) {
        rows.push_back({.step = step,
                        .name = name,
                        .misdeed = std::move(misdeed),
                        .outcome = outcome,
                        .words = words,
                        .watched = watched});
    };
    add(cap, "nothing", responds(status::success, 0), Outcome::odd, "", Outcome::harmless);
    add(cap, "all_ones", responds(status::success, kAllOnes), Outcome::odd, "");
    add(version, "nothing", responds(status::success, 0), Outcome::odd, "", Outcome::harmless);
    add(version, "all_ones", responds(status::success, kAllOnes), Outcome::odd, "",
        Outcome::harmless);
    add(cc, "says_enabled_and_is_not", responds(status::success, 1), Outcome::unread, "CSTS.RDY");
    add(cc, "all_ones", responds(status::success, kAllOnes), Outcome::unread, "CSTS.RDY");
    add(csts, "never_ready", responds(status::success, 0), Outcome::unread, "CSTS.RDY");
    add(csts, "fatal", responds(status::success, kFatal), Outcome::unread, "CSTS.CFS");
    add(csts, "all_ones", responds(status::success, kAllOnes), Outcome::unread, "CSTS.CFS");
    for (const auto& [name, value] : std::vector<std::pair<const char*, std::uint64_t>>{
             {"fatal_once_it_is_read", kReady | kFatal},
             {"not_ready_once_it_is_read", 0},
             {"all_ones_once_it_is_read", kAllOnes}}) {
        add(csts, name, later(value), Outcome::told, "prop.csts.ready_nofatal", Outcome::harmless);
        rows.back().commands = command::ask | command::monitor;
    }
    add(csts, "shut_down_once_it_is_read", later(kReady | kShutdownComplete), Outcome::odd, "",
        Outcome::harmless);
    rows.back().commands = command::ask | command::monitor;
    add(crto, "all_ones", responds(status::success, kAllOnes), Outcome::harmless, "");
    return rows;
}

/// Nothing that happens there loses what was read.
std::vector<Row> shutdown_rows() {
    std::vector<Row> rows = any_rows(at_shutdown(), Outcome::harmless, false, command::check);
    rows.push_back({.step = at_shutdown(),
                    .name = "refuses",
                    .misdeed = responds(status::invalid_field),
                    .outcome = Outcome::harmless,
                    .commands = command::ask | command::discover});
    return rows;
}

} // namespace

std::vector<Row> controller_rows() {
    std::vector<Row> rows = connect_rows();
    append(rows, property_rows());
    append(rows, shutdown_rows());
    return rows;
}

} // namespace haoh::test
