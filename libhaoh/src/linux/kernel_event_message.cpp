// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/kernel_event_message.hpp"

#include "base/text_scan.hpp"
#include "linux/object_name.hpp"

#include <algorithm>
#include <array>

namespace haoh::linux_kernel {

namespace {

/// A message of a refusal. Where `nsid` is set, an NSID follows the beginning. Without one the rest may
/// be anything that ends so.
struct Refusal {
    KernelRefusal kind{};
    std::string_view beginning;
    bool nsid{};
    std::string_view end;
};

/// What follows the NSID where the controller's status does: in this way, and then its number.
constexpr std::string_view kStatus = ", status=0x";

constexpr std::array kRefusals{
    Refusal{KernelRefusal::ids_differ, "IDs don't match for shared namespace ", true, ""},
    Refusal{KernelRefusal::ids_in_subsystem, "duplicate IDs in subsystem for nsid ", true, ""},
    Refusal{KernelRefusal::ids_on_host, "ignoring nsid ", true, " because of duplicate IDs"},
    Refusal{KernelRefusal::not_shared, "Duplicate unshared namespace ", true, ""},
    Refusal{KernelRefusal::ids_changed, "identifiers changed for nsid ", true, ""},
    Refusal{KernelRefusal::cntlid_in_use, "Duplicate cntlid ", false, ", rejecting"},
    Refusal{KernelRefusal::one_controller, "Subsystem does not support multiple controllers", false,
            ""},
    Refusal{KernelRefusal::cntlid_mismatch, "Mismatching cntlid: ", false, ", rejecting"},
    Refusal{KernelRefusal::mnan_invalid, "Invalid MNAN value ", false, ""},
    Refusal{KernelRefusal::no_command_set, "Command set not reported for nsid:", true, ""},
    Refusal{KernelRefusal::other_command_set, "command set not reported for nsid: ", true, ""},
    Refusal{KernelRefusal::no_descriptors, "Identify Descriptors failed (nsid=", true, kStatus},
    Refusal{KernelRefusal::in_capsule_offset, "icdoff is not supported!", false, ""},
    Refusal{KernelRefusal::no_sgls, "Mandatory sgls are not supported!", false, ""},
    Refusal{KernelRefusal::no_keep_alive, "keep-alive support is mandatory for fabrics", false, ""},
    Refusal{KernelRefusal::command_capsule, "I/O queue command capsule supported size ", false, ""},
    Refusal{KernelRefusal::response_capsule, "I/O queue response capsule supported size ", false,
            ""},
    Refusal{KernelRefusal::page_size, "Minimum device page size ", false, ""},
};

constexpr std::array<std::string_view, 13> kHints{
    "ANATT timeout",         "Failed to get ANA log",    "no usable path",
    "no available path",     "detected capacity change", "starting error recovery",
    "Reconnecting in",       "Successfully reconnected",
    "Removing controller", // given up
    "Removing ctrl",       // asked to
    "disabling ANA support", "resetting controller",     "Identify Descriptors failed",
};

/// An object that the message is about, taken from its beginning: "nvme nvme1: ", "nvme0n1: ".
std::optional<ObjectName> take_device(std::string_view& text, std::string_view& name) {
    const std::size_t end = text.find(": ");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    // One word before it is the driver, the class or the bus.
    name = text.substr(0, end);
    const std::size_t space = name.find(' ');
    if (space != std::string_view::npos) {
        name.remove_prefix(space + 1);
    }
    text.remove_prefix(end + 2);
    return parse_object_name(name);
}

/// The kernel prints the number as if it were signed.
std::optional<std::uint32_t> take_nsid(std::string_view& text) {
    std::int32_t printed{};
    if (base::take_number(text, printed)) {
        return static_cast<std::uint32_t>(printed);
    }
    std::uint32_t nsid{};
    return base::take_number(text, nsid) ? std::optional(nsid) : std::nullopt;
}

/// Whether the controller does not know the command or what it asks for ("2002)"): what failed on the
/// way comes back.
bool says_unsupported(std::string_view text) {
    constexpr std::uint32_t kCodeAndType = 0x7FF;
    constexpr std::uint32_t kInvalidOpcode = 1;
    constexpr std::uint32_t kInvalidField = 2;
    constexpr std::uint32_t kLargest = 0x7FFF; // above are the kernel's own errors
    std::uint32_t status{};
    if (!base::take_number(text, status, 16) || text != ")" || status > kLargest) {
        return false;
    }
    status &= kCodeAndType;
    return status == kInvalidOpcode || status == kInvalidField;
}

bool matches(const Refusal& refusal, std::string_view text, std::optional<std::uint32_t>& nsid) {
    if (!base::take_prefix(text, refusal.beginning)) {
        return false;
    }
    if (!refusal.nsid) {
        return text.ends_with(refusal.end);
    }
    nsid = take_nsid(text);
    if (nsid && refusal.end == kStatus) {
        return base::take_prefix(text, kStatus) && says_unsupported(text);
    }
    return nsid.has_value() && text == refusal.end;
}

} // namespace

std::optional<KernelEventMessage> parse_kernel_event(std::string_view text) {
    std::string_view name;
    const std::optional<ObjectName> device = take_device(text, name);
    if (!device) {
        return std::nullopt;
    }
    KernelEventMessage message;
    message.device = name;
    message.reason = text;
    if (device->kind == ObjectName::Kind::controller) {
        for (const Refusal& refusal : kRefusals) {
            std::optional<std::uint32_t> nsid;
            if (matches(refusal, text, nsid)) {
                message.kind = KernelEventMessage::Kind::path_refused;
                message.refusal = refusal.kind;
                message.nsid = nsid;
                return message;
            }
        }
    }
    if (std::any_of(kHints.begin(), kHints.end(),
                    [text](std::string_view hint) { return text.starts_with(hint); })) {
        message.kind = KernelEventMessage::Kind::hint;
        return message;
    }
    return std::nullopt;
}

std::string refusal_message(KernelRefusal refusal, std::uint32_t nsid) {
    const auto* const found =
        std::find_if(kRefusals.begin(), kRefusals.end(),
                     [refusal](const Refusal& one) { return one.kind == refusal; });
    if (found == kRefusals.end()) {
        return {};
    }
    std::string text(found->beginning);
    if (found->nsid) {
        text += std::to_string(static_cast<std::int32_t>(nsid));
        text += found->end;
    }
    return text;
}

std::optional<std::string_view> refused_io_policy(std::string_view text) {
    const std::size_t end = text.find("' invalid for parameter `");
    const std::size_t begin = text.rfind('`', end);
    if (end == std::string_view::npos || begin == std::string_view::npos ||
        !text.ends_with("iopolicy'")) {
        return std::nullopt;
    }
    return text.substr(begin + 1, end - begin - 1);
}

} // namespace haoh::linux_kernel
