// SPDX-License-Identifier: LGPL-2.1-or-later
#include "graphviz.hpp"

#include "base/file_descriptor.hpp"
#include "base/signals_held.hpp"
#include "base/standard_streams.hpp"
#include "spawn_plan.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX leaves it to the caller

namespace haoh::tool {
namespace {

constexpr std::chrono::milliseconds kLookForSignals{50};
constexpr const char* kAdvice = "or draw the output of -o dot elsewhere";

[[noreturn]] void fail(std::string_view cause, std::string_view advice = kAdvice) {
    // The graph is good; it is the output that does not come about.
    throw base::OutputError(std::make_error_code(std::errc::io_error), "draw",
                            "the graph with Graphviz (dot)", cause, advice);
}

/// The signal itself ends haoh when the program that draws is gone.
void heed(const base::SignalsHeld& signals) {
    if (signals.one_waits()) {
        throw Error(std::make_error_code(std::errc::interrupted), "wait for", "Graphviz");
    }
}

struct Pipe {
    base::FileDescriptor read;
    base::FileDescriptor write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw Error({errno, std::generic_category()}, "create", "a pipe to Graphviz");
    }
    return {base::FileDescriptor{ends[0]}, base::FileDescriptor{ends[1]}};
}

/// The program, killed and awaited when it is not done by then.
class Child {
  public:
    Child(int standard_input, int standard_output, const base::SignalsHeld& signals)
        : signals_{signals} {
        std::string name = "dot";
        std::string format = "-Tsvg";
        std::array<char*, 3> arguments{name.data(), format.data(), nullptr};
        SpawnPlan plan;
        plan.connect(standard_output, STDOUT_FILENO);
        plan.connect(standard_input, STDIN_FILENO);
        plan.mask_signals(signals.before());
        ::pid_t id{};
        const int error = plan.spawn(id, name, arguments.data(), environ);
        if (error != 0) {
            if (error == ENOENT) {
                fail("it is not installed",
                     "install the package graphviz, or draw the output of -o dot elsewhere");
            }
            fail(std::generic_category().message(error));
        }
        id_ = id;
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (id_) {
            static_cast<void>(kill());
        }
    }

    /// The status as waitpid gives it. To be called when the program has closed its output: one
    /// that goes on all the same is killed after a while.
    int wait() {
        constexpr int kTries = 500;
        constexpr ::useconds_t kPause = 10'000;
        int status{};
        for (int i = 0; i < kTries; ++i) {
            if (::waitpid(*id_, &status, WNOHANG) == *id_) {
                id_.reset();
                return status;
            }
            heed(signals_);
            ::usleep(kPause);
        }
        return kill();
    }

  private:
    int kill() {
        int status{};
        ::kill(*id_, SIGKILL);
        while (::waitpid(*id_, &status, 0) < 0 && errno == EINTR) {
        }
        id_.reset();
        return status;
    }

    const base::SignalsHeld& signals_;
    std::optional<::pid_t> id_;
};

/// Writes and reads at once: either side may wait for the other.
std::string exchange(base::FileDescriptor to_child, base::FileDescriptor from_child,
                     std::string_view input, std::chrono::milliseconds timeout, std::size_t limit,
                     const base::SignalsHeld& signals) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    ::fcntl(to_child.get(), F_SETFL, O_NONBLOCK);
    std::string output;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            fail(fmt::format("no drawing within {} s: the graph is too large for it",
                             timeout.count() / 1000));
        }
        heed(signals);
        std::array<::pollfd, 2> waiting{{{.fd = from_child.get(), .events = POLLIN, .revents = 0},
                                         {.fd = to_child.get(), .events = POLLOUT, .revents = 0}}};
        const auto turn = std::min(left, kLookForSignals);
        if (::poll(waiting.data(), waiting.size(), static_cast<int>(turn.count())) < 0 &&
            errno != EINTR) {
            throw Error({errno, std::generic_category()}, "wait for", "Graphviz");
        }
        if (waiting[1].revents != 0) {
            const ::ssize_t written = ::write(to_child.get(), input.data(), input.size());
            if (written > 0) {
                input.remove_prefix(static_cast<std::size_t>(written));
            }
            const bool broken = written < 0 && errno != EAGAIN && errno != EINTR;
            if (input.empty() || broken) { // why it broke, its exit status tells
                to_child.reset();
            }
        }
        if (waiting[0].revents != 0) {
            std::array<char, 65536> part{};
            const ::ssize_t got = ::read(from_child.get(), part.data(), part.size());
            if (got == 0) {
                return output;
            }
            if (got > 0) {
                output.append(part.data(), static_cast<std::size_t>(got));
            } else if (errno != EINTR) {
                throw Error({errno, std::generic_category()}, "read from", "Graphviz");
            }
            if (output.size() > limit) {
                fail(fmt::format("a drawing of more than {} bytes", limit));
            }
        }
    }
}

} // namespace

std::string draw_svg(std::string_view graph, std::chrono::milliseconds timeout, std::size_t limit) {
    Pipe input = make_pipe();
    Pipe output = make_pipe();
    const base::SignalsHeld signals; // else one would leave a program behind that draws on
    Child child{input.read.get(), output.write.get(), signals};
    input.read.reset();
    output.write.reset();
    std::string svg =
        exchange(std::move(input.write), std::move(output.read), graph, timeout, limit, signals);
    const int status = child.wait();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail(WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                               : fmt::format("it was ended by signal {}", WTERMSIG(status)));
    }
    return svg;
}

} // namespace haoh::tool
