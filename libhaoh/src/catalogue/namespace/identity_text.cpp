// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/namespace/identity_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace haoh::judge {

std::string value_text(const nvme::NamespaceIds& ids, IdentityDefect defect) {
    switch (defect) {
    case IdentityDefect::uuid:
        return ids.uuid ? nvme::format_uuid(*ids.uuid) : "absent";
    case IdentityDefect::nguid:
        return ids.nguid ? nvme::format_nguid(*ids.nguid) : "absent";
    case IdentityDefect::eui64:
        return ids.eui64 ? nvme::format_eui64(*ids.eui64) : "absent";
    case IdentityDefect::csi:
        return fmt::format("{}", ids.csi);
    case IdentityDefect::id_set:
    case IdentityDefect::other_volume:
    case IdentityDefect::none:
        break;
    }
    return format_ids(ids);
}

std::vector<nvme::IdType> partial_types(const SharedNamespace& shared) {
    std::array<std::set<bool>, 3> present;
    for (const Namespace* path : shared.paths) {
        if (path->ids_known) {
            present[0].insert(path->ids.uuid.has_value());
            present[1].insert(path->ids.nguid.has_value());
            present[2].insert(path->ids.eui64.has_value());
        }
    }
    constexpr std::array kTypes{nvme::IdType::uuid, nvme::IdType::nguid, nvme::IdType::eui64};
    std::vector<nvme::IdType> out;
    for (std::size_t i = 0; i < kTypes.size(); ++i) {
        if (present[i].size() > 1) {
            out.push_back(kTypes[i]);
        }
    }
    return out;
}

std::string homes(const Subsystem& subsystem, const Move& move) {
    std::vector<std::string> words;
    for (const std::uint32_t nsid : move.nsids) {
        std::vector<const Controller*> here;
        for (const Namespace* path : subsystem.find(nsid)->paths) {
            here.push_back(path->controller);
        }
        words.push_back(fmt::format("nsid {} {}", nsid, place(here, subsystem.controllers)));
    }
    return join_words(words);
}

std::vector<FindingValue> move_values(const Subsystem& subsystem, const Move& move) {
    constexpr std::size_t kShown = 4;
    std::map<const Controller*, std::vector<std::string>> texts;
    for (std::size_t i = 0; i < std::min(move.nsids.size(), kShown); ++i) {
        for (const Namespace* path : subsystem.find(move.nsids[i])->paths) {
            texts[path->controller].push_back(
                fmt::format("nsid {} = {}", path->nsid, format_ids(path->ids)));
        }
    }
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const auto text = texts.find(controller);
        if (text != texts.end()) {
            values.push_back(
                value_of(*controller, fmt::format("{}{}", fmt::join(text->second, "; "),
                                                  move.nsids.size() > kShown ? "; ..." : "")));
        }
    }
    group_values(values);
    return values;
}

} // namespace haoh::judge
