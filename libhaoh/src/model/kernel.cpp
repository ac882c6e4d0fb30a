// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel.hpp>

#include "base/number_text.hpp"

#include <haoh/numa.hpp>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

using base::parse_number;

template <typename Object>
constexpr AttributeRow<Object> row(std::string_view name, Attribute Object::*member) {
    return {name, name, member};
}

constexpr std::array kControllerRows{
    row("state", &KernelController::state),
    row("transport", &KernelController::transport),
    row("address", &KernelController::address),
    row("subsysnqn", &KernelController::subsysnqn),
    row("cntlid", &KernelController::cntlid),
    row("cntrltype", &KernelController::cntrltype),
    row("serial", &KernelController::serial),
    row("model", &KernelController::model),
    row("firmware_rev", &KernelController::firmware_rev),
    row("hostnqn", &KernelController::hostnqn),
    row("hostid", &KernelController::hostid),
    row("numa_node", &KernelController::numa_node),
    row("queue_count", &KernelController::queue_count),
    row("sqsize", &KernelController::sqsize),
    row("kato", &KernelController::kato),
    row("reconnect_delay", &KernelController::reconnect_delay),
    row("ctrl_loss_tmo", &KernelController::ctrl_loss_tmo),
    row("fast_io_fail_tmo", &KernelController::fast_io_fail_tmo),
    row("admin_timeout", &KernelController::admin_timeout),
    row("io_timeout", &KernelController::io_timeout),
    AttributeRow<KernelController>{"command_error_count", "diag/command_error_count",
                                   &KernelController::command_error_count},
    AttributeRow<KernelController>{"reset_count", "diag/reset_count",
                                   &KernelController::reset_count},
    AttributeRow<KernelController>{"reconnect_count", "diag/reconnect_count",
                                   &KernelController::reconnect_count},
};

constexpr std::array kPathRows{
    row("ana_state", &KernelPath::ana_state),
    row("ana_grpid", &KernelPath::ana_grpid),
    row("size", &KernelPath::size),
    row("ro", &KernelPath::ro),
    AttributeRow<KernelPath>{"logical_block_size", "queue/logical_block_size",
                             &KernelPath::logical_block_size},
    row("numa_nodes", &KernelPath::numa_nodes),
    row("queue_depth", &KernelPath::queue_depth),
    AttributeRow<KernelPath>{"command_retries_count", "diag/command_retries_count",
                             &KernelPath::command_retries_count},
    AttributeRow<KernelPath>{"command_error_count", "diag/command_error_count",
                             &KernelPath::command_error_count},
    AttributeRow<KernelPath>{"multipath_failover_count", "diag/multipath_failover_count",
                             &KernelPath::multipath_failover_count},
};

// Not `nuse`: reading it sends a command down some path, and fails when none is usable.
constexpr std::array kHolderRows{
    AttributeRow<KernelHolder>{"dm_uuid", "dm/uuid", &KernelHolder::dm_uuid},
};

constexpr std::array kNamespaceRows{
    row("nsid", &KernelNamespace::nsid),
    row("uuid", &KernelNamespace::uuid),
    row("nguid", &KernelNamespace::nguid),
    row("eui", &KernelNamespace::eui),
    row("wwid", &KernelNamespace::wwid),
    row("csi", &KernelNamespace::csi),
    row("size", &KernelNamespace::size),
    row("ro", &KernelNamespace::ro),
    row("hidden", &KernelNamespace::hidden),
    row("dev", &KernelNamespace::dev),
    AttributeRow<KernelNamespace>{"logical_block_size", "queue/logical_block_size",
                                  &KernelNamespace::logical_block_size},
    AttributeRow<KernelNamespace>{"physical_block_size", "queue/physical_block_size",
                                  &KernelNamespace::physical_block_size},
    row("metadata_bytes", &KernelNamespace::metadata_bytes),
    row("delayed_removal_secs", &KernelNamespace::delayed_removal_secs),
    AttributeRow<KernelNamespace>{"io_requeue_no_usable_path_count",
                                  "diag/io_requeue_no_usable_path_count",
                                  &KernelNamespace::io_requeue_no_usable_path_count},
    AttributeRow<KernelNamespace>{"io_fail_no_available_path_count",
                                  "diag/io_fail_no_available_path_count",
                                  &KernelNamespace::io_fail_no_available_path_count},
};

constexpr std::array kSubsystemRows{
    row("subsysnqn", &KernelSubsystem::subsysnqn),
    row("serial", &KernelSubsystem::serial),
    row("model", &KernelSubsystem::model),
    row("firmware_rev", &KernelSubsystem::firmware_rev),
    row("subsystype", &KernelSubsystem::subsystype),
    row("iopolicy", &KernelSubsystem::iopolicy),
};

constexpr std::array kModuleRows{
    row("multipath", &KernelObservation::multipath),
    row("multipath_always_on", &KernelObservation::multipath_always_on),
    row("iopolicy", &KernelObservation::iopolicy),
    row("max_retries", &KernelObservation::max_retries),
    row("io_timeout", &KernelObservation::io_timeout),
    row("admin_timeout", &KernelObservation::admin_timeout),
};

const KernelController* find_by_name(const std::vector<KernelController>& controllers,
                                     std::string_view name) {
    const auto found = std::find_if(controllers.begin(), controllers.end(),
                                    [&](const auto& one) { return one.name == name; });
    return found == controllers.end() ? nullptr : &*found;
}

} // namespace

std::optional<std::uint64_t> Attribute::number() const {
    return ok() ? parse_number<std::uint64_t>(text) : std::nullopt;
}

std::optional<bool> Attribute::flag() const {
    if (value() == "Y" || value() == "1") {
        return true;
    }
    return value() == "N" || value() == "0" ? std::optional{false} : std::nullopt;
}

Attribute Attribute::of(std::string_view text) {
    return {.state = text.empty() ? State::empty : State::ok,
            .nul_padded = false,
            .text = std::string(text)};
}

std::string_view KernelController::address_part(std::string_view key) const {
    std::string_view rest = address.value();
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find(','));
        if (part.size() > key.size() && part.starts_with(key) && part[key.size()] == '=') {
            return part.substr(key.size() + 1);
        }
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
    return {};
}

bool KernelController::terminal() const {
    switch (known_state().kind()) {
    case ControllerState::deleting:
    case ControllerState::deleting_no_io:
    case ControllerState::dead:
        return true;
    default:
        return false;
    }
}

std::optional<unsigned> KernelController::near_node() const {
    const auto node = parse_number<unsigned>(numa_node.value());
    return node && *node < kMostNumaNodes ? node : std::nullopt;
}

bool KernelController::near_no_node() const {
    return numa_node.value() == "-1";
}

bool KernelNamespace::has_uuid() const {
    return wwid.ok() ? wwid.value().starts_with("uuid.") : uuid.value() != nguid.value();
}

nvme::NamespaceIds KernelNamespace::ids() const {
    nvme::NamespaceIds out;
    if (has_uuid()) {
        out.uuid = nvme::parse_uuid(uuid.value());
    }
    out.nguid = nvme::parse_nguid(nguid.value());
    out.eui64 = nvme::parse_eui64(eui.value());
    out.csi = static_cast<std::uint8_t>(csi.number().value_or(0));
    return out;
}

const KernelController* KernelSubsystem::find_controller(std::string_view controller) const {
    return find_by_name(controllers, controller);
}

const KernelSubsystem* KernelObservation::subsystem_of(std::string_view controller) const {
    const auto found = std::find_if(subsystems.begin(), subsystems.end(), [&](const auto& one) {
        return one.find_controller(controller) != nullptr;
    });
    return found == subsystems.end() ? nullptr : &*found;
}

const KernelController* KernelObservation::find_controller(std::string_view name) const {
    const KernelSubsystem* const subsystem = subsystem_of(name);
    return subsystem != nullptr ? subsystem->find_controller(name)
                                : find_by_name(stray_controllers, name);
}

std::span<const AttributeRow<KernelController>> controller_attributes() {
    return kControllerRows;
}
std::span<const AttributeRow<KernelPath>> path_attributes() {
    return kPathRows;
}
std::span<const AttributeRow<KernelNamespace>> namespace_attributes() {
    return kNamespaceRows;
}
std::span<const AttributeRow<KernelHolder>> holder_attributes() {
    return kHolderRows;
}
std::span<const AttributeRow<KernelSubsystem>> subsystem_attributes() {
    return kSubsystemRows;
}
std::span<const AttributeRow<KernelObservation>> module_parameters() {
    return kModuleRows;
}

bool KernelObservation::has_changed(std::string_view name) const {
    return std::binary_search(changed.begin(), changed.end(), name);
}

std::optional<KernelVersion> parse_kernel_version(std::string_view release) {
    const std::size_t dot = std::min(release.find('.'), release.size());
    const auto major = parse_number<unsigned>(release.substr(0, dot));
    if (!major) {
        return std::nullopt;
    }
    std::string_view rest = release.substr(std::min(dot + 1, release.size()));
    if (rest.empty() || rest == "x") {
        return dot + 1 == release.size() ? std::nullopt : std::optional{KernelVersion{*major, ~0U}};
    }
    rest = rest.substr(0, rest.find_first_not_of("0123456789"));
    const auto minor = parse_number<unsigned>(rest);
    return minor ? std::optional{KernelVersion{*major, *minor}} : std::nullopt;
}

} // namespace haoh
