// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/identity.hpp"

#include "base/fnv1a.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace haoh::monitor {

namespace {

class Digest {
  public:
    /// A text with its end, so that "ab" + "c" is not "a" + "bc".
    Digest& add(std::string_view text) {
        hash_.add(text).add(std::uint8_t{0xFF});
        return *this;
    }
    Digest& add(std::uint64_t number) { return add(fmt::format("{}", number)); }
    [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_.value()); }

  private:
    base::Fnv1a hash_;
};

/// A text field as on the wire: without the spaces that fill it.
template <std::size_t Size>
std::string trimmed(const std::array<std::uint8_t, Size>& field) {
    std::string text(field.begin(), field.end());
    text.resize(text.find_last_not_of(std::string_view(" \0", 2)) + 1); // none: npos + 1 is 0
    return text;
}

NamespaceIdentity identity_of(const NamespaceObservation& seen) {
    NamespaceIdentity out;
    const nvme::NamespaceIds ids = seen.ids();
    out.uuid = ids.uuid ? nvme::format_uuid(*ids.uuid) : "";
    out.nguid = ids.nguid ? nvme::format_nguid(*ids.nguid) : "";
    out.eui64 = ids.eui64 ? nvme::format_eui64(*ids.eui64) : "";
    const nvme::IdentifyNamespace data = seen.identify_data();
    out.blocks = data.nsze;
    const std::uint8_t shift = data.active_format().lbads;
    out.block_bytes = shift < 64 ? std::uint64_t{1} << shift : 0;
    return out;
}

std::string quoted_or_none(std::string_view text) {
    return text.empty() ? "none" : fmt::format("\"{}\"", text);
}

void compare(std::vector<std::string>& out, std::string_view what, std::string_view before,
             std::string_view now) {
    if (before != now) {
        out.push_back(
            fmt::format("{} {} is now {}", what, quoted_or_none(before), quoted_or_none(now)));
    }
}

} // namespace

std::string NamespaceIdentity::digest() const {
    return Digest().add(uuid).add(nguid).add(eui64).add(blocks).add(block_bytes).text();
}

ControllerIdentity identity_of(const ControllerObservation& controller) {
    ControllerIdentity out;
    const nvme::IdentifyController data = controller.identify_data();
    out.subnqn = data.subsystem_nqn();
    out.serial = trimmed(data.sn);
    out.model = trimmed(data.mn);
    for (const NamespaceObservation& seen : controller.namespaces) {
        if (seen.identify.ok()) {
            out.namespaces.emplace(seen.nsid, identity_of(seen));
        }
    }
    return out;
}

std::vector<std::string> identity_differences(const ControllerIdentity& before,
                                              const ControllerIdentity& now, std::size_t limit) {
    std::vector<std::string> out;
    compare(out, "subsystem NQN", before.subnqn, now.subnqn);
    compare(out, "serial number", before.serial, now.serial);
    compare(out, "model", before.model, now.model);
    for (const auto& [nsid, was] : before.namespaces) {
        const auto found = now.namespaces.find(nsid);
        if (found == now.namespaces.end()) {
            continue;
        }
        const NamespaceIdentity& is = found->second;
        compare(out, fmt::format("UUID of nsid {}", nsid), was.uuid, is.uuid);
        compare(out, fmt::format("NGUID of nsid {}", nsid), was.nguid, is.nguid);
        compare(out, fmt::format("EUI64 of nsid {}", nsid), was.eui64, is.eui64);
        if (was.block_bytes != is.block_bytes) {
            out.push_back(fmt::format("block size of nsid {} was {}, is {} bytes", nsid,
                                      was.block_bytes, is.block_bytes));
        }
    }
    if (out.size() > limit) {
        const std::size_t more = out.size() - limit;
        out.resize(limit);
        out.push_back(fmt::format("and {} more", more));
    }
    return out;
}

std::string identity_digest(std::span<const ControllerIdentity* const> controllers) {
    std::set<std::string> lines;
    for (const ControllerIdentity* controller : controllers) {
        lines.insert(fmt::format("controller {} {} {}", controller->subnqn, controller->serial,
                                 controller->model));
        for (const auto& [nsid, identity] : controller->namespaces) {
            lines.insert(fmt::format("namespace {} {}", nsid, identity.digest()));
        }
    }
    Digest digest;
    for (const std::string& line : lines) {
        digest.add(line);
    }
    return digest.text();
}

} // namespace haoh::monitor
