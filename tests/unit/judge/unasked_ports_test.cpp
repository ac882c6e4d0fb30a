// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/subject.hpp"

#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::judge {
namespace {

using test::Pair;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> unasked(const Pair& pair) {
    const Observation seen = pair.observation();
    const Subject subject(seen, {});
    std::vector<std::string> out;
    for (const UnaskedPort& port : subject.subsystems.front().unasked.ports) {
        out.push_back(port.text + (port.same_address ? " (same address)" : ""));
    }
    return out;
}

/// One array of one port, whose log lists another one as well.
Pair with_port(std::uint8_t transport, const std::string& traddr, const std::string& trsvcid) {
    Pair pair(1, 1);
    pair.b.clear();
    pair.with_discovery();
    pair.edit_discovery(0, [&](nvme::DiscoveryLog& log) {
        log.entries.push_back(log.entries.front());
        log.entries.back().trtype = transport;
        log.entries.back().traddr = traddr;
        log.entries.back().trsvcid = trsvcid;
        log.numrec = log.entries.size();
    });
    return pair;
}

TEST(UnaskedPorts, AreThoseThatALogNamesAndNobodyAsked) {
    Pair all(2, 1);
    all.with_discovery();
    EXPECT_THAT(unasked(all), IsEmpty());
    EXPECT_THAT(unasked(with_port(3, "10.2.0.1", "4420")), ElementsAre("TCP 10.2.0.1:4420"));
    EXPECT_THAT(unasked(with_port(3, "10.1.0.1", "4421")),
                ElementsAre("TCP 10.1.0.1:4421 (same address)"));
    EXPECT_THAT(unasked(with_port(1, "10.1.0.1", "4420")),
                ElementsAre("RDMA 10.1.0.1:4420 (same address)"));
    EXPECT_THAT(unasked(with_port(2, "nn-0x1:pn-0x2", "none")),
                ElementsAre("Fibre Channel nn-0x1:pn-0x2"));
    EXPECT_THAT(unasked(with_port(1, "fd00:0:0::1", "4420")), ElementsAre("RDMA [fd00::1]:4420"));
}

TEST(UnaskedPorts, AreNotThoseThatAreToldAsUnobserved) {
    Pair pair = with_port(3, "10.2.0.1", "4420");
    pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                               .target = "tcp://10.1.0.1:4420",
                               .subsysnqn = test::kNqn,
                               .error = "connect to tcp://10.2.0.1:4420: refused"});
    EXPECT_THAT(unasked(pair), IsEmpty());
}

TEST(UnaskedPorts, AreNotThoseThatWereAskedUnderAnotherAddress) {
    // Addresses are translated on the way: what was asked is not in the log.
    Pair pair = with_port(3, "172.16.0.1", "4420");
    pair.edit_discovery(0, [](nvme::DiscoveryLog& log) {
        log.entries.erase(log.entries.begin());
        log.numrec = log.entries.size();
    });
    EXPECT_THAT(unasked(pair), IsEmpty());
}

TEST(UnaskedPorts, LeaveASubsystemIncomplete) {
    const Observation seen = with_port(1, "10.2.0.1", "4420").observation();
    EXPECT_TRUE(Subject(seen, {}).subsystems.front().incomplete);
    Pair pair(1, 1);
    pair.b.clear();
    const Observation one = pair.observation();
    EXPECT_FALSE(Subject(one, {}).subsystems.front().incomplete);
    Config config;
    config.profile = Profile::stretched;
    EXPECT_TRUE(Subject(one, config).subsystems.front().incomplete);
}

} // namespace
} // namespace haoh::judge
