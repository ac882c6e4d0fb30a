// SPDX-License-Identifier: LGPL-2.1-or-later
// multipath.c: nvme_iopolicy_names has the words, and sysfs shows one of them.
#include <haoh/io_policy.hpp>

#include <gtest/gtest.h>

#include <string>

namespace haoh {
namespace {

TEST(IoPolicy, IsCalledAsInSysfs) {
    for (const IoPolicy policy : {IoPolicy::numa, IoPolicy::round_robin, IoPolicy::queue_depth}) {
        EXPECT_EQ(parse_io_policy(to_string(policy)), policy);
    }
    EXPECT_EQ(to_string(IoPolicy::round_robin), "round-robin");
    EXPECT_EQ(to_string(IoPolicy::numa), "numa");
    EXPECT_EQ(to_string(IoPolicy::queue_depth), "queue-depth");
    for (const char* const other : {"", "round_robin", "numa2", "num", "NUMA", " numa"}) {
        EXPECT_EQ(parse_io_policy(other), std::nullopt) << other;
    }
    EXPECT_EQ(to_string(static_cast<IoPolicy>(3)), "?");
}

TEST(ShownPolicy, IsOneThatIsKnownOrAWordOrNothing) {
    const ShownPolicy known{"queue-depth"};
    EXPECT_EQ(known.known(), IoPolicy::queue_depth);
    EXPECT_EQ(known, IoPolicy::queue_depth);
    EXPECT_NE(known, IoPolicy::numa);
    EXPECT_EQ(known.text(), "queue-depth");
    EXPECT_FALSE(known.empty());

    const ShownPolicy other{"service-time\x1b"};
    EXPECT_EQ(other.known(), std::nullopt);
    EXPECT_EQ(other.text(), "service-time\x1b") << "exactly";
    EXPECT_FALSE(other.empty());
    EXPECT_NE(other, ShownPolicy{"other"});
    EXPECT_EQ(other, ShownPolicy{std::string(other.text())});

    EXPECT_TRUE(ShownPolicy{}.empty());
    EXPECT_EQ(ShownPolicy{}.text(), "");
    EXPECT_EQ(ShownPolicy{}, ShownPolicy{""});
    for (const IoPolicy policy : {IoPolicy::numa, IoPolicy::round_robin, IoPolicy::queue_depth}) {
        EXPECT_NE(ShownPolicy{}, policy) << to_string(policy);
        EXPECT_NE(other, policy) << to_string(policy);
    }
}

TEST(ShownPolicy, OfAnAttributeThatCannotBeReadIsNone) {
    EXPECT_EQ(shown_policy(Attribute::of("numa")), IoPolicy::numa);
    EXPECT_EQ(shown_policy(Attribute::of("future")).text(), "future");
    EXPECT_TRUE(shown_policy({}).empty());
    EXPECT_TRUE(
        shown_policy({.state = Attribute::State::unreadable, .nul_padded = false, .text = "numa"})
            .empty())
        << "the text says why";
}

} // namespace
} // namespace haoh
