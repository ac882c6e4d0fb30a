// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of discovery logs: every field of an entry, alone and of several ports, on one array
// and on both.
#include "unit/catalogue/told.hpp"

#include <gmock/gmock.h>

namespace haoh::test {
namespace {

using Log = nvme::DiscoveryLog;
using Entry = nvme::DiscoveryEntry;

constexpr const char* kA = "tcp://10.1.0.1:4420"; ///< the discovery controller of array A
constexpr const char* kB = "tcp://10.2.0.1:4420";
constexpr std::string_view kOddName = "nqn.2026-01.io.example:\x7F";

/// The ports of a small pair in both logs: entry 0 is array A's, entry 1 array B's.
std::function<void(Pair&)> both_logs(const std::function<void(Log&)>& change) {
    return small(1, [change](Pair& pair) {
        pair.with_discovery().edit_discovery(0, change).edit_discovery(1, change);
    });
}
std::function<void(Pair&)> log_of_b_alone(const std::function<void(Log&)>& change) {
    return small(1, [change](Pair& pair) { pair.with_discovery().edit_discovery(1, change); });
}

void append(Log& log, Entry entry) {
    log.entries.push_back(std::move(entry));
    log.numrec = log.entries.size();
}
void keep(Log& log, std::size_t first, std::size_t count) {
    const auto begin = log.entries.begin() + static_cast<std::ptrdiff_t>(first);
    log.entries = {begin, begin + static_cast<std::ptrdiff_t>(count)};
    log.numrec = count;
}

/// An entry of the log about itself.
Entry own(const char* nqn) {
    Entry entry;
    entry.trtype = 3;
    entry.adrfam = 1;
    entry.subtype = 3;
    entry.cntlid = 0xFFFF;
    entry.asqsz = 32;
    entry.trsvcid = "8009";
    entry.traddr = "10.9.0.1";
    entry.subnqn = nqn;
    return entry;
}

/// The values of a property of both ports, as both logs list them.
std::vector<std::string> listed(std::string head, const std::string& of_a,
                                const std::string& of_b) {
    std::vector<std::string> out{std::move(head)};
    for (const char* log : {"array-a", "array-b"}) {
        out.push_back(fmt::format("  {} : 10.1.0.1:4420: {}", log, of_a));
        out.push_back(fmt::format("  {} : 10.2.0.1:4420: {}", log, of_b));
    }
    return out;
}

/// Of an array that was asked: A's log names the ports and comes first.
std::vector<std::string> unasked(const std::vector<std::string>& ports) {
    const bool one = ports.size() == 1;
    std::vector<std::string> out{
        fmt::format("NOTE disc.port.asked: {} port{} of the subsystem {} named and {} not asked",
                    ports.size(), one ? "" : "s", one ? "is" : "are", one ? "was" : "were")};
    for (const std::string& port : ports) {
        out.push_back(fmt::format("  array-a : discovery controller {}: {}", kA, port));
    }
    return out;
}
std::vector<std::string> and_unasked(std::vector<std::string> lines,
                                     const std::vector<std::string>& ports) {
    const std::vector<std::string> more = unasked(ports);
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
}

/// To addresses that nobody asked.
void translate(Log& log) {
    for (std::size_t i = 0; i < log.entries.size(); ++i) {
        log.entries[i].traddr = fmt::format("192.0.2.{}", i + 1);
    }
}

std::vector<ToldCase> discovery_entry_cases() {
    return {
        {"TheModelOfEachPort", both_logs([](Log& log) { log.entries[1].cntlid = 0xFFFE; }),
         listed("WARN disc.entry.cntlid.model: static and dynamic controllers are both listed",
                "dynamic", "static")},
        {"AFixedControllerIsStatic", both_logs([](Log& log) { log.entries[0].cntlid = 5; }),
         listed("WARN disc.entry.cntlid.model: static and dynamic controllers are both listed",
                "static", "dynamic")},
        {"OneModelByAnyNumber",
         both_logs([](Log& log) {
             log.entries[0].cntlid = 0xFFFE;
             log.entries[1].cntlid = 7;
         }),
         {}},
        {"ARequiredChannel", both_logs([](Log& log) { log.entries[0].treq = 1; }),
         listed("WARN disc.entry.treq.equal: transport requirements (TREQ) differ by port",
                "TREQ 0x1 (secure channel required)", "TREQ 0x0 (secure channel not specified)")},
        {"AChannelThatIsNotRequired", both_logs([](Log& log) {
             log.entries[0].treq = 2;
             log.entries[1].treq = 3;
         }),
         listed("WARN disc.entry.treq.equal: transport requirements (TREQ) differ by port",
                "TREQ 0x2 (secure channel not required)", "TREQ 0x3 (secure channel reserved)")},
        {"RequirementsBeyondTheChannel", both_logs([](Log& log) { log.entries[1].treq = 5; }),
         listed("WARN disc.entry.treq.equal: transport requirements (TREQ) differ by port",
                "TREQ 0x0 (secure channel not specified)", "TREQ 0x5 (secure channel required)")},
        {"TheSecurityOfEachPort", both_logs([](Log& log) { log.entries[1].tsas[0] = 2; }),
         listed("WARN disc.entry.tsas_sectype.equal: security of the ports (TSAS) differs",
                "SECTYPE 0", "SECTYPE 2")},
        // TSAS of RDMA is another structure, and only byte 0 is of TCP.
        {"NoSecurityOfOtherTransports", both_logs([](Log& log) {
             log.entries[1].trtype = 1;
             log.entries[1].tsas[0] = 2;
         }),
         unasked({"RDMA 10.2.0.1:4420"})},
        {"NoSecurityInReservedBytes", both_logs([](Log& log) { log.entries[1].tsas[1] = 2; }), {}},
        {"TheQueueOfEachPort", both_logs([](Log& log) { log.entries[1].asqsz = 64; }),
         listed("NOTE disc.entry.asqsz: size of the admin queue (ASQSZ) differs by port",
                "ASQSZ 32", "ASQSZ 64")},
        {"TheSmallQueue",
         both_logs([](Log& log) { log.entries[1].asqsz = 31; }),
         {"NOTE disc.entry.asqsz: admin queue of fewer than 32 entries (ASQSZ)",
          "  array-a : 10.2.0.1:4420: ASQSZ 31"}},
        {"TheSubtypeOfAPort",
         both_logs([](Log& log) { log.entries[1].subtype = 3; }),
         {
             "FAIL disc.entry.subtype: discovery log lists the subsystem as something else",
             "  array-a : 10.2.0.1:4420: SUBTYPE 3",
             "  array-b : 10.2.0.1:4420: SUBTYPE 3",
         }},
        // Each array numbers its own ports.
        {"OnePortIdOfTwoPorts",
         both_logs([](Log& log) { log.entries[1].portid = 1; }),
         {"NOTE disc.entry.portid_unique_per_port: port ID 1 stands for several ports",
          "  array-a : 10.1.0.1:4420: port ID 1", "  array-a : 10.2.0.1:4420: port ID 1"}},
        {"OnePortIdOnTwoTransports", both_logs([](Log& log) {
             log.entries[1].portid = 1;
             log.entries[1].trtype = 1;
         }),
         unasked({"RDMA 10.2.0.1:4420"})},
        {"OnePortIdInTwoFamilies",
         both_logs([](Log& log) {
             log.entries[1].portid = 1;
             log.entries[1].adrfam = 2;
         }),
         {}},
        {"OnePortIdForTwoServicesOfAnAddress", both_logs([](Log& log) {
             Entry other = log.entries[0];
             other.trsvcid = "4421";
             append(log, other);
         }),
         unasked({"TCP 10.1.0.1:4421"})},
        {"OnePortIdForServicesOfTwoArrays",
         small(1,
               [](Pair& pair) {
                   // Behind one translated address, by different services.
                   pair.with_discovery();
                   pair.edit_discovery(0, [](Log& log) { keep(log, 0, 1); });
                   pair.edit_discovery(1, [](Log& log) {
                       keep(log, 0, 1);
                       log.entries[0].trsvcid = "4421";
                   });
                   pair.options.rules = {"disc.entry.*"};
               }),
         {"WARN disc.entry.portid_unique_per_port: port ID 1 stands for several ports",
          "  array-a : 10.1.0.1:4420: port ID 1", "  array-b : 10.1.0.1:4421: port ID 1"}},
        {"TwoPortIdsOfSeveralPorts", both_logs([](Log& log) {
             for (std::uint16_t i = 0; i < 2; ++i) {
                 Entry other = log.entries[i];
                 other.traddr = fmt::format("10.3.0.{}", i + 1);
                 append(log, other);
             }
         }),
         and_unasked(
             {"WARN disc.entry.portid_unique_per_port: port IDs 1 and 2 stand for several ports",
              "  array-a : 10.1.0.1:4420: port ID 1", "  array-a : 10.3.0.1:4420: port ID 1",
              "  array-a : 10.2.0.1:4420: port ID 2", "  array-a : 10.3.0.2:4420: port ID 2"},
             {"TCP 10.3.0.1:4420", "TCP 10.3.0.2:4420"})},
        {"AnIpv6PortInBrackets", both_logs([](Log& log) {
             Entry other = log.entries[0];
             other.adrfam = 2;
             other.portid = 9;
             other.traddr = "fd00::7";
             append(log, other);
             other.traddr = "fd00::8";
             append(log, other);
         }),
         and_unasked({"WARN disc.entry.portid_unique_per_port: port ID 9 stands for several ports",
                      "  array-a : [fd00::7]:4420: port ID 9",
                      "  array-a : [fd00::8]:4420: port ID 9"},
                     {"TCP [fd00::7]:4420", "TCP [fd00::8]:4420"})},
        {"NothingOfAnotherSubsystem",
         both_logs([](Log& log) {
             Entry other = log.entries[0];
             other.subnqn = "nqn.2026-01.io.example:other";
             other.traddr = "10.7.0.1";
             other.treq = other.tsas[0] = 1;
             other.asqsz = 16;
             other.cntlid = 1;
             append(log, other);
         }),
         {}},
    };
}

/// So many port IDs that are shared: eight of them and as many values are shown.
ToldCase shared_port_ids(unsigned count, std::string ids) {
    std::vector<std::string> expected{"WARN disc.entry.portid_unique_per_port: port IDs " +
                                      std::move(ids) + " stand for several ports"};
    for (unsigned id = 1; id <= 4; ++id) {
        for (const unsigned address : {1U, 2U}) {
            expected.push_back(
                fmt::format("  array-a : 10.8.{}.{}:4420: port ID {}", id, address, id));
        }
    }
    return {fmt::format("{}SharedPortIds", count),
            small(1,
                  [count](Pair& pair) {
                      const auto add = [count](Log& log) {
                          const Entry port = log.entries[0];
                          log.entries[0].portid = 101;
                          log.entries[1].portid = 102;
                          for (unsigned id = 1; id <= count; ++id) {
                              for (const unsigned address : {1U, 2U}) {
                                  Entry entry = port;
                                  entry.portid = static_cast<std::uint16_t>(id);
                                  entry.traddr = fmt::format("10.8.{}.{}", id, address);
                                  append(log, entry);
                              }
                          }
                      };
                      pair.with_discovery().edit_discovery(0, add).edit_discovery(1, add);
                      pair.options.rules = {"disc.entry.*"};
                  }),
            expected};
}

std::vector<ToldCase> discovery_log_cases() {
    return {
        {"TheRecordFormat",
         log_of_b_alone([](Log& log) { log.recfmt = 3; }),
         {fmt::format("FAIL disc.header.recfmt []: malformed discovery log of {}", kB),
          fmt::format("  array-b : discovery controller {}: RECFMT 3", kB)}},
        {"AMalformedName",
         both_logs([](Log& log) {
             Entry other = log.entries[0];
             other.subnqn = kOddName;
             append(log, other);
             append(log, other); // one name, however often
             log.entries.back().traddr = "10.1.0.9";
             log.entries.back().portid = 9;
         }),
         {fmt::format("WARN disc.entry.nqn_format []: 1 malformed SUBNQN in the discovery log of "
                      "{}",
                      kA),
          fmt::format("  array-a : discovery controller {}: \"{}\": {}", kA,
                      nvme::printable(nvme::Bytes(kOddName.begin(), kOddName.end())),
                      "the control character 7Fh at byte 23")}},
        {"APortTwice",
         log_of_b_alone([](Log& log) { append(log, log.entries[1]); }),
         {fmt::format("NOTE disc.entry.unique: the discovery log of {} lists 10.2.0.1:4420 twice",
                      kB)}},
        {"NoPortTwiceInTwoFamilies",
         both_logs([](Log& log) {
             append(log, log.entries[1]);
             log.entries.back().adrfam = 2;
         }),
         {}},
        {"TwoPortsTwice",
         log_of_b_alone([](Log& log) {
             append(log, log.entries[0]);
             append(log, log.entries[1]);
         }),
         {fmt::format("NOTE disc.entry.unique: the discovery log of {} lists 10.1.0.1:4420 twice",
                      kB)}},
        {"ALogThatNeverRests",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.discovery[1].stable = false;
               }),
         {fmt::format("UNKNOWN disc.genctr.stable_during_read []: the discovery log of {} changed "
                      "during each reading",
                      kB)}},
        // What was not read is told elsewhere.
        {"NoUnrestOfALogThatWasNotRead",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.discovery[1].stable = false;
                   pair.discovery[1].log = Page::of_failure("timed out");
               }),
         {}},
        {"LogsInPart",
         log_of_b_alone([](Log& log) { keep(log, 1, 1); }),
         {"WARN disc.log.consistent_between_arrays: discovery logs of the arrays list some ports "
          "in common, and others not",
          fmt::format("  array-a : discovery controller {}: 10.1.0.1:4420, 10.2.0.1:4420", kA),
          fmt::format("  array-b : discovery controller {}: 10.2.0.1:4420", kB)}},
        // Whoever it was that the target led to.
        {"LogsInPartByReferrals",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.discovery[0].address = "tcp://10.1.0.9:8009";
                   pair.discovery[1].address = "tcp://10.2.0.9:8009";
                   pair.edit_discovery(1, [](Log& log) { keep(log, 1, 1); });
               }),
         {"WARN disc.log.consistent_between_arrays: discovery logs of the arrays list some ports "
          "in common, and others not",
          "  array-a : discovery controller tcp://10.1.0.9:8009: 10.1.0.1:4420, 10.2.0.1:4420",
          "  array-b : discovery controller tcp://10.2.0.9:8009: 10.2.0.1:4420"}},
        {"LogsOfOwnPorts",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.edit_discovery(0, [](Log& log) { keep(log, 0, 1); });
                   pair.edit_discovery(1, [](Log& log) { keep(log, 1, 1); });
               }),
         {"NOTE disc.log.consistent_between_arrays: each array's discovery log lists its own "
          "ports only",
          fmt::format("  array-a : discovery controller {}: 10.1.0.1:4420", kA),
          fmt::format("  array-b : discovery controller {}: 10.2.0.1:4420", kB)}},
        {"ALogWithoutTheSubsystem",
         log_of_b_alone([](Log& log) { keep(log, 0, 0); }),
         {"NOTE disc.log.consistent_between_arrays: each array's discovery log lists its own "
          "ports only",
          fmt::format("  array-a : discovery controller {}: 10.1.0.1:4420, 10.2.0.1:4420", kA),
          fmt::format("  array-b : discovery controller {}: does not list the subsystem", kB)}},
        {"LogsInAnotherOrder",
         log_of_b_alone([](Log& log) { std::swap(log.entries[0], log.entries[1]); }),
         {}},
        // The frame is the finding; what such a log seems to lack is none.
        {"NothingOfTheEntriesOfAMalformedLog",
         log_of_b_alone([](Log& log) {
             keep(log, 1, 1);
             log.entries[0].treq = 1;
             log.entries[0].asqsz = 5;
             log.numrec = 2;
         }),
         {fmt::format("FAIL disc.header.recfmt []: malformed discovery log of {}", kB),
          fmt::format("  array-b : discovery controller {}: 2 entries announced, 1 came", kB)}},
        {"AReferralIsPartOfItsTarget",
         small(1,
               [](Pair& pair) {
                   // B's target is asked at two addresses, each with half of the ports.
                   pair.with_discovery();
                   pair.discovery.push_back(pair.discovery[1]);
                   pair.discovery[2].address = "tcp://10.2.0.9:8009";
                   pair.edit_discovery(1, [](Log& log) { keep(log, 0, 1); });
                   pair.edit_discovery(2, [](Log& log) { keep(log, 1, 1); });
               }),
         {}},
        {"NothingOfATargetThatServesAnother",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.discovery.push_back(pair.discovery[1]);
                   pair.discovery[2].target = pair.discovery[2].address = "tcp://10.9.0.1:8009";
                   pair.edit_discovery(2, [](Log& log) { keep(log, 0, 1); });
               }),
         {}},
        {"OneLogIsNoDisagreement",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.discovery.pop_back();
               }),
         {}},
        {"TheControllerOfAPortThatIsNotListed",
         both_logs([](Log& log) { keep(log, 0, 1); }),
         {"NOTE disc.log.complete: port that no discovery log lists on array-b",
          "  array-b 2001: 10.2.0.1:4420"}},
        {"TheServiceOfAPortThatIsNotListed",
         both_logs([](Log& log) { log.entries[0].trsvcid = "4421"; }),
         {"NOTE disc.log.complete: port that no discovery log lists on array-a",
          "  array-a 1001: 10.1.0.1:4420"}},
        // A name is another spelling of an address: it may well be listed.
        {"NoPortOfAName",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.b[0].traddr = "array-b.example";
               }),
         {}},
        // It may list the port.
        {"NoPortOfAnArrayWhoseLogWasNotRead",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery().edit_discovery(0, [](Log& log) { keep(log, 0, 1); });
                   pair.discovery.pop_back();
               }),
         {}},
        {"NoPortOfAnArrayWhoseLogMoved",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   for (const std::size_t log : {0U, 1U}) {
                       pair.edit_discovery(log, [](Log& one) { keep(one, 0, 1); });
                   }
                   pair.discovery[1].stable = false;
               }),
         {fmt::format("UNKNOWN disc.genctr.stable_during_read []: the discovery log of {} changed "
                      "during each reading",
                      kB)}},
        {"AddressesThatAreTranslatedOnTheWay",
         both_logs(translate),
         {"NOTE disc.log.complete: discovery logs name other addresses than those that answered on "
          "both arrays",
          "  array-a 1001: 10.1.0.1:4420", "  array-b 2001: 10.2.0.1:4420"}},
        {"PortsThatEachArrayNumbersBehindATranslation",
         both_logs([](Log& log) {
             translate(log);
             log.entries[1].portid = 1;
         }),
         {"NOTE disc.entry.portid_unique_per_port: port ID 1 stands for several ports",
          "  array-a : 192.0.2.1:4420: port ID 1", "  array-a : 192.0.2.2:4420: port ID 1",
          "NOTE disc.log.complete: discovery logs name other addresses than those that answered on "
          "both arrays",
          "  array-a 1001: 10.1.0.1:4420", "  array-b 2001: 10.2.0.1:4420"}},
        {"TheOtherArrayBehindATranslation",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery().edit_discovery(0, translate);
                   pair.discovery.pop_back();
                   pair.b.clear();
               }),
         {"UNKNOWN disc.port.asked: at least 1 of 2 ports of the subsystem that are named was not "
          "asked; 1 answered at addresses that no log names: may be another array",
          fmt::format("  array-a : discovery controller {}: TCP 192.0.2.1:4420", kA),
          fmt::format("  array-a : discovery controller {}: TCP 192.0.2.2:4420", kA),
          "NOTE disc.log.complete: discovery logs name other addresses than those that answered on "
          "array-a",
          "  array-a 1001: 10.1.0.1:4420"}},
        {"NoPortWhereNoLogKnowsTheSubsystem", both_logs([](Log& log) { keep(log, 0, 0); }), {}},
    };
}

std::vector<ToldCase> discovery_name_cases() {
    const auto with_names = [](const char* a, const char* b, bool other_stories) {
        return small(1, [a, b, other_stories](Pair& pair) {
            pair.with_discovery();
            pair.edit_discovery(0, [a](Log& log) { append(log, own(a)); });
            pair.edit_discovery(1, [b, other_stories](Log& log) {
                append(log, own(b));
                if (other_stories) {
                    append(log, own(b));
                    log.entries.back().trsvcid = "8010";
                }
            });
        });
    };
    constexpr const char* kUnique = "nqn.2026-01.io.example:discovery";
    constexpr const char* kWellKnown = "nqn.2014-08.org.nvmexpress.discovery";
    return {
        {"TwoStoriesOfOneDiscoverySubsystem",
         with_names(kUnique, kUnique, true),
         {fmt::format("WARN disc.nqn_unique_vs_wellknown []: discovery subsystem {} says different "
                      "things",
                      kUnique),
          fmt::format("  array-a : discovery controller {}: 3 entries", kA),
          fmt::format("  array-b : discovery controller {}: 4 entries", kB)}},
        {"OneStoryOfOneDiscoverySubsystem", with_names(kUnique, kUnique, false), {}},
        {"TwoStoriesUnderTheWellKnownName", with_names(kWellKnown, kWellKnown, true), {}},
        {"TwoStoriesUnderTwoNames",
         with_names(kUnique, "nqn.2026-01.io.example:discovery-b", true),
         {}},
        {"TwoStoriesOfOneTarget",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.discovery.push_back(pair.discovery[0]);
                   pair.discovery[0].address = "tcp://10.1.0.8:8009";
                   pair.discovery[2].address = "tcp://10.1.0.9:8009";
                   pair.edit_discovery(0, [](Log& log) { append(log, own(kUnique)); });
                   pair.edit_discovery(2, [](Log& log) {
                       append(log, own(kUnique));
                       append(log, own(kUnique));
                       log.entries.back().trsvcid = "8010";
                   });
               }),
         {}},
        // A referral to the other one is not the log about itself.
        {"AReferralToAnotherStory",
         small(1,
               [](Pair& pair) {
                   pair.with_discovery();
                   pair.edit_discovery(0, [](Log& log) {
                       append(log, own(kUnique));
                       log.entries.back().subtype = 1;
                   });
                   pair.edit_discovery(1, [](Log& log) { append(log, own(kUnique)); });
               }),
         {}},
    };
}

INSTANTIATE_TEST_SUITE_P(DiscoveryEntry, Told, testing::ValuesIn(discovery_entry_cases()),
                         told_name);
INSTANTIATE_TEST_SUITE_P(DiscoveryPorts, Told,
                         testing::Values(shared_port_ids(8, "1, 2, 3, 4, 5, 6, 7 and 8"),
                                         shared_port_ids(10, "1, 2, 3, 4, 5, 6, 7, 8 and 2 more")),
                         told_name);
INSTANTIATE_TEST_SUITE_P(DiscoveryLog, Told, testing::ValuesIn(discovery_log_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(DiscoveryName, Told, testing::ValuesIn(discovery_name_cases()), told_name);

/// Malformed names of one log: four are shown, all are counted.
TEST(ToldNames, AreFourOfMany) {
    Pair pair(1, 1);
    pair.with_discovery().edit_discovery(0, [](Log& log) {
        for (unsigned i = 1; i <= 6; ++i) {
            Entry other = log.entries[0];
            other.subnqn = fmt::format("nqn.2026-01.io.example:{}\x7F", i);
            append(log, other);
        }
    });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_TRUE(report.findings[0].what.starts_with("6 malformed SUBNQN"));
    ASSERT_EQ(report.findings[0].values.size(), 4U);
    EXPECT_NE(report.findings[0].values[3].value.find("example:4"), std::string::npos);
}

} // namespace
} // namespace haoh::test
