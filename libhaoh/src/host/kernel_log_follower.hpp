// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The kernel's log from now on.
#pragma once

#include "host/kernel_log.hpp"
#include "host/waitable_descriptor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace haoh::host {

struct FollowedMessage {
    std::string text;
    /// The log has microseconds of the kernel's local_clock(): it starts with the boot, as
    /// CLOCK_MONOTONIC does, but is some ten milliseconds off, and nobody corrects it. Taken as
    /// that one, and never later than the reading.
    std::chrono::nanoseconds monotonic{};

    bool operator==(const FollowedMessage&) const = default;
};

struct FollowedMessages {
    std::vector<FollowedMessage> messages; ///< about this host's NVMe, of the kernel's own
    /// Records before `messages`, or between them, were overwritten or cannot be read.
    bool lost{};
};

/// Reads until nothing more is there (EAGAIN), or up to a bound.
/// \param now  on CLOCK_MONOTONIC
/// \return 0, or the errno value that keeps all else from being read; ENODATA at an end
[[nodiscard]] int read_new_messages(const RecordReader& reader, std::chrono::nanoseconds now,
                                    FollowedMessages& out);
inline constexpr std::size_t kRecordsATurn = 1024;

/// Used from one executor, whose context outlives it.
class KernelLogFollower {
  public:
    /// \throws Error
    explicit KernelLogFollower(const boost::asio::any_io_executor& executor,
                               const std::string& device = "/dev/kmsg");
    /// \param log   gives a record at each reading, and never waits
    /// \param name  for messages
    KernelLogFollower(const boost::asio::any_io_executor& executor, base::FileDescriptor log,
                      std::string name);

    /// What came since the last time: a message at least, or that some were lost; waits for it.
    /// One call at a time.
    /// \throws Error: closed at the end; canceled, also when the follower goes meanwhile; an errno
    /// value
    [[nodiscard]] boost::asio::awaitable<FollowedMessages> next();

  private:
    std::string name_;
    WaitableDescriptor log_;
    int error_{}; ///< of the last reading, which gave messages, too
};

} // namespace haoh::host
