// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace haoh::test {

/// A file descriptor, closed when it goes out of scope.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : number_(number) {}
    ~FileDescriptor() { reset(); }
    FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = other.release();
        }
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    int get() const { return number_; }
    int release();
    void reset();
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

/// Waits until `number` can be read, or its other end is closed. False when the time is over.
bool wait_readable(int number, std::chrono::steady_clock::time_point deadline);

/// A child process, killed and reaped at the end of its scope. The kernel kills it too when the
/// test program dies first.
class Process {
  public:
    struct Options {
        int standard_output = -1; ///< Descriptor that becomes the child's stdout; -1: /dev/null.
        int standard_error = -1;  ///< The same for stderr.
        std::vector<int> inherited =
            {}; ///< Descriptors that stay open in the child, under their number.
    };

    /// Starts `arguments[0]` (looked up in PATH). Throws std::system_error when there is no such
    /// program or no process can be made.
    Process(const std::vector<std::string>& arguments, const Options& options);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    bool running() { return !wait_for(std::chrono::milliseconds(0)); }
    void signal(int number) const;
    /// Kills the process (SIGKILL), unless it has ended, and reaps it.
    void kill();
    /// The exit status (128 + signal number for a killed process), once it has ended in this time.
    std::optional<int> wait_for(std::chrono::milliseconds timeout);
    /// Of a process that has ended: what it had of the processor, in user mode and in the kernel.
    std::chrono::milliseconds processor() const { return processor_; }

  private:
    /// Reaps it. False when that failed.
    bool reap(int& raw);

    pid_t pid_ = -1;
    FileDescriptor pidfd_;
    std::optional<int> status_;
    std::chrono::milliseconds processor_{};
};

struct ProgramResult {
    int status = -1; ///< As Process::wait_for.
    std::string standard_output;
    std::string standard_error;
    std::chrono::milliseconds duration{};
};

/// Runs a program to its end and returns what it printed. Throws std::runtime_error, after having
/// killed it, when it takes longer than `timeout`.
ProgramResult run_program(const std::vector<std::string>& arguments,
                          std::chrono::milliseconds timeout);

/// A variable of the environment, if it is set.
std::optional<std::string> environment(const char* name);

/// The full path of `program` in PATH, if it is there.
std::optional<std::string> find_program(std::string_view program);

} // namespace haoh::test
