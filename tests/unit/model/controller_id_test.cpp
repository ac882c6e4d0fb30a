// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/controller_id.hpp"

#include <gtest/gtest.h>

namespace haoh::model {
namespace {

TEST(ControllerId, has_sixteen_bits) {
    KernelController controller;
    EXPECT_EQ(controller_id(controller), std::nullopt);
    for (const char* const none : {"65536", "65537", "4294967297", "-1", "x", ""}) {
        controller.cntlid = Attribute::of(none);
        EXPECT_EQ(controller_id(controller), std::nullopt) << none;
    }
    controller.cntlid = Attribute::of("0");
    EXPECT_EQ(controller_id(controller), 0);
    controller.cntlid = Attribute::of("65535");
    EXPECT_EQ(controller_id(controller), 65535);
}

} // namespace
} // namespace haoh::model
