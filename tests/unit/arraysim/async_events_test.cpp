// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/async_events.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

constexpr nvme::AsyncEvent kAnaChanged{.type = 2, .info = 3, .log_page = 0x0C};
constexpr nvme::AsyncEvent kNamespaces{.type = 2, .info = 0, .log_page = 0x04};

TEST(AsyncEvents, AnEventCompletesTheOldestRequest) {
    AsyncEvents events(2);
    EXPECT_TRUE(events.request(7));
    EXPECT_TRUE(events.request(8));
    EXPECT_FALSE(events.next());
    events.raise(kAnaChanged);
    const auto completion = events.next();
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->cid, 7U);
    EXPECT_EQ(completion->event, kAnaChanged);
    EXPECT_FALSE(events.next());
}

TEST(AsyncEvents, ARequestBeyondTheLimitIsRefused) {
    AsyncEvents events(1);
    EXPECT_TRUE(events.request(1));
    EXPECT_FALSE(events.request(2));
}

TEST(AsyncEvents, AnEventIsMaskedUntilItsLogIsRead) {
    AsyncEvents events(4);
    EXPECT_TRUE(events.request(1));
    EXPECT_TRUE(events.request(2));
    EXPECT_TRUE(events.request(3));
    events.raise(kAnaChanged);
    EXPECT_TRUE(events.next());
    events.raise(kAnaChanged);
    EXPECT_FALSE(events.next());
    events.raise(kNamespaces); // another log page is not masked
    EXPECT_TRUE(events.next());
    events.log_read(0x0C);
    events.raise(kAnaChanged);
    EXPECT_TRUE(events.next());
}

TEST(AsyncEvents, AnEventWithoutARequestWaitsAndIsNotLostByReadingTheLog) {
    AsyncEvents events(1);
    events.raise(kAnaChanged);
    events.log_read(0x0C);
    EXPECT_EQ(events.pending(), 1U);
    EXPECT_TRUE(events.request(9));
    EXPECT_TRUE(events.next());
}

TEST(AsyncEvents, AnEventThatWaitsKeepsNoOtherLogMasked) {
    AsyncEvents events(3);
    EXPECT_TRUE(events.request(1));
    events.raise(kAnaChanged);
    EXPECT_TRUE(events.next());
    events.raise(kNamespaces); // waits for a request
    events.log_read(0x0C);
    events.raise(kAnaChanged);
    EXPECT_EQ(events.pending(), 2U);
}

TEST(AsyncEvents, AbortAndClearForgetRequests) {
    AsyncEvents events(2);
    EXPECT_TRUE(events.request(1));
    EXPECT_TRUE(events.abort(1));
    EXPECT_FALSE(events.abort(1));
    EXPECT_TRUE(events.request(2));
    events.raise(kAnaChanged);
    events.clear();
    EXPECT_EQ(events.outstanding(), 0U);
    EXPECT_TRUE(events.request(3));
    EXPECT_FALSE(events.next());
    events.raise(kAnaChanged); // not masked any more
    EXPECT_TRUE(events.next());
}

} // namespace
} // namespace haoh::arraysim
