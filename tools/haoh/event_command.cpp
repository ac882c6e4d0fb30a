// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_command.hpp"

#include "base/safe_text.hpp"

#include "child_process.hpp"
#include "screen_text.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include <sys/wait.h>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

using Clock = asio::steady_timer::clock_type;

constexpr unsigned kMaxRate = 1000;
constexpr std::uint64_t kToldProblems = 5;
constexpr std::chrono::milliseconds kPollInterval{20};

struct Waiting {
    Event event;
    std::string input;
};

std::vector<std::string> variables(const Event& event, std::uint64_t skipped) {
    const auto variable = [](std::string_view name, std::string_view value) {
        return fmt::format("HAOH_{}={}", name, base::safe_text(value));
    };
    return {variable("EVENT", to_string(event.kind)),
            variable("NSID", event.nsid ? fmt::to_string(*event.nsid) : ""),
            variable("DEVICE", event.device),
            variable("CONTROLLER", event.controller),
            variable("FROM", event.from),
            variable("TO", event.to),
            variable("SITE", event.array),
            variable("SUBSYSNQN", event.subsysnqn),
            variable("SKIPPED", fmt::to_string(skipped))};
}

/// How a run ended; empty when all was well.
std::string failure_of(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("was ended by signal {}", WTERMSIG(status));
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? std::string{}
               : fmt::format("ended with status {}", WEXITSTATUS(status));
}

} // namespace

class EventCommand::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::any_io_executor executor, EventCommandOptions options)
        : executor_{std::move(executor)}, options_{std::move(options)},
          path_{find_program(options_.program)}, wake_{executor_}, idle_{executor_} {
        const bool usable = options_.rate > 0 && options_.rate <= kMaxRate && options_.queue > 0 &&
                            options_.timeout.count() > 0 && options_.grace.count() > 0;
        if (!usable) {
            throw Error(Errc::invalid_argument, "run", options_.program,
                        "rate, timeout, grace or queue is out of range",
                        fmt::format("rate: 1 to {}; the others: more than 0", kMaxRate));
        }
        idle_.expires_at(Clock::time_point::max());
    }

    void push(const Event& event, std::string input) {
        if (stopping_) {
            return;
        }
        if (waiting_.size() >= options_.queue) {
            waiting_.pop_front();
            ++skipped_;
            ++counts_.skipped;
        }
        if (!input.ends_with('\n')) {
            input += '\n';
        }
        waiting_.push_back({.event = event, .input = std::move(input)});
        if (!working_) {
            working_ = true;
            // What the caller's callback throws comes out of his context.
            asio::co_spawn(executor_, work(shared_from_this()),
                           [](const std::exception_ptr& failure) {
                               if (failure) {
                                   std::rethrow_exception(failure);
                               }
                           });
        }
    }

    asio::awaitable<void> idle() {
        const auto self = shared_from_this();
        while (working_) {
            const auto [error] = co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none) {
                throw boost::system::system_error(error);
            }
        }
    }

    void stop() {
        stopping_ = true;
        waiting_.clear();
        wake_.cancel();
    }

    [[nodiscard]] Counts counts() const {
        Counts out = counts_;
        out.waiting = waiting_.size();
        return out;
    }

  private:
    /// Runs as long as events wait. The parameter keeps this alive.
    asio::awaitable<void> work(std::shared_ptr<Impl> self) {
        // Whatever way this ends, nobody waits for it in vain.
        struct AtEnd {
            explicit AtEnd(Impl& of) : impl{of} {}
            AtEnd(const AtEnd&) = delete;
            AtEnd& operator=(const AtEnd&) = delete;
            ~AtEnd() {
                impl.child_.reset();
                impl.working_ = false;
                impl.idle_.cancel();
            }
            Impl& impl;
        };
        const AtEnd at_end{*self};
        while (!waiting_.empty()) {
            const auto turn = next_turn();
            if (turn > Clock::now()) {
                co_await sleep_until(turn);
                continue;
            }
            const Waiting one = std::move(waiting_.front());
            waiting_.pop_front();
            started_.push_back(Clock::now());
            if (start(one)) {
                co_await watch(one.event);
                child_.reset();
            }
        }
    }

    /// When the next run may begin: `rate` runs before it must be a second old.
    [[nodiscard]] Clock::time_point next_turn() {
        if (started_.size() < options_.rate) {
            return Clock::time_point::min();
        }
        while (started_.size() > options_.rate) {
            started_.pop_front();
        }
        return started_.front() + std::chrono::seconds{1};
    }

    bool start(const Waiting& one) {
        try {
            child_ = std::make_unique<ChildProcess>(
                ChildProcess::Start{.path = path_,
                                    .name = options_.program,
                                    .input = one.input,
                                    .environment = variables(one.event, skipped_),
                                    .output = options_.output});
        } catch (const Error& error) {
            fail(error.what());
            return false;
        }
        skipped_ = 0;
        ++counts_.runs;
        return true;
    }

    asio::awaitable<void> watch(const Event& event) {
        const bool told = !options_.poll && child_->watch(executor_, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->wake_.cancel();
            }
        });
        // What to do when the time is over.
        enum class Next { terminate, kill, give_up } next = Next::terminate;
        auto deadline = Clock::now() + options_.timeout;
        std::optional<int> status;
        bool late = false;
        while (!(status = child_->status())) {
            if (stopping_ && next == Next::terminate) {
                deadline = Clock::now();
            }
            if (Clock::now() < deadline) {
                co_await sleep_until(told ? deadline
                                          : std::min(deadline, Clock::now() + kPollInterval));
                continue;
            }
            late = late || !stopping_;
            if (next == Next::give_up) {
                // It is stuck in the kernel. No other may run beside it, so only an end of it all
                // is a reason to leave it.
                if (stopping_) {
                    co_return;
                }
                deadline = Clock::now() + options_.grace;
                continue;
            }
            child_->signal(next == Next::terminate ? SIGTERM : SIGKILL);
            next = next == Next::terminate ? Next::kill : Next::give_up;
            deadline = Clock::now() + options_.grace;
        }
        const std::string failure =
            late ? fmt::format("took longer than {} ms", options_.timeout.count())
                 : failure_of(*status);
        if (!failure.empty() && (late || !stopping_)) {
            fail(fmt::format("{} {} for event {} ({})", options_.program, failure, event.sequence,
                             to_string(event.kind)));
        }
    }

    void fail(const std::string& text) {
        ++counts_.failures;
        if (options_.on_problem && counts_.failures <= kToldProblems) {
            options_.on_problem(counts_.failures < kToldProblems
                                    ? text
                                    : text + "; further failures are only counted");
        }
    }

    asio::awaitable<void> sleep_until(Clock::time_point time) {
        wake_.expires_at(time);
        co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }

    asio::any_io_executor executor_;
    EventCommandOptions options_;
    std::string path_;
    asio::steady_timer wake_; ///< the worker's
    asio::steady_timer idle_; ///< of those who wait for its end
    std::deque<Waiting> waiting_;
    std::deque<Clock::time_point> started_;
    std::unique_ptr<ChildProcess> child_;
    Counts counts_;
    std::uint64_t skipped_{}; ///< since the last run
    bool working_{};
    bool stopping_{};
};

EventCommand::EventCommand(asio::any_io_executor executor, EventCommandOptions options)
    : impl_{std::make_shared<Impl>(std::move(executor), std::move(options))} {}

EventCommand::~EventCommand() {
    impl_->stop();
}

void EventCommand::push(const Event& event, std::string json_line) {
    impl_->push(event, std::move(json_line));
}

asio::awaitable<void> EventCommand::idle() {
    return impl_->idle();
}

void EventCommand::stop() {
    impl_->stop();
}

asio::awaitable<void> EventCommand::stopped() {
    return impl_->idle();
}

EventCommand::Counts EventCommand::counts() const {
    return impl_->counts();
}

} // namespace haoh::tool
