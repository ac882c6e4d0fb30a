// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replay_session.hpp"

#include "command.hpp"
#include "journal_reader.hpp"
#include "monitor_screen.hpp"
#include "monitor_session.hpp"
#include "terminal_screen.hpp"

#include "base/number_text.hpp"
#include "base/rfc3339.hpp"
#include "base/safe_text.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>
#include <haoh/journal.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <thread>
#include <utility>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

using std::chrono::nanoseconds;

constexpr double kFastest = 1e6;
/// The screen is drawn no more often than eyes can follow, and its keys are heeded in between.
constexpr std::chrono::milliseconds kDrawEach{50};

/// What is made of the lines.
struct ReplaySink {
    std::function<void(const Event&)> event;
    std::function<void(const std::string&)> note;
    /// Of one monitor no more lines come.
    std::function<void(const MonitorStatus&, std::span<const nanoseconds>)> end;
};

/// Goes from line to line, and says what has to be said besides.
class Replay {
  public:
    Replay(const ReplayOptions& options, ReplaySink sink)
        : sink_{std::move(sink)}, reader_{options.files,
                                          [this](const std::string& what) { sink_.note(what); }},
          since_{options.since}, to_{options.to}, next_{reader_.next()} {
        if (!next_) {
            throw Error(Errc::not_found, "replay", options.files.front(),
                        "nothing was recorded in it");
        }
        if (since_) {
            skip();
        }
        if (over()) {
            throw Error(Errc::not_found, "replay", options.files.front(),
                        "nothing was recorded at that time");
        }
    }

    [[nodiscard]] bool over() const { return !next_ || (to_ && moment_of(*next_).wall > *to_); }
    /// How long it took until the next line came. \pre not over
    [[nodiscard]] nanoseconds pause() const {
        if (!before_) {
            return {};
        }
        const Moment& next = moment_of(*next_);
        const nanoseconds passed = player_.begins(*next_) ? next.wall - before_->wall
                                                          : next.monotonic - before_->monotonic;
        return std::max(passed, nanoseconds{});
    }
    /// \pre not over
    void step() {
        if (player_.begins(*next_)) {
            end_of_monitor();
        }
        before_ = moment_of(*next_);
        const JournalPlayer::Played played = player_.take(*next_);
        if (played.missing > 0) {
            complete_ = false;
            sink_.note(fmt::format(
                "{} {} not in the journal before {}", base::count_of(played.missing, "event"),
                played.missing == 1 ? "is" : "are", base::rfc3339(before_->wall)));
        }
        if (played.tells) {
            sink_.event(std::get<Event>(*next_));
        }
        next_ = reader_.next();
    }
    /// After the last step.
    void finish() {
        if (next_) { // not all was played: of a span there is an end, whatever came then
            sink_.end(player_.status(), player_.latencies());
        } else {
            end_of_monitor();
        }
    }

    [[nodiscard]] MonitorStatus status() const { return player_.status(); }
    [[nodiscard]] bool complete() const {
        return complete_ && !reader_.torn() && sources_are_healthy(player_.status());
    }

  private:
    /// What was before is known, and not told.
    void skip() {
        while (next_ && moment_of(*next_).wall < *since_) {
            player_.take(*next_);
            next_ = reader_.next();
        }
        player_.count_anew();
    }
    void end_of_monitor() {
        if (!before_) {
            return;
        }
        if (player_.running()) {
            complete_ = false;
            sink_.note(fmt::format("the monitor has no orderly end: it was killed, or still runs; "
                                   "the last that is known of it is of {}",
                                   base::rfc3339(before_->wall)));
        }
        sink_.end(player_.status(), player_.latencies());
    }

    ReplaySink sink_;
    JournalReader reader_;
    JournalPlayer player_;
    std::optional<nanoseconds> since_;
    std::optional<nanoseconds> to_;
    std::optional<JournalLine> next_;
    std::optional<Moment> before_; ///< of the line before
    bool complete_{true};
};

void note_problem(const std::string& what) {
    note(fmt::format("haoh: {}\n", base::safe_text(what)));
}

[[nodiscard]] bool for_people(const ReplayOptions& options) {
    return options.output.format == event_formats().front().name;
}

int replay_status(const Replay& replay) {
    return replay.complete() ? Exit::ok : Exit::incomplete;
}

/// Lines, or metrics: to whoever reads them.
int print_replay(const ReplayOptions& options) {
    const TextStyle style = options.output.style();
    EventFolder folder{style};
    ReplaySink sink;
    sink.note = note_problem;
    sink.event = [&](const Event& event) {
        if (!options.metrics) {
            print(for_people(options) ? folder.push(event)
                                      : rendered(event_formats(), options.output, event));
        }
    };
    sink.end = [&](const MonitorStatus& status, std::span<const nanoseconds> latencies) {
        if (for_people(options) && !options.metrics) {
            print(folder.flush() + summary_text(status, latencies, style));
        }
    };
    Replay replay{options, std::move(sink)};
    while (!replay.over()) {
        if (options.speed) {
            const nanoseconds pause = replay.pause();
            if (pause >= EventFolder::kMoment) {
                print(folder.flush());
            }
            std::this_thread::sleep_for(pause / *options.speed);
        }
        replay.step();
    }
    replay.finish();
    if (options.metrics) {
        print(to_metrics(replay.status()));
    }
    return replay_status(replay);
}

/// The same on a terminal, until `q`.
class ReplayScreen {
  public:
    explicit ReplayScreen(ReplayOptions options)
        : options_{std::move(options)}, folder_{options_.output.style()},
          signals_{context_, SIGINT, SIGTERM, SIGHUP}, pause_{context_}, replay_{options_, sink()} {
    }

    int run() {
        signals_.async_wait([this](const boost::system::error_code& error, int /*number*/) {
            if (!error) {
                end();
            }
        });
        screen_.emplace(context_.get_executor());
        const auto told = [this](const std::exception_ptr& failure) {
            if (failure && !failure_) {
                failure_ = failure;
                context_.stop();
            }
        };
        asio::co_spawn(context_, read_keys(), told);
        asio::co_spawn(context_, follow_size(), told);
        asio::co_spawn(context_, play(), told);
        context_.run();
        screen_.reset(); // before anything is printed
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        print(summary_);
        for (const std::string& what : notes_) {
            note_problem(what);
        }
        return replay_status(replay_);
    }

  private:
    ReplaySink sink() {
        ReplaySink out;
        out.note = [this](const std::string& what) {
            view_.tell(base::safe_text(what));
            if (notes_.size() < MonitorScreen::kMaxLines) {
                notes_.push_back(what);
            }
        };
        out.event = [this](const Event& event) {
            view_.push(event);
            view_.tell(folder_.push(event));
        };
        out.end = [this](const MonitorStatus& status, std::span<const nanoseconds> latencies) {
            view_.tell(folder_.flush());
            summary_ = summary_text(status, latencies, options_.output.style());
        };
        return out;
    }

    asio::awaitable<void> play() {
        auto drawn = std::chrono::steady_clock::now();
        while (!replay_.over()) {
            const nanoseconds pause = options_.speed ? scaled(replay_.pause()) : nanoseconds{};
            const auto now = std::chrono::steady_clock::now();
            if (pause > kDrawEach || now - drawn > kDrawEach) {
                if (pause > kDrawEach) {
                    view_.tell(folder_.flush());
                }
                draw();
                drawn = now;
                co_await wait(pause); // for keys as well
            } else if (pause > nanoseconds{}) {
                co_await wait(pause);
            }
            replay_.step();
        }
        finish();
        draw();
    }

    void finish() {
        if (!std::exchange(finished_, true)) {
            replay_.finish();
        }
    }
    /// Also where not all was played.
    void end() {
        finish();
        context_.stop();
    }

    [[nodiscard]] nanoseconds scaled(nanoseconds pause) const {
        return std::chrono::duration_cast<nanoseconds>(pause / *options_.speed);
    }

    asio::awaitable<void> wait(nanoseconds pause) {
        pause_.expires_after(pause);
        co_await pause_.async_wait(asio::use_awaitable);
    }

    asio::awaitable<void> read_keys() {
        while (const std::optional<char> key = co_await screen_->next_key()) {
            if (*key == 'q' || *key == 'Q') {
                end();
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

    void draw() {
        screen_->draw(
            view_.render(replay_.status(), screen_->size(), options_.output.style().color));
    }

    ReplayOptions options_;
    std::string summary_;
    std::vector<std::string> notes_;
    EventFolder folder_;
    MonitorScreen view_;
    asio::io_context context_{1};
    asio::signal_set signals_;
    asio::steady_timer pause_;
    std::optional<TerminalScreen> screen_;
    Replay replay_;
    std::exception_ptr failure_;
    bool finished_{};
};

} // namespace

std::optional<double> parse_speed(std::string_view text) {
    if (text == "max") {
        return std::nullopt;
    }
    const std::string copy{text};
    char* end = nullptr;
    const double speed = std::strtod(copy.c_str(), &end);
    if (copy.empty() || *end != '\0' || !std::isfinite(speed) || speed <= 0 || speed > kFastest) {
        throw Error(Errc::invalid_argument, "use", fmt::format("the speed '{}'", text),
                    "it is neither max nor a number up to 1000000",
                    "write 60 for an hour a minute");
    }
    return speed;
}

nanoseconds parse_time(std::string_view option, std::string_view text) {
    if (const auto time = base::parse_rfc3339(text)) {
        return *time;
    }
    throw Error(Errc::invalid_argument, "use", fmt::format("{} '{}'", option, text),
                "it is no time of the form 2026-01-31T22:00:00Z",
                "without an offset it is UTC, as in what haoh prints");
}

int run_replay(ReplayOptions options) {
    if (for_people(options) && !options.lines && !options.metrics && TerminalScreen::possible()) {
        return ReplayScreen{std::move(options)}.run();
    }
    return print_replay(options);
}

} // namespace haoh::tool
