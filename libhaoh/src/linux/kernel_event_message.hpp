// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lines of the kernel's log that tell of something no attribute and no uevent tells, or sooner
/// than they do (drivers/nvme/host/core.c, multipath.c, fabrics.c; block/genhd.c). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haoh::linux_kernel {

/// What the kernel refuses.
enum class KernelRefusal : std::uint8_t {
    ids_differ,        ///< a path with other identifiers than its device
    ids_in_subsystem,  ///< a namespace whose identifiers another one of the subsystem has
    ids_on_host,       ///< a namespace whose identifiers one of another subsystem has
    not_shared,        ///< a path that says that no other may lead there
    ids_changed,       ///< a path whose identifiers are no longer those that it had
    cntlid_in_use,     ///< a controller
    one_controller,    ///< a second controller of a subsystem that allows one
    cntlid_mismatch,   ///< a controller with one ID in Connect and another in Identify
    mnan_invalid,      ///< a controller's ANA
    no_command_set,    ///< a namespace without a CSI descriptor
    other_command_set, ///< a namespace of a command set that the controller does not offer
    no_descriptors,    ///< a namespace whose identifiers the controller does not describe
    in_capsule_offset, ///< a controller with ICDOFF
    no_sgls,           ///< a controller
    no_keep_alive,     ///< a controller
    command_capsule,   ///< a controller with an IOCCSZ that is too small
    response_capsule,  ///< a controller with an IORCSZ that is too small
    page_size,         ///< a controller with larger memory pages than the host's
    data_alignment,    ///< a connection with CPDA; the message does not say whose
    host_identity,     ///< a connection as a host of another pair of NQN and ID; nor does this
    physical_block,    ///< a device with a physical block that is no power of two; nor does this
    block_size,        ///< a namespace with blocks that are too small; the message has no NSID
};

struct KernelEventMessage {
    enum class Kind : std::uint8_t {
        path_refused, ///< a namespace gets no path through a controller, or a controller no place
        hint,         ///< the state of something changes: worth a look at once
    };
    Kind kind{};
    std::optional<KernelRefusal> refusal{}; ///< of `path_refused`
    std::string device; ///< a refused path's is its controller: "nvme1"; else also a head or a path
    std::optional<std::uint32_t> nsid;
    std::string reason; ///< what the kernel says, without the device

    bool operator==(const KernelEventMessage&) const = default;
};

/// \param text  "nvme nvme1: IDs don't match for shared namespace 2"
/// \return nullopt for all other messages
[[nodiscard]] std::optional<KernelEventMessage> parse_kernel_event(std::string_view text);

/// What the kernel refuses without saying what it is of (drivers/nvme/host/tcp.c, fabrics.c, core.c;
/// block/blk-settings.c).
struct UnnamedRefusal {
    KernelRefusal refusal{};
    std::string origin; ///< "nvme_tcp", "nvme_fabrics"; of `block_size` the controller; else empty
    /// Of `physical_block` bytes, of `block_size` LBADS.
    std::optional<std::uint32_t> number{};
    std::string text; ///< what the kernel says, without the origin

    bool operator==(const UnnamedRefusal&) const = default;
};

/// \param text  "nvme_tcp: queue 0: unsupported cpda returned 4"
/// \return nullopt for all other messages
[[nodiscard]] std::optional<UnnamedRefusal> parse_unnamed_refusal(std::string_view text);

/// Whether the block layer says so, of a disk of any kind: nothing in it is of NVMe.
[[nodiscard]] bool is_of_any_disk(std::string_view text);

/// What the kernel says of a namespace that it refuses, without the device: "IDs don't match for
/// shared namespace 2". Of a refused controller, where its message begins. Empty where it names none.
[[nodiscard]] std::string refusal_message(KernelRefusal refusal, std::uint32_t nsid);

/// What was given for nvme_core.iopolicy and not taken: "nvme_core: `queue-depth' invalid for parameter
/// `iopolicy'" (kernel/params.c, parse_args). Lives as long as `text`.
/// \return nullopt for all other messages
[[nodiscard]] std::optional<std::string_view> refused_io_policy(std::string_view text);

} // namespace haoh::linux_kernel
