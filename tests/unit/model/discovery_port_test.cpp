// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/discovery_port.hpp"

#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace haoh::model {
namespace {

nvme::DiscoveryEntry entry_of(nvme::SubsystemType subtype, std::string traddr,
                              std::string trsvcid) {
    nvme::DiscoveryEntry entry;
    entry.trtype = static_cast<std::uint8_t>(nvme::TransportType::tcp);
    entry.subtype = static_cast<std::uint8_t>(subtype);
    entry.traddr = std::move(traddr);
    entry.trsvcid = std::move(trsvcid);
    return entry;
}

nvme::DiscoveryEntry nvm(std::string traddr, std::string trsvcid) {
    return entry_of(nvme::SubsystemType::nvm, std::move(traddr), std::move(trsvcid));
}

TEST(DiscoveryPort, IsAnAddressInItsOneSpelling) {
    EXPECT_EQ(to_string(port_address(nvm("10.0.0.1", "4430"))), "tcp://10.0.0.1:4430");
    EXPECT_EQ(to_string(port_address(nvm("fd00:0:0:0:0:0:0:1", "4430"))), "tcp://[fd00::1]:4430");
    EXPECT_EQ(to_string(port_address(nvm("Array-A.example", "4430"))),
              "tcp://array-a.example:4430");
}

TEST(DiscoveryPort, WithoutAServiceIsThatOfItsKind) {
    EXPECT_EQ(port_address(nvm("10.0.0.1", "")).trsvcid, 4420);
    EXPECT_EQ(port_address(entry_of(nvme::SubsystemType::referral, "10.0.0.1", "")).trsvcid, 8009);
}

TEST(DiscoveryPort, ThatLeadsNowhereSaysWhy) {
    for (const auto& [traddr, trsvcid, cause] :
         {std::tuple{"10.0.0.1", "0", "TRSVCID"}, std::tuple{"10.0.0.1", "nvme", "TRSVCID"},
          std::tuple{"10.0.0.1", "65536", "TRSVCID"}, std::tuple{"10.0.0", "4420", "IPv4"},
          std::tuple{"0.0.0.0", "4420", "any address"}, std::tuple{"::", "4420", "any address"},
          std::tuple{"", "4420", "missing"}}) {
        try {
            const Address address = port_address(nvm(traddr, trsvcid));
            ADD_FAILURE() << traddr << " " << trsvcid << ": " << to_string(address);
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(cause), std::string::npos) << error.what();
            EXPECT_EQ(error.code(), make_error_code(Errc::malformed));
        }
    }
}

TEST(DiscoveryPort, IsToldUnderTheNameThatWhoConnectsTells) {
    const nvme::DiscoveryEntry good = nvm("fd00:0:0:0:0:0:0:1", "");
    EXPECT_EQ(port_object(good), to_string(port_address(good)));
    EXPECT_EQ(port_object(nvm("10.0.0.1", "nvme")), "10.0.0.1 port nvme");
    nvme::DiscoveryEntry rdma = nvm("10.0.0.1", "4420");
    rdma.trtype = static_cast<std::uint8_t>(nvme::TransportType::rdma);
    EXPECT_EQ(port_object(rdma), "10.0.0.1 port 4420");
    EXPECT_EQ(port_object(nvm("a\x1b]0;x", "1")).find('\x1b'), std::string::npos);
}

} // namespace
} // namespace haoh::model
