// SPDX-License-Identifier: LGPL-2.1-or-later
#include "child_process.hpp"

#include "base/file_descriptor.hpp"
#include "spawn_plan.hpp"

#include <haoh/error.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

constexpr int kReapAttempts = 200;
constexpr std::chrono::milliseconds kReapInterval{1};

std::error_code code_of(int number) {
    return {number, std::generic_category()};
}

bool is_file(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// A file in memory rather than a pipe: who does not read it holds up nobody, and it takes a text of
/// any length at once.
int file_of(std::string_view text) {
    int file = ::memfd_create("haoh-event", MFD_CLOEXEC);
    if (file >= 0 && file <= STDERR_FILENO) { // the number of a stream that the program gets
        const base::FileDescriptor low{file};
        file = ::fcntl(low.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    }
    std::size_t done = 0;
    while (file >= 0 && done < text.size()) {
        const ssize_t count =
            ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno != EINTR) {
            const int reason = errno;
            ::close(file);
            errno = reason;
            return -1;
        }
        done += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
    return file;
}

/// Our own environment with what is given instead of variables of the same name.
std::vector<std::string> environment_with(const std::vector<std::string>& given) {
    std::vector<std::string> out = given;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view one{*variable};
        const std::string_view name = one.substr(0, one.find('=') + 1);
        const bool replaced = std::any_of(given.begin(), given.end(), [name](const auto& other) {
            return !name.empty() && other.starts_with(name);
        });
        if (!replaced) {
            out.emplace_back(one);
        }
    }
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

} // namespace

std::string find_program(const std::string& program) {
    constexpr std::string_view kAdvice = "name a file that may be executed; no arguments, no shell";
    if (program.find('/') != std::string::npos) {
        if (::access(program.c_str(), X_OK) != 0) {
            throw Error(code_of(errno), "run", program, {}, kAdvice);
        }
        if (!is_file(program)) {
            throw Error(code_of(EACCES), "run", program, "it is not a file", kAdvice);
        }
        return program;
    }
    const char* const path = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
    while (!program.empty() && !rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const std::string_view folder = end == 0 ? std::string_view{"."} : rest.substr(0, end);
        std::string candidate = std::string{folder} + "/" + program;
        if (::access(candidate.c_str(), X_OK) == 0 && is_file(candidate)) {
            return candidate;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    throw Error(Errc::not_found, "run", program.empty() ? "''" : program,
                "there is no such program in PATH", kAdvice);
}

ChildProcess::ChildProcess(const Start& start) {
    const base::FileDescriptor input{file_of(start.input)};
    if (input.get() < 0) {
        throw Error(code_of(errno), "run", start.name, {}, {});
    }
    std::vector<std::string> environment = environment_with(start.environment);
    std::vector<std::string> arguments{start.name};
    SpawnPlan plan;
    plan.connect(start.output, STDOUT_FILENO); // first: a descriptor of the caller may be number 0
    plan.connect(STDOUT_FILENO, STDERR_FILENO);
    plan.connect(input.get(), STDIN_FILENO);
    plan.close_from(STDERR_FILENO + 1); // Asio's sockets would stay open in it
    ::sigset_t none{};
    ::sigemptyset(&none);
    plan.mask_signals(none);
    plan.use_own_group();
    const int failure =
        plan.spawn(pid_, start.path, pointers(arguments).data(), pointers(environment).data());
    if (failure != 0) {
        throw Error(code_of(failure), "run", start.name,
                    failure == ENOEXEC ? "it is no program" : "",
                    failure == ENOEXEC ? "a script begins with a line like #!/bin/sh" : "");
    }
}

ChildProcess::~ChildProcess() {
    signal(SIGKILL);
    // What is stuck in the kernel is left to init.
    for (int attempt = 0; attempt < kReapAttempts && !status(); ++attempt) {
        std::this_thread::sleep_for(kReapInterval);
    }
}

bool ChildProcess::watch(const boost::asio::any_io_executor& executor,
                         std::function<void()> ended) {
#ifdef SYS_pidfd_open
    const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U));
    if (handle < 0) {
        return false;
    }
    handle_ = std::make_unique<boost::asio::posix::stream_descriptor>(executor);
    boost::system::error_code error;
    handle_->assign(handle, error);
    if (error) {
        ::close(handle);
        handle_.reset();
        return false;
    }
    handle_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [ended = std::move(ended)](const boost::system::error_code& failure) {
                            if (!failure) {
                                ended();
                            }
                        });
    return true;
#else
    static_cast<void>(executor);
    static_cast<void>(ended);
    return false;
#endif
}

std::optional<int> ChildProcess::status() {
    if (!status_ && !held_) {
        int status = 0;
        const pid_t found = ::waitpid(pid_, &status, WNOHANG);
        if (found == pid_) {
            status_ = status;
        } else if (found < 0 && errno == ECHILD) {
            status_ = 0; // SIGCHLD is ignored: it has ended, and nobody knows how
        }
    }
    return status_;
}

void ChildProcess::signal(int number) {
    if (status_) {
        return;
    }
    // Until it is reaped, its number is nobody else's, and its group's neither: that is what is left of
    // the group has time to end, and is reached by what comes when that is over.
    held_ = number == SIGTERM || (held_ && number != SIGKILL);
    if (::kill(-pid_, number) != 0) {
        ::kill(pid_, number);
    }
}

} // namespace haoh::tool
