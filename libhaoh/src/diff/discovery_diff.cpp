// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/discovery_diff.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace haoh::differ {

namespace {

using nvme::DiscoveryEntry;

/// What makes two entries the same port of the same subsystem.
auto key_of(const DiscoveryEntry& entry) {
    return std::tuple{entry.subnqn, entry.traddr, entry.trsvcid, entry.trtype, entry.subtype};
}
using EntryKey = decltype(key_of(DiscoveryEntry{}));

/// Entries with one key, in the order of the log.
using Entries = std::map<EntryKey, std::vector<const DiscoveryEntry*>>;

Entries by_key(const nvme::DiscoveryLog& log) {
    Entries entries;
    for (const DiscoveryEntry& entry : log.entries) {
        entries[key_of(entry)].push_back(&entry);
    }
    return entries;
}

std::string text_of(const std::string& raw) {
    return nvme::printable({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

std::string name_of(const DiscoveryEntry& entry) {
    return fmt::format("entry {} {}:{}", text_of(entry.subnqn), text_of(entry.traddr),
                       text_of(entry.trsvcid));
}

std::string summary_of(const DiscoveryEntry& entry) {
    return fmt::format("trtype {}, subtype {}, portid {}, cntlid 0x{:04x}", entry.trtype,
                       entry.subtype, entry.portid, entry.cntlid);
}

void compare_entries(const DiscoveryEntry& before, const DiscoveryEntry& after,
                     std::vector<FieldChange>& out) {
    const auto compare = [&](const char* field, std::string a, std::string b) {
        if (a != b) {
            out.push_back({.field = name_of(after) + " " + field,
                           .before = std::move(a),
                           .after = std::move(b)});
        }
    };
    const auto number = [](unsigned value) { return std::to_string(value); };
    const auto hex = [](unsigned value) { return fmt::format("0x{:04x}", value); };
    compare("adrfam", number(before.adrfam), number(after.adrfam));
    compare("treq", hex(before.treq), hex(after.treq));
    compare("portid", number(before.portid), number(after.portid));
    compare("cntlid", hex(before.cntlid), hex(after.cntlid));
    compare("asqsz", number(before.asqsz), number(after.asqsz));
    compare("eflags", hex(before.eflags), hex(after.eflags));
    compare("tsas", nvme::to_hex(before.tsas), nvme::to_hex(after.tsas));
}

/// What is wrong with the form of a log; empty when nothing is.
std::string form_of(const nvme::DiscoveryLog& log) {
    std::string text =
        fmt::format("recfmt {}, {} of {} records", log.recfmt, log.entries.size(), log.numrec);
    for (const nvme::Problem& problem : log.problems) {
        text += "; " + problem.text;
    }
    return text;
}

} // namespace

std::vector<FieldChange> changed_discovery(const DiscoveryObservation& before,
                                           const DiscoveryObservation& after) {
    std::vector<FieldChange> out;
    const char* const name = "discovery_log";
    if (before.stable != after.stable) {
        const auto text = [](bool stable) { return stable ? "stable" : "unstable"; };
        out.push_back({.field = name, .before = text(before.stable), .after = text(after.stable)});
    }
    if (!before.log.ok() || !after.log.ok()) {
        const auto changes = changed_page(name, before.log, after.log, {});
        out.insert(out.end(), changes.begin(), changes.end());
        return out;
    }
    if (!before.stable || !after.stable || before.log == after.log) {
        return out;
    }
    const nvme::DiscoveryLog a = before.entries();
    const nvme::DiscoveryLog b = after.entries();
    Entries was = by_key(a);
    Entries is = by_key(b);
    for (const auto& [key, entries] : was) {
        const auto& now = is[key];
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i < now.size()) {
                compare_entries(*entries[i], *now[i], out);
            } else {
                out.push_back({.field = name_of(*entries[i]),
                               .before = summary_of(*entries[i]),
                               .after = ""});
            }
        }
    }
    for (const auto& [key, entries] : is) {
        for (std::size_t i = was[key].size(); i < entries.size(); ++i) {
            out.push_back(
                {.field = name_of(*entries[i]), .before = "", .after = summary_of(*entries[i])});
        }
    }
    if (out.empty() && form_of(a) != form_of(b)) {
        out.push_back({.field = name, .before = form_of(a), .after = form_of(b)});
    }
    return out;
}

} // namespace haoh::differ
