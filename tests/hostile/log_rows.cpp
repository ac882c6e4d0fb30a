// SPDX-License-Identifier: LGPL-2.1-or-later
// Log pages: ANA, supported log pages, discovery.
#include "hostile/table.hpp"

#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace haoh::test {

namespace {

using nvme::Bytes;
using nvme::DiscoveryEntry;
namespace lid = nvme::lid;
namespace status = nvme::status;

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

std::vector<Row> discovery_rows() {
    using nvme::SubsystemType;
    constexpr std::size_t kMany = 4000;
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
    append(rows, discovery_rows());
    return rows;
}

} // namespace haoh::test
