// SPDX-License-Identifier: LGPL-2.1-or-later
// What discovery logs say of one subsystem, on both arrays.
#include "base/address_text.hpp"
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
extern const Row kDiscLogComplete;
extern const Row kDiscLogConsistentBetweenArrays;

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
/// array numbers its own ports then.
bool between_arrays(const Subsystem& subsystem, const std::map<std::uint16_t, Port>& ports) {
    const auto arrays = arrays_at(subsystem);
    return std::all_of(ports.begin(), ports.end(), [&arrays](const auto& entry) {
        const Port& port = entry.second;
        std::set<std::size_t> seen;
        return port.addresses.size() < 2 ||
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

using Addresses = std::set<std::string>;

/// The targets of the subsystem's controllers: the log of another subsystem's array says nothing of
/// this one.
std::set<std::string> serving(const Subsystem& subsystem) {
    std::set<std::string> out;
    for (const Controller* controller : subsystem.controllers) {
        out.insert(controller->observed->target);
    }
    return out;
}

/// Targets whose logs may leave out what they should say of the subsystem.
std::set<std::string> unsure_targets(const Subsystem& subsystem, const Subject& subject) {
    std::set<std::string> out = serving(subsystem);
    std::erase_if(out, [&subject](const auto& target) { return !subject.listings.unsure(target); });
    return out;
}

/// The array of each target that serves the subsystem; the target itself where it is not known.
std::map<std::string, std::string> arrays_of(const Subsystem& subsystem,
                                             const DiscoveryIndex& index) {
    std::map<std::string, std::string> out;
    for (const std::string& target : serving(subsystem)) {
        const DiscoveryView* const log = index.first_log(target);
        out.emplace(target, log == nullptr || log->array.empty() ? target : log->array);
    }
    return out;
}

/// What each array's discovery says of the subsystem: several listeners of one array may each have a
/// log of its own. Logs that have nothing in common are each array's own, which is legal; logs that
/// overlap are meant to be one and should be the same.
void judge_agreement(const Subsystem& subsystem, const DiscoveryIndex& index,
                     const std::set<std::string>& unsure, Findings& findings) {
    const std::map<std::string, std::string> arrays = arrays_of(subsystem, index);
    std::map<std::string, Addresses> by_array;
    std::map<std::string, const DiscoveryView*> log_of;
    std::set<std::string> sides;
    for (const auto& [target, array] : arrays) {
        if (const DiscoveryView* const log = index.first_log(target)) {
            by_array[array];
            log_of.try_emplace(array, log);
        }
        if (unsure.contains(target) || by_array.contains(array)) {
            sides.insert(array);
        }
    }
    // Referrals are part of what the target leads to.
    for (const Listing& listing : index.of(subsystem.nqn)) {
        const auto array = arrays.find(listing.log->observed->target);
        const auto here = array == arrays.end() ? by_array.end() : by_array.find(array->second);
        if (here != by_array.end()) {
            here->second.insert(address_text(*listing.entry));
        }
    }
    if (sides.size() > 1 && !unsure.empty()) {
        findings.unknown(kDiscLogConsistentBetweenArrays);
    }
    if (by_array.size() < 2) {
        return;
    }
    Addresses all;
    std::size_t listed = 0;
    bool same = true;
    for (const auto& [array, addresses] : by_array) {
        same = same && addresses == by_array.begin()->second;
        all.insert(addresses.begin(), addresses.end());
        listed += addresses.size();
    }
    if (!all.empty()) {
        findings.judged(kDiscLogConsistentBetweenArrays);
    }
    if (same) {
        return;
    }
    const bool overlapping = listed > all.size();
    std::vector<FindingValue> values;
    for (const auto& [array, addresses] : by_array) {
        values.push_back(log_value(
            *log_of[array], addresses.empty() ? "does not list the subsystem"
                                              : fmt::format("{}", fmt::join(addresses, ", "))));
    }
    findings.add({.row = kDiscLogConsistentBetweenArrays,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = overlapping
                              ? "discovery logs of the arrays list some ports in common, and "
                                "others not"
                              : "each array's discovery log lists its own ports only",
                  .values = std::move(values),
                  .verdict = overlapping ? std::optional{Verdict::warn} : std::nullopt});
}

/// Controllers that answer on a port which no discovery log lists.
void judge_completeness(const Subsystem& subsystem, const std::vector<Listing>& listings,
                        Findings& findings) {
    if (listings.empty()) {
        return;
    }
    std::set<std::pair<std::string, std::string>> listed;
    for (const Listing& listing : listings) {
        listed.emplace(listing.entry->traddr, listing.entry->trsvcid);
    }
    std::vector<const Controller*> missing;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const ControllerObservation& observed = *controller->observed;
        if (!base::numeric_address(observed.traddr)) {
            continue;
        }
        findings.judged(kDiscLogComplete);
        if (!listed.contains({observed.traddr, observed.trsvcid})) {
            missing.push_back(controller);
            values.push_back(
                value_of(*controller, fmt::format("{}:{}", observed.traddr, observed.trsvcid)));
        }
    }
    if (missing.empty()) {
        return;
    }
    findings.add(
        {.row = kDiscLogComplete,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = "port that no discovery log lists " + place(missing, subsystem.controllers),
         .values = std::move(values),
         .verdict = {}});
}

/// Rows that any log with an entry of the subsystem may break.
constexpr std::array<const Row*, 7> kOfEntries{&kDiscEntryPortidUniquePerPort,
                                               &kDiscEntryCntlidModel,
                                               &kDiscEntrySubtype,
                                               &kDiscEntryTreqEqual,
                                               &kDiscEntryTsasSectypeEqual,
                                               &kDiscEntryAsqsz,
                                               &kDiscLogComplete};

void judge_entries(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    const std::vector<Listing>& listings = subject.listings.of(subsystem.nqn);
    const std::set<std::string> unsure = unsure_targets(subsystem, subject);
    if (!unsure.empty()) {
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
    judge_agreement(subsystem, subject.listings, unsure, findings);
    judge_completeness(subsystem, listings, findings);
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

constexpr Row kDiscLogConsistentBetweenArrays{
    .rule = {.id = "disc.log.consistent_between_arrays",
             .title = "Both arrays' discovery logs list the same ports of the subsystem",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "each array may serve a log of its own",
             .basis = "practice; a log of each array's own is legal",
             .why = "A host that asks one array does not find the ports of the other: after a "
                    "restart while that array is down it has no path.",
             .fix = "Array: list the ports of both arrays, or refer to the other's discovery "
                    "controller. Host: configure the discovery addresses of both arrays."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr Row kDiscLogComplete{
    .rule = {.id = "disc.log.complete",
             .title = "Every port that answers is listed",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "logs can be filtered by host, and addresses translated on the way",
             .basis = "practice; that it is absent is legal",
             .why = "Hosts that connect by discovery do not use the port.",
             .fix = "Array: list the port for this host, unless its address is translated."},
    .judge = JudgeSubsystem{judge_entries}};

constexpr std::array kDiscoveryEntryRows{&kDiscEntryPortidUniquePerPort,
                                         &kDiscEntryCntlidModel,
                                         &kDiscEntrySubtype,
                                         &kDiscEntryTreqEqual,
                                         &kDiscEntryTsasSectypeEqual,
                                         &kDiscEntryAsqsz,
                                         &kDiscLogConsistentBetweenArrays,
                                         &kDiscLogComplete};

} // namespace

std::span<const Row* const> discovery_entry_rows() {
    return kDiscoveryEntryRows;
}

} // namespace haoh::judge
