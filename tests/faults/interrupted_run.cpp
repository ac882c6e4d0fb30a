// SPDX-License-Identifier: LGPL-2.1-or-later
#include "interrupted_run.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace haoh::test {
namespace {

using Clock = std::chrono::steady_clock;

/// How long what a program started may hold its output open.
constexpr std::chrono::seconds kOutlives{10};
constexpr std::chrono::milliseconds kTurn{5};

/// What is written into a pipe, until nobody has its other end any more.
class Drain {
  public:
    Drain() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::system_error(errno, std::generic_category(), "pipe");
        }
        reader_ = FileDescriptor{ends[0]};
        writer_ = FileDescriptor{ends[1]};
        ::fcntl(reader_.get(), F_SETFL, O_NONBLOCK);
    }
    [[nodiscard]] int writer() const { return writer_.get(); }
    void begun() { writer_.reset(); }
    /// -1 when it has ended.
    [[nodiscard]] int reader() const { return reader_.get(); }
    void take() {
        std::array<char, 65536> bytes{};
        for (;;) {
            const ssize_t count = ::read(reader_.get(), bytes.data(), bytes.size());
            if (count > 0) {
                text_.append(bytes.data(), static_cast<std::size_t>(count));
            } else if (count == 0) {
                reader_.reset();
                return;
            } else if (errno != EINTR) {
                return;
            }
        }
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    FileDescriptor reader_;
    FileDescriptor writer_;
    std::string text_;
};

class Running {
  public:
    explicit Running(InterruptedRun& run)
        : run_{run}, process_{run.words, Process::Options{.standard_output = out_.writer(),
                                                          .standard_error = err_.writer()}},
          due_{Clock::now() + run.after} {
        out_.begun();
        err_.begun();
    }

    [[nodiscard]] std::array<int, 2> readers() const { return {out_.reader(), err_.reader()}; }

    /// False when all is over.
    bool go_on(std::chrono::seconds limit) {
        for (Drain* const drain : {&out_, &err_}) {
            if (drain->reader() >= 0) {
                drain->take();
            }
        }
        const auto now = Clock::now();
        if (run_.signal != 0 && !signalled_ && now >= due_) {
            process_.signal(run_.signal);
            signalled_ = true;
        }
        if (!ended_ && !process_.running()) {
            run_.status = process_.wait_for(std::chrono::milliseconds{0}).value_or(-1);
            run_.took =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::max(now, due_) - due_);
            ended_ = true;
            outlived_ = now + kOutlives;
        }
        const bool late = !ended_ && now > due_ + limit;
        const bool outlives = ended_ && now > outlived_;
        if (!late && !outlives && (!ended_ || out_.reader() >= 0 || err_.reader() >= 0)) {
            return true;
        }
        run_.left_behind = outlives;
        run_.output = out_.text();
        run_.errors = err_.text();
        return false;
    }
    /// The next time that something is to be done without its output.
    [[nodiscard]] Clock::time_point due() const {
        return run_.signal != 0 && !signalled_ ? due_ : Clock::time_point::max();
    }

  private:
    InterruptedRun& run_;
    Drain out_;
    Drain err_;
    Process process_;
    Clock::time_point due_;
    Clock::time_point outlived_;
    bool signalled_{};
    bool ended_{};
};

/// Until one of them has something to read, or it is time to look again.
void wait_for_any(const std::vector<std::unique_ptr<Running>>& running) {
    std::vector<pollfd> entries;
    auto until = Clock::now() + kTurn;
    for (const auto& one : running) {
        for (const int reader : one->readers()) {
            entries.push_back({.fd = reader, .events = POLLIN, .revents = 0});
        }
        until = std::min(until, one->due());
    }
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::max(until - Clock::now(), Clock::duration::zero()));
    const timespec time{.tv_sec = 0, .tv_nsec = static_cast<long>(left.count())};
    static_cast<void>(::ppoll(entries.data(), entries.size(), &time, nullptr));
}

} // namespace

void run_all(std::vector<InterruptedRun>& runs, std::size_t at_once, std::chrono::seconds limit,
             const std::function<void()>& meanwhile) {
    std::vector<std::unique_ptr<Running>> running;
    auto next = runs.begin();
    while (next != runs.end() || !running.empty()) {
        while (next != runs.end() && running.size() < at_once) {
            running.push_back(std::make_unique<Running>(*next++));
        }
        wait_for_any(running);
        std::erase_if(running, [&](const auto& one) { return !one->go_on(limit); });
        if (meanwhile) {
            meanwhile();
        }
    }
}

} // namespace haoh::test
