// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/volume.hpp"

#include "catalogue/cited_rows.hpp"

#include <fmt/format.h>

namespace haoh::monitor {

namespace {

/// One that is all zeros is none to Linux.
template <typename Id>
std::optional<Id> real(const std::optional<Id>& id) {
    return id && *id != Id{} ? id : std::nullopt;
}

template <typename Id, typename Format>
std::optional<Refused> compare(const judge::Row& row, std::string_view name,
                               const std::optional<Id>& first, bool first_read,
                               const std::optional<Id>& other, bool other_read, Format format) {
    const std::optional<Id> a = real(first);
    const std::optional<Id> b = real(other);
    if (a == b || (!a && !first_read) || (!b && !other_read)) {
        return std::nullopt;
    }
    const auto text = [&format](const std::optional<Id>& id) {
        return id ? format(*id) : std::string("none");
    };
    const judge::Row& broken = a && b ? row : judge::kNsIdSetEqual;
    return Refused{
        .rule = broken.rule.id,
        .text = fmt::format("its {} is {}, that of the namespace {}", name, text(b), text(a))};
}

std::string block_text(const Volume& volume) {
    return volume.metadata == 0
               ? fmt::format("{} B", std::uint64_t{1} << volume.lbads)
               : fmt::format("{} + {} B", std::uint64_t{1} << volume.lbads, volume.metadata);
}

} // namespace

std::optional<Volume> volume_of(const NamespaceObservation& seen) {
    if (!seen.identify.ok()) {
        return std::nullopt;
    }
    const nvme::IdentifyNamespace data = seen.identify_data();
    const nvme::LbaFormat& format = data.active_format();
    const std::uint8_t nmic =
        seen.independent.ok()
            ? nvme::decode_identify_namespace_independent(seen.independent.bytes).nmic
            : data.nmic;
    return Volume{.ids = seen.ids(),
                  .ids_read = seen.descriptors.ok(),
                  .lbads = format.lbads < 64 ? format.lbads : std::uint8_t{0},
                  .metadata = format.ms,
                  .shared = (nmic & nvme::nmic::shared) != 0};
}

std::optional<Refused> refused_beside(const Volume& first, const Volume& volume) {
    if (!first.shared || !volume.shared) {
        return Refused{.rule = judge::kNsNmicShared.rule.id,
                       .text = "it is not shared (NMIC), and another controller has it already"};
    }
    const auto ids = [&](const judge::Row& row, std::string_view name, const auto& a, const auto& b,
                         auto format) {
        return compare(row, name, a, first.ids_read, b, volume.ids_read, format);
    };
    if (auto refused =
            ids(judge::kNsUuidEqual, "UUID", first.ids.uuid, volume.ids.uuid, nvme::format_uuid)) {
        return refused;
    }
    if (auto refused = ids(judge::kNsNguidEqual, "NGUID", first.ids.nguid, volume.ids.nguid,
                           nvme::format_nguid)) {
        return refused;
    }
    if (auto refused = ids(judge::kNsEui64Equal, "EUI64", first.ids.eui64, volume.ids.eui64,
                           nvme::format_eui64)) {
        return refused;
    }
    if (first.ids.csi != volume.ids.csi && first.ids_read && volume.ids_read) {
        return Refused{.rule = judge::kNsCsiEqual.rule.id,
                       .text = fmt::format("its command set is {:02X}h, that of the namespace "
                                           "{:02X}h",
                                           volume.ids.csi, first.ids.csi)};
    }
    const bool formats_known = first.lbads != 0 && volume.lbads != 0;
    if (formats_known && (first.lbads != volume.lbads || first.metadata != volume.metadata)) {
        return Refused{.rule = judge::kNsLbafActiveEqual.rule.id,
                       .text = fmt::format("its blocks have {}, those of the namespace {}",
                                           block_text(volume), block_text(first))};
    }
    return std::nullopt;
}

} // namespace haoh::monitor
