// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

/// A change of both arrays' discovery logs.
std::function<void(Pair&)> logs(void (*change)(nvme::DiscoveryLog&)) {
    return [change](Pair& pair) {
        pair.with_discovery();
        pair.edit_discovery(0, change).edit_discovery(1, change);
    };
}
/// A change of B's log.
std::function<void(Pair&)> log_of_b(void (*change)(nvme::DiscoveryLog&)) {
    return [change](Pair& pair) { pair.with_discovery().edit_discovery(1, change); };
}

void drop(nvme::DiscoveryLog& log, std::size_t first, std::size_t last) {
    log.entries.erase(log.entries.begin() + static_cast<std::ptrdiff_t>(first),
                      log.entries.begin() + static_cast<std::ptrdiff_t>(last));
    log.numrec = log.entries.size();
}

nvme::DiscoveryEntry own_entry(const char* nqn) {
    nvme::DiscoveryEntry entry;
    entry.trtype = 3;
    entry.adrfam = 1;
    entry.subtype = static_cast<std::uint8_t>(nvme::SubsystemType::current_discovery);
    entry.cntlid = nvme::kDynamicController;
    entry.asqsz = 32;
    entry.trsvcid = "8009";
    entry.traddr = "10.1.0.1";
    entry.subnqn = nqn;
    return entry;
}

} // namespace

std::vector<Case> discovery_cases() {
    return {
        {"AnUnknownFormat",
         log_of_b([](nvme::DiscoveryLog& log) { log.recfmt = 1; }),
         {"FAIL disc.header.recfmt"}},
        {"MoreEntriesThanTheLogHolds",
         log_of_b([](nvme::DiscoveryLog& log) { log.numrec = 7; }),
         {"FAIL disc.header.recfmt"}},
        {"ADiscoveryLogThatNeverRests",
         [](Pair& pair) {
             pair.with_discovery();
             pair.discovery[1].stable = false;
         },
         {"UNKNOWN disc.genctr.stable_during_read"}},
        {"AMalformedNameOfAnotherSubsystem",
         logs([](nvme::DiscoveryLog& log) {
             log.entries.push_back(log.entries.front());
             log.entries.back().subnqn = "nqn.2026-01.io.example:\x7F";
             log.numrec = log.entries.size();
         }),
         {"WARN disc.entry.nqn_format"}},
        {"PortIdsNumberedByEachArray",
         logs([](nvme::DiscoveryLog& log) {
             log.entries[2].portid = 1;
             log.entries[3].portid = 2;
         }),
         {"NOTE disc.entry.portid_unique_per_port"}},
        {"PortIdsThatOneArrayUsesTwice",
         logs([](nvme::DiscoveryLog& log) { log.entries[1].portid = log.entries[0].portid; }),
         {"WARN disc.entry.portid_unique_per_port"}},
        {"OnePortOnTwoTransports",
         logs([](nvme::DiscoveryLog& log) {
             log.entries.push_back(log.entries.front());
             log.entries.back().trtype = static_cast<std::uint8_t>(nvme::TransportType::rdma);
             log.numrec = log.entries.size();
         }),
         {"NOTE disc.port.asked"}},
        {"APortOverRdmaOnly",
         [](Pair& pair) {
             pair = Pair(1);
             pair.b.clear();
             pair.with_discovery();
             pair.edit_discovery(0, [](nvme::DiscoveryLog& log) {
                 log.entries.push_back(log.entries.front());
                 log.entries.back().trtype = static_cast<std::uint8_t>(nvme::TransportType::rdma);
                 log.entries.back().traddr = "10.2.0.1";
                 log.numrec = log.entries.size();
             });
         },
         {"UNKNOWN disc.port.asked"}},
        {"TheOtherArrayIsNamedAndWasNotAsked",
         [](Pair& pair) {
             pair.with_discovery();
             pair.b.clear();
             pair.discovery.pop_back();
         },
         {"UNKNOWN disc.port.asked"}},
        {"AReferralThatNobodyFollowed",
         [](Pair& pair) {
             pair = Pair(1);
             pair.b.clear();
             pair.with_discovery();
             pair.edit_discovery(0, [](nvme::DiscoveryLog& log) {
                 log.entries.push_back(own_entry("nqn.2014-08.org.nvmexpress.discovery"));
                 log.entries.back().subtype =
                     static_cast<std::uint8_t>(nvme::SubsystemType::referral);
                 log.entries.back().traddr = "10.2.0.1";
                 log.numrec = log.entries.size();
             });
         },
         {"UNKNOWN disc.referral.followed"}},
        {"APortThatIsListedTwice",
         logs([](nvme::DiscoveryLog& log) {
             log.entries.push_back(log.entries.front());
             log.numrec = log.entries.size();
         }),
         {"NOTE disc.entry.unique", "NOTE disc.entry.unique"}},
        {"StaticAndDynamicPorts",
         logs([](nvme::DiscoveryLog& log) {
             log.entries[2].cntlid = log.entries[3].cntlid = nvme::kAnyStaticController;
         }),
         {"WARN disc.entry.cntlid.model"}},
        {"ASubsystemListedAsReferral",
         logs([](nvme::DiscoveryLog& log) { log.entries[2].subtype = 1; }),
         {"FAIL disc.entry.subtype"}},
        {"RequirementsThatDiffer",
         logs([](nvme::DiscoveryLog& log) { log.entries[2].treq = log.entries[3].treq = 1; }),
         {"WARN disc.entry.treq.equal"}},
        {"TlsOnOneArray",
         logs([](nvme::DiscoveryLog& log) { log.entries[2].tsas[0] = log.entries[3].tsas[0] = 2; }),
         {"WARN disc.entry.tsas_sectype.equal"}},
        {"AdminQueuesThatDiffer",
         logs([](nvme::DiscoveryLog& log) { log.entries[2].asqsz = 64; }),
         {"NOTE disc.entry.asqsz"}},
        {"ASmallAdminQueue",
         logs([](nvme::DiscoveryLog& log) {
             for (nvme::DiscoveryEntry& entry : log.entries) {
                 entry.asqsz = 16;
             }
         }),
         {"NOTE disc.entry.asqsz"}},
        {"LogsOfEachArraysOwnPorts",
         [](Pair& pair) {
             pair.with_discovery();
             pair.edit_discovery(0, [](nvme::DiscoveryLog& log) { drop(log, 2, 4); });
             pair.edit_discovery(1, [](nvme::DiscoveryLog& log) { drop(log, 0, 2); });
         },
         {"NOTE disc.log.consistent_between_arrays"}},
        {"LogsThatAgreeInPart",
         log_of_b([](nvme::DiscoveryLog& log) { drop(log, 0, 2); }),
         {"WARN disc.log.consistent_between_arrays"}},
        {"APortThatNoLogLists",
         logs([](nvme::DiscoveryLog& log) { drop(log, 3, 4); }),
         {"NOTE disc.log.complete"}},
        {"OneDiscoveryNameForTwoStories",
         [](Pair& pair) {
             pair.with_discovery();
             const auto add = [](nvme::DiscoveryLog& log) {
                 log.entries.push_back(own_entry("nqn.2026-01.io.example:discovery"));
                 log.numrec = log.entries.size();
             };
             pair.edit_discovery(0, add);
             pair.edit_discovery(1, [&](nvme::DiscoveryLog& log) {
                 drop(log, 0, 2);
                 add(log);
             });
         },
         {"WARN disc.nqn_unique_vs_wellknown", "WARN disc.log.consistent_between_arrays"}},
    };
}

} // namespace haoh::test
