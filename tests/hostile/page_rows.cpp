// SPDX-License-Identifier: LGPL-2.1-or-later
// What a controller says of itself and its namespaces: Identify, features.
#include "hostile/table.hpp"

#include <haoh/nvme/id_list.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace haoh::test {

namespace {

using nvme::Bytes;
namespace cns = nvme::cns;
namespace status = nvme::status;

constexpr std::uint8_t kIoCommandSets = 0x1C;

/// The namespaces of a page, whatever was asked for.
Misdeed lists(const std::vector<std::uint32_t>& nsids) {
    return lies([page = nvme::encode_namespace_list(nsids)](Bytes& data) { data = page; });
}

/// Full pages for ever, ascending.
Reaction lists_for_ever(const Exchange& exchange) {
    std::vector<std::uint32_t> nsids(1024);
    std::iota(nsids.begin(), nsids.end(), exchange.command.nsid + 1);
    const std::uint16_t cid = exchange.command.cid;
    return {.bytes = bytes_of({data_pdu(cid, nvme::encode_namespace_list(nsids)), response(cid)},
                              exchange.format)};
}

/// A page that is full of descriptors.
Misdeed describes(std::uint8_t type, std::uint8_t length) {
    return lies([type, length](Bytes& data) {
        std::fill(data.begin(), data.end(), 0);
        const std::size_t size = std::size_t{4} + length;
        for (std::size_t offset = 0; offset + 4 <= data.size(); offset += size) {
            data[offset] = type;
            data[offset + 1] = length;
        }
    });
}

struct Lie {
    const char* name;
    Misdeed misdeed;
    Outcome outcome;
    const char* words;
};

} // namespace

std::vector<Row> page_rows() {
    std::vector<Row> rows;
    const auto add = [&rows](const Step& step, std::vector<Lie> lies_there) {
        for (Lie& lie : lies_there) {
            rows.push_back({.step = step,
                            .name = lie.name,
                            .misdeed = std::move(lie.misdeed),
                            .outcome = lie.outcome,
                            .words = lie.words,
                            .watched = lie.outcome == Outcome::partly
                                           ? std::optional<Outcome>{}
                                           : std::optional{Outcome::odd}});
        }
    };
    // One command each: what differs between them is what they do with an observation.
    const Step controller = at_identify("identify_controller", cns::identify_controller);
    append(rows, any_rows(controller, Outcome::partly, true, command::check | command::monitor));
    add(controller,
        {
            {"refuses", responds(status::internal_error), Outcome::partly, "Internal Error"},
            {"zeros", fills(0), Outcome::odd, ""},
            {"ones", fills(0xFF), Outcome::odd, ""},
            {"escapes", fills(0x1B), Outcome::odd, ""},
            {"another_controller", stores<std::uint16_t>(78, 0x1234), Outcome::odd, ""},
            {"controller_ffff", stores<std::uint16_t>(78, 0xFFFF), Outcome::odd, ""},
            {"all_namespaces_that_can_be", stores<std::uint32_t>(516, 0xFFFFFFFF), Outcome::odd,
             ""},
            {"no_namespace", stores<std::uint32_t>(516, 0), Outcome::odd, ""},
            {"all_groups_that_can_be", stores<std::uint32_t>(348, 0xFFFFFFFF), Outcome::odd, ""},
            {"transfers_without_bound", stores<std::uint8_t>(77, 0), Outcome::odd, ""},
            {"smallest_transfers", stores<std::uint8_t>(77, 1), Outcome::odd, ""},
            {"transfers_of_2_to_255", stores<std::uint8_t>(77, 0xFF), Outcome::odd, ""},
            {"no_command_at_once", stores<std::uint16_t>(514, 0), Outcome::odd, ""},
            {"one_command_at_once", stores<std::uint16_t>(514, 1), Outcome::odd, ""},
            {"all_commands_at_once", stores<std::uint16_t>(514, 0xFFFF), Outcome::odd, ""},
            {"no_capsule", lies([](Bytes& data) { std::fill_n(data.begin() + 1792, 16, 0); }),
             Outcome::odd, ""},
            {"no_time_to_keep_alive", stores<std::uint16_t>(320, 0), Outcome::odd, ""},
            {"no_time_to_change", stores<std::uint8_t>(342, 0), Outcome::odd, ""},
            {"no_ana", stores<std::uint8_t>(76, 0), Outcome::odd, ""},
            {"of_discovery", stores<std::uint8_t>(111, 2), Outcome::odd, ""},
            {"other_name", lies([](Bytes& data) { std::fill_n(data.begin() + 768, 256, 'x'); }),
             Outcome::odd, ""},
        });
    const Step active = at_identify("active_list", cns::active_namespaces);
    append(rows, any_rows(active, Outcome::partly, true, command::list | command::monitor));
    add(active,
        {
            {"refuses", responds(status::internal_error), Outcome::partly, "active namespace list"},
            {"none", fills(0), Outcome::odd, ""},
            {"ones", fills(0xFF), Outcome::odd, ""},
            {"the_same_for_ever", lists(std::vector<std::uint32_t>(1024, 1)), Outcome::odd, ""},
            {"downwards", lists({2, 1}), Outcome::odd, ""},
            {"behind_a_zero", lists({0, 1, 2}), Outcome::odd, ""},
            {"reserved", lists({1, 2, 0xFFFFFFFE, 0xFFFFFFFF}), Outcome::odd, ""},
            {"some_that_are_not", lists({1, 2, 3, 1000}), Outcome::odd, ""},
        });
    rows.push_back({.step = active,
                    .name = "for_ever",
                    .misdeed = lists_for_ever,
                    .outcome = Outcome::odd,
                    .commands = command::check | command::monitor});
    const Step ns = at_identify("identify_namespace", cns::identify_namespace);
    append(rows, any_rows(ns, Outcome::partly, true, command::snapshot));
    add(ns, {
                {"refuses", responds(status::internal_error), Outcome::odd, ""},
                {"zeros", fills(0), Outcome::odd, ""},
                {"ones", fills(0xFF), Outcome::odd, ""},
                {"size_beyond", stores<std::uint64_t>(0, ~std::uint64_t{0}), Outcome::odd, ""},
                {"block_of_2_to_255", stores<std::uint32_t>(128, 0x00FF0000), Outcome::odd, ""},
                {"format_beyond", stores<std::uint8_t>(26, 0x6F), Outcome::odd, ""},
            });
    const Step descriptors = at_identify("descriptors", cns::namespace_descriptors);
    append(rows, any_rows(descriptors, Outcome::partly, true, command::discover));
    add(descriptors, {
                         {"refuses", responds(status::internal_error), Outcome::odd, ""},
                         {"zeros", fills(0), Outcome::odd, ""},
                         {"ones", fills(0xFF), Outcome::odd, ""},
                         {"of_no_length", describes(3, 0), Outcome::odd, ""},
                         {"of_one_byte", describes(1, 1), Outcome::odd, ""},
                         {"of_an_unknown_type", describes(0x7F, 16), Outcome::odd, ""},
                         {"beyond_the_page", describes(3, 255), Outcome::odd, ""},
                         {"two_of_a_kind", lies([](Bytes& data) {
                              const Bytes first(data.begin(), data.begin() + 20);
                              std::copy(first.begin(), first.end(), data.begin() + 20);
                              data[30] ^= 0xFFU;
                          }),
                          Outcome::odd, ""},
                     });
    const Step independent = at_identify("independent", cns::independent_namespace);
    append(rows, any_rows(independent, Outcome::partly, true, command::check));
    add(independent, {{"ones", fills(0xFF), Outcome::odd, ""}});
    const Step nvm = at_identify("nvm", cns::command_set_namespace);
    append(rows, any_rows(nvm, Outcome::partly, true, command::check));
    add(nvm, {{"ones", fills(0xFF), Outcome::odd, ""}});
    const Step list = at_identify("controller_list", cns::subsystem_controllers);
    append(rows, any_rows(list, Outcome::partly, true, command::check));
    add(list, {
                  {"ones", fills(0xFF), Outcome::odd, ""},
                  {"none", fills(0), Outcome::odd, ""},
                  {"more_than_it_holds", stores<std::uint16_t>(0, 0xFFFF), Outcome::odd, ""},
              });
    const Step sets = at_identify("command_sets", kIoCommandSets);
    append(rows, any_rows(sets, Outcome::partly, true, command::check));
    add(sets, {{"ones", fills(0xFF), Outcome::odd, ""}});
    const Step limits = at_identify("command_limits", cns::command_set_controller);
    add(limits, {{"ones", fills(0xFF), Outcome::odd, ""},
                 {"refuses", responds(status::invalid_field), Outcome::harmless, ""}});
    const Step features = at_command("features", nvme::opcode::get_features);
    append(rows, any_rows(features, Outcome::partly, false, command::check));
    add(features, {
                      {"ones", responds(status::success, ~std::uint64_t{0}), Outcome::odd, ""},
                      {"refuses", responds(status::invalid_field), Outcome::harmless, ""},
                  });
    return rows;
}

} // namespace haoh::test
