// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file_descriptor.hpp"

#include "support/child_status.hpp"
#include "support/thread_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include <fcntl.h>

namespace haoh::base {
namespace {

bool is_open(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}

int opened() {
    return ::open("/dev/null", O_RDWR | O_CLOEXEC);
}

TEST(FileDescriptor, closes_itself_unless_it_was_given_away) {
    const int number = opened();
    { const FileDescriptor file{number}; }
    EXPECT_FALSE(is_open(number));
    const int kept = opened();
    {
        FileDescriptor file{kept};
        EXPECT_TRUE(file);
        EXPECT_EQ(file.get(), kept);
        EXPECT_EQ(file.release(), kept);
        EXPECT_FALSE(file);
    }
    EXPECT_TRUE(is_open(kept));
    FileDescriptor file{kept};
    file.reset();
    EXPECT_FALSE(file);
    EXPECT_FALSE(is_open(kept));
    file.reset();
    EXPECT_FALSE(FileDescriptor{});
    EXPECT_LT(FileDescriptor{}.get(), 0);
}

TEST(FileDescriptor, moves_and_closes_what_was_there) {
    const int first = opened();
    const int second = opened();
    FileDescriptor one{first};
    FileDescriptor moved{std::move(one)};
    EXPECT_FALSE(one); // NOLINT(bugprone-use-after-move): it is empty
    EXPECT_EQ(moved.get(), first);
    FileDescriptor other{second};
    other = std::move(moved);
    EXPECT_FALSE(moved); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(other.get(), first);
    EXPECT_TRUE(is_open(first));
    EXPECT_FALSE(is_open(second));
    FileDescriptor& same = other;
    other = std::move(same);
    EXPECT_EQ(other.get(), first);
    EXPECT_TRUE(is_open(first)) << "moved to itself";
}

TEST(FileDescriptor, takes_the_number_0_for_one) {
    EXPECT_EQ(test::status_of_child([] {
                  FileDescriptor file{0};
                  if (!file) {
                      return 1;
                  }
                  file.reset();
                  return is_open(0) ? 2 : 0;
              }),
              0);
}

TEST(WaitUntilReady, sleeps_until_there_is_something) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    std::atomic<::pid_t> thread{};
    std::atomic<bool> over{};
    std::thread reader{[&] {
        thread = ::gettid();
        wait_until_ready(ends[0], POLLIN);
        over = true;
    }};
    while (thread == 0) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(test::falls_asleep(thread));
    EXPECT_FALSE(over);
    wait_until_ready(ends[1], POLLOUT); // it can be written: at once
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
    reader.join();
    EXPECT_TRUE(over);
    ::close(ends[0]);
    ::close(ends[1]);
}

} // namespace
} // namespace haoh::base
