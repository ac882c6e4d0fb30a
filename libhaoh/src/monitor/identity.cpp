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

constexpr std::array kIds{&NamespaceIdentity::uuid, &NamespaceIdentity::nguid,
                          &NamespaceIdentity::eui64};
constexpr std::array<std::string_view, 3> kIdNames{"UUID", "NGUID", "EUI64"};

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
    out.ids_read = seen.descriptors.ok();
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
    out.namespaces_read = controller.active_nsids.has_value();
    for (const NamespaceObservation& seen : controller.namespaces) {
        if (seen.identify.ok()) {
            out.namespaces.emplace(seen.nsid, identity_of(seen));
        } else {
            out.unread.insert(seen.nsid);
        }
    }
    return out;
}

void keep_unread(ControllerIdentity& now, const ControllerIdentity& before) {
    for (const auto& [nsid, was] : before.namespaces) {
        if (!now.namespaces_read || now.unread.contains(nsid)) {
            now.namespaces.emplace(nsid, was);
        }
        const auto found = now.namespaces.find(nsid);
        if (found != now.namespaces.end() && !found->second.ids_read) {
            NamespaceIdentity& is = found->second;
            for (const auto field : kIds) {
                if ((is.*field).empty()) {
                    is.*field = was.*field;
                }
            }
            is.ids_read = was.ids_read;
        }
    }
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
        const auto known = [](const NamespaceIdentity& one, const std::string& id) {
            return one.ids_read || !id.empty();
        };
        for (std::size_t index = 0; index < kIds.size(); ++index) {
            const std::string& id_was = was.*kIds[index];
            const std::string& id_is = is.*kIds[index];
            if (known(was, id_was) && known(is, id_is)) {
                compare(out, fmt::format("{} of nsid {}", kIdNames[index], nsid), id_was, id_is);
            }
        }
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
