// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_session.hpp"

#include "command.hpp"
#include "event_command.hpp"
#include "metrics_server.hpp"
#include "monitor_screen.hpp"
#include "service_notifier.hpp"
#include "terminal_screen.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

/// Latencies kept for exact percentiles; beyond that the histogram has to do.
constexpr std::size_t kMaxLatencies = 1U << 20U;
/// Times on the screen go on without events.
constexpr std::chrono::milliseconds kRedraw{500};
constexpr auto kNever = std::chrono::steady_clock::time_point::max();
/// And events do not draw it more often than eyes can follow.
constexpr std::chrono::milliseconds kDrawAgain{50};
/// How often --until looks at the state.
constexpr std::chrono::milliseconds kCheckState{50};
/// For programs that still run at the end.
constexpr std::chrono::seconds kLastRuns{5};

class Session {
  public:
    explicit Session(SessionOptions options)
        : options_{std::move(options)}, for_people_{options_.output.format ==
                                                    event_formats().front().name},
          monitor_{context_.get_executor(), options_.monitor}, folder_{options_.output.style()},
          signals_{context_, SIGINT, SIGTERM, SIGHUP}, over_{context_},
          flush_due_{context_}, redraw_{context_, kNever}, check_due_{context_} {
        if (!options_.program.empty()) {
            EventCommandOptions command;
            command.program = options_.program;
            if (wants_screen() && nowhere_) {
                command.output = ::fileno(nowhere_.get());
            }
            command.on_problem = [this](const std::string& problem) { complain(problem); };
            command_.emplace(context_.get_executor(), std::move(command));
        }
    }

    int run() {
        asio::co_spawn(context_, watch(), [this](const std::exception_ptr& failure) {
            failure_ = failure;
            context_.stop();
        });
        context_.run();
        notifier_.reset();
        screen_.reset(); // before anything is printed
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        return finish();
    }

  private:
    asio::awaitable<void> watch() {
        bound();
        co_await monitor_.start();
        if (!over_already_) {
            begun_ = true;
            begin_outputs();
            check_state();
        }
        while (std::optional<Event> event = co_await monitor_.next()) {
            take(*event);
        }
        status_ = monitor_.status();
        co_await monitor_.stopped();
        if (command_) {
            // What has been told should be heard, but not for ever.
            co_await wait_for_command();
        }
    }

    /// Ends by signals and time.
    void bound() {
        const auto end = [this](const boost::system::error_code& error, auto...) {
            if (!error) {
                over_already_ = true;
                monitor_.stop();
            }
        };
        signals_.async_wait(end);
        if (options_.duration) {
            over_.expires_after(*options_.duration);
            over_.async_wait(end);
        }
    }

    [[nodiscard]] bool wants_screen() const {
        return for_people_ && !options_.lines && TerminalScreen::possible();
    }

    void begin_outputs() {
        const asio::any_io_executor executor = context_.get_executor();
        if (!options_.metrics.empty()) {
            metrics_.emplace(executor, options_.metrics,
                             [this] { return to_metrics(monitor_.status()); });
            if (!options_.output.quiet) {
                fmt::print(stderr, "haoh: metrics at http://{}/metrics\n", metrics_->endpoint());
            }
        }
        if (wants_screen()) {
            screen_.emplace(executor);
            asio::co_spawn(executor, read_keys(), rethrow);
            asio::co_spawn(executor, follow_size(), rethrow);
            draw();
        }
        notifier_.emplace(executor);
        notifier_->ready(summary_line());
    }

    [[nodiscard]] std::string summary_line() const {
        const MonitorStatus status = monitor_.status();
        return fmt::format("watching {} subsystems, {} controllers, {} namespaces",
                           status.subsystems.size(), status.controllers.size(),
                           status.namespaces.size());
    }

    static void rethrow(const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    asio::awaitable<void> read_keys() {
        while (const std::optional<char> key = co_await screen_->next_key()) {
            if (*key == 'q' || *key == 'Q') {
                monitor_.stop();
                co_return;
            }
        }
    }

    asio::awaitable<void> follow_size() {
        for (;;) {
            co_await screen_->next_resize();
            draw();
        }
    }

    asio::awaitable<void> wait_for_command() {
        asio::steady_timer limit(context_, kLastRuns);
        limit.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                command_->stop();
            }
        });
        co_await command_->idle();
        limit.cancel();
        command_->stop();
        co_await command_->stopped();
    }

    void take(const Event& event) {
        if (event.kind == EventKind::ana_change && event.latency() &&
            latencies_.size() < kMaxLatencies) {
            latencies_.push_back(*event.latency());
        }
        if (command_) {
            command_->push(event, to_json(event));
        }
        if (screen_) {
            view_.push(event);
            view_.tell(folder_.push(event));
            flush_soon();
            draw_soon(kDrawAgain);
        } else if (for_people_) {
            print(folder_.push(event));
            flush_soon();
        } else {
            print(rendered(event_formats(), options_.output, event));
        }
        if (options_.until && options_.until->met(event)) {
            met_ = true;
            monitor_.stop();
        }
    }

    /// Looks whether the state is what one waits for: now, and then often. An event alone does not
    /// tell, and at the beginning there is none.
    void check_state() {
        if (!options_.until || !options_.until->looks_at_state()) {
            return;
        }
        if (options_.until->met(monitor_.status())) {
            met_ = true;
            monitor_.stop();
        } else {
            check_due_.expires_after(kCheckState);
            check_due_.async_wait([this](const boost::system::error_code& error) {
                if (!error) {
                    check_state();
                }
            });
        }
    }

    /// Prints what is joined when nothing more comes.
    void flush_soon() {
        flush_due_.expires_after(EventFolder::kMoment);
        flush_due_.async_wait([this](const boost::system::error_code& error) {
            if (error) {
                return;
            }
            if (screen_) {
                view_.tell(folder_.flush());
            } else {
                print(folder_.flush());
            }
        });
    }

    void draw_soon(std::chrono::milliseconds delay) {
        if (redraw_.expiry() <= std::chrono::steady_clock::now() + delay) {
            return; // sooner anyway
        }
        redraw_.expires_after(delay);
        redraw_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                draw();
            }
        });
    }

    void draw() {
        const bool color = options_.output.style().color;
        screen_->draw(view_.render(monitor_.status(), screen_->size(), color));
        redraw_.expires_at(kNever);
        draw_soon(kRedraw);
    }

    void complain(const std::string& problem) {
        if (screen_) {
            view_.tell(problem);
        } else {
            fmt::print(stderr, "haoh: {}\n", problem);
        }
    }

    int finish() {
        if (!begun_) {
            fmt::print(stderr, "haoh: ended before everything was read for the first time\n");
            return options_.until ? Exit::failed : Exit::incomplete;
        }
        if (for_people_) {
            print(folder_.flush());
            print(summary_text(status_, latencies_, options_.output.style()));
        }
        if (options_.until && !met_) {
            return Exit::failed;
        }
        const bool whole = std::all_of(status_.sources.begin(), status_.sources.end(),
                                       [](const auto& source) { return source.healthy; });
        return whole ? Exit::ok : Exit::incomplete;
    }

    SessionOptions options_;
    /// Alike events joined, a summary, or the screen; else a rendering of each event by itself.
    bool for_people_;
    asio::io_context context_{1};
    Monitor monitor_;
    MonitorStatus status_; ///< at the end
    std::vector<std::chrono::nanoseconds> latencies_;
    EventFolder folder_;
    asio::signal_set signals_;
    asio::steady_timer over_;
    asio::steady_timer flush_due_;
    asio::steady_timer redraw_;
    asio::steady_timer check_due_;
    /// Where --exec's programs print while there is a screen.
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere_{std::fopen("/dev/null", "we"),
                                                             &std::fclose};
    std::optional<EventCommand> command_;
    std::optional<MetricsServer> metrics_;
    std::optional<ServiceNotifier> notifier_;
    std::optional<TerminalScreen> screen_;
    MonitorScreen view_;

    std::exception_ptr failure_;
    bool begun_{}; ///< to watch
    bool met_{};
    bool over_already_{};
};

} // namespace

int run_session(SessionOptions options) {
    return Session(std::move(options)).run();
}

} // namespace haoh::tool
