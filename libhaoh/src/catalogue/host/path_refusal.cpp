// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/host/path_refusal.hpp"

#include "catalogue/namespace/physical_block.hpp"
#include "judge/subject.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::judge {

namespace {

using linux_kernel::KernelRefusal;

/// The first identifier that differs, in the order in which it is told.
nvme::IdType first_difference(const nvme::NamespaceIds& own, const nvme::NamespaceIds& head) {
    if (own.uuid != head.uuid) {
        return nvme::IdType::uuid;
    }
    if (own.nguid != head.nguid) {
        return nvme::IdType::nguid;
    }
    return own.eui64 != head.eui64 ? nvme::IdType::eui64 : nvme::IdType::csi;
}

std::string difference_text(const nvme::NamespaceIds& own, const nvme::NamespaceIds& head) {
    const auto text = [](std::string_view name, const auto& a, const auto& b, auto format) {
        return fmt::format("its {} is {}, the device's {}", name, a ? format(*a) : "absent",
                           b ? format(*b) : "absent");
    };
    switch (first_difference(own, head)) {
    case nvme::IdType::uuid:
        return text("UUID", own.uuid, head.uuid, nvme::format_uuid);
    case nvme::IdType::nguid:
        return text("NGUID", own.nguid, head.nguid, nvme::format_nguid);
    case nvme::IdType::eui64:
        return text("EUI64", own.eui64, head.eui64, nvme::format_eui64);
    case nvme::IdType::csi:
        break;
    }
    return fmt::format("its command set is {}, the device's {}", own.csi, head.csi);
}

bool has(const nvme::NamespaceIds& ids, nvme::IdType type) {
    switch (type) {
    case nvme::IdType::uuid:
        return ids.uuid.has_value();
    case nvme::IdType::nguid:
        return ids.nguid.has_value();
    case nvme::IdType::eui64:
        return ids.eui64.has_value();
    case nvme::IdType::csi:
        break;
    }
    return true;
}

const HostNamespace* namesake(const HostSubsystem& subsystem, const nvme::NamespaceIds& ids) {
    const auto found = subsystem.by_id.find(ids);
    return found ? &subsystem.namespaces[*found] : nullptr;
}

} // namespace

std::optional<PathRefusal> explain_refusal(const HostSubsystem& subsystem, const Namespace& path) {
    const auto page = bound_by(path, subsystem.host->release);
    if (!page) {
        return std::nullopt;
    }
    PathRefusal out{.kind = {}, .ids = bound_ids(path, *page), .other = nullptr, .of = nullptr};
    const auto because = [&out](KernelRefusal kind, const HostSubsystem& of,
                                const HostNamespace* other) {
        out.kind = kind;
        out.of = &of;
        out.other = other;
        return out;
    };
    for (const HostSubsystem& other : subsystem.host->subsystems) {
        const HostNamespace* const same = &other == &subsystem ? nullptr : namesake(other, out.ids);
        if (same != nullptr) {
            return because(KernelRefusal::ids_on_host, other, same);
        }
    }
    const HostNamespace* const head = subsystem.find(path.nsid);
    if (head == nullptr) {
        const HostNamespace* const same = namesake(subsystem, out.ids);
        return same == nullptr
                   ? std::nullopt
                   : std::optional(because(KernelRefusal::ids_in_subsystem, subsystem, same));
    }
    if (!bound_as_shared(path, *page)) {
        return because(KernelRefusal::not_shared, subsystem, head);
    }
    return out.ids == head->ids
               ? std::nullopt
               : std::optional(because(KernelRefusal::ids_differ, subsystem, head));
}

std::optional<std::string_view> silent_reason(const Namespace& path) {
    if (path.has_identify && path.idns.ncap == 0) {
        return "its capacity is 0 (NCAP)";
    }
    if (path.has_independent && (path.independent.nstat & 1U) == 0) {
        return "it is not ready (NSTAT NRDY)";
    }
    return std::nullopt;
}

std::string reason_of(const PathRefusal& refusal) {
    switch (refusal.kind) {
    case KernelRefusal::ids_on_host:
        return fmt::format("{} of subsystem {} has the same identifier",
                           refusal.other->kernel->name, refusal.of->nqn);
    case KernelRefusal::ids_in_subsystem:
        return fmt::format("{} (nsid {}) has the same identifier", refusal.other->kernel->name,
                           refusal.other->nsid.value_or(0));
    case KernelRefusal::not_shared:
        return "it says that it is not shared (NMIC)";
    case KernelRefusal::ids_differ:
        return difference_text(refusal.ids, refusal.other->ids);
    case KernelRefusal::ids_changed:
    case KernelRefusal::cntlid_in_use:
    case KernelRefusal::one_controller:
    case KernelRefusal::cntlid_mismatch:
    case KernelRefusal::mnan_invalid:
    case KernelRefusal::no_command_set:
    case KernelRefusal::other_command_set:
    case KernelRefusal::no_descriptors:
    case KernelRefusal::in_capsule_offset:
    case KernelRefusal::no_sgls:
    case KernelRefusal::no_keep_alive:
    case KernelRefusal::command_capsule:
    case KernelRefusal::response_capsule:
    case KernelRefusal::page_size:
    case KernelRefusal::data_alignment:
    case KernelRefusal::host_identity:
    case KernelRefusal::physical_block:
    case KernelRefusal::block_size:
        break; // not what `explain_refusal` finds
    }
    return {};
}

void add_reason(const PathRefusal& refusal, FoldKey& key) {
    key.add(static_cast<std::uint64_t>(refusal.kind)).add(refusal.of->observed->name);
    if (refusal.kind == KernelRefusal::ids_differ) {
        const nvme::IdType type = first_difference(refusal.ids, refusal.other->ids);
        key.add(static_cast<std::uint64_t>(type));
        key.add(has(refusal.ids, type) ? 1 : 0).add(has(refusal.other->ids, type) ? 1 : 0);
    }
}

std::string log_text(InLog in_log, const std::string& message) {
    switch (in_log) {
    case InLog::unreadable:
        return fmt::format("; the kernel's log, which cannot be read, would say \"{}\"", message);
    case InLog::there:
        return fmt::format("; the kernel's log says \"{}\"", message);
    case InLog::missing:
        break;
    }
    return fmt::format("; \"{}\" is not (or no longer) in the kernel's log", message);
}

InLog LoggedRefusals::find(const std::string& controller, KernelRefusal refusal,
                           std::uint32_t nsid) {
    if (!kernel_.messages_error.empty()) {
        return InLog::unreadable;
    }
    read();
    return refused_->contains({controller, refusal, nsid}) ? InLog::there : InLog::missing;
}

std::string LoggedRefusals::said_otherwise(const std::string& controller, std::uint32_t nsid) {
    read();
    // Others go by identifiers, which are compared as they are now.
    for (const KernelRefusal refusal :
         {KernelRefusal::no_command_set, KernelRefusal::other_command_set,
          KernelRefusal::no_descriptors}) {
        if (const auto found = refused_->find({controller, refusal, nsid});
            found != refused_->end()) {
            return found->second;
        }
    }
    return {};
}

namespace {

/// Whether Linux from 7.2 on takes the blocks for too small, or so many of them for too much.
bool is_refused_size(const nvme::IdentifyNamespace& id) {
    constexpr unsigned kSmallest = 9;
    constexpr unsigned kBits = 64;
    const unsigned block = id.active_format().lbads;
    return block < kSmallest || block - kSmallest >= kBits ||
           (id.nsze << (block - kSmallest)) >> (block - kSmallest) != id.nsze;
}

} // namespace

std::string LoggedRefusals::said_of_blocks(const std::string& controller, const Namespace& path) {
    read();
    if (!path.has_identify) {
        return {};
    }
    const unsigned block = path.idns.active_format().lbads;
    const auto physical = physical_blocks(path);
    for (const linux_kernel::UnnamedRefusal& one : unnamed_) {
        if (one.refusal == KernelRefusal::block_size) {
            if (one.origin == controller && one.number == block && is_refused_size(path.idns)) {
                return one.text;
            }
        } else if (one.refusal == KernelRefusal::physical_block && physical && block < 32 &&
                   one.number == std::uint64_t{*physical} << block) {
            return one.text;
        }
    }
    return {};
}

void LoggedRefusals::read() {
    if (refused_) {
        return;
    }
    refused_.emplace();
    for (const KernelMessage& line : kernel_.messages) {
        if (auto unnamed = linux_kernel::parse_unnamed_refusal(line.text)) {
            unnamed_.push_back(*std::move(unnamed));
            continue;
        }
        const auto event = linux_kernel::parse_kernel_event(line.text);
        if (event && event->refusal && event->nsid) {
            refused_->insert_or_assign({event->device, *event->refusal, *event->nsid},
                                       event->reason);
        }
    }
}

} // namespace haoh::judge
