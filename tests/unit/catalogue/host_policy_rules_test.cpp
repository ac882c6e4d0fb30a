// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of I/O policies: which kernel offers them, which sites they spread over, what makers
// ask for.
#include "unit/catalogue/linux_host.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

KernelSubsystem& policy_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}

// What the parameter shows the kernel took (nvme_set_iopolicy refuses the rest): its release says
// nothing against it. RHEL 9 has queue-depth in 5.14.
TEST(HostPolicyOffered, IsNotDoubtedWhereTheKernelShowsIt) {
    for (const char* const release : {"6.1.176", "6.10.14", "7.3.4", "no release",
                                      "5.14.0-687.5.3.el9_8.x86_64", "6.4.0-150700.53.3-default"}) {
        for (const char* const policy : {"numa", "round-robin", "queue-depth", "latency", ""}) {
            Observation host = connected(Pair(1).observation(), release);
            host.kernels.front().iopolicy = Attribute::of(policy);
            EXPECT_THAT(told(host, "host.iopolicy.offered"), IsEmpty())
                << policy << " of " << release;
        }
    }
}

TEST(HostPolicyOffered, IsReadFromTheLog) {
    // kernel/params.c, parse_args: "%s: `%s' invalid for parameter `%s'"
    struct Row {
        const char* line;
        const char* policy; ///< empty: it says nothing of one
    };
    for (const Row& row :
         {Row{"nvme_core: `queue-depth' invalid for parameter `iopolicy'", "queue-depth"},
          Row{"nvme_core: `latency' invalid for parameter `iopolicy'", "latency"},
          Row{"nvme_core: `x' invalid for parameter `multipath'", ""},
          Row{"queue-depth' invalid for parameter `iopolicy'", ""},
          Row{"nvme_core: `queue-depth' for parameter `iopolicy'", ""},
          Row{"nvme nvme0: `iopolicy'", ""}}) {
        Observation host = connected(Pair(1).observation(), "6.1.176");
        log(host, "nvme nvme0: new ctrl");
        log(host, row.line);
        const std::string policy = row.policy;
        if (policy.empty()) {
            EXPECT_THAT(told(host, "host.iopolicy.offered"), IsEmpty()) << row.line;
        } else {
            EXPECT_THAT(told(host, "host.iopolicy.offered"),
                        ElementsAre("nvme_core.iopolicy is configured as '" + policy +
                                        "', which Linux 6.1.176 does not offer",
                                    "nvme_core (): iopolicy numa"))
                << "sysfs shows what is in force";
        }
    }
    Observation two = connected(Pair(1).observation(), "6.1.176");
    KernelObservation other = two.kernels.front();
    other.host = "host2";
    other.subsystems.clear();
    two.kernels.push_back(other);
    log(two, "nvme_core: `latency' invalid for parameter `iopolicy'");
    EXPECT_THAT(findings_of(two, "host.iopolicy.offered"), SizeIs(1)) << "of that host only";
}

TEST(HostPolicyOffered, GoesByTheLogBeforeTheParameter) {
    Observation host = connected(Pair(1).observation(), "6.1.176");
    host.kernels.front().iopolicy = Attribute::of("queue-depth");
    log(host, "nvme_core: `latency' invalid for parameter `iopolicy'");
    EXPECT_THAT(told(host, "host.iopolicy.offered"),
                ElementsAre("nvme_core.iopolicy is configured as 'latency', which Linux 6.1.176 "
                            "does not offer",
                            "nvme_core (): iopolicy queue-depth"));
}

Config east_and_west() {
    Config config;
    config.sites.resize(2);
    config.sites[0].name = "east";
    config.sites[0].cntlids = {1001, 1999};
    config.sites[1].name = "west";
    config.sites[1].cntlids = {2001, 2999};
    return config;
}

Observation optimized_everywhere(unsigned controllers = 1) {
    return connected(Pair(controllers)
                         .on_both([](Node& node) { node.state(nvme::AnaState::optimized); })
                         .observation());
}

TEST(HostPolicySites, CountsDevicesThatAreOptimizedAtBoth) {
    Observation host = optimized_everywhere(2);
    // 1: east only; 2: without states; 3: the other's size is another, so it gets no I/O
    for (const char* const west : {"nvme2", "nvme3"}) {
        path_of(host, 1, west).ana_state = Attribute::of("non-optimized");
        path_of(host, 3, west).size = Attribute::of("2048");
    }
    for (const char* const name : {"nvme0", "nvme1", "nvme2", "nvme3"}) {
        path_of(host, 2, name).ana_state = {};
    }
    EXPECT_THAT(told(host, "host.iopolicy.sites", east_and_west()),
                ElementsAre("I/O policy round-robin sends as many requests to each of east and "
                            "west (2 of 4 devices are optimized there)",
                            "nvme0 (east): gets its turn whatever its latency",
                            "nvme1 (east): gets its turn whatever its latency",
                            "nvme2 (west): gets its turn whatever its latency",
                            "nvme3 (west): gets its turn whatever its latency"));
    EXPECT_EQ(findings_of(host, "host.iopolicy.sites", east_and_west()).front().subsystem, kNqn);
    for (const char* const other : {"numa", "queue-depth", ""}) {
        policy_subsystem(host).iopolicy = Attribute::of(other);
        EXPECT_THAT(told(host, "host.iopolicy.sites", east_and_west()), IsEmpty()) << other;
    }
}

TEST(HostPolicySites, LeavesOutWhatIsNotConfigured) {
    // A third array without a site, and one whose site has no optimized path.
    Pair pair(1);
    Node third = pair.b[0];
    third.name = "third";
    third.id.cntlid = 9000;
    Node fourth = pair.b[0];
    fourth.name = "fourth";
    fourth.id.cntlid = 5000;
    pair.b.push_back(third);
    pair.b.push_back(fourth);
    pair.on_both([](Node& node) { node.state(nvme::AnaState::optimized); });
    Config config = east_and_west();
    config.sites.emplace_back().name = "south";
    config.sites.back().cntlids = {5000, 5000};
    Observation host = connected(pair.observation());
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        path_of(host, nsid, "nvme3").ana_state = Attribute::of("inaccessible");
        path_of(host, nsid, "nvme0").ana_state = Attribute::of("optimized");
        KernelPath gone = path_of(host, nsid, "nvme0");
        gone.controller = "nvme9";
        head_of(host, nsid).paths.push_back(gone);
    }
    EXPECT_THAT(told(host, "host.iopolicy.sites", config),
                ElementsAre("I/O policy round-robin sends as many requests to each of east and "
                            "west (4 of 4 devices are optimized there)",
                            "nvme0 (east): gets its turn whatever its latency",
                            "nvme1 (west): gets its turn whatever its latency"));
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        refuse(host, nsid, "nvme1");
    }
    EXPECT_THAT(told(host, "host.iopolicy.sites", config), IsEmpty()) << "east and an unknown one";
}

TEST(HostPolicyMaker, AsksForWhatTheMakerDoes) {
    struct Row {
        const char* model;
        const char* asked; ///< nullptr: nothing is known
    };
    // nvme-cli nvmf-autoconnect/udev-rules/71-nvmf-*.rules
    for (const Row& row :
         {Row{"NetApp ONTAP Controller", "queue-depth"}, Row{"NetApp E-Series", "round-robin"},
          Row{"HPE Alletra", "round-robin"}, Row{"VASTData", "round-robin"},
          Row{"Example", nullptr}, Row{"A NetApp E-Series", nullptr}}) {
        for (const char* const policy : {"numa", "round-robin", "queue-depth"}) {
            Observation host = connected(Pair(1).observation(), "6.12.107");
            policy_subsystem(host).model = Attribute::of(row.model);
            policy_subsystem(host).iopolicy = Attribute::of(policy);
            if (row.asked == nullptr || row.asked == std::string_view{policy}) {
                EXPECT_THAT(told(host, "host.iopolicy.maker"), IsEmpty()) << row.model;
            } else {
                EXPECT_THAT(told(host, "host.iopolicy.maker"),
                            ElementsAre(fmt::format("the I/O policy is {}, and the maker of {} "
                                                    "asks for {}",
                                                    policy, row.model, row.asked),
                                        fmt::format("nvme-subsys0 (): model {}, iopolicy {}",
                                                    row.model, policy)));
                EXPECT_EQ(findings_of(host, "host.iopolicy.maker").front().subsystem, kNqn);
            }
        }
    }
}

TEST(HostPolicyMaker, DoesNotAskForWhatIsNotOffered) {
    for (const auto& [release, finds] :
         std::vector<std::pair<const char*, std::size_t>>{{"6.10.14", 0}, {"6.11.0", 1}}) {
        Observation host = connected(Pair(1).observation(), release);
        policy_subsystem(host).model = Attribute::of("NetApp ONTAP Controller");
        EXPECT_THAT(findings_of(host, "host.iopolicy.maker"), SizeIs(finds)) << release;
        policy_subsystem(host).model = Attribute::of("VASTData");
        policy_subsystem(host).iopolicy = Attribute::of("numa");
        EXPECT_THAT(findings_of(host, "host.iopolicy.maker"), SizeIs(1)) << release;
        policy_subsystem(host).iopolicy = {};
        EXPECT_THAT(findings_of(host, "host.iopolicy.maker"), IsEmpty()) << "not known";
    }
}

} // namespace
} // namespace haoh::test
