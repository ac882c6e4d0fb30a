// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/host_subsystem.hpp"

#include "judge/subject.hpp"

#include <haoh/driver_change.hpp>
#include <haoh/kernel_effect.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace haoh::judge {

namespace {

std::optional<std::uint32_t> nsid_of(const KernelNamespace& head) {
    const auto number = head.nsid.number();
    if (!number || *number == 0 || *number > 0xFFFFFFFEU) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

HostNamespace view(const KernelSubsystem& subsystem, const KernelNamespace& head,
                   const std::map<std::string_view, const HostController*>& controllers) {
    HostNamespace out{.kernel = &head, .nsid = nsid_of(head), .ids = head.ids(), .paths = {}};
    for (const KernelPath& path : head.paths) {
        const auto found = controllers.find(path.controller);
        out.by_controller.try_emplace(path.controller, out.paths.size());
        out.paths.push_back({.kernel = &path,
                             .controller = found == controllers.end() ? nullptr : found->second,
                             .use = use_of(subsystem, head, path)});
    }
    return out;
}

using ControllerKey = std::pair<std::string_view, std::string_view>; ///< host, name

/// Controllers that were not asked because of what the kernel says, or does not say, of their state. Of
/// the only host a failure need not name it.
std::map<ControllerKey, std::size_t> not_asked(const Observation& observation) {
    std::map<ControllerKey, std::size_t> out;
    for (std::size_t index = 0; index < observation.unobserved.size(); ++index) {
        const Unobserved& missing = observation.unobserved[index];
        const bool for_its_state = missing.reason == UnobservedReason::not_live ||
                                   missing.reason == UnobservedReason::unreadable ||
                                   missing.reason == UnobservedReason::other; // was not kept once
        const bool only_host = missing.host.empty() && observation.kernels.size() == 1;
        if (for_its_state && missing.target.empty()) {
            out.emplace(ControllerKey{only_host ? observation.kernels.front().host : missing.host,
                                      missing.object},
                        index);
        }
    }
    return out;
}

bool over_fabrics(const KernelSubsystem& subsystem) {
    return std::any_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                       [](const KernelController& controller) {
                           return !local_drive(controller.transport.value());
                       });
}

/// \pre its controllers have their final place
void fill_namespaces(HostSubsystem& out) {
    std::map<std::string_view, const HostController*> controllers;
    for (const HostController& controller : out.controllers) {
        controllers.emplace(controller.kernel->name, &controller);
    }
    for (const KernelNamespace& head : out.observed->namespaces) {
        out.namespaces.push_back(view(*out.observed, head, controllers));
        const std::size_t index = out.namespaces.size() - 1;
        if (const auto nsid = out.namespaces.back().nsid) {
            out.by_nsid.try_emplace(*nsid, index);
        }
        out.by_id.add(out.namespaces.back().ids, index);
    }
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

bool HostPath::unread() const {
    return use.kind == PathUse::Kind::ana_unreadable ||
           (controller != nullptr &&
            controller->kernel->state.state == Attribute::State::unreadable);
}

const HostPath* HostNamespace::find(const KernelController& controller) const {
    const auto found = by_controller.find(controller.name);
    return found == by_controller.end() ? nullptr : &paths[found->second];
}

const HostNamespace* HostSubsystem::find(std::uint32_t nsid) const {
    const auto found = by_nsid.find(nsid);
    return found == by_nsid.end() ? nullptr : &namespaces[found->second];
}

std::vector<Host> hosts_of(const Subject& subject) {
    std::map<ControllerKey, const Controller*> asked;
    for (const Controller& controller : subject.controllers) {
        if (controller.has_identify) {
            asked.emplace(ControllerKey{controller.observed->host, controller.name()}, &controller);
        }
    }
    const std::map<ControllerKey, std::size_t> silent = not_asked(*subject.observation);
    std::vector<Host> out;
    for (const KernelObservation& kernel : subject.observation->kernels) {
        Host& host = out.emplace_back();
        host.kernel = &kernel;
        host.release = parse_kernel_release(kernel.release)
                           .value_or(KernelRelease{.upstream = kLastKnownKernel});
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            const bool none = subsystem.controllers.empty();
            if (subsystem.discovery() || (!none && !over_fabrics(subsystem))) {
                continue;
            }
            HostSubsystem one{.host = nullptr,
                              .observed = &subsystem,
                              .nqn = std::string(subsystem.subsysnqn.value()),
                              .controllers = {},
                              .namespaces = {}};
            bool sure = true;
            std::set<std::string> arrays;
            for (const KernelController& controller : subsystem.controllers) {
                const auto found = asked.find(ControllerKey{kernel.host, controller.name});
                one.controllers.push_back({.host = kernel.host,
                                           .kernel = &controller,
                                           .asked = found == asked.end() ? nullptr : found->second,
                                           .array = std::string(subject.attributions.array_of(
                                               kernel.host, controller.name))});
                const auto why = silent.find(ControllerKey{kernel.host, controller.name});
                if (why != silent.end()) {
                    one.controllers.back().unobserved = why->second;
                }
                const Attribution* const array =
                    subject.attributions.find(kernel.host, controller.name);
                sure = sure && array != nullptr && array->confidence >= kSureOfArray;
                arrays.insert(one.controllers.back().array);
            }
            one.arrays_known = arrays_known(subject.config, one.controllers.size(), sure,
                                            arrays.contains("") ? 0 : arrays.size());
            (none ? host.abandoned : host.subsystems).push_back(std::move(one));
        }
    }
    // The hosts and the vectors of controllers have their final place now.
    for (Host& host : out) {
        for (std::vector<HostSubsystem>* const list : {&host.subsystems, &host.abandoned}) {
            for (HostSubsystem& one : *list) {
                one.host = &host;
                fill_namespaces(one);
            }
        }
    }
    return out;
}

FindingValue value_of(const HostController& controller, std::string text) {
    return {.controller = controller.kernel->name,
            .array = controller.array,
            .value = std::move(text),
            .host = std::string(controller.host)};
}

std::optional<BoundBy> bound_by(const Namespace& path, const KernelRelease& release) {
    if (!path.has_independent || path.controller->version() < version_number(2, 0)) {
        return BoundBy::identify;
    }
    switch (presence_of(DriverChange::independent_page_first, release)) {
    case Presence::absent:
        return BoundBy::identify;
    case Presence::present:
        return BoundBy::independent;
    case Presence::unknown:
        break;
    }
    const bool is_the_same =
        bound_ids(path, BoundBy::identify) == bound_ids(path, BoundBy::independent) &&
        bound_as_shared(path, BoundBy::identify) == bound_as_shared(path, BoundBy::independent);
    return is_the_same ? std::optional(BoundBy::identify) : std::nullopt;
}

nvme::NamespaceIds bound_ids(const Namespace& path, BoundBy page) {
    if (page == BoundBy::identify) {
        return path.ids;
    }
    NamespaceObservation descriptors_only;
    descriptors_only.nsid = path.nsid;
    descriptors_only.descriptors = path.observed->descriptors;
    return descriptors_only.ids();
}

bool bound_as_shared(const Namespace& path, BoundBy page) {
    const std::uint8_t nmic = page == BoundBy::independent ? path.independent.nmic : path.idns.nmic;
    return (nmic & nvme::nmic::shared) != 0;
}

} // namespace haoh::judge
