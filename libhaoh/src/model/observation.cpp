// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include "base/address_text.hpp"
#include "base/safe_text.hpp"
#include "model/short_answer.hpp"

#include <algorithm>

namespace haoh {

namespace {

/// The value of a type that is all zero says "none".
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> non_zero(const std::array<std::uint8_t, N>& value) {
    if (nvme::all_zero(value)) {
        return std::nullopt;
    }
    return value;
}

} // namespace

nvme::Bytes Page::whole() const {
    nvme::Bytes out = bytes;
    if (out.size() < length) {
        out.resize(length);
    }
    return out;
}

Page Page::of(nvme::ByteView bytes) {
    Page page;
    page.state = State::ok;
    page.length = static_cast<std::uint32_t>(bytes.size());
    while (!bytes.empty() && bytes.back() == 0) {
        bytes = bytes.first(bytes.size() - 1);
    }
    page.bytes.assign(bytes.begin(), bytes.end());
    return page;
}

Page Page::of_answer(nvme::ByteView bytes, std::size_t wanted) {
    return bytes.size() < wanted ? of_failure(model::short_answer(bytes.size(), wanted))
                                 : of(bytes);
}

Page Page::of_status(nvme::Status status) {
    Page page;
    page.state = State::status;
    page.status = status;
    return page;
}

Page Page::of_failure(std::string_view error) {
    Page page;
    page.state = State::failed;
    page.error = base::safe_text(error);
    return page;
}

Page Page::of_budget(BudgetPart used_up) {
    // So short that it takes no memory of its own: there may be very many.
    Page page = of_failure("out of " + std::string(to_string(used_up)));
    page.over_budget = used_up;
    return page;
}

nvme::NamespaceIds NamespaceObservation::ids() const {
    constexpr std::size_t kHeader = 4;
    nvme::Uuid uuid{};
    nvme::Nguid nguid{};
    nvme::Eui64 eui64{};
    std::uint8_t csi = 0;
    const nvme::ByteView list = descriptors.bytes;
    for (std::size_t offset = 0; offset < list.size();) {
        const auto nidt = nvme::load_le<std::uint8_t>(list, offset);
        const auto nidl = nvme::load_le<std::uint8_t>(list, offset + 1);
        const std::size_t nid = offset + kHeader;
        std::size_t wanted = nidl;
        switch (static_cast<nvme::IdType>(nidt)) {
        case nvme::IdType::eui64:
            wanted = eui64.size();
            break;
        case nvme::IdType::nguid:
        case nvme::IdType::uuid:
            wanted = nguid.size();
            break;
        case nvme::IdType::csi:
            wanted = sizeof(csi);
            break;
        }
        if (nidl == 0 || nidl != wanted) {
            break;
        }
        switch (static_cast<nvme::IdType>(nidt)) {
        case nvme::IdType::eui64:
            eui64 = nvme::load_array<8>(list, nid);
            break;
        case nvme::IdType::nguid:
            nguid = nvme::load_array<16>(list, nid);
            break;
        case nvme::IdType::uuid:
            uuid = nvme::load_array<16>(list, nid);
            break;
        case nvme::IdType::csi:
            csi = nvme::load_le<std::uint8_t>(list, nid);
            break;
        }
        offset = nid + nidl;
    }
    if (nvme::all_zero(eui64)) {
        eui64 = nvme::load_array<8>(identify.bytes, 120);
    }
    if (nvme::all_zero(nguid)) {
        nguid = nvme::load_array<16>(identify.bytes, 104);
    }
    return {.uuid = non_zero(uuid), .nguid = non_zero(nguid), .eui64 = non_zero(eui64), .csi = csi};
}

nvme::IdDescriptorList NamespaceObservation::id_descriptors() const {
    return descriptors.ok() ? nvme::decode_id_descriptors(descriptors.whole())
                            : nvme::IdDescriptorList{};
}

std::string ControllerObservation::address_text() const {
    return transport + "://" + base::bracketed(traddr) + ":" + trsvcid;
}

std::map<std::uint32_t, AnaPlace> ControllerObservation::ana_places() const {
    std::map<std::uint32_t, AnaPlace> places;
    if (!ana.log.ok() || !ana.stable) {
        return places;
    }
    for (const nvme::AnaGroup& group : ana_log().groups) {
        for (const std::uint32_t nsid : group.nsids) {
            places[nsid] = {.agid = group.agid, .state = group.state};
        }
    }
    return places;
}

nvme::ControllerList ControllerObservation::subsystem_controllers() const {
    return controller_list.ok() ? nvme::decode_controller_list(controller_list.whole())
                                : nvme::ControllerList{};
}

const NamespaceObservation* ControllerObservation::find_namespace(std::uint32_t nsid) const {
    const auto found = std::lower_bound(
        namespaces.begin(), namespaces.end(), nsid,
        [](const NamespaceObservation& path, std::uint32_t wanted) { return path.nsid < wanted; });
    return found != namespaces.end() && found->nsid == nsid ? &*found : nullptr;
}

std::optional<std::uint64_t> ControllerObservation::property(std::uint32_t offset) const {
    const auto found = properties.find(offset);
    if (found == properties.end()) {
        return std::nullopt;
    }
    return found->second;
}

const KernelObservation* Observation::kernel_of(const ControllerObservation& controller) const {
    const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const auto& kernel) {
        return !controller.host.empty() && kernel.host == controller.host;
    });
    return found == kernels.end() ? nullptr : &*found;
}

bool is_anything(const Observation& observation) {
    return !observation.controllers.empty() ||
           std::any_of(observation.kernels.begin(), observation.kernels.end(),
                       [](const KernelObservation& kernel) {
                           return !kernel.subsystems.empty() || !kernel.stray_controllers.empty();
                       });
}

} // namespace haoh
