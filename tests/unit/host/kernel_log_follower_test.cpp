// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_log_follower.hpp"

#include "unit/host/record_script.hpp"

#include "unit/collect/fake_controller.hpp"

#include <haoh/error.hpp>

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>
#include <variant>

namespace haoh::host {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::chrono::hours kNow{1};

TEST(NewMessages, are_the_kernels_own_about_nvme) {
    FollowedMessages read;
    EXPECT_EQ(read_new_messages(reader_of({"6,1,10,-;usb 1-1: new device\n", EINTR,
                                           "3,2,20,-;nvme nvme0: one\n SUBSYSTEM=nvme\n",
                                           "12,3,30,-;nvme nvme0: written by somebody\n", "rubbish",
                                           "7,4,40,-;nvme nvme0: two\n"}),
                                kNow, read),
              0);
    EXPECT_THAT(read.messages, ElementsAre(FollowedMessage{"nvme nvme0: one", 20us},
                                           FollowedMessage{"nvme nvme0: two", 40us}));
    EXPECT_FALSE(read.lost);
}

TEST(NewMessages, tell_of_lost_ones) {
    for (const int error : {EPIPE, EINVAL}) {
        FollowedMessages read;
        EXPECT_EQ(read_new_messages(reader_of({error, "6,9,1,-;nvme nvme0: one\n"}), kNow, read),
                  0);
        EXPECT_TRUE(read.lost);
        EXPECT_THAT(read.messages, SizeIs(1));
    }
}

TEST(NewMessages, end_with_an_error) {
    FollowedMessages read;
    EXPECT_EQ(read_new_messages(reader_of({"6,9,1,-;nvme nvme0: one\n", EIO}), kNow, read), EIO);
    EXPECT_THAT(read.messages, SizeIs(1));
    EXPECT_EQ(read_new_messages(reader_of({""}), kNow, read), ENODATA);
}

TEST(NewMessages, leave_others_a_turn) {
    std::size_t count = 0;
    FollowedMessages read;
    const auto endless = [&](std::span<char> buffer) {
        const std::string text = "6,1," + std::to_string(count++) + ",-;nvme nvme0: again\n";
        std::copy(text.begin(), text.end(), buffer.begin());
        return static_cast<ssize_t>(text.size());
    };
    EXPECT_EQ(read_new_messages(endless, kNow, read), 0);
    EXPECT_EQ(count, kRecordsATurn);
    EXPECT_THAT(read.messages, SizeIs(kRecordsATurn));
}

TEST(NewMessages, are_not_of_the_future) {
    FollowedMessages read;
    EXPECT_EQ(
        read_new_messages(reader_of({"6,1,18446744073709551615,-;nvme nvme0: one\n"}), kNow, read),
        0);
    ASSERT_THAT(read.messages, SizeIs(1));
    EXPECT_EQ(read.messages[0].monotonic, std::chrono::nanoseconds(kNow));
}

class Follower : public ::testing::Test {
  protected:
    /// A log whose records are packets.
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(
            ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()),
            0);
        kernel_ = base::FileDescriptor(ends[0]);
        follower_.emplace(context_.get_executor(), base::FileDescriptor(ends[1]), "a log");
    }

    void log(std::string_view record) const {
        ASSERT_EQ(::send(kernel_.get(), record.data(), record.size(), 0),
                  static_cast<ssize_t>(record.size()));
    }

    boost::asio::io_context context_{1};
    base::FileDescriptor kernel_;
    std::optional<KernelLogFollower> follower_;
};

TEST_F(Follower, gives_what_is_there) {
    log("6,1,10,-;usb 1-1: new device\n");
    log("6,2,20,-;nvme nvme0: one\n");
    log("6,3,30,-;nvme nvme0: two\n");
    EXPECT_THAT(test::run(context_, follower_->next()).messages, SizeIs(2));
}

TEST_F(Follower, waits_for_a_message_about_nvme) {
    std::optional<FollowedMessages> read;
    boost::asio::co_spawn(
        context_, follower_->next(),
        [&](const std::exception_ptr&, FollowedMessages messages) { read = std::move(messages); });
    context_.poll();
    log("6,1,10,-;usb 1-1: new device\n");
    context_.poll();
    EXPECT_FALSE(read);
    log("6,2,20,-;nvme nvme0: one\n");
    context_.run();
    ASSERT_TRUE(read);
    EXPECT_THAT(read->messages, ElementsAre(FollowedMessage{"nvme nvme0: one", 20us}));
}

TEST_F(Follower, gives_what_is_left_before_it_tells_of_the_end) {
    log("6,2,20,-;nvme nvme0: one\n");
    kernel_ = {};
    EXPECT_THAT(test::run(context_, follower_->next()).messages, SizeIs(1));
    for (int i = 0; i < 2; ++i) {
        try {
            static_cast<void>(test::run(context_, follower_->next()));
            FAIL() << "the other end is closed";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), make_error_code(Errc::closed));
            EXPECT_EQ(error.object(), "a log");
        }
    }
}

TEST_F(Follower, may_go_while_somebody_waits) {
    std::exception_ptr failure;
    boost::asio::co_spawn(
        context_, follower_->next(),
        [&](const std::exception_ptr& error, const FollowedMessages&) { failure = error; });
    context_.poll();
    // Both are known at the same moment: the message, and that nobody is there for it.
    log("6,2,20,-;nvme nvme0: one\n");
    boost::asio::post(context_, [&] { follower_.reset(); });
    context_.run();
    EXPECT_FALSE(follower_);
    if (failure) {
        EXPECT_THROW(std::rethrow_exception(failure), Error);
    }
}

TEST(KernelLogFollower, says_why_it_cannot_follow) {
    boost::asio::io_context context{1};
    try {
        const KernelLogFollower follower(context.get_executor(), "/dev/none");
        FAIL() << "there is no such device";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()), "follow /dev/none: No such file or directory");
    }
}

TEST(KernelLogFollower, begins_at_the_end_of_this_machines_log) {
    boost::asio::io_context context{1};
    std::optional<KernelLogFollower> follower;
    try {
        follower.emplace(context.get_executor());
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
    bool ended = false;
    boost::asio::co_spawn(
        context, follower->next(),
        [&](const std::exception_ptr&, const FollowedMessages&) { ended = true; });
    context.poll();
    EXPECT_FALSE(ended) << "what is in the log already is not new";
    follower.reset();
    context.run();
    EXPECT_TRUE(ended);
}

} // namespace
} // namespace haoh::host
