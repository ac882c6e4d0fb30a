// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/close_range.h>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace haoh::test {
namespace {

using Clock = std::chrono::steady_clock;

std::system_error errno_error(const std::string& what) {
    return {errno, std::generic_category(), what};
}

int poll_timeout(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

/// The header of glibc 2.36 for pidfd_open() does not work in C++.
int open_pidfd(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

/// Between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(const char* program, char* const* arguments,
                         const Process::Options& options, pid_t parent, const sigset_t& mask) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    // A shell's background jobs, and so what they start, ignore SIGINT.
    for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP})
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(options.standard_output >= 0 ? options.standard_output : null, STDOUT_FILENO);
    dup2(options.standard_error >= 0 ? options.standard_error : null, STDERR_FILENO);
    // Whoever opened the rest may not have thought of children: a peer's socket that lives on here
    // would never be seen closed.
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const int number : options.inherited)
        fcntl(number, F_SETFD, 0);
    execv(program, arguments);
    _exit(127);
}

} // namespace

int FileDescriptor::release() {
    return std::exchange(number_, -1);
}

void FileDescriptor::reset() {
    if (number_ >= 0)
        close(number_);
    number_ = -1;
}

bool wait_readable(int number, Clock::time_point deadline) {
    pollfd entry{.fd = number, .events = POLLIN, .revents = 0};
    for (;;) {
        const int ready = poll(&entry, 1, poll_timeout(deadline));
        if (ready > 0)
            return true;
        if (ready == 0)
            return false;
        if (errno != EINTR)
            throw errno_error("poll");
    }
}

Process::Process(const std::vector<std::string>& arguments, const Options& options) {
    const auto program = find_program(arguments.at(0));
    if (!program)
        throw std::system_error(ENOENT, std::generic_category(), "start " + arguments[0]);
    std::vector<std::string> copies = arguments;
    std::vector<char*> pointers;
    pointers.reserve(copies.size() + 1);
    for (auto& argument : copies)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);

    const pid_t parent = getpid();
    // What comes before the child heeds signals has to wait, and not to be ignored.
    sigset_t all;
    sigset_t mask;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    pid_ = fork();
    if (pid_ == 0)
        become(program->c_str(), pointers.data(), options, parent, mask);
    const int failure = errno;
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    if (pid_ < 0)
        throw std::system_error(failure, std::generic_category(), "fork for " + arguments[0]);
    pidfd_ = FileDescriptor(open_pidfd(pid_));
    if (!pidfd_) {
        const int error = errno;
        kill();
        throw std::system_error(error, std::generic_category(), "pidfd_open for " + arguments[0]);
    }
}

Process::~Process() {
    kill();
}

void Process::signal(int number) const {
    if (!status_)
        ::kill(pid_, number);
}

void Process::kill() {
    if (status_)
        return;
    ::kill(pid_, SIGKILL);
    int raw = 0;
    reap(raw);
    status_ = 128 + SIGKILL;
}

bool Process::reap(int& raw) {
    rusage told{};
    pid_t reaped = 0;
    while ((reaped = wait4(pid_, &raw, 0, &told)) < 0 && errno == EINTR) {
    }
    const auto time = [](const timeval& value) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec));
    };
    processor_ = time(told.ru_utime) + time(told.ru_stime);
    return reaped == pid_;
}

std::optional<int> Process::wait_for(std::chrono::milliseconds timeout) {
    if (status_)
        return status_;
    if (!wait_readable(pidfd_.get(), Clock::now() + timeout))
        return std::nullopt;
    int raw = 0;
    if (!reap(raw))
        throw errno_error("wait4");
    status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return status_;
}

ProgramResult run_program(const std::vector<std::string>& arguments,
                          std::chrono::milliseconds timeout) {
    const auto start = Clock::now();
    struct Stream {
        FileDescriptor read_end, write_end;
        std::string text;
    };
    std::array<Stream, 2> streams;
    for (auto& stream : streams) {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            throw errno_error("pipe");
        stream.read_end = FileDescriptor(ends[0]);
        stream.write_end = FileDescriptor(ends[1]);
    }
    Process process(arguments, {.standard_output = streams[0].write_end.get(),
                                .standard_error = streams[1].write_end.get(),
                                .inherited = {}});
    for (auto& stream : streams)
        stream.write_end.reset();

    const auto deadline = start + timeout;
    const auto too_slow = [&] {
        return std::runtime_error(fmt::format("`{}` still ran after {} ms; stdout: {}\nstderr: {}",
                                              fmt::join(arguments, " "), timeout.count(),
                                              streams[0].text, streams[1].text));
    };
    while (streams[0].read_end || streams[1].read_end) {
        // A negative descriptor is one that poll() leaves out.
        std::array<pollfd, 2> entries{pollfd{streams[0].read_end.get(), POLLIN, 0},
                                      pollfd{streams[1].read_end.get(), POLLIN, 0}};
        const int ready = poll(entries.data(), entries.size(), poll_timeout(deadline));
        if (ready == 0)
            throw too_slow();
        if (ready < 0 && errno != EINTR)
            throw errno_error("poll");
        for (std::size_t i = 0; ready > 0 && i < entries.size(); ++i) {
            if (entries[i].revents == 0)
                continue;
            std::array<char, 65536> buffer{};
            const ssize_t count = read(entries[i].fd, buffer.data(), buffer.size());
            if (count > 0)
                streams[i].text.append(buffer.data(), static_cast<std::size_t>(count));
            else
                streams[i].read_end.reset();
        }
    }
    const auto status =
        process.wait_for(std::chrono::milliseconds(std::max(poll_timeout(deadline), 100)));
    if (!status)
        throw too_slow();
    return {.status = *status,
            .standard_output = std::move(streams[0].text),
            .standard_error = std::move(streams[1].text),
            .duration =
                std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start)};
}

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): there is one thread
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::optional<std::string> find_program(std::string_view program) {
    if (program.find('/') != std::string_view::npos) {
        std::string path(program);
        return access(path.c_str(), X_OK) == 0 ? std::optional(path) : std::nullopt;
    }
    // Programs for administrators are not in everybody's PATH.
    const auto directories = environment("PATH").value_or("/usr/bin:/bin") + ":/usr/sbin:/sbin";
    std::string_view rest = directories;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        const auto path = fmt::format("{}/{}", rest.substr(0, end), program);
        if (end > 0 && access(path.c_str(), X_OK) == 0)
            return path;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

} // namespace haoh::test
