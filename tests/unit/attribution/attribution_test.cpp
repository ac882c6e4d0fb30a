// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/attribution.hpp>

#include <gtest/gtest.h>

namespace haoh {
namespace {

Attribution of(const char* host, const char* controller, const char* site) {
    return {.host = host, .controller = controller, .array = site, .evidence = "configuration"};
}

TEST(Attributions, AreFoundByHostAndName) {
    Attributions all({of("db1", "nvme0", "a"), of("db2", "nvme0", "b"), of("", "nvme0", "c")});
    EXPECT_EQ(all.array_of("db1", "nvme0"), "a");
    EXPECT_EQ(all.array_of("db2", "nvme0"), "b");
    EXPECT_EQ(all.array_of("", "nvme0"), "c");
    EXPECT_EQ(all.find("db2", "nvme0"), &all[1]);
    EXPECT_EQ(all.find("db3", "nvme0"), nullptr);
    EXPECT_EQ(all.find("db1", "nvme1"), nullptr);
    EXPECT_EQ(all.array_of("db1", "nvme1"), "");
    all.add(of("db1", "nvme1", "d"));
    EXPECT_EQ(all.size(), 4U);
    EXPECT_EQ(all.array_of("db1", "nvme1"), "d");
}

TEST(Attributions, OfOneNameTwiceAreThatOfTheFirst) {
    const Attributions all({of("db1", "nvme0", "a"), of("db1", "nvme0", "b")});
    EXPECT_EQ(all.array_of("db1", "nvme0"), "a");
    EXPECT_EQ(all[1].array, "b") << "in the order given";
}

TEST(Attributions, AreAValue) {
    const Attributions one({of("db1", "nvme0", "a")});
    Attributions other = one;
    EXPECT_EQ(one, other);
    other.add(of("db1", "nvme1", "a"));
    EXPECT_FALSE(one == other);
    EXPECT_EQ(one.find("db1", "nvme1"), nullptr) << "a copy is its own";
    EXPECT_TRUE(Attributions().empty());
}

} // namespace
} // namespace haoh
