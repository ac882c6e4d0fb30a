// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/namespace_diff.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace haoh::differ {

namespace {

template <typename Id, typename Format>
void compare_id(std::vector<FieldChange>& changes, const char* field, const std::optional<Id>& a,
                const std::optional<Id>& b, Format format) {
    if (a != b) {
        changes.push_back({.field = field,
                           .before = a ? format(*a) : std::string{},
                           .after = b ? format(*b) : std::string{}});
    }
}

/// What Linux would see differ. Nothing when one side could read less than the other.
std::vector<FieldChange> changed_ids(const NamespaceObservation& before,
                                     const NamespaceObservation& after) {
    std::vector<FieldChange> changes;
    if (before.descriptors.state != after.descriptors.state ||
        before.identify.state != after.identify.state) {
        return changes;
    }
    const nvme::NamespaceIds a = before.ids();
    const nvme::NamespaceIds b = after.ids();
    compare_id(changes, "uuid", a.uuid, b.uuid, nvme::format_uuid);
    compare_id(changes, "nguid", a.nguid, b.nguid, nvme::format_nguid);
    compare_id(changes, "eui64", a.eui64, b.eui64, nvme::format_eui64);
    if (a.csi != b.csi) {
        changes.push_back(
            {.field = "csi", .before = std::to_string(a.csi), .after = std::to_string(b.csi)});
    }
    return changes;
}

std::string descriptor_text(const NamespaceObservation& path) {
    std::vector<std::string> parts;
    for (const nvme::IdDescriptor& descriptor : path.id_descriptors().descriptors) {
        parts.push_back(fmt::format("{} {}",
                                    nvme::to_string(static_cast<nvme::IdType>(descriptor.nidt)),
                                    nvme::to_hex(descriptor.nid)));
    }
    return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

/// The descriptor list where the IDs alone do not tell what differs.
std::vector<FieldChange> changed_descriptors(const NamespaceObservation& before,
                                             const NamespaceObservation& after) {
    const std::string name = "descriptors";
    if (before.descriptors == after.descriptors) {
        return {};
    }
    if (!before.descriptors.ok() || !after.descriptors.ok()) {
        return changed_page(name, before.descriptors, after.descriptors, {});
    }
    std::string a = descriptor_text(before);
    std::string b = descriptor_text(after);
    if (a == b) {
        a = nvme::to_hex(before.descriptors.bytes);
        b = nvme::to_hex(after.descriptors.bytes);
    }
    return {{.field = name, .before = std::move(a), .after = std::move(b)}};
}

} // namespace

std::vector<FieldChange> changed_namespace(const NamespaceObservation& before,
                                           const NamespaceObservation& after) {
    if (before == after) {
        return {};
    }
    std::vector<FieldChange> changes = changed_ids(before, after);
    std::vector<FieldChange> more;
    if (changes.empty()) {
        more = changed_descriptors(before, after);
        changes.insert(changes.end(), more.begin(), more.end());
    }
    more = changed_page("identify", before.identify, after.identify,
                        nvme::identify_namespace_fields());
    for (const char* id : {"nguid", "eui64"}) {
        if (has(changes, id)) {
            drop(more, id);
        }
    }
    for (FieldChange& change : more) {
        if (change.field == "nguid" || change.field == "eui64") {
            change.field += " (CNS 00h)"; // hosts go by the descriptor list, which is as it was
        }
    }
    changes.insert(changes.end(), more.begin(), more.end());
    more = changed_page("independent", before.independent, after.independent,
                        nvme::identify_namespace_independent_fields());
    for (FieldChange& change : more) {
        if (std::find(changes.begin(), changes.end(), change) == changes.end()) {
            change.field += " (CNS 08h)";
            changes.push_back(std::move(change));
        }
    }
    more = changed_page("nvm", before.nvm, after.nvm, nvme::identify_namespace_nvm_fields());
    for (FieldChange& change : more) {
        if (has(changes, change.field)) {
            change.field += " (CNS 05h)";
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

} // namespace haoh::differ
