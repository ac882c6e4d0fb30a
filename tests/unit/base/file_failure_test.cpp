// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a disk, a right or a signal can do to `write_file`, and what is then there.
#include "base/file.hpp"

#include "base/standard_streams.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haoh::base {
namespace {

using test::status_of_child;

constexpr int kHeld = 100; ///< of a child: it came as it should
constexpr int kNoFilter = 101;

/// What became of a file that was written in a child.
class FileFailure : public ::testing::Test {
  protected:
    /// \return kHeld when it fails with `wanted`, and the output did not arrive
    [[nodiscard]] int failure_of_write(long call, int error, std::errc wanted) const {
        return status_of_child([&] {
            if (!test::fail_call(call, error)) {
                return kNoFilter;
            }
            try {
                write_file(path_, "new");
            } catch (const OutputError& failure) {
                return failure.code() == wanted ? kHeld : failure.code().value();
            }
            return 0;
        });
    }
    [[nodiscard]] std::string text() const { return scratch_.read("file"); }
    [[nodiscard]] std::size_t files() const {
        const std::filesystem::directory_iterator all{scratch_.path()};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
    [[nodiscard]] struct stat status() const {
        struct stat status {};
        EXPECT_EQ(::stat(path_.c_str(), &status), 0);
        return status;
    }

    test::ScratchDirectory scratch_;
    std::string path_ = scratch_.file("file", "old");
};

TEST_F(FileFailure, a_disk_that_does_not_sync_leaves_the_old_file) {
    EXPECT_EQ(failure_of_write(SYS_fsync, EIO, std::errc::io_error), kHeld);
    EXPECT_EQ(text(), "old");
    EXPECT_EQ(files(), 1U) << "nothing else is left";
    write_file(path_, "new");
    EXPECT_EQ(text(), "new");
}

TEST_F(FileFailure, space_that_is_lacking_when_it_is_closed_leaves_the_old_file) {
    EXPECT_EQ(failure_of_write(SYS_close, ENOSPC, std::errc::no_space_on_device), kHeld);
    EXPECT_EQ(text(), "old");
    EXPECT_EQ(files(), 1U);
}

#ifdef SYS_rename
TEST_F(FileFailure, a_place_that_cannot_be_taken_leaves_the_old_file) {
    EXPECT_EQ(failure_of_write(SYS_rename, EBUSY, std::errc::device_or_resource_busy), kHeld);
    EXPECT_EQ(text(), "old");
    EXPECT_EQ(files(), 1U);
}
#endif

TEST_F(FileFailure, of_what_is_no_file_the_first_is_told) {
    const auto end_of = [](const char* path, int error) {
        return status_of_child([=] {
            if (!test::fail_call(SYS_close, error)) {
                return kNoFilter;
            }
            try {
                write_file(path, "text");
            } catch (const OutputError& failure) {
                return failure.code().value();
            }
            return 0;
        });
    };
    EXPECT_EQ(end_of("/dev/null", EIO), EIO) << "it may have been told only then";
    EXPECT_EQ(end_of("/dev/full", EIO), ENOSPC) << "and not what closing says";
}

/// Writes it where the second argument of a call is refused.
int written_without(const std::string& path, long call, std::optional<std::uint32_t> second) {
    return status_of_child([&] {
        if (!test::fail_call(call, EPERM, second)) {
            return kNoFilter;
        }
        write_file(path, "new");
        return kHeld;
    });
}

TEST_F(FileFailure, a_group_that_cannot_be_given_gets_what_anybody_has) {
    const std::array<std::pair<::mode_t, ::mode_t>, 4> modes{
        {{0664, 0644}, {0640, 0600}, {0657, 0677}, {0753, 0733}}};
    for (const auto& [before, after] : modes) {
        ASSERT_EQ(::chmod(path_.c_str(), before), 0);
        ASSERT_EQ(written_without(path_, SYS_fchown, {}), kHeld);
        EXPECT_EQ(status().st_mode & 07777U, after) << std::oct << before;
        EXPECT_EQ(text(), "new");
    }
}

TEST_F(FileFailure, an_owner_that_cannot_be_given_takes_no_right_from_the_group) {
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(path_.c_str(), 1234, 2345), 0);
    }
    const struct stat before = status();
    ASSERT_EQ(::chmod(path_.c_str(), 0664), 0);
    ASSERT_EQ(written_without(path_, SYS_fchown, before.st_uid), kHeld);
    EXPECT_EQ(status().st_mode & 07777U, 0664U);
    EXPECT_EQ(status().st_gid, before.st_gid);
    EXPECT_EQ(status().st_uid, ::geteuid()) << "whose new file it is";
}

TEST_F(FileFailure, until_the_mode_is_given_only_the_owner_may) {
    ASSERT_EQ(::chmod(path_.c_str(), 0664), 0);
    ASSERT_EQ(written_without(path_, SYS_fchmod, 0664), kHeld);
    EXPECT_EQ(status().st_mode & 07777U, 0600U);
}

TEST_F(FileFailure, a_name_that_is_taken_is_passed_by_and_not_for_ever) {
    const auto name = [this](int number) {
        return scratch_.path(".haoh-" + std::to_string(::getpid()) + "-" + std::to_string(number) +
                             ".new");
    };
    for (int number = 0; number < 99; ++number) {
        std::ofstream{name(number)} << "somebody's";
    }
    write_file(path_, "new");
    EXPECT_EQ(text(), "new");
    EXPECT_EQ(files(), 100U);
    std::ofstream{name(99)} << "somebody's";
    try {
        write_file(path_, "newer");
        ADD_FAILURE() << "written";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::errc::file_exists);
    }
    EXPECT_EQ(text(), "new");
    EXPECT_EQ(files(), 101U);
}

TEST_F(FileFailure, a_process_without_a_free_descriptor_says_so) {
    const std::string path = path_;
    EXPECT_EQ(status_of_child([path] {
                  const ::rlimit none{.rlim_cur = 0, .rlim_max = 0};
                  ::setrlimit(RLIMIT_NOFILE, &none);
                  try {
                      static_cast<void>(read_file(path, 100));
                  } catch (const Error& error) {
                      return error.code() == std::errc::too_many_files_open ? kHeld : 1;
                  }
                  return 0;
              }),
              kHeld);
}

/// The signals that end a program, handled or not.
constexpr std::array<int, 4> kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

std::array<std::atomic<int>, 65>
    handled{}; // NOLINT: of the child; a signal handler knows nothing else

void handle_endings() {
    struct sigaction action {};
    action.sa_handler = [](int number) { ++handled.at(static_cast<std::size_t>(number)); };
    action.sa_flags = SA_RESTART;
    for (const int number : kEnding) {
        ::sigaction(number, &action, nullptr);
    }
}

TEST_F(FileFailure, a_signal_that_ends_the_program_leaves_the_old_file) {
    for (const int number : kEnding) {
        const int end = status_of_child([&] {
            handle_endings();
            // From a clock: it has to come in the midst of a write.
            ::sigevent event{};
            event.sigev_notify = SIGEV_SIGNAL;
            event.sigev_signo = number;
            ::timer_t timer{};
            const ::itimerspec often{.it_interval = {.tv_sec = 0, .tv_nsec = 300'000},
                                     .it_value = {.tv_sec = 0, .tv_nsec = 300'000}};
            if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
                ::timer_settime(timer, 0, &often, nullptr) != 0) {
                return 1;
            }
            const std::string large(std::size_t{8} << 20U, 'n');
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
            while (std::chrono::steady_clock::now() < deadline) {
                const int before = handled.at(static_cast<std::size_t>(number));
                try {
                    write_file(path_, large);
                    std::ofstream{path_} << "old";
                } catch (const OutputError& error) {
                    const bool heeded = handled.at(static_cast<std::size_t>(number)) > before;
                    return error.code() == std::errc::interrupted && heeded ? kHeld : 2;
                }
            }
            return 3;
        });
        EXPECT_EQ(end, kHeld) << number;
        EXPECT_EQ(text(), "old");
        EXPECT_EQ(files(), 1U) << "nothing else is left";
    }
}

TEST_F(FileFailure, signals_are_as_they_were_afterwards) {
    EXPECT_EQ(status_of_child([&] {
                  handle_endings();
                  ::sigset_t set{};
                  ::sigemptyset(&set);
                  ::sigaddset(&set, SIGTERM);
                  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
                  ::raise(SIGTERM); // whoever holds it waits for it himself: no reason to stop
                  try {
                      write_file(path_, "new");
                  } catch (const Error&) {
                      return 1;
                  }
                  ::sigset_t after{};
                  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
                  for (const int number : kEnding) {
                      if (::sigismember(&after, number) != (number == SIGTERM ? 1 : 0)) {
                          return 2;
                      }
                  }
                  return handled.at(SIGTERM) == 0 ? kHeld : 3;
              }),
              kHeld);
    EXPECT_EQ(text(), "new");
}

} // namespace
} // namespace haoh::base
