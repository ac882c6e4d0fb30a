// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A trace instance of our own, in which the kernel notes the asynchronous events of all NVMe
/// controllers. Other users of tracing neither see it nor are disturbed.
#pragma once

#include "host/trace_record.hpp"
#include "host/tracefs.hpp"
#include "host/waitable_descriptor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace haoh::host {

/// Gone from the kernel at the end of its life; when the process dies before that, at the beginning
/// of the next one's. Used from one executor, whose context outlives it.
class TraceInstance {
  public:
    /// Makes it below this machine's tracefs.
    /// \throws Error
    explicit TraceInstance(const boost::asio::any_io_executor& executor);
    /// \throws Error
    TraceInstance(const boost::asio::any_io_executor& executor,
                  std::shared_ptr<const Tracefs> tracefs);
    TraceInstance(const TraceInstance&) = delete;
    TraceInstance& operator=(const TraceInstance&) = delete;
    ~TraceInstance();

    [[nodiscard]] const std::string& name() const;

    /// What came since the last time, at least one; waits for it. One call at a time.
    /// \throws Error: closed at the end of the pipe (somebody turned tracing off); canceled, also
    /// when the instance goes meanwhile; an errno value
    [[nodiscard]] boost::asio::awaitable<std::vector<TraceInput>> next();

  private:
    /// The instance in the kernel; removed last, when nothing of it is open.
    class Directory {
      public:
        explicit Directory(std::shared_ptr<const Tracefs> tracefs);
        Directory(const Directory&) = delete;
        Directory& operator=(const Directory&) = delete;
        ~Directory();

        [[nodiscard]] const std::string& name() const { return name_; }
        [[nodiscard]] std::string file(std::string_view name) const;
        /// Configures the instance: what its pipe looks like is settled when it is opened.
        [[nodiscard]] base::FileDescriptor open_pipe() const;
        void enable() const;

      private:
        std::shared_ptr<const Tracefs> tracefs_;
        std::string name_;
    };

    /// What can be read without waiting, up to a bound.
    [[nodiscard]] std::vector<TraceInput> read_some();

    Directory directory_;
    std::string pipe_path_;
    WaitableDescriptor pipe_;
    TraceStream stream_;
};

} // namespace haoh::host
