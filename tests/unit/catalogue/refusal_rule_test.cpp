// SPDX-License-Identifier: LGPL-2.1-or-later
// Which rule is told of where Linux refuses something.
#include "catalogue/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace haoh::judge {
namespace {

using linux_kernel::KernelRefusal;

/// Asked of each refusal: the compiler says where one is not named here.
std::string expected_rule(KernelRefusal refusal) {
    switch (refusal) {
    case KernelRefusal::ids_differ:
    case KernelRefusal::ids_in_subsystem:
    case KernelRefusal::ids_changed:
        return "host.path.missing"; // several rules can lead to it
    case KernelRefusal::ids_on_host:
        return "ns.id.unique_on_host";
    case KernelRefusal::not_shared:
        return "ns.nmic.shared";
    case KernelRefusal::cntlid_in_use:
        return "ctrl.cntlid.unique";
    case KernelRefusal::one_controller:
        return "ctrl.cmic.mctrs";
    case KernelRefusal::cntlid_mismatch:
        return "ctrl.cntlid.connect_match";
    case KernelRefusal::mnan_invalid:
        return "ctrl.mnan.valid";
    case KernelRefusal::no_command_set:
        return "ns.desc.csi_present";
    case KernelRefusal::other_command_set:
        return "ns.csi.offered";
    case KernelRefusal::no_descriptors:
        return "ns.desc.supported";
    case KernelRefusal::in_capsule_offset:
        return "ctrl.icdoff";
    case KernelRefusal::no_sgls:
        return "ctrl.sgls.supported";
    case KernelRefusal::no_keep_alive:
        return "ctrl.kas.nonzero";
    case KernelRefusal::command_capsule:
        return "ctrl.ioccsz.min";
    case KernelRefusal::response_capsule:
        return "ctrl.iorcsz.min";
    case KernelRefusal::page_size:
        return "prop.cap.mps";
    case KernelRefusal::data_alignment:
        return "conn.cpda";
    case KernelRefusal::host_identity:
        return "host.identity.pair";
    case KernelRefusal::physical_block:
        return "ns.optperf.physical";
    case KernelRefusal::block_size:
        return "ns.lbaf_active.sane";
    }
    return {};
}

TEST(RefusalOfTheKernel, HasOneRowThatItTellsOf) {
    std::map<KernelRefusal, int> rows;
    for (const Row* row : catalogue()) {
        for (const auto& refusal : row->refusals) {
            if (refusal) {
                ++rows[*refusal];
            }
        }
    }
    std::size_t refusals = 0;
    for (unsigned number = 0; !expected_rule(static_cast<KernelRefusal>(number)).empty();
         ++number) {
        const auto refusal = static_cast<KernelRefusal>(number);
        ++refusals;
        EXPECT_EQ(rule_of(refusal), expected_rule(refusal)) << number;
        EXPECT_EQ(rows[refusal], 1) << expected_rule(refusal);
    }
    EXPECT_EQ(refusals, 22U);
    EXPECT_EQ(rule_of(static_cast<KernelRefusal>(refusals)), "") << "no row says so";
}

} // namespace
} // namespace haoh::judge
