// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_fingerprint.hpp"

#include "report/text/text.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

namespace haoh::report {
namespace {

/// That of all fingerprints of haoh: made once, by chance.
constexpr boost::uuids::uuid kFingerprints{0x8c, 0x1b, 0x1f, 0x5e, 0x3a, 0x0d, 0x4e, 0x57,
                                           0x9f, 0x42, 0x6d, 0x10, 0xc7, 0x2b, 0x95, 0xe4};
/// With more of them a finding is about very many alike: which ones is no part of what it is.
constexpr std::size_t kFewNamespaces = 4;

/// "nvme0", "nvme0n1", "nvme-subsys3", "nvme0c1n1": numbered as they came.
bool is_numbered(std::string_view name) {
    for (const std::string_view prefix : {"/dev/nvme", "nvme-subsys", "nvme"}) {
        if (name.starts_with(prefix)) {
            name.remove_prefix(prefix.size());
            return !name.empty() && name.front() >= '0' && name.front() <= '9';
        }
    }
    return false;
}

/// Each part with its length in front: no two lists of parts read alike.
void add(std::string& out, std::string_view part) {
    out += fmt::format("{}:{};", part.size(), part);
}

} // namespace

Fingerprints::Fingerprints(const Observation& observation) {
    for (const ControllerObservation& one : observation.controllers) {
        addresses_.try_emplace({safe_text(one.host), safe_text(one.name)},
                               fmt::format("{}://{}:{}", one.transport, one.traddr, one.trsvcid));
    }
    for (const KernelObservation& kernel : observation.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& one : subsystem.controllers) {
                addresses_.try_emplace({safe_text(kernel.host), safe_text(one.name)},
                                       fmt::format("{}://{}:{}", one.transport.text,
                                                   one.address_part("traddr"),
                                                   one.address_part("trsvcid")));
            }
        }
    }
}

std::string Fingerprints::controller(const std::string& host, const std::string& name,
                                     const std::string& array) const {
    const auto found = addresses_.find({host, name});
    if (found != addresses_.end()) {
        return found->second;
    }
    return !array.empty() ? array : is_numbered(name) ? std::string() : name;
}

std::string Fingerprints::of(const FindingGroup& group, const FindingItem& item,
                             const ReportView& view) const {
    std::set<std::string> objects;
    if (!item.host.empty()) {
        objects.insert("host " + item.host);
    }
    for (const ValueGroup& value : item.values) {
        if (!value.object.empty() && !is_numbered(value.object)) {
            objects.insert("object " + value.object);
        }
        for (std::size_t i = 0; i < value.controllers.size(); ++i) {
            if (!value.controllers[i].empty()) {
                objects.insert("controller " +
                               controller(value.hosts[i], value.controllers[i], value.array));
            }
        }
    }
    if (item.unobserved && *item.unobserved < view.unobserved.size()) {
        const Unobserved& missing = view.unobserved[*item.unobserved];
        const std::string instead = is_numbered(missing.object) ? missing.target : std::string();
        objects.insert("unobserved " + controller(missing.host, missing.object, instead));
    }
    std::string name;
    add(name, group.rule);
    add(name, group.subsystem);
    if (item.nsids.size() <= kFewNamespaces) {
        for (const std::uint32_t nsid : item.nsids) {
            add(name, std::to_string(nsid));
        }
    } else {
        add(name, "many");
    }
    for (const std::string& object : objects) {
        add(name, object);
    }
    return to_string(boost::uuids::name_generator_sha1{kFingerprints}(name));
}

} // namespace haoh::report
