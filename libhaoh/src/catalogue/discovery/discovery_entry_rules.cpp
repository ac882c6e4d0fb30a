// SPDX-License-Identifier: LGPL-2.1-or-later
// Entries of discovery logs for one subsystem, on both arrays.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "catalogue/discovery/discovery_view.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kDiscEntryAsqsz;
extern const Row kDiscEntryCntlidModel;
extern const Row kDiscEntryPortidUniquePerPort;
extern const Row kDiscEntrySubtype;
extern const Row kDiscEntryTreqEqual;
extern const Row kDiscEntryTsasSectypeEqual;

using nvme::DiscoveryEntry;

FindingValue listing_value(const Listing& listing, const std::string& text) {
    return {.controller = {},
            .array = listing.log->array,
            .value = fmt::format("{}: {}", address_text(*listing.entry), text)};
}

/// Two entries of one port ID that cannot be one port: other addresses of one family, or other
/// services of one address on different arrays.
bool different_ports(const Listing& a, const Listing& b) {
    if (a.entry->trtype != b.entry->trtype || a.entry->adrfam != b.entry->adrfam) {
        return false;
    }
    return a.entry->traddr != b.entry->traddr ||
           (a.entry->trsvcid != b.entry->trsvcid &&
            a.log->observed->target != b.log->observed->target);
}

bool several_ports(const std::vector<Listing>& listings) {
    std::map<std::pair<std::uint8_t, std::uint8_t>, const Listing*> first; ///< by transport
    return std::any_of(listings.begin(), listings.end(), [&first](const Listing& listing) {
        const std::pair transport{listing.entry->trtype, listing.entry->adrfam};
        return different_ports(*first.try_emplace(transport, &listing).first->second, listing);
    });
}

/// The entries under one port ID, one for each address.
struct Port {
    std::set<std::pair<std::string, std::string>> addresses;
    std::vector<Listing> listings;
};

/// The array of each address at which a controller answered.
std::map<std::pair<std::string, std::string>, std::size_t> arrays_at(const Subsystem& subsystem) {
    std::map<std::pair<std::string, std::string>, std::size_t> out;
    for (const Controller* controller : subsystem.controllers) {
        out.try_emplace({controller->observed->traddr, controller->observed->trsvcid},
                        controller->array_id);
    }
    return out;
}

/// Whether of the ports under each shared ID no two are of one array, and of each it is known: every
/// array numbers its own ports then. Where addresses are translated on the way none is known, and so it
/// may be.
bool between_arrays(const Subsystem& subsystem, const std::map<std::uint16_t, Port>& ports) {
    const auto arrays = arrays_at(subsystem);
    return std::all_of(ports.begin(), ports.end(), [&arrays, &subsystem](const auto& entry) {
        const Port& port = entry.second;
        std::set<std::size_t> seen;
        return port.addresses.size() < 2 ||
               (subsystem.unasked.translated && port.addresses.size() <= subsystem.arrays) ||
               std::all_of(port.addresses.begin(), port.addresses.end(), [&](const auto& address) {
                   const auto found = arrays.find(address);
                   return found != arrays.end() && seen.insert(found->second).second;
               });
    });
}

void judge_port_ids(const Subsystem& subsystem, const std::vector<Listing>& listings,
                    Findings& findings) {
    constexpr std::size_t kShown = 8;
    std::map<std::uint16_t, Port> ports;
    for (const Listing& listing : listings) {
        Port& port = ports[listing.entry->portid];
        if (port.addresses.emplace(listing.entry->traddr, listing.entry->trsvcid).second) {
            port.listings.push_back(listing);
        }
    }
    if (several_ports(listings)) {
        findings.judged(kDiscEntryPortidUniquePerPort);
    }
    std::vector<std::string> shared;
    std::vector<FindingValue> values;
    for (const auto& [portid, port] : ports) {
        const bool several =
            std::any_of(port.listings.begin(), port.listings.end(), [&port](const Listing& other) {
                return different_ports(port.listings.front(), other);
            });
        if (!several) {
            continue;
        }
        shared.push_back(fmt::format("{}", portid));
        for (const Listing& listing : port.listings) {
            if (values.size() < kShown) {
                values.push_back(listing_value(listing, fmt::format("port ID {}", portid)));
            }
        }
    }
    if (shared.empty()) {
        return;
    }
    const bool one = shared.size() == 1;
    const std::size_t count = shared.size();
    if (count > kShown) {
        shared.resize(kShown);
        shared.push_back(fmt::format("{} more", count - kShown));
    }
    findings.add({.row = kDiscEntryPortidUniquePerPort,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("port ID{} {} {} for several ports", one ? "" : "s",
                                      join_words(shared), one ? "stands" : "stand"),
                  .values = std::move(values),
                  .verdict = between_arrays(subsystem, ports) ? std::optional{Verdict::note}
                                                              : std::nullopt});
}

/// A property that all entries of the subsystem must agree about.
void judge_same(const Row& row, std::string_view what, const Subsystem& subsystem,
                const std::vector<Listing>& listings,
                std::optional<std::string> (*text)(const DiscoveryEntry&), Findings& findings) {
    std::set<std::string> seen;
    std::vector<FindingValue> values;
    for (const Listing& listing : listings) {
        if (auto value = text(*listing.entry)) {
            seen.insert(*value);
            values.push_back(listing_value(listing, *value));
        }
    }
    if (values.size() > 1) {
        findings.judged(row);
    }
    if (seen.size() > 1) {
        findings.add({.row = row,
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = std::string{what},
                      .values = std::move(values),
                      .verdict = {}});
    }
}

std::optional<std::string> model_text(const DiscoveryEntry& entry) {
    return entry.cntlid == nvme::kDynamicController ? "dynamic" : "static";
}
std::optional<std::string> treq_text(const DiscoveryEntry& entry) {
    constexpr std::array<std::string_view, 4> kChannels{"not specified", "required", "not required",
                                                        "reserved"};
    return fmt::format("TREQ {:#x} (secure channel {})", entry.treq, kChannels[entry.treq & 3U]);
}

std::optional<std::string> security_text(const DiscoveryEntry& entry) {
    if (static_cast<nvme::TransportType>(entry.trtype) != nvme::TransportType::tcp) {
        return std::nullopt;
    }
    return fmt::format("SECTYPE {}", entry.tsas[0]);
}

std::optional<std::string> queue_text(const DiscoveryEntry& entry) {
    return fmt::format("ASQSZ {}", entry.asqsz);
}

void judge_queue_size(const Subsystem& subsystem, const std::vector<Listing>& listings,
                      Findings& findings) {
    constexpr std::uint16_t kLeast = 32;
    const auto small = std::find_if(listings.begin(), listings.end(), [](const Listing& listing) {
        return listing.entry->asqsz < kLeast;
    });
    if (!listings.empty()) {
        findings.judged(kDiscEntryAsqsz);
    }
    if (small == listings.end()) {
        judge_same(kDiscEntryAsqsz, "size of the admin queue (ASQSZ) differs by port", subsystem,
                   listings, queue_text, findings);
        return;
    }
    findings.add({.row = kDiscEntryAsqsz,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "admin queue of fewer than 32 entries (ASQSZ)",
                  .values = {listing_value(*small, *queue_text(*small->entry))},
                  .verdict = {}});
}

void judge_subtypes(const Subsystem& subsystem, const std::vector<Listing>& listings,
                    Findings& findings) {
    std::vector<FindingValue> values;
    for (const Listing& listing : listings) {
        findings.judged(kDiscEntrySubtype);
        if (static_cast<nvme::SubsystemType>(listing.entry->subtype) != nvme::SubsystemType::nvm) {
            values.push_back(
                listing_value(listing, fmt::format("SUBTYPE {}", listing.entry->subtype)));
        }
    }
    if (!values.empty()) {
        findings.add({.row = kDiscEntrySubtype,
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = "discovery log lists the subsystem as something else",
                      .values = std::move(values),
                      .verdict = {}});
    }
}

/// Rows that any log with an entry of the subsystem may break.
constexpr std::array<const Row*, 6> kOfEntries{
    &kDiscEntryPortidUniquePerPort, &kDiscEntryCntlidModel,      &kDiscEntrySubtype,
    &kDiscEntryTreqEqual,           &kDiscEntryTsasSectypeEqual, &kDiscEntryAsqsz};

void judge_entries(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    const std::vector<Listing>& listings = subject.listings.of(subsystem.nqn);
    if (!unsure_targets(subsystem, subject.listings).empty()) {
        for (const Row* row : kOfEntries) {
            findings.unknown(*row);
        }
    }
    judge_port_ids(subsystem, listings, findings);
    judge_subtypes(subsystem, listings, findings);
    judge_same(kDiscEntryCntlidModel, "static and dynamic controllers are both listed", subsystem,
               listings, model_text, findings);
    judge_same(kDiscEntryTreqEqual, "transport requirements (TREQ) differ by port", subsystem,
               listings, treq_text, findings);
    judge_same(kDiscEntryTsasSectypeEqual, "security of the ports (TSAS) differs", subsystem,
               listings, security_text, findings);
    judge_queue_size(subsystem, listings, findings);
}

constexpr Row kDiscEntryPortidUniquePerPort{
    .rule = {.id = "disc.entry.portid_unique_per_port",
             .title = "A port ID stands for one physical port",
             .rule_class = RuleClass::uni,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.1.3.3: entries with different port IDs fail independently",
             .why = "Hosts that choose paths by port ID take ports of both arrays for one and "
                    "think that they fail together.",
             .fix = "Array: number the ports of both arrays in one range, for example 1-99 and "
                    "100-199 (nvmet: the name of the directory under ports/)."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr Row kDiscEntryCntlidModel{
    .rule = {.id = "disc.entry.cntlid.model",
             .title = "All ports offer the same controller model",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.1, Figure 310: CNTLID FFFFh for dynamic controllers",
             .why = "A host that follows one entry is refused by the port of another.",
             .fix = "Array: use the same controller model on both arrays."},
    .judge = JudgeSubsystem{judge_entries},
    .yields_to = {&kCtrlModelEqual}};

constexpr Row kDiscEntrySubtype{
    .rule = {.id = "disc.entry.subtype",
             .title = "The subsystem is listed as an NVM subsystem",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 Figure 310",
             .why = "Hosts that follow the log do not connect to the port for I/O.",
             .fix = "Array: list the subsystem with SUBTYPE 2 on every port."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr Row kDiscEntryTreqEqual{
    .rule = {.id = "disc.entry.treq.equal",
             .title = "Transport requirements are the same on all ports (TREQ)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice",
             .why = "One array asks for authentication or a secure channel and the other does "
                    "not: the weaker path is taken without a word, or a failover is refused.",
             .fix = "Array: require the same on both arrays. Host: give it the keys for both."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr Row kDiscEntryTsasSectypeEqual{
    .rule = {.id = "disc.entry.tsas_sectype.equal",
             .title = "Ports are secured alike (TSAS SECTYPE)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; NVMe/TCP transport",
             .why = "Data is encrypted on the way to one array and not to the other.",
             .fix = "Array: offer TLS on both arrays or on neither."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr Row kDiscEntryAsqsz{
    .rule = {.id = "disc.entry.asqsz",
             .title = "Admin queues have at least 32 entries, the same on all ports (ASQSZ)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 Figure 310: applies to all controllers of the subsystem",
             .why = "Hosts ask for a queue that the controller refuses.",
             .fix = "Array: report the same ASQSZ of at least 32 on both arrays."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr std::array kDiscoveryEntryRows{
    &kDiscEntryPortidUniquePerPort, &kDiscEntryCntlidModel,      &kDiscEntrySubtype,
    &kDiscEntryTreqEqual,           &kDiscEntryTsasSectypeEqual, &kDiscEntryAsqsz};

} // namespace

std::span<const Row* const> discovery_entry_rows() {
    return kDiscoveryEntryRows;
}

} // namespace haoh::judge
