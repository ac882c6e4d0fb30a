// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/diff/diff_view.hpp"
#include "report/text/json.hpp"

namespace haoh {
namespace {

using namespace report;

std::string_view to_word(Difference::Kind kind) {
    switch (kind) {
    case Difference::Kind::added:
        return "added";
    case Difference::Kind::removed:
        return "removed";
    case Difference::Kind::changed:
        return "changed";
    }
    return {};
}

void append(Json& out, const std::string& controller, std::optional<std::uint32_t> nsid,
            const std::vector<Change>& changes) {
    for (const Change& change : changes) {
        Json one{{"kind", to_word(change.kind)}, {"controller", controller}};
        if (nsid) {
            one["nsid"] = *nsid;
        }
        one["field"] = change.field;
        if (change.kind != Difference::Kind::added) {
            one["before"] = change.before;
        }
        if (change.kind != Difference::Kind::removed) {
            one["after"] = change.after;
        }
        out.push_back(std::move(one));
    }
}

} // namespace

std::string to_json(std::span<const Difference> differences) {
    const DiffView view = diff_view(differences);
    Json out{{"schema", "haoh.diff/1"}, {"summary", view.summary}};
    for (const Difference::Kind kind :
         {Difference::Kind::added, Difference::Kind::removed, Difference::Kind::changed}) {
        out["counts"][std::string{to_word(kind)}] = view.counts[static_cast<std::size_t>(kind)];
    }
    out["differences"] = Json::array();
    for (const ControllerChanges& block : view.controllers) {
        for (const std::string& controller : block.controllers) {
            for (const NamespaceChanges& group : block.namespaces) {
                if (group.nsids.empty()) {
                    append(out["differences"], controller, std::nullopt, group.changes);
                }
                for (const std::uint32_t nsid : group.nsids) {
                    append(out["differences"], controller, nsid, group.changes);
                }
            }
        }
    }
    return dump(out);
}

} // namespace haoh
