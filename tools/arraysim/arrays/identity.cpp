// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/identity.hpp>

#include "base/fnv1a.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <algorithm>

namespace haoh::arraysim {

namespace {

template <std::size_t N>
void put_text(std::array<std::uint8_t, N>& field, std::string_view text, std::uint8_t padding) {
    field.fill(padding);
    std::copy_n(text.begin(), std::min(text.size(), N), field.begin());
}

constexpr std::uint32_t kVersion2 = 0x00020000;
constexpr std::uint32_t kMinimumNamespaces = 1024;
constexpr std::uint32_t kMinimumGroups = 128;

/// 64-bit FNV-1a, then a finalizer: enough to spread a seed over an identifier.
std::uint64_t hash(std::string_view text, std::uint64_t salt) {
    const std::uint64_t basis = base::Fnv1a::kBasis ^ (salt * 0x9E3779B97F4A7C15ULL);
    std::uint64_t value = base::Fnv1a{basis}.add(text).value();
    value ^= value >> 33U;
    value *= 0xFF51AFD7ED558CCDULL;
    value ^= value >> 33U;
    return value;
}

} // namespace

nvme::IdentifyController default_controller(std::string_view nqn, std::uint32_t version,
                                            std::uint32_t nsids, std::uint32_t groups) {
    nvme::IdentifyController id;
    id.vid = 0xFACE;
    id.ssvid = 0xFACE;
    put_text(id.sn, "HAOHSIM0001", ' ');
    put_text(id.mn, "haoh simulated array", ' ');
    put_text(id.fr, "1.0", ' ');
    id.rab = 6;
    std::reverse_copy(kOui.begin(), kOui.end(), id.ieee.begin());
    id.cmic =
        nvme::cmic::multiple_ports | nvme::cmic::multiple_controllers | nvme::cmic::ana_reporting;
    id.mdts = 8; // 1 MiB
    id.ver = version;
    id.oaes = nvme::oaes::namespace_attribute | nvme::oaes::ana_change;
    id.ctratt = nvme::ctratt::host_id_128;
    id.cntrltype = static_cast<std::uint8_t>(nvme::ControllerType::io);
    id.acl = 3;
    id.aerl = 3;
    id.frmw = 0x03; // one read-only slot
    // Commands Supported log, log page offset, and from 2.0 on the Supported Log Pages log.
    id.lpa = version >= kVersion2 ? 0x26 : 0x06;
    id.elpe = 63;
    id.kas = 10;
    id.anatt = 10;
    id.anacap = 0x1F;
    id.nanagrpid = std::max(groups, kMinimumGroups);
    id.anagrpmax = id.nanagrpid;
    id.sqes = 0x66;
    id.cqes = 0x44;
    id.maxcmd = kMaxQueueEntries;
    id.nn = std::max(nsids, kMinimumNamespaces);
    id.mnan = id.nn;
    id.oncs = nvme::oncs::compare | nvme::oncs::dataset_management | nvme::oncs::write_zeroes |
              nvme::oncs::reservations;
    id.vwc = 0x06; // no write cache; Flush takes NSID FFFFFFFFh
    id.nwpc = 0x01;
    id.sgls = 0x00100001; // SGLs, and in capsules an address is an offset
    put_text(id.subnqn, nqn, 0);
    id.ioccsz = (nvme::kSqeSize + kInCapsuleData) / 16;
    id.iorcsz = nvme::kCqeSize / 16;
    id.msdbd = 1;
    return id;
}

std::uint64_t default_capabilities(std::uint32_t version) {
    constexpr std::uint64_t kContiguousQueues = 1ULL << 16;
    constexpr std::uint64_t kTimeout = 20ULL << 24; // 10 s
    constexpr std::uint64_t kNvmCommandSet = 1ULL << 37;
    constexpr std::uint64_t kReadyWithMedia = 1ULL << 59;
    std::uint64_t cap = (kMaxQueueEntries - 1U) | kContiguousQueues | kTimeout | kNvmCommandSet;
    if (version >= kVersion2) {
        cap |= kCapIoCommandSets | kReadyWithMedia;
    }
    return cap;
}

nvme::Bytes discovery_identity(std::uint16_t cntlid, std::uint32_t version) {
    nvme::IdentifyController id;
    put_text(id.sn, "HAOHSIM0001", ' ');
    put_text(id.mn, "haoh simulated array", ' ');
    put_text(id.fr, "1.0", ' ');
    id.cntlid = cntlid;
    id.ver = version;
    id.oaes = nvme::oaes::discovery_log_change;
    id.ctratt = nvme::ctratt::host_id_128;
    id.cntrltype = static_cast<std::uint8_t>(nvme::ControllerType::discovery);
    id.aerl = 3;
    id.acl = 3;
    id.lpa = 0x04;
    id.elpe = 63;
    id.kas = 10;
    id.maxcmd = kMaxQueueEntries;
    id.sqes = 0x66;
    id.cqes = 0x44;
    id.sgls = 0x00100001;
    put_text(id.subnqn, nvme::kDiscoveryNqn, 0);
    id.ioccsz = nvme::kSqeSize / 16;
    id.iorcsz = nvme::kCqeSize / 16;
    id.msdbd = 1;
    id.dctype = 1; // direct discovery controller
    return nvme::encode(id);
}

nvme::Uuid made_uuid(std::string_view seed, std::uint32_t nsid) {
    nvme::Uuid uuid{};
    nvme::store_le(uuid, 0, hash(seed, nsid * 4ULL + 1));
    nvme::store_le(uuid, 8, hash(seed, nsid * 4ULL + 2));
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x40U); // version 4
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U); // RFC 9562
    return uuid;
}

nvme::Nguid made_nguid(std::string_view seed, std::uint32_t nsid) {
    nvme::Nguid nguid{};
    nvme::store_le(nguid, 0, hash(seed, nsid * 4ULL + 3));
    std::copy(kOui.begin(), kOui.end(), nguid.begin() + 8);
    const std::uint64_t tail = hash(seed, 0);
    nguid[11] = static_cast<std::uint8_t>(tail);
    for (std::size_t i = 0; i < 4; ++i) {
        nguid[12 + i] = static_cast<std::uint8_t>(nsid >> (8U * (3 - i)));
    }
    return nguid;
}

} // namespace haoh::arraysim
