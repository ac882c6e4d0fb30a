// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// ChildProcess: a program that runs beside this one, until it ends or is ended.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace haoh::tool {

/// The full path of `program`: looked up in PATH, unless it has a slash.
/// \throws Error when there is no such file (not_found), or none that may be executed
[[nodiscard]] std::string find_program(const std::string& program);

/// Killed, with its process group, and reaped at the end of its scope.
class ChildProcess {
  public:
    struct Start {
        std::string path;
        std::string name;                     ///< its argv[0], and the only argument
        std::string_view input;               ///< what it may read from its standard input
        std::vector<std::string> environment; ///< "NAME=value", instead of our own ones
        int output{};                         ///< becomes its standard output and standard error
    };

    /// In a process group of its own (Ctrl-C is not for it), with no descriptor of ours.
    /// \throws Error when it cannot be started
    explicit ChildProcess(const Start& start);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Calls `ended` once, on the executor, when the process has ended. False: this kernel cannot
    /// tell, so look from time to time.
    bool watch(const boost::asio::any_io_executor& executor, std::function<void()> ended);

    /// The status as of waitpid(2), once it has ended; after SIGTERM only when SIGKILL was sent, too.
    [[nodiscard]] std::optional<int> status();
    /// To its whole process group. Nothing happens once its status is known.
    void signal(int number);
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_{-1};
    std::optional<int> status_;
    bool held_{}; ///< not to be reaped: others of its group may go on
    std::unique_ptr<boost::asio::posix::stream_descriptor> handle_;
};

} // namespace haoh::tool
