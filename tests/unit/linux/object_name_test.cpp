// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/object_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace haoh::linux_kernel {
namespace {

using ::testing::ElementsAre;

TEST(ObjectName, tells_the_four_kinds_apart) {
    EXPECT_EQ(parse_object_name("nvme-subsys12"),
              (ObjectName{ObjectName::Kind::subsystem, 12, 0, 0}));
    EXPECT_EQ(parse_object_name("nvme0"), (ObjectName{ObjectName::Kind::controller, 0, 0, 0}));
    EXPECT_EQ(parse_object_name("nvme10c0n20"), (ObjectName{ObjectName::Kind::path, 10, 0, 20}));
    EXPECT_EQ(parse_object_name("nvme3"), (ObjectName{ObjectName::Kind::controller, 3, 0, 0}));
    EXPECT_EQ(parse_object_name("nvme0n17"), (ObjectName{ObjectName::Kind::head, 0, 0, 17}));
    EXPECT_EQ(parse_object_name("nvme1c22n4294967295"),
              (ObjectName{ObjectName::Kind::path, 1, 22, 4294967295U}));
}

TEST(ObjectName, takes_nothing_else) {
    for (const char* other :
         {"",           "nvme",          "nvme-subsys", "nvme-fabrics", "ng0n1",
          "nvme0n1p1",  "nvme0c1",       "nvme0c1n",    "nvme0n",       "nvmex",
          "nvme-1",     "nvme+1",        "nvme01",      "nvme0n01",     "nvme4294967296",
          "hwmon3",     "power",         "nvme0 ",      " nvme0",       "nvme0c1n1p2",
          "nvme0c-1n1", "nvme-subsys0x", "nvmen1",      "nvmec0n1",     "n1",
          "nvme0cn1",   "nvme0c01n1",    "0",           "nvme00"}) {
        EXPECT_EQ(parse_object_name(other), std::nullopt) << other;
    }
}

TEST(ObjectName, orders_by_number) {
    std::vector<std::string> names{
        "nvme10", "sda",      "nvme2",  "nvme0c10n1", "nvme0c2n1",    "nvme0n3",  "nvme-subsys10",
        "power",  "nvme0n12", "hwmon3", "nvme9n1",    "nvme-subsys2", "nvme1c0n1"};
    std::sort(names.begin(), names.end(), natural_less);
    EXPECT_THAT(names, ElementsAre("nvme-subsys2", "nvme-subsys10", "nvme2", "nvme10", "nvme0n3",
                                   "nvme0n12", "nvme9n1", "nvme0c2n1", "nvme0c10n1", "nvme1c0n1",
                                   "hwmon3", "power", "sda"));
    for (const std::string& name : names) {
        EXPECT_FALSE(natural_less(name, name)) << name;
    }
}

} // namespace
} // namespace haoh::linux_kernel
