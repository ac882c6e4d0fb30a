// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/host/host_subsystem.hpp"

#include <haoh/kernel_effect.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh::judge {

namespace {

constexpr KernelVersion kReadsIndependentPageFirst{6, 16};

std::optional<std::uint32_t> nsid_of(const KernelNamespace& head) {
    const auto number = head.nsid.number();
    if (!number || *number == 0 || *number > 0xFFFFFFFEU) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

HostNamespace view(const KernelSubsystem& subsystem, const KernelNamespace& head,
                   const std::map<std::string_view, const HostController*>& controllers) {
    HostNamespace out{.kernel = &head, .nsid = nsid_of(head), .ids = head_ids(head), .paths = {}};
    for (const KernelPath& path : head.paths) {
        const auto found = controllers.find(path.controller);
        out.paths.push_back({.kernel = &path,
                             .controller = found == controllers.end() ? nullptr : found->second,
                             .use = use_of(subsystem, head, path)});
    }
    return out;
}

/// "UUID A, the device's is B"; of what differs the first.
std::string first_difference(const nvme::NamespaceIds& own, const nvme::NamespaceIds& head) {
    const auto compare = [](std::string_view name, const auto& a, const auto& b,
                            auto format) -> std::string {
        if (a == b) {
            return {};
        }
        return fmt::format("its {} is {}, the device's {}", name, a ? format(*a) : "absent",
                           b ? format(*b) : "absent");
    };
    for (const std::string& text : {compare("UUID", own.uuid, head.uuid, nvme::format_uuid),
                                    compare("NGUID", own.nguid, head.nguid, nvme::format_nguid),
                                    compare("EUI64", own.eui64, head.eui64, nvme::format_eui64)}) {
        if (!text.empty()) {
            return text;
        }
    }
    return fmt::format("its command set is {}, the device's {}", own.csi, head.csi);
}

bool share_an_id(const nvme::NamespaceIds& a, const nvme::NamespaceIds& b) {
    return (a.uuid && a.uuid == b.uuid) || (a.nguid && a.nguid == b.nguid) ||
           (a.eui64 && a.eui64 == b.eui64);
}

bool uses_independent_page(const Namespace& path, KernelVersion release) {
    return release >= kReadsIndependentPageFirst && path.has_independent &&
           path.controller->version() >= version_number(2, 0);
}

using ControllerKey = std::pair<std::string_view, std::string_view>; ///< host, name

bool over_fabrics(const KernelSubsystem& subsystem) {
    return std::any_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                       [](const KernelController& controller) {
                           return !local_drive(controller.transport.value());
                       });
}

} // namespace

const Namespace* HostController::find(std::uint32_t nsid) const {
    if (asked == nullptr) {
        return nullptr;
    }
    const auto found = std::lower_bound(
        asked->namespaces.begin(), asked->namespaces.end(), nsid,
        [](const Namespace& path, std::uint32_t wanted) { return path.nsid < wanted; });
    return found != asked->namespaces.end() && found->nsid == nsid ? &*found : nullptr;
}

const HostPath* HostNamespace::find(const KernelController& controller) const {
    const auto found = std::find_if(paths.begin(), paths.end(), [&](const HostPath& path) {
        return path.kernel->controller == controller.name;
    });
    return found == paths.end() ? nullptr : &*found;
}

const HostNamespace* HostSubsystem::find(std::uint32_t nsid) const {
    const auto found = std::find_if(namespaces.begin(), namespaces.end(),
                                    [&](const HostNamespace& one) { return one.nsid == nsid; });
    return found == namespaces.end() ? nullptr : &*found;
}

std::vector<HostSubsystem> host_subsystems(const Subject& subject) {
    std::map<ControllerKey, const Controller*> asked;
    for (const Controller& controller : subject.controllers) {
        if (controller.has_identify) {
            asked.emplace(ControllerKey{controller.observed->host, controller.name()}, &controller);
        }
    }
    std::vector<HostSubsystem> out;
    for (const KernelObservation& kernel : subject.observation->kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            if (subsystem.subsystype.value() == "discovery" || !over_fabrics(subsystem)) {
                continue;
            }
            HostSubsystem one{.kernel = &kernel,
                              .observed = &subsystem,
                              .nqn = std::string(subsystem.subsysnqn.value()),
                              .release =
                                  parse_kernel_version(kernel.release).value_or(kLastKnownKernel),
                              .controllers = {},
                              .namespaces = {}};
            for (const KernelController& controller : subsystem.controllers) {
                const ControllerKey key{kernel.host, controller.name};
                const auto found = asked.find(key);
                one.controllers.push_back({.kernel = &controller,
                                           .asked = found == asked.end() ? nullptr : found->second,
                                           .site = std::string(subject.attributions.site_of(
                                               kernel.host, controller.name))});
            }
            out.push_back(std::move(one));
        }
    }
    // The vectors of controllers have their final place now.
    for (HostSubsystem& one : out) {
        std::map<std::string_view, const HostController*> controllers;
        for (const HostController& controller : one.controllers) {
            controllers.emplace(controller.kernel->name, &controller);
        }
        for (const KernelNamespace& head : one.observed->namespaces) {
            one.namespaces.push_back(view(*one.observed, head, controllers));
        }
    }
    return out;
}

FindingValue value_of(const HostController& controller, std::string text) {
    return {
        .controller = controller.kernel->name, .site = controller.site, .value = std::move(text)};
}

nvme::NamespaceIds head_ids(const KernelNamespace& head) {
    nvme::NamespaceIds ids;
    // Without a wwid (no kernel lacks it, a recorded tree may) the attributes speak for themselves.
    const bool has_uuid = !head.wwid.ok() ? head.uuid.value() != head.nguid.value()
                                          : head.wwid.value().starts_with("uuid.");
    if (has_uuid) {
        ids.uuid = nvme::parse_uuid(head.uuid.value());
    }
    ids.nguid = nvme::parse_nguid(head.nguid.value());
    ids.eui64 = nvme::parse_eui64(head.eui.value());
    ids.csi = static_cast<std::uint8_t>(head.csi.number().value_or(0));
    return ids;
}

nvme::NamespaceIds bound_ids(const Namespace& path, KernelVersion release) {
    if (!uses_independent_page(path, release)) {
        return path.ids;
    }
    NamespaceObservation descriptors_only;
    descriptors_only.nsid = path.nsid;
    descriptors_only.descriptors = path.observed->descriptors;
    return descriptors_only.ids();
}

bool bound_as_shared(const Namespace& path, KernelVersion release) {
    const std::uint8_t nmic =
        uses_independent_page(path, release) ? path.independent.nmic : path.idns.nmic;
    return (nmic & nvme::nmic::shared) != 0;
}

std::optional<Refusal> explain_refusal(const HostSubsystem& subsystem, const Namespace& path,
                                       const std::vector<HostSubsystem>& all) {
    const nvme::NamespaceIds own = bound_ids(path, subsystem.release);
    for (const HostSubsystem& other : all) {
        if (other.observed == subsystem.observed || other.kernel != subsystem.kernel) {
            continue;
        }
        for (const HostNamespace& head : other.namespaces) {
            if (share_an_id(own, head.ids)) {
                return Refusal{
                    .reason = fmt::format("{} of subsystem {} has the same identifier",
                                          head.kernel->name, other.nqn),
                    .message = fmt::format("ignoring nsid {} because of duplicate IDs", path.nsid)};
            }
        }
    }
    const HostNamespace* const head = subsystem.find(path.nsid);
    if (head == nullptr) {
        for (const HostNamespace& other : subsystem.namespaces) {
            if (share_an_id(own, other.ids)) {
                return Refusal{
                    .reason = fmt::format("{} (nsid {}) has the same identifier",
                                          other.kernel->name, other.nsid.value_or(0)),
                    .message = fmt::format("duplicate IDs in subsystem for nsid {}", path.nsid)};
            }
        }
        return std::nullopt;
    }
    if (!bound_as_shared(path, subsystem.release)) {
        return Refusal{.reason = "it says that it is not shared (NMIC)",
                       .message = fmt::format("Duplicate unshared namespace {}", path.nsid)};
    }
    if (own != head->ids) {
        return Refusal{.reason = first_difference(own, head->ids),
                       .message =
                           fmt::format("IDs don't match for shared namespace {}", path.nsid)};
    }
    return std::nullopt;
}

bool logged(const KernelObservation& kernel, std::string_view object, std::string_view message) {
    return std::any_of(
        kernel.messages.begin(), kernel.messages.end(), [&](const KernelMessage& line) {
            const std::string_view text = line.text;
            const std::size_t at = text.find(message);
            if (at == std::string_view::npos || text.find(object) >= at) {
                return false;
            }
            // "nvme1" is not in "nvme nvme10:", and "namespace 2" not in "namespace 20".
            const std::size_t end = at + message.size();
            const std::size_t after = text.find(object) + object.size();
            const auto digit = [&](std::size_t index) {
                return index < text.size() && text[index] >= '0' && text[index] <= '9';
            };
            return !digit(end) && !digit(after);
        });
}

} // namespace haoh::judge
