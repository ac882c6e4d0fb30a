// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_session.hpp"

#include "command.hpp"
#include "event_command.hpp"
#include "event_output.hpp"
#include "journal_writer.hpp"
#include "metrics_server.hpp"
#include "monitor_screen.hpp"
#include "service_notifier.hpp"
#include "terminal_screen.hpp"

#include "base/insist.hpp"
#include "base/safe_text.hpp"
#include "base/working_timers.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>
#include <haoh/journal.hpp>

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
#include <new>
#include <thread>
#include <utility>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

/// Times on the screen go on without events.
constexpr std::chrono::milliseconds kRedraw{500};
constexpr auto kNever = std::chrono::steady_clock::time_point::max();
/// And events do not draw it more often than eyes can follow.
constexpr std::chrono::milliseconds kDrawAgain{50};
/// From this on people are told that silence can be noticed sooner.
constexpr std::chrono::seconds kLongDetection{10};
/// How often --until looks at the state.
constexpr std::chrono::milliseconds kCheckState{50};
/// For programs that still run at the end.
constexpr std::chrono::seconds kLastRuns{5};
/// For a reader of the output at the end, from one sign of life to the next.
constexpr std::chrono::seconds kReaderPatience{5};
/// The same for what standard error has still to take.
constexpr std::chrono::seconds kMessagePatience{2};
/// For as long there may be no memory.
constexpr unsigned kMostShortages = 200;
constexpr std::chrono::milliseconds kShortage{10};
/// Of messages that standard error does not take.
constexpr std::size_t kMostMessages = 65536; ///< bytes

class Session {
  public:
    explicit Session(SessionOptions options)
        : options_{std::move(options)}, for_people_{options_.output.format ==
                                                    event_formats().front().name},
          monitor_{context_.get_executor(), options_.monitor}, folder_{options_.output.style()},
          signals_{context_, SIGINT, SIGTERM, SIGHUP}, over_{context_},
          flush_due_{context_}, redraw_{context_, kNever}, check_due_{context_},
          messages_{context_.get_executor(), STDERR_FILENO}, output_{context_.get_executor(),
                                                                     output_options()} {
        if (!options_.program.empty()) {
            EventCommandOptions command;
            command.program = options_.program;
            if (wants_screen() && nowhere_) {
                command.output = ::fileno(nowhere_.get());
            }
            command.on_problem = [this](const std::string& problem) { complain(problem); };
            command_.emplace(context_.get_executor(), std::move(command));
        }
        if (options_.journal) {
            JournalWriterOptions journal;
            journal.file = *options_.journal;
            journal.complain = [this](const std::string& problem) { complain(problem); };
            journal.wanted = [this] { record(); };
            journal_.emplace(context_.get_executor(), std::move(journal));
        }
    }

    int run() {
        base::require_timers(context_);
        asio::co_spawn(context_, watch(), [this](const std::exception_ptr& failure) {
            failure_ = failure;
            context_.stop();
        });
        run_context();
        notifier_.reset();
        screen_.reset();              // before anything is printed
        const int watched = status(); // whatever comes while the output is read
        if (journal_ && begun_) {
            journal_->end(status_ ? *status_ : monitor_.status());
        }
        if (!output_failed_) {
            finish();
        } else if (journal_) {
            journal_whole_ = journal_->finish(kReaderPatience);
        }
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        return journal_whole_ && (delivered_ || interrupted_) ? watched : Exit::nothing;
    }

  private:
    void run_context() {
        for (;;) {
            try {
                context_.run();
                return;
            } catch (const std::bad_alloc&) {
                if (over_already_) {
                    throw; // perhaps nothing was told that it is
                }
                escaped_ = true;
                endure();
            }
        }
    }

    /// Where there was no memory: gives others the time to return some.
    /// \throws what is being caught, when that lasts
    void endure() {
        if (++shortages_ > kMostShortages) {
            throw;
        }
        std::this_thread::sleep_for(kShortage);
    }

    asio::awaitable<void> watch() {
        bound();
        co_await monitor_.start();
        if (!over_already_) {
            begun_ = true;
            begin_outputs();
            check_state();
            record();
        }
        for (bool over = false; !over;) {
            std::optional<Event> event;
            try {
                event = co_await monitor_.next();
                over = !event;
                if (event) {
                    take(*event);
                    event.reset();
                    record();
                    shortages_ = 0;
                }
            } catch (const std::bad_alloc&) {
                if (event) {
                    output_.leave_out();
                }
                endure();
            }
        }
        status_ = monitor_.status();
        if (escaped_) { // perhaps what would tell of an end: it is not waited for without end
            over_.expires_after(kLastRuns);
            over_.async_wait([this](const auto& error) { error ? void() : context_.stop(); });
        }
        co_await monitor_.stopped();
        over_.cancel();
        if (command_) {
            // What has been told should be heard, but not for ever.
            co_await wait_for_command();
        }
    }

    /// Ends by signals and time.
    void bound() {
        const auto end = [this](const boost::system::error_code& error) {
            if (!error) {
                over_already_ = true;
                base::insist([this] { monitor_.stop(); });
            }
        };
        signals_.async_wait([this, end](const boost::system::error_code& error, int /*number*/) {
            interrupted_ = interrupted_ || !error;
            end(error);
        });
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
        if (const auto detection = monitor_.status().detection;
            detection.count() != 0 && !options_.output.quiet) {
            complain(fmt::format("an array that falls silent is noticed within {:g} s{}",
                                 std::chrono::duration<double>(detection).count(),
                                 detection > kLongDetection ? ", or sooner with --detect" : ""));
        }
        if (!options_.metrics.empty()) {
            metrics_.emplace(executor, options_.metrics,
                             [this] { return to_metrics(monitor_.status()); });
            if (!options_.output.quiet) {
                complain(fmt::format("metrics at http://{}/metrics", metrics_->endpoint()));
            }
        }
        if (wants_screen()) {
            screen_.emplace(executor);
            asio::co_spawn(executor, read_keys(), rethrow);
            asio::co_spawn(executor, follow_size(), rethrow);
            draw();
        } else {
            output_.begin();
        }
        notifier_.emplace(executor, ServiceEnvironment::read(),
                          [this](const std::string& problem) { complain(problem); });
        notifier_->ready(summary_line());
    }

    [[nodiscard]] std::string summary_line() const {
        const MonitorStatus status = monitor_.status();
        return fmt::format("watching {} subsystems, {} controllers, {} namespaces",
                           status.subsystems.size(), status.controllers.size(),
                           status.namespaces.size());
    }

    /// Of the screen: it may be gone before what waits for it.
    static void rethrow(const std::exception_ptr& failure) {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) {
                throw;
            }
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

    /// Into the journal, what is known: when what was told says the same.
    void record() {
        if (journal_ && begun_ && journal_->wants_entry() && !monitor_.has_event()) {
            journal_->enter(monitor_.status());
        }
    }

    void take(const Event& event) {
        if (journal_) {
            journal_->push(event);
        }
        if (event.kind == EventKind::ana_change && event.latency() &&
            latencies_.size() < JournalPlayer::kMostLatencies) {
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
        } else {
            output_.push(event);
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
                output_.print(folder_.flush());
            }
        });
    }

    void draw_soon(std::chrono::milliseconds delay) {
        if (redraw_.expiry() <= std::chrono::steady_clock::now() + delay) {
            return; // sooner anyway
        }
        redraw_.expires_after(delay);
        redraw_.async_wait([this](const boost::system::error_code& error) {
            if (!error && screen_) {
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

    void complain(const std::string& raw) {
        const std::string problem = base::safe_text(raw);
        if (screen_) {
            view_.tell(problem);
        } else if (messages_.waiting() < kMostMessages) {
            messages_.write(fmt::format("haoh: {}\n", problem));
        }
    }

    [[nodiscard]] EventOutputOptions output_options() {
        EventOutputOptions out;
        out.render = [this](const Event& event) {
            if (!for_people_) {
                return rendered(event_formats(), options_.output, event);
            }
            flush_soon();
            return folder_.push(event);
        };
        out.on_failure = [this](std::error_code failure) { fail_output(failure); };
        out.on_left_out = [this](std::uint64_t count) {
            const std::string told = fmt::format(
                "{} events were left out: the reader of the output was too slow", count);
            if (for_people_) { // JSON has a gap in the sequence
                output_.print(folder_.flush() + told + "\n");
            }
            complain(told);
        };
        return out;
    }

    void fail_output(std::error_code failure) {
        output_failed_ = true;
        failure_ =
            std::make_exception_ptr(base::OutputError(failure, "write to", "standard output"));
        context_.stop();
    }

    /// Prints what is left, and waits until it is read: not for ever, and no longer when a signal comes.
    void finish() {
        context_.restart();
        asio::co_spawn(context_, deliver(), [this](const std::exception_ptr& failure) {
            failure_ = failure_ ? failure_ : failure;
            context_.stop();
        });
        context_.run();
    }

    asio::awaitable<void> deliver() {
        const auto give_up = [this](const boost::system::error_code& error) {
            if (!error) {
                output_.give_up();
                if (journal_) {
                    journal_->give_up();
                }
            }
        };
        signals_.cancel();
        signals_.async_wait([this, give_up](const boost::system::error_code& error, int) {
            interrupted_ = interrupted_ || !error;
            give_up(error);
        });
        if (interrupted_) { // then a slow reader has no more time than one that stalls
            over_.expires_after(kReaderPatience);
            over_.async_wait(give_up);
        }
        output_.release_all();
        if (!begun_ && !failure_) {
            complain("ended before everything was read for the first time");
        } else if (for_people_ && !failure_) {
            output_.print(folder_.flush());
            output_.print(summary_text(*status_, latencies_, options_.output.style()));
        }
        delivered_ = co_await output_.written(kReaderPatience);
        if (const std::error_code failure = output_.failure()) {
            fail_output(failure);
        } else if (!delivered_) {
            complain("what was left to print was not: standard output takes nothing");
        }
        if (journal_) {
            journal_whole_ = co_await journal_->written(kReaderPatience);
        }
        co_await messages_.written(kMessagePatience);
    }

    [[nodiscard]] int status() const {
        if (options_.until && !met_) {
            return Exit::failed;
        }
        const bool whole = begun_ && status_ && sources_are_healthy(*status_);
        return whole ? Exit::ok : Exit::incomplete;
    }

    SessionOptions options_;
    /// Alike events joined, a summary, or the screen; else a rendering of each event by itself.
    bool for_people_;
    asio::io_context context_{1};
    Monitor monitor_;
    std::optional<MonitorStatus> status_; ///< at the end
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
    OutputWriter messages_; ///< for standard error
    EventOutput output_;
    std::optional<JournalWriter> journal_;

    std::exception_ptr failure_;
    unsigned shortages_{}; ///< of memory, in a row
    bool escaped_{};       ///< one left the executor
    bool begun_{};         ///< to watch
    bool met_{};
    bool over_already_{};
    bool interrupted_{}; ///< by a signal
    bool output_failed_{};
    bool delivered_{true};
    bool journal_whole_{true};
};

} // namespace

int run_session(SessionOptions options) {
    return Session(std::move(options)).run();
}

} // namespace haoh::tool
