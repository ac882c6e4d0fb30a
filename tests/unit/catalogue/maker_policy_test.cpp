// SPDX-License-Identifier: LGPL-2.1-or-later
// nvme-cli: nvmf-autoconnect/udev-rules/71-nvmf-*.rules.in match the model and set iopolicy.
#include "catalogue/host/maker_policy.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace haoh::judge {
namespace {

TEST(MakerPolicy, IsFoundByTheBeginningOfTheModel) {
    for (const auto& [model, policy] : {std::pair{"NetApp ONTAP Controller", IoPolicy::queue_depth},
                                        std::pair{"NetApp E-Series", IoPolicy::round_robin},
                                        std::pair{"NetApp E-Series EF600", IoPolicy::round_robin},
                                        std::pair{"HPE Alletra", IoPolicy::round_robin},
                                        std::pair{"VASTData", IoPolicy::round_robin}}) {
        const MakerPolicy* const found = maker_policy(model);
        ASSERT_NE(found, nullptr) << model;
        EXPECT_EQ(found->policy, policy) << model;
    }
    for (const char* const other :
         {"", "NetApp", "netapp ONTAP Controller", "A NetApp E-Series", "Linux"}) {
        EXPECT_EQ(maker_policy(other), nullptr) << other;
    }
}

} // namespace
} // namespace haoh::judge
