// SPDX-License-Identifier: LGPL-2.1-or-later
// Log pages: ANA, supported log pages, discovery.
#include "hostile/table.hpp"

#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace haoh::test {

namespace {

using nvme::Bytes;
using nvme::DiscoveryEntry;
using nvme::SubsystemType;
namespace lid = nvme::lid;
namespace status = nvme::status;

constexpr std::size_t kMany = 4000;

std::uint64_t offset_of(const nvme::SubmissionEntry& command) {
    return command.cdw[2] | std::uint64_t{command.cdw[3]} << 32U;
}

/// The part of a log that was asked for.
Reaction part_of(const Exchange& exchange, const Bytes& log) {
    const nvme::ByteView part = nvme::slice(
        log, static_cast<std::size_t>(offset_of(exchange.command)), exchange.command.sgl_length);
    Bytes data(part.begin(), part.end());
    data.resize(exchange.command.sgl_length);
    const std::uint16_t cid = exchange.command.cid;
    return {.bytes = bytes_of({data_pdu(cid, std::move(data)), response(cid)}, exchange.format)};
}

/// A counter of a log that is another one each time.
Misdeed counts(std::size_t offset) {
    return [offset](const Exchange& exchange) {
        return stores<std::uint64_t>(offset, exchange.count)(exchange);
    };
}

/// As many groups as a log can have, each of which the function fills.
Misdeed groups(const std::function<void(nvme::MutableByteView group, std::uint32_t number)>& fill) {
    constexpr std::uint16_t kAll = 0xFFFF;
    Bytes log(nvme::kAnaLogHeaderSize + kAll * nvme::kAnaGroupHeaderSize);
    nvme::store_le(log, 8, kAll);
    for (std::uint32_t number = 0; number < kAll; ++number) {
        const std::size_t offset = nvme::kAnaLogHeaderSize + number * nvme::kAnaGroupHeaderSize;
        fill(nvme::MutableByteView(log).subspan(offset, nvme::kAnaGroupHeaderSize), number);
    }
    return [log = std::make_shared<const Bytes>(std::move(log))](const Exchange& exchange) {
        return part_of(exchange, *log);
    };
}

Misdeed logs(std::vector<nvme::AnaGroup> groups) {
    nvme::AnaLog log;
    log.chgc = 1;
    log.nagd = static_cast<std::uint16_t>(groups.size());
    log.groups = std::move(groups);
    return [bytes = std::make_shared<const Bytes>(nvme::encode(log))](const Exchange& exchange) {
        return part_of(exchange, *bytes);
    };
}

nvme::AnaGroup group(std::uint32_t agid, nvme::AnaState state, std::vector<std::uint32_t> nsids) {
    return {.agid = agid,
            .chgc = 1,
            .state = state,
            .state_byte = static_cast<std::uint8_t>(state),
            .nsids = std::move(nsids)};
}

std::vector<Row> ana_rows() {
    const Step step = at_log("ana_log", lid::ana);
    std::vector<Row> rows =
        any_rows(step, Outcome::partly, true, command::check | command::monitor);
    struct Lie {
        const char* name;
        Misdeed misdeed;
        Outcome outcome;
        const char* words;
        std::optional<Outcome> watched;
    };
    for (const Lie& lie : std::vector<Lie>{
             {"refuses", responds(status::internal_error), Outcome::partly, "ANA log",
              Outcome::unread},
             {"zeros", fills(0), Outcome::odd, "", Outcome::odd},
             {"ones", fills(0xFF), Outcome::odd, "", Outcome::odd},
             {"never_stable", counts(0), Outcome::odd, "", Outcome::odd},
             {"groups_beyond", stores<std::uint16_t>(8, 0xFFFF), Outcome::odd, "", Outcome::odd},
             {"namespaces_beyond", stores<std::uint32_t>(16 + 4, 0xFFFFFFFF), Outcome::odd, "",
              Outcome::odd},
             {"no_group", stores<std::uint16_t>(8, 0), Outcome::odd, "", Outcome::odd},
             {"state_undefined", stores<std::uint8_t>(16 + 16, 0xF7), Outcome::odd, "",
              Outcome::odd},
             {"a_group_of_all", stores<std::uint32_t>(16, 0xFFFFFFFF), Outcome::odd, "",
              Outcome::odd},
             {"a_group_twice",
              logs({group(1, nvme::AnaState::optimized, {1}),
                    group(1, nvme::AnaState::inaccessible, {2})}),
              Outcome::odd, "", Outcome::odd},
             {"a_namespace_in_two_groups",
              logs({group(1, nvme::AnaState::optimized, {1, 2}),
                    group(2, nvme::AnaState::inaccessible, {1, 2})}),
              Outcome::odd, "", Outcome::odd},
             {"a_namespace_that_is_not", logs({group(1, nvme::AnaState::optimized, {1, 2, 77})}),
              Outcome::odd, "", Outcome::odd},
             {"a_namespace_of_all_ones",
              logs({group(1, nvme::AnaState::optimized, {1, 2, 0xFFFFFFFF, 0})}), Outcome::odd, "",
              Outcome::odd},
             {"counts_backwards",
              [](const Exchange& exchange) {
                  return stores<std::uint64_t>(0, ~std::uint64_t{0} - exchange.count)(exchange);
              },
              Outcome::odd, "", Outcome::odd},
             {"all_groups_that_can_be",
              groups([](nvme::MutableByteView group, std::uint32_t number) {
                  nvme::store_le(group, 0, number + 1);
                  nvme::store_le<std::uint8_t>(group, 16, 1);
              }),
              Outcome::odd, "", Outcome::odd},
             {"groups_of_nothing", groups([](nvme::MutableByteView group, std::uint32_t number) {
                  group[31] = number == 0xFFFE ? 1 : 0;
              }),
              Outcome::odd, "", Outcome::odd},
             {"groups_downwards", groups([](nvme::MutableByteView group, std::uint32_t number) {
                  nvme::store_le(group, 0, 0x10000 - number);
                  nvme::store_le<std::uint8_t>(group, 16, 0x0E);
              }),
              Outcome::odd, "", Outcome::odd}}) {
        rows.push_back({.step = step,
                        .name = lie.name,
                        .misdeed = lie.misdeed,
                        .outcome = lie.outcome,
                        .words = lie.words,
                        .watched = lie.watched});
    }
    return rows;
}

DiscoveryEntry entry(std::string traddr, std::string trsvcid, nvme::SubsystemType type) {
    DiscoveryEntry one;
    one.trtype = static_cast<std::uint8_t>(nvme::TransportType::tcp);
    one.adrfam = static_cast<std::uint8_t>(nvme::AddressFamily::ipv4);
    one.subtype = static_cast<std::uint8_t>(type);
    one.cntlid = nvme::kDynamicController;
    one.asqsz = 32;
    one.traddr = std::move(traddr);
    one.trsvcid = std::move(trsvcid);
    one.subnqn = type == nvme::SubsystemType::referral ? std::string(nvme::kDiscoveryNqn)
                                                       : "nqn.2026-11.io.example:invented";
    return one;
}

/// A log of entries that the function makes of their numbers.
Misdeed discovers(std::size_t count, const std::function<DiscoveryEntry(std::size_t)>& make) {
    nvme::DiscoveryLog log;
    log.genctr = 1;
    log.numrec = count;
    for (std::size_t index = 0; index < count; ++index) {
        log.entries.push_back(make(index));
    }
    return [bytes = std::make_shared<const Bytes>(nvme::encode(log))](const Exchange& exchange) {
        return part_of(exchange, *bytes);
    };
}

/// The same with the target's own port.
Misdeed discovers_itself(std::function<std::vector<DiscoveryEntry>(std::uint16_t port)> make) {
    // Once for a target: it is read in many parts.
    const auto logs = std::make_shared<std::map<std::uint16_t, Bytes>>();
    return [make = std::move(make), logs](const Exchange& exchange) {
        const auto [place, fresh] = logs->try_emplace(exchange.port);
        if (fresh) {
            nvme::DiscoveryLog log;
            log.genctr = 1;
            log.entries = make(exchange.port);
            log.numrec = log.entries.size();
            place->second = nvme::encode(log);
        }
        return part_of(exchange, place->second);
    };
}

/// Spellings of one address.
std::vector<DiscoveryEntry> refers_in_all_spellings(std::uint16_t port) {
    std::vector<DiscoveryEntry> entries;
    for (const char* const address :
         {"127.0.0.1", "localhost", "LOCALHOST", "::ffff:127.0.0.1", "::ffff:7f00:1",
          "0:0:0:0:0:ffff:127.0.0.1", "127.1", "0177.0.0.1", "2130706433", "127.0.0.1 "}) {
        for (const std::string_view zeros : {"", "0", "000"}) {
            entries.push_back(
                entry(address, std::string(zeros) + std::to_string(port), SubsystemType::referral));
        }
    }
    return entries;
}

std::vector<Row> discovery_rows() {
    const Step step = at_log("discovery_log", lid::discovery);
    std::vector<Row> rows = any_rows(step, Outcome::unread, true, command::discover);
    const auto add = [&](const char* name, const Misdeed& misdeed, Outcome outcome,
                         const char* words) {
        rows.push_back({.step = step,
                        .name = name,
                        .misdeed = misdeed,
                        .outcome = outcome,
                        .words = words,
                        .commands = command::discover});
        // Beside a subsystem that is named, the log is only for comparison.
        rows.push_back({.step = step,
                        .name = std::string(name) + "_beside",
                        .misdeed = misdeed,
                        .outcome = Outcome::odd,
                        .commands = command::check | command::list});
    };
    add("zeros", fills(0), Outcome::unread, "offers none");
    add("ones", fills(0xFF), Outcome::odd, "");
    add("never_stable", counts(0), Outcome::odd, "");
    add("records_beyond", stores<std::uint64_t>(8, ~std::uint64_t{0}), Outcome::odd, "");
    add("unknown_format", stores<std::uint16_t>(16, 0xFFFF), Outcome::odd, "");
    add("no_record", stores<std::uint64_t>(8, 0), Outcome::unread, "offers none");
    add("ports_that_are_none",
        discovers(kMany,
                  [](std::size_t index) {
                      return entry("127.0.0.1", "port" + std::to_string(index), SubsystemType::nvm);
                  }),
        Outcome::odd, "TRSVCID");
    add("escapes",
        discovers(100,
                  [](std::size_t index) {
                      return entry("\x1b]0;owned\x07", "\x1b[2J" + std::to_string(index),
                                   SubsystemType::nvm);
                  }),
        Outcome::odd, "");
    add("any_address",
        discovers(kMany,
                  [](std::size_t index) {
                      return entry("0.0.0.0", std::to_string(index + 1), SubsystemType::nvm);
                  }),
        Outcome::odd, "stands for any address");
    add("ports_where_nobody_is",
        discovers(kMany,
                  [](std::size_t index) {
                      // A discard port of another loopback address: nobody listens there.
                      return entry("127.9.9." + std::to_string(index % 250 + 1),
                                   std::to_string(9 + index / 250), SubsystemType::nvm);
                  }),
        Outcome::odd, "127.9.9.");
    add("referrals_to_nobody",
        discovers(kMany,
                  [](std::size_t index) {
                      return entry("127.9.9." + std::to_string(index % 250 + 1),
                                   std::to_string(9 + index / 250), SubsystemType::referral);
                  }),
        Outcome::odd, "referral");
    add("subsystems_without_end",
        discovers(kMany,
                  [](std::size_t index) {
                      DiscoveryEntry one = entry("127.9.9.9", "9", SubsystemType::nvm);
                      one.subnqn += std::to_string(index);
                      return one;
                  }),
        Outcome::odd, "127.9.9.9");
    add("names_without_an_end",
        discovers(kMany,
                  [](std::size_t index) {
                      DiscoveryEntry one = entry("127.9.9.9", "9", SubsystemType::nvm);
                      one.subnqn = std::string(256, static_cast<char>('a' + index % 26));
                      return one;
                  }),
        Outcome::odd, "");
    add("refuses", responds(status::internal_error), Outcome::unread, "Internal Error");
    add("refers_to_itself", discovers_itself([](std::uint16_t port) {
            return std::vector{entry("127.0.0.1", std::to_string(port), SubsystemType::referral)};
        }),
        Outcome::unread, "offers none");
    add("refers_to_itself_in_all_spellings", discovers_itself(refers_in_all_spellings),
        Outcome::odd, "");
    add("subsystems_of_its_own_without_end", discovers_itself([](std::uint16_t port) {
            std::vector<DiscoveryEntry> entries;
            for (std::size_t index = 0; index < kMany; ++index) {
                entries.push_back(entry("127.0.0.1", std::to_string(port), SubsystemType::nvm));
                entries.back().subnqn += std::to_string(index);
            }
            return entries;
        }),
        Outcome::odd, "");
    add("controllers_of_all_numbers", discovers_itself([](std::uint16_t port) {
            std::vector<DiscoveryEntry> entries;
            for (std::size_t index = 0; index < kMany; ++index) {
                entries.push_back(entry("127.0.0.1", std::to_string(port), SubsystemType::nvm));
                entries.back().cntlid = static_cast<std::uint16_t>(index);
            }
            return entries;
        }),
        Outcome::odd, "");
    add("other_transports",
        discovers(256,
                  [](std::size_t index) {
                      DiscoveryEntry one = entry("127.0.0.1", "4420", SubsystemType::nvm);
                      one.trtype = static_cast<std::uint8_t>(index == 3 ? 0xFE : index);
                      one.subnqn += std::to_string(index);
                      return one;
                  }),
        Outcome::odd, "");
    add(
        "grows_each_time",
        [](const Exchange& exchange) {
            return discovers(
                std::min<std::size_t>(16 * exchange.count, kMany / 16), [](auto index) {
                    return entry("127.9.9.9", std::to_string(index + 1), SubsystemType::nvm);
                })(exchange);
        },
        Outcome::odd, "");
    return rows;
}

} // namespace

std::vector<Row> log_rows() {
    std::vector<Row> rows = ana_rows();
    const Step supported = at_log("supported_logs", lid::supported_logs);
    append(rows, any_rows(supported, Outcome::partly, true, command::check));
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{0xFF}}) {
        rows.push_back({.step = supported,
                        .name = value == 0 ? "zeros" : "ones",
                        .misdeed = fills(value),
                        .outcome = Outcome::odd});
    }
    const Step commands = at_log("commands_log", lid::commands_supported);
    append(rows, any_rows(commands, Outcome::partly, true, command::check));
    for (const Step& step : {commands, at_log("firmware_log", lid::firmware_slot)}) {
        rows.push_back(
            {.step = step, .name = "ones", .misdeed = fills(0xFF), .outcome = Outcome::odd});
    }
    append(rows, discovery_rows());
    return rows;
}

} // namespace haoh::test
