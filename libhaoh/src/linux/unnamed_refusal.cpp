// SPDX-License-Identifier: LGPL-2.1-or-later
// Refusals that name nothing, or not all of what they are of.
#include "linux/kernel_event_message.hpp"

#include "base/text_scan.hpp"
#include "linux/object_name.hpp"

namespace haoh::linux_kernel {

namespace {

constexpr std::string_view kPhysicalBlock = "Invalid physical block size (";

/// nvme_tcp_init_connection: "queue 0: unsupported cpda returned 4".
bool is_about_alignment(std::string_view text) {
    unsigned queue{};
    unsigned cpda{};
    return base::take_prefix(text, "queue ") && base::take_number(text, queue) &&
           base::take_prefix(text, ": unsupported cpda returned ") &&
           base::take_number(text, cpda) && text.empty();
}

/// nvmf_host_add.
bool is_about_host(std::string_view text) {
    return (text.starts_with("found same hostnqn ") &&
            text.find(" but different hostid ") != std::string_view::npos) ||
           (text.starts_with("found same hostid ") &&
            text.find(" but different hostnqn ") != std::string_view::npos);
}

/// A number between two texts, and nothing else.
std::optional<std::uint32_t> enclosed(std::string_view text, std::string_view before,
                                      std::string_view behind) {
    std::uint32_t number{};
    if (!base::take_prefix(text, before) || !base::take_number(text, number) || text != behind) {
        return std::nullopt;
    }
    return number;
}

} // namespace

std::optional<UnnamedRefusal> parse_unnamed_refusal(std::string_view text) {
    UnnamedRefusal out;
    out.text = text;
    if (const auto bytes = enclosed(text, kPhysicalBlock, ")")) { // blk_validate_limits
        out.refusal = KernelRefusal::physical_block;
        out.number = bytes;
        return out;
    }
    const std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    out.origin = text.substr(0, colon);
    text.remove_prefix(colon + 2);
    out.text = text;
    if (out.origin == "nvme_tcp" && is_about_alignment(text)) {
        out.refusal = KernelRefusal::data_alignment;
        return out;
    }
    if (out.origin == "nvme_fabrics" && is_about_host(text)) {
        out.refusal = KernelRefusal::host_identity;
        return out;
    }
    // nvme_update_ns_info_block
    const auto lbads = enclosed(text, "invalid LBA data size ", ", skipping namespace");
    constexpr std::string_view kClass = "nvme ";
    if (lbads && out.origin.starts_with(kClass)) {
        out.origin.erase(0, kClass.size());
        const auto name = parse_object_name(out.origin);
        if (name && name->kind == ObjectName::Kind::controller) {
            out.refusal = KernelRefusal::block_size;
            out.number = lbads;
            return out;
        }
    }
    return std::nullopt;
}

bool is_of_any_disk(std::string_view text) {
    return text.starts_with(kPhysicalBlock);
}

} // namespace haoh::linux_kernel
