// SPDX-License-Identifier: LGPL-2.1-or-later
// What people and the machine say of a host: haoh.toml, waivers, targets, ranges of addresses, times, lists of NUMA
// nodes, counters of disks, words of the kernel. The first byte chooses.
#include "fuzz/property.hpp"

#include "attribution/address_range.hpp"
#include "base/duration.hpp"

#include <haoh/address.hpp>
#include <haoh/config.hpp>
#include <haoh/controller_state.hpp>
#include <haoh/error.hpp>
#include <haoh/io_policy.hpp>
#include <haoh/numa.hpp>
#include <haoh/path_statistics.hpp>
#include <haoh/rule.hpp>
#include <haoh/transport.hpp>
#include <haoh/waivers.hpp>

#include <string>
#include <string_view>

using namespace haoh;

namespace {

void config(std::string_view text) {
    try {
        const Config read = parse_config(text, "f.toml");
        for (const Site& site : read.sites) {
            fuzz::require(!site.name.empty(), "a site has a name");
        }
        fuzz::require(read == parse_config(text, "f.toml"), "the same text says the same");
    } catch (const Error& error) {
        fuzz::require(error.code() == Errc::malformed, "what is wrong is the text");
        fuzz::require(std::string_view(error.what()).find("f.toml") != std::string_view::npos,
                      "the file is named");
    }
}

void waivers(std::string_view text) {
    const Day day = *parse_day("2026-12-01");
    try {
        for (const Waiver& one : parse_waivers(text, "f.toml", day).all) {
            fuzz::require(!one.reason.empty() && !one.owner.empty(), "somebody answers for it");
            fuzz::require(one.expires <= day + kLongestWaiver, "none is for ever");
            fuzz::require(!select_rules({&one.rule, 1}).empty(), "its rule exists");
        }
    } catch (const Error& error) {
        fuzz::require(error.code() == Errc::malformed, "what is wrong is the text");
        fuzz::require(std::string_view(error.what()).find("f.toml") != std::string_view::npos,
                      "the file is named");
    }
    if (const auto read = parse_day(text)) {
        fuzz::require(format_day(*read) == text, "a day goes round");
    }
}

void target(std::string_view text) {
    try {
        const Address read = parse_address(text);
        Address again = parse_address(to_string(read));
        again.host_traddr = read.host_traddr; // not in the short form
        fuzz::require(again == read, "a target goes round");
    } catch (const Error& error) {
        fuzz::require(error.code() == Errc::invalid_argument, "what is wrong is the argument");
    }
}

void address_range(std::string_view text) {
    std::string defect;
    const auto range = attribution::parse_address_range(text, defect);
    fuzz::require(range.has_value() == defect.empty(), "a range, or why not");
    if (range) {
        fuzz::require(range->overlaps(*range), "a range overlaps itself");
        fuzz::require(range->prefix <= (range->network.is_v4() ? 32U : 128U), "as many bits");
    }
}

void words(std::string_view text) {
    if (const auto time = base::parse_duration(text)) {
        fuzz::require(time->count() >= 0 && *time <= base::kLongestDuration, "a time is in bounds");
    }
    if (const auto nodes = parse_node_list(text)) {
        fuzz::require(fuzz::strictly_ascending<unsigned>(*nodes), "nodes ascend");
        fuzz::require(nodes->empty() || nodes->back() < kMostNumaNodes, "a node is one of Linux's");
    }
    static_cast<void>(parse_block_statistics(text));
    fuzz::require(ShownPolicy{text}.text() == text, "a policy is the word that it was");
    fuzz::require(ControllerState::of(text).text() == text, "a state goes round");
    const Transport transport = parse_transport(text);
    fuzz::require(transport == Transport::unknown || to_string(transport) == text,
                  "a transport goes round");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string text(data + 1, data + size);
    switch (data[0] % 8) {
    case 0:
        config(text);
        break;
    case 1:
        target(text);
        break;
    case 2:
        address_range(text);
        break;
    case 4:
        waivers(text);
        break;
    default:
        words(text);
        break;
    }
    return 0;
}
