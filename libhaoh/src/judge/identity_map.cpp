// SPDX-License-Identifier: LGPL-2.1-or-later
// Which path leads to which volume. A host knows a volume by (NSID, identifiers) and demands that
// all controllers agree; where they do not, the cheapest explanation is looked for, so that one
// mistake of an administrator (two namespaces swapped) is one finding and not one for each field.
#include "judge/id_index.hpp"
#include "judge/subject.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>

namespace haoh::judge {

namespace {

constexpr std::size_t kTypes = 4; ///< eui64, nguid, uuid, csi: NIDT 1 to 4

/// How two sets of identifiers relate.
struct Comparison {
    std::array<bool, kTypes + 1> differing{}; ///< by NIDT: both have it, unlike
    bool matching{};                          ///< an identifier of both is alike (CSI is none)
    bool set_differs{};                       ///< a type is there on one side only
    bool several_types{};                     ///< more than one type of identifier in all

    [[nodiscard]] std::size_t differences() const {
        return static_cast<std::size_t>(std::count(differing.begin(), differing.end(), true));
    }
    /// Nothing speaks against the same volume, and something for it.
    [[nodiscard]] bool compatible() const { return matching && differences() == 0; }
};

constexpr std::size_t index_of(nvme::IdType type) {
    return static_cast<std::size_t>(type);
}

template <typename Id>
void compare(const std::optional<Id>& a, const std::optional<Id>& b, nvme::IdType type,
             Comparison& out, std::size_t& types) {
    if (a.has_value() != b.has_value()) {
        out.set_differs = true;
    } else if (a && *a == *b) {
        out.matching = true;
    } else if (a) {
        out.differing[index_of(type)] = true;
    }
    types += a || b ? 1U : 0U;
}

Comparison compare(const nvme::NamespaceIds& a, const nvme::NamespaceIds& b) {
    Comparison out;
    std::size_t types = 0;
    compare(a.uuid, b.uuid, nvme::IdType::uuid, out, types);
    compare(a.nguid, b.nguid, nvme::IdType::nguid, out, types);
    compare(a.eui64, b.eui64, nvme::IdType::eui64, out, types);
    out.differing[index_of(nvme::IdType::csi)] = a.csi != b.csi;
    out.several_types = types > 1;
    return out;
}

IdentityDefect judge_ids(const std::vector<const Namespace*>& sets) {
    Comparison all;
    all.matching = true;
    for (std::size_t i = 1; i < sets.size(); ++i) {
        const Comparison one = compare(sets.front()->ids, sets[i]->ids);
        for (std::size_t type = 0; type < all.differing.size(); ++type) {
            all.differing[type] = all.differing[type] || one.differing[type];
        }
        all.matching = all.matching && one.matching;
        all.set_differs = all.set_differs || one.set_differs;
        all.several_types = all.several_types || one.several_types;
    }
    const auto only = [&all](nvme::IdType type) {
        return all.differences() == 1 && all.differing[index_of(type)];
    };
    if (sets.size() < 2) {
        return IdentityDefect::none;
    }
    if (all.differences() == 0) {
        return IdentityDefect::id_set;
    }
    if (only(nvme::IdType::csi)) {
        return all.set_differs ? IdentityDefect::id_set : IdentityDefect::csi;
    }
    if (all.differences() > 1 || (!all.matching && all.several_types)) {
        return IdentityDefect::other_volume;
    }
    if (only(nvme::IdType::uuid)) {
        return IdentityDefect::uuid;
    }
    return only(nvme::IdType::nguid) ? IdentityDefect::nguid : IdentityDefect::eui64;
}

/// Where an identifier occurs: a path of an entry of `Subsystem::namespaces`.
struct Occurrence {
    std::size_t entry{};
    const Namespace* path{};
    bool distinct{}; ///< the first path of the entry with all of its identifiers
};
using Occurrences = std::map<IdKey, std::vector<Occurrence>>;

/// Puts together the paths that share an identifier.
void group_volumes(SharedNamespace& shared, bool apart) {
    IdIndex index;                               // of volumes, by the path that stands for each
    std::map<std::uint8_t, std::size_t> without; // of those that have no identifier, by CSI
    for (const Namespace* path : shared.paths) {
        std::optional<std::size_t> home;
        if (apart && path->ids_known) {
            const auto alike = without.find(path->ids.csi);
            home = path->ids.any() || alike == without.end() ? index.find(path->ids)
                                                             : std::optional{alike->second};
        } else if (!shared.volumes.empty()) {
            home = 0;
        }
        if (!home) {
            home = shared.volumes.size();
            shared.volumes.emplace_back();
            index.add(path->ids, *home);
            if (!path->ids.any()) {
                without.try_emplace(path->ids.csi, *home);
            }
        }
        shared.volumes[*home].push_back(path);
    }
}

/// Sets of entries that belong together.
class Links {
  public:
    explicit Links(std::size_t size) : parents_(size) {
        std::iota(parents_.begin(), parents_.end(), std::size_t{0});
    }
    std::size_t root(std::size_t entry) {
        while (parents_[entry] != entry) {
            parents_[entry] = parents_[parents_[entry]];
            entry = parents_[entry];
        }
        return entry;
    }
    void join(std::size_t a, std::size_t b) { parents_[root(b)] = root(a); }

  private:
    std::vector<std::size_t> parents_;
};

/// Whether one controller shows the identifier under two NSIDs.
bool repeated_on_a_controller(const std::vector<Occurrence>& found) {
    std::map<const Controller*, std::size_t> seen; // the entry
    return std::any_of(found.begin(), found.end(), [&seen](const Occurrence& one) {
        return seen.try_emplace(one.path->controller, one.entry).first->second != one.entry;
    });
}

/// An identifier under several NSIDs: either the volume moved, or two volumes share it.
class Crossings {
  public:
    explicit Crossings(Subsystem& subsystem)
        : subsystem_(subsystem), links_(subsystem.namespaces.size()),
          linked_(subsystem.namespaces.size()) {}

    void judge(const IdKey& key, const std::vector<Occurrence>& found) {
        if (repeated_on_a_controller(found)) {
            share(key, found);
            return;
        }
        const Occurrence& first = found.front();
        bool conflict = false;
        for (const Occurrence& other : found) {
            if (!other.distinct || other.entry == first.entry) {
                continue;
            }
            if (compare(first.path->ids, other.path->ids).compatible()) {
                links_.join(first.entry, other.entry);
                linked_[first.entry] = true;
                linked_[other.entry] = true;
            } else {
                conflict = true;
            }
        }
        if (conflict) {
            share(key, found);
        }
    }

    void finish() {
        std::unordered_map<std::size_t, std::size_t> moves; // root -> index
        for (std::size_t entry = 0; entry < linked_.size(); ++entry) {
            if (!linked_[entry]) {
                continue;
            }
            SharedNamespace& shared = subsystem_.namespaces[entry];
            shared.moved = true;
            const auto [at, fresh] = moves.try_emplace(links_.root(entry), subsystem_.moves.size());
            if (fresh) {
                subsystem_.moves.emplace_back();
            }
            Move& move = subsystem_.moves[at->second];
            move.nsids.push_back(shared.nsid);
            move.conflicting = move.conflicting || shared.defect != IdentityDefect::none;
        }
        std::sort(subsystem_.shared_identifiers.begin(), subsystem_.shared_identifiers.end(),
                  [](const SharedIdentifier& a, const SharedIdentifier& b) {
                      return std::tie(a.nsids, a.type, a.text) < std::tie(b.nsids, b.type, b.text);
                  });
    }

  private:
    /// Notes the identifier for the NSIDs on which nothing else explains it.
    void share(const IdKey& key, const std::vector<Occurrence>& found) {
        SharedIdentifier out{.type = key.type, .text = text_of(key), .nsids = {}};
        for (const Occurrence& occurrence : found) {
            const SharedNamespace& shared = subsystem_.namespaces[occurrence.entry];
            if (shared.defect == IdentityDefect::none || shared.defect == IdentityDefect::id_set) {
                out.nsids.push_back(shared.nsid);
            }
        }
        std::sort(out.nsids.begin(), out.nsids.end());
        out.nsids.erase(std::unique(out.nsids.begin(), out.nsids.end()), out.nsids.end());
        if (out.nsids.size() > 1) {
            subsystem_.shared_identifiers.push_back(std::move(out));
        }
    }

    Subsystem& subsystem_;
    Links links_;
    std::vector<bool> linked_;
};

} // namespace

void map_identities(Subsystem& subsystem) {
    Occurrences occurrences;
    for (std::size_t entry = 0; entry < subsystem.namespaces.size(); ++entry) {
        SharedNamespace& shared = subsystem.namespaces[entry];
        std::set<nvme::NamespaceIds> seen;
        std::vector<const Namespace*> sets; // the distinct ones, each with a path that shows it
        for (const Namespace* path : shared.paths) {
            if (!path->ids_known) {
                continue;
            }
            const bool fresh = seen.insert(path->ids).second;
            if (fresh) {
                sets.push_back(path);
            }
            for (const IdKey& key : keys_of(path->ids)) {
                occurrences[key].push_back({.entry = entry, .path = path, .distinct = fresh});
            }
        }
        shared.defect = judge_ids(sets);
    }
    Crossings crossings(subsystem);
    for (const auto& [key, found] : occurrences) {
        if (found.front().entry != found.back().entry) {
            crossings.judge(key, found);
        }
    }
    crossings.finish();
    for (SharedNamespace& shared : subsystem.namespaces) {
        const bool apart = shared.moved || shared.defect == IdentityDefect::uuid ||
                           shared.defect == IdentityDefect::nguid ||
                           shared.defect == IdentityDefect::eui64 ||
                           shared.defect == IdentityDefect::other_volume;
        group_volumes(shared, apart);
    }
}

} // namespace haoh::judge
