// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/kernel_text.hpp"

#include "base/address_text.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::report {
namespace {

constexpr std::uint64_t kSectorSize = 512;

std::string without(std::string_view text, char unwanted) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), [&](char c) { return c != unwanted; });
    return out;
}

/// What makes the namespace the same after a boot.
std::vector<std::pair<std::string, std::string>> ids_of(const KernelNamespace& head) {
    std::vector<std::pair<std::string, std::string>> out;
    const std::string_view wwid = head.wwid.value();
    const bool is_uuid = head.has_uuid();
    if (is_uuid && head.uuid.ok()) {
        out.emplace_back("uuid", safe_text(head.uuid.text));
    } else if (is_uuid && head.wwid.ok()) {
        out.emplace_back("uuid", safe_text(wwid.substr(5)));
    }
    if (head.nguid.ok()) {
        out.emplace_back("nguid", safe_text(without(head.nguid.text, '-')));
    }
    if (head.eui.ok()) {
        out.emplace_back("eui64", safe_text(without(head.eui.text, ' ')));
    }
    if (out.empty() && wwid.starts_with("eui.")) {
        out.emplace_back(wwid.size() > 20 ? "nguid" : "eui64", safe_text(wwid.substr(4)));
    }
    return out;
}

std::string nsid_text(const KernelNamespace& head) {
    return head.nsid.number() ? safe_text(head.nsid.text) : "?";
}

} // namespace

std::string attribute_text(const Attribute& attribute) {
    switch (attribute.state) {
    case Attribute::State::ok:
        return safe_text(attribute.text);
    case Attribute::State::unreadable:
        return "not readable";
    case Attribute::State::absent:
    case Attribute::State::empty:
        break;
    }
    return "?";
}

std::string ana_text(const Attribute& ana_state) {
    return ana_state.state == Attribute::State::absent ? "no ANA" : attribute_text(ana_state);
}

std::string address_of(const KernelController& controller) {
    const std::string transport = attribute_text(controller.transport);
    const std::string_view traddr = controller.address_part("traddr");
    if (traddr.empty()) {
        return controller.address.ok()
                   ? fmt::format("{} {}", transport, safe_text(controller.address.text))
                   : transport;
    }
    const bool tcp = controller.known_transport() == Transport::tcp;
    const std::string_view trsvcid = controller.address_part("trsvcid");
    std::string out =
        fmt::format("{} {}", transport, tcp ? base::bracketed(traddr) : std::string(traddr));
    if (!trsvcid.empty()) {
        out += fmt::format(":{}", trsvcid);
    }
    if (const std::string_view from = controller.address_part("host_traddr"); !from.empty()) {
        out += fmt::format(" from {}", from);
    }
    if (const std::string_view via = controller.address_part("host_iface"); !via.empty()) {
        out += fmt::format(" via {}", via);
    }
    return safe_text(out);
}

ListedNamespace describe(const KernelNamespace& head) {
    ListedNamespace out{.nsid = nsid_text(head),
                        .size = attribute_text(head.size),
                        .block = attribute_text(head.logical_block_size),
                        .device = safe_text(head.name),
                        .ids = ids_of(head),
                        .links = {}};
    constexpr std::uint64_t kMostSectors = ~std::uint64_t{0} / kSectorSize;
    if (const auto sectors = head.size.number(); sectors && *sectors <= kMostSectors) {
        out.size = size_text(*sectors * kSectorSize);
    }
    if (head.logical_block_size.ok()) {
        out.block += head.metadata_bytes.number().value_or(0) == 0
                         ? " B"
                         : fmt::format("+{} B", safe_text(head.metadata_bytes.text));
    }
    out.device = head.dev.ok() ? "/dev/" + out.device : out.device + ", no device node";
    if (head.ro.value() == "1") {
        out.device += ", read-only";
    }
    for (const std::string& link : head.links) {
        out.links.push_back(safe_text(link));
    }
    return out;
}

} // namespace haoh::report
