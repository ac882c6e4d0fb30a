// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Discovery log entries for tests.
#pragma once

#include <haoh/address.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/fabrics.hpp>

namespace haoh::test {

inline nvme::DiscoveryEntry nvm_entry(const Address& address, std::string subsysnqn) {
    nvme::DiscoveryEntry entry;
    entry.trtype = 3;
    entry.adrfam = address.traddr.find(':') == std::string::npos ? 1 : 2;
    entry.subtype = 2;
    entry.portid = 1;
    entry.cntlid = 0xFFFF;
    entry.asqsz = 32;
    entry.trsvcid = std::to_string(address.trsvcid);
    entry.traddr = address.traddr;
    entry.subnqn = std::move(subsysnqn);
    return entry;
}

inline nvme::DiscoveryEntry referral_entry(const Address& address) {
    nvme::DiscoveryEntry entry = nvm_entry(address, std::string(nvme::kDiscoveryNqn));
    entry.subtype = 1;
    return entry;
}

} // namespace haoh::test
