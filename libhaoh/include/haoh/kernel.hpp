// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What one Linux kernel made of its controllers, as sysfs shows it: subsystems, namespaces, paths.
/// Plain values. The kernel is a witness like any other: `serial`, `model` and the IDs of a path are
/// the subsystem's and the head's copies, never what this controller says of itself
/// (drivers/nvme/host/sysfs.c, nvme_show_str_function and dev_to_ns_head); that is in
/// ControllerObservation.
#pragma once

#include <haoh/controller_state.hpp>
#include <haoh/nvme/namespace_id.hpp>
#include <haoh/transport.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// One attribute of sysfs.
struct Attribute {
    enum class State : std::uint8_t {
        absent,     ///< this kernel or this object has no such file
        empty,      ///< the file is there and says nothing: `queue_depth` under another policy
        ok,         ///< `text` is what it says
        unreadable, ///< `text` is why: "Permission denied", "longer than 65536 bytes"
    };
    State state{State::absent};
    bool nul_padded{}; ///< NUL bytes followed the text: the tree was recorded, not read
    std::string text;  ///< without white space and NUL bytes at its end

    bool operator==(const Attribute&) const = default;
    [[nodiscard]] bool ok() const { return state == State::ok; }
    /// The text; empty unless ok.
    [[nodiscard]] std::string_view value() const {
        return ok() ? std::string_view(text) : std::string_view();
    }
    /// A decimal number that fills the whole text.
    [[nodiscard]] std::optional<std::uint64_t> number() const;
    /// What the kernel prints of a bool: "Y" and "N" of a module's parameter, "1" and "0".
    [[nodiscard]] std::optional<bool> flag() const;

    [[nodiscard]] static Attribute of(std::string_view text);
};

/// How an attribute is called in JSON, where its file is below the object's directory, and where
/// its value is kept. Reader, JSON codec and diff work on these rows.
template <typename Object>
struct AttributeRow {
    std::string_view key;
    std::string_view file;
    Attribute Object::*member;
};

/// A controller: /sys/class/nvme/nvmeN.
struct KernelController {
    std::string name; ///< "nvme3"
    Attribute state;  ///< "live", "resetting", "connecting", "deleting", "deleting (no IO)", "dead"
    Attribute transport;
    Attribute
        address; ///< "traddr=...,trsvcid=...[,host_traddr=...][,host_iface=...][,src_addr=...]"
    Attribute subsysnqn;
    Attribute cntlid;
    Attribute cntrltype;
    Attribute serial;       ///< of the subsystem's first controller ever
    Attribute model;        ///< likewise
    Attribute firmware_rev; ///< of the subsystem's controller that was identified last
    Attribute hostnqn;
    Attribute hostid;
    Attribute numa_node;
    Attribute queue_count;
    Attribute sqsize;
    Attribute kato; ///< seconds
    Attribute reconnect_delay;
    Attribute ctrl_loss_tmo;    ///< seconds; "off"
    Attribute fast_io_fail_tmo; ///< seconds; "off"
    Attribute admin_timeout;    ///< milliseconds, from 7.2 on
    Attribute io_timeout;       ///< milliseconds, from 7.2 on
    Attribute command_error_count;
    Attribute reset_count;
    Attribute reconnect_count;

    bool operator==(const KernelController&) const = default;
    /// A part of `address`: "traddr", "trsvcid", "host_traddr", "src_addr". Empty when not there.
    [[nodiscard]] std::string_view address_part(std::string_view key) const;
    [[nodiscard]] Transport known_transport() const { return parse_transport(transport.value()); }
    /// Unknown where `state` says nothing.
    [[nodiscard]] ControllerState known_state() const { return ControllerState::of(state.value()); }
    [[nodiscard]] bool live() const { return known_state().is_live(); }
    /// Not one that is going away: these count in no test of the kernel (nvme_validate_cntlid).
    [[nodiscard]] bool terminal() const;
    /// The NUMA node that it is near to; nullopt: near none, or not known.
    [[nodiscard]] std::optional<unsigned> near_node() const;
    /// It is near no node, and that is known: so is every one over TCP (NUMA_NO_NODE).
    [[nodiscard]] bool near_no_node() const;
};

/// A namespace through one controller: nvmeXcYnZ, or a namespace without multipath, which is its
/// own and only path.
struct KernelPath {
    std::string name;       ///< "nvme0c1n1"
    std::string controller; ///< "nvme1"
    Attribute
        ana_state; ///< "optimized", ..., also "invalid state" and "(null)"; absent without ANA
    Attribute ana_grpid;
    Attribute size; ///< sectors of 512 bytes
    Attribute ro;
    Attribute logical_block_size; ///< bytes
    Attribute numa_nodes;         ///< nodes that send their I/O here, under the policy numa
    Attribute queue_depth;        ///< commands in flight on the controller, under queue-depth
    Attribute command_retries_count;
    Attribute command_error_count;
    Attribute multipath_failover_count;

    bool operator==(const KernelPath&) const = default;
};

/// A device on top of another: nvme1n1/holders/dm-0.
struct KernelHolder {
    std::string name;  ///< "dm-0"
    Attribute dm_uuid; ///< of the device mapper: "mpath-eui...."; absent for others

    bool operator==(const KernelHolder&) const = default;
    /// dm-multipath, which joins paths that the kernel's own multipath does not.
    [[nodiscard]] bool dm_multipath() const { return dm_uuid.value().starts_with("mpath-"); }
};

/// A namespace: the head nvmeXnZ.
struct KernelNamespace {
    std::string name; ///< "nvme0n1"; X is the subsystem's instance, Z no NSID
    Attribute nsid;
    Attribute uuid; ///< shows the NGUID where there is no UUID: `wwid` tells
    Attribute nguid;
    Attribute eui;
    Attribute wwid;
    Attribute csi;
    Attribute size; ///< sectors of 512 bytes
    Attribute ro;
    Attribute hidden;
    Attribute dev; ///< "259:3"; absent: there is no device node
    Attribute logical_block_size;
    Attribute physical_block_size;
    Attribute metadata_bytes;
    Attribute delayed_removal_secs;
    Attribute io_requeue_no_usable_path_count;
    Attribute io_fail_no_available_path_count;
    bool multipath{};               ///< a head with paths; false: a namespace that is its own path
    std::vector<KernelPath> paths;  ///< by controller instance: sysfs does not show the arrival
    std::vector<std::string> links; ///< "/dev/disk/by-id/nvme-uuid....", where udev was asked
    /// What lies on top of it, by name; looked for where it is its own path only.
    std::vector<KernelHolder> holders{};

    bool operator==(const KernelNamespace&) const = default;
    /// `uuid` is one. Where no kernel's `wwid` is there to tell (a recorded tree may lack it), it is one
    /// that is not the NGUID.
    [[nodiscard]] bool has_uuid() const;
    /// The identifiers and the command set that are shown, as far as they are well-formed.
    [[nodiscard]] nvme::NamespaceIds ids() const;
};

/// A subsystem: /sys/class/nvme-subsystem/nvme-subsysN.
struct KernelSubsystem {
    std::string name;
    Attribute subsysnqn;
    Attribute serial;
    Attribute model;
    Attribute firmware_rev;
    Attribute subsystype;
    Attribute iopolicy;
    std::vector<KernelController> controllers; ///< by instance
    std::vector<KernelNamespace> namespaces;   ///< by NSID, those without a readable one at the end
    /// Paths for which no head was found: a head that does not exist (yet).
    std::vector<KernelPath> headless;

    bool operator==(const KernelSubsystem&) const = default;
    /// A discovery subsystem: it has no namespaces.
    [[nodiscard]] bool discovery() const { return subsystype.value() == "discovery"; }
    [[nodiscard]] const KernelController* find_controller(std::string_view name) const;
};

/// A line of the kernel's log that is about NVMe.
struct KernelMessage {
    std::uint64_t microseconds{}; ///< since boot
    std::string text;             ///< "nvme nvme1: IDs don't match for shared namespace 2"

    bool operator==(const KernelMessage&) const = default;
};

/// One machine's kernel.
struct KernelObservation {
    std::string host;    ///< node name; in a merged observation one that no other host has
    std::string release; ///< "6.12.107-amd64"
    Attribute multipath; ///< nvme_core's parameters; absent when the module is not loaded
    Attribute multipath_always_on;
    Attribute iopolicy; ///< for subsystems that appear later
    Attribute max_retries;
    Attribute io_timeout;                    ///< seconds
    Attribute admin_timeout;                 ///< seconds
    std::vector<KernelSubsystem> subsystems; ///< by instance
    /// Controllers of no subsystem: just connecting for the first time, or broken.
    std::vector<KernelController> stray_controllers;
    std::vector<KernelMessage> messages; ///< in their order
    std::string messages_error;          ///< why the log could not be read; empty when it could
    std::vector<std::string>
        udev_rules;                  ///< files of rules that set an I/O policy, with their paths
    std::vector<std::string> unread; ///< what else could not be read, one clause each
    /// Controllers, namespaces and paths, by name and sorted, that came, went or changed state or
    /// size while the controllers were asked: what is known of them is of two moments.
    std::vector<std::string> changed;
    std::optional<std::string> node{}; ///< node name, where that is not `host`: see `merge`

    bool operator==(const KernelObservation&) const = default;
    /// The subsystem of a controller; nullptr when there is none.
    [[nodiscard]] const KernelSubsystem* subsystem_of(std::string_view controller) const;
    [[nodiscard]] const KernelController* find_controller(std::string_view name) const;
    [[nodiscard]] bool has_changed(std::string_view name) const; ///< is one of `changed`
    [[nodiscard]] const std::string& node_name() const { return node ? *node : host; }
};

/// The rows of each object, in the order of its members.
[[nodiscard]] std::span<const AttributeRow<KernelController>> controller_attributes();
[[nodiscard]] std::span<const AttributeRow<KernelPath>> path_attributes();
[[nodiscard]] std::span<const AttributeRow<KernelNamespace>> namespace_attributes();
[[nodiscard]] std::span<const AttributeRow<KernelHolder>> holder_attributes();
[[nodiscard]] std::span<const AttributeRow<KernelSubsystem>> subsystem_attributes();
/// Of nvme_core, below /sys/module/nvme_core/parameters.
[[nodiscard]] std::span<const AttributeRow<KernelObservation>> module_parameters();

/// A release as numbers: "6.12.107-amd64" is 6.12; "7" and "7.x" are the last of theirs. nullopt for
/// what is no release.
struct KernelVersion {
    unsigned major{};
    unsigned minor{};

    auto operator<=>(const KernelVersion&) const = default;
};
[[nodiscard]] std::optional<KernelVersion> parse_kernel_version(std::string_view release);

} // namespace haoh
