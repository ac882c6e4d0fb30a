// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/array_watch.hpp"

#include "monitor/ana_reading.hpp"
#include "monitor/backoff.hpp"
#include "monitor/path_bars.hpp"
#include "monitor/rest.hpp"
#include "monitor/silent_change.hpp"
#include "monitor/throttle.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>
#include <haoh/fabric.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kSource = to_string(EventSource::aen);
constexpr std::uint8_t kChangedNamespaces = 0x04;
/// Commands at once of what is looked at without need: the others of the queue are for events.
constexpr std::size_t kLookDepth = 4;
constexpr std::chrono::milliseconds kShortestTurn{10};

/// Get Log Page without Retain Asynchronous Event: the controller may send this event again from
/// here on. What changes later is in the log that is read after this.
asio::awaitable<void> release_event(AdminChannel& channel, std::uint8_t lid) {
    nvme::AdminCommand command =
        nvme::get_log_page_command(lid, 0, nvme::kAnaLogHeaderSize, nvme::kAllNamespaces, false);
    static_cast<void>(co_await channel.submit(std::move(command)));
}

/// One connection to a port.
class PortWatch : public Neighbour, public std::enable_shared_from_this<PortWatch> {
  public:
    /// \param rest  from readings of the port, whatever connection they were over
    PortWatch(std::shared_ptr<MonitorCore> core, const WatchedPort& port,
              std::shared_ptr<Rest> rest)
        : core_{std::move(core)}, port_{port}, rest_{std::move(rest)}, again_{core_->executor(),
                                                                              kNever},
          free_{core_->executor(), kNever}, look_{core_->executor(), kNever},
          backoff_(core_->options().retry_interval, kMaxArrayBackoff) {}

    /// Ends by throwing, when the connection is lost.
    asio::awaitable<void> run() {
        ConnectOptions options = core_->options().connect;
        options.subsysnqn = port_.subsysnqn;
        options.on_late = [weak = weak_from_this()](const LateAnswer& late) {
            if (const auto self = weak.lock()) {
                self->tell_late(late);
            }
        };
        controller_ = co_await FabricController::connect(port_.address, std::move(options));
        connected_ = true;
        // Before the states are read: what changes while they are is an event then.
        co_await controller_->enable_events();
        co_await read_all(std::nullopt, kSource);
        publish(Moment::now(), std::nullopt);
        core_->run([self = shared_from_this()] { return self->read_again(); }, port_.name);
        core_->run([self = shared_from_this()] { return self->look_around(); }, port_.name);
        core_->join(port_.subsysnqn, weak_from_this());
        for (;;) {
            const nvme::AsyncEvent event = co_await controller_->next_event();
            const Moment now = Moment::now();
            co_await take(event, now);
            if (const auto wait = throttle_.turn(now.monotonic); wait.count() > 0) {
                co_await pause(wait);
            }
        }
    }

    /// The connection was lost, or is given up.
    void end() {
        ended_ = true;
        again_.cancel();
        free_.cancel();
        look_.cancel();
    }

    void suspect(const Round::Portion& portion) override {
        if (suspected_) {
            suspected_->add(portion);
        } else {
            suspected_ = portion;
        }
        look_.cancel();
    }

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] std::chrono::steady_clock::time_point began() const { return began_; }

  private:
    /// One reader at a time: what is read later is what counts later.
    class Turn {
      public:
        explicit Turn(PortWatch& watch) : watch_{watch} { watch_.reading_ = true; }
        ~Turn() {
            watch_.reading_ = false;
            watch_.free_.cancel();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

      private:
        PortWatch& watch_;
    };

    asio::awaitable<void> my_turn() {
        while (reading_ && !ended_) {
            co_await free_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    Fusion& fusion() { return core_->fusion(); }

    void publish(const Moment& observed, std::optional<Moment> cause,
                 std::string_view source = kSource) {
        core_->publish({.observed = observed, .cause = cause, .source = source});
    }

    /// Of connecting there is nothing to tell: until then it is lost.
    void tell_late(const LateAnswer& late) {
        if (controller_ && !ended_) {
            const Moment now = Moment::now();
            fusion().see_late(port_.name, late, now);
            publish(now, std::nullopt);
        }
    }

    /// Reads again on a clock of its own what could not be read: the array's next event may be far.
    asio::awaitable<void> read_again() {
        while (!ended_) {
            const auto [early] = co_await again_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (ended_ || early) {
                continue;
            }
            again_.expires_at(kNever);
            co_await my_turn();
            if (ended_) {
                continue;
            }
            const std::string_view source = silent_ && !owed_ ? kClock : kSource;
            try {
                const Turn turn(*this);
                co_await read_all(owed_, source);
            } catch (const Error& error) {
                if (ended_) {
                    continue; // the connection was lost, which `run` tells
                }
                settle(error);
            }
            publish(Moment::now(), std::nullopt, source);
        }
    }

    /// Looks on a clock of its own, a little at a time, for what changed although no event told.
    asio::awaitable<void> look_around() {
        using Clock = std::chrono::steady_clock;
        const auto turn = std::max(core_->options().poll_interval, kShortestTurn);
        auto due = Clock::now() + turn; // of its own next look
        Clock::time_point sooner{};     // for what is suspected: neighbours may suspect without end
        while (!ended_) {
            const auto at = suspected_ ? std::min(due, sooner) : due;
            if (Clock::now() < at) {
                look_.expires_at(at);
                co_await look_.async_wait(asio::as_tuple(asio::use_awaitable));
                continue; // it may have been woken for something that is suspected
            }
            const bool alone = !suspected_;
            if (alone) {
                due = std::max(due + turn, Clock::now());
            } else {
                sooner = Clock::now() + turn;
            }
            co_await my_turn();
            const ControllerObservation* const known = core_->known({}, port_.name);
            if (ended_ || known == nullptr || again_.expiry() != kNever) {
                suspected_.reset(); // all is to be read soon
                continue;
            }
            Round::Portion portion =
                alone ? round_.next(known->namespaces) : *std::exchange(suspected_, std::nullopt);
            try {
                co_await look_at(std::move(portion), alone);
            } catch (const Error& error) {
                if (!ended_) { // else the connection was lost, which `run` tells
                    settle(error);
                    publish(Moment::now(), std::nullopt, kClock);
                }
            }
        }
    }

    /// \param alone  nobody else knows yet what is found
    asio::awaitable<void> look_at(Round::Portion portion, bool alone) {
        const unsigned before = readings_;
        const bool ends = portion.controller;
        CollectOptions options;
        options.deadline = std::chrono::steady_clock::now() + core_->options().timeout;
        options.depth = kLookDepth;
        const Round::Portion changed = co_await changed_of(*core_, port_.name, *controller_,
                                                           std::move(portion), std::move(options));
        if (ended_ || readings_ != before) {
            co_return; // all was read meanwhile
        }
        if (!changed.empty()) {
            round_.found(core_->known({}, port_.name)->namespaces.size());
            silent_ = true;
            again_.expires_at(std::max(std::chrono::steady_clock::now(), rest_->until()));
            if (alone) {
                core_->suspect(port_.subsysnqn, *this, changed);
            }
        } else if (ends && alone && core_->known({}, port_.name)->identify_data().ana()) {
            co_await my_turn();
            if (ended_) {
                co_return;
            }
            const Turn turn(*this);
            co_await read_ana(std::nullopt, kClock);
            publish(Moment::now(), std::nullopt, kClock);
        }
    }

    /// All that was asked for was read, or something was not.
    void settle(const SourceProblem& problem) {
        const Moment now = Moment::now();
        if (problem.empty()) {
            fusion().restore_source(port_.name, now);
            backoff_.reset();
            again_.expires_at(owed_ || silent_ ? rest_->until() : kNever);
        } else {
            fusion().lose_source(port_.name, problem, now);
            const auto due = std::chrono::steady_clock::now() + backoff_.next();
            again_.expires_at(std::max<asio::steady_timer::time_point>(due, rest_->until()));
        }
    }

    /// Identity, namespaces and ANA log.
    asio::awaitable<void> read_all(std::optional<Moment> cause, std::string_view source) {
        owed_.reset();
        silent_ = false;
        SourceProblem problem;
        {
            const Rest::Work work(*rest_);
            problem = co_await take_in_all(cause, source);
        }
        settle(problem);
    }

    /// \return what was not read, and why; empty: nothing
    asio::awaitable<SourceProblem> take_in_all(std::optional<Moment> cause,
                                               std::string_view source) {
        CollectOptions options;
        options.deadline = std::chrono::steady_clock::now() + core_->options().timeout;
        options.spending = core_->reading(port_.target);
        ControllerObservation seen = co_await collect_controller(*controller_, std::move(options));
        if (!seen.identify.ok()) {
            throw Error(Errc::command_failed, "read", port_.name,
                        seen.unread.empty() ? "it did not identify itself" : seen.unread.front());
        }
        seen.name = port_.name;
        seen.transport = to_string(Transport::tcp);
        seen.traddr = controller_->peer();
        seen.trsvcid = std::to_string(port_.address.trsvcid);
        seen.target = port_.target;
        seen.subsysnqn = port_.subsysnqn;
        seen.connection = controller_->connection();
        ++readings_;
        round_.restart();
        const Occasion occasion{.observed = Moment::now(), .cause = cause, .source = source};
        View view = view_of(seen);
        const bool first = view_.controllers.empty();
        bar_paths(view, seen, core_->kernel());
        if (view.namespaces_problem.empty() || first) {
            if (const SourceProblem problem = core_->admit(seen); !problem.empty()) {
                co_return problem; // what was known stays
            }
        }
        core_->restore_port(port_);
        fusion().see_controller({}, port_.name, view, occasion);
        fusion().set_anatt({}, port_.name, seen.identify_data().anatt);
        fusion().see_identity({}, port_.name, identity_of(seen), occasion);
        if (view.ana_problem.empty() && seen.ana.log.ok()) {
            fusion().see_change_count({}, port_.name, seen.ana_log().chgc, occasion);
        }
        const SourceProblem problem =
            view.namespaces_problem.empty() ? view.ana_problem : view.namespaces_problem;
        if (view.namespaces_problem.empty() || first) { // else the namespaces are those of before
            view_ = std::move(view);
        }
        if (problem.empty() || first) {
            core_->keep({}, std::move(seen));
        }
        co_return problem;
    }

    asio::awaitable<void> take(const nvme::AsyncEvent& event, const Moment& now) {
        fusion().notice({}, {.controller = port_.name, .event = event},
                        {.observed = now, .cause = {}, .source = kSource});
        publish(now, {});
        co_await my_turn();
        const Turn turn(*this);
        if (event.ana_change()) {
            co_await release_event(*controller_, nvme::lid::ana);
            co_await read_ana(now, kSource);
        } else if (event.namespace_attribute()) {
            co_await release_event(*controller_, kChangedNamespaces);
            if (std::chrono::steady_clock::now() < rest_->until()) {
                owed_ = owed_.value_or(now);
                again_.expires_at(std::min(again_.expiry(), rest_->until()));
            } else {
                co_await read_all(now, kSource);
            }
        } else if (event.log_page != 0) {
            co_await release_event(*controller_, event.log_page);
        }
        publish(Moment::now(), now);
    }

    asio::awaitable<void> read_ana(std::optional<Moment> cause, std::string_view source) {
        if (view_.controllers.empty()) {
            co_return; // nothing is known of it yet, and why was told
        }
        auto spending = core_->reading(port_.target);
        AnaReading reading =
            co_await monitor::read_ana(*controller_, controller_->depth(), std::move(spending),
                                       std::chrono::steady_clock::now() + core_->options().timeout);
        if (ended_) {
            co_return; // it was given up meanwhile: its answer does not bring it back
        }
        if (!reading.problem.empty() || !view_.namespaces_problem.empty()) {
            settle(reading.problem.empty() ? view_.namespaces_problem : reading.problem);
            co_return;
        }
        const Occasion occasion{.observed = Moment::now(), .cause = cause, .source = source};
        apply_ana_log(view_, reading.log);
        fusion().see_controller({}, port_.name, view_, occasion);
        fusion().see_change_count({}, port_.name, reading.log.chgc, occasion);
        core_->keep_ana({}, port_.name, std::move(reading.bytes));
        settle({});
    }

    static constexpr auto kNever = std::chrono::steady_clock::time_point::max();

    std::shared_ptr<MonitorCore> core_;
    WatchedPort port_;
    std::shared_ptr<Rest> rest_;
    std::chrono::steady_clock::time_point began_{std::chrono::steady_clock::now()};
    std::optional<Moment> owed_; ///< the first event after which everything is still to be read
    std::unique_ptr<FabricController> controller_;
    View view_; ///< the last one with all namespaces
    Throttle throttle_;
    asio::steady_timer again_; ///< when to read again; canceled at the end
    asio::steady_timer free_;  ///< canceled whenever a reader has ended
    asio::steady_timer look_;  ///< of `look_around`; canceled when something is suspected
    Backoff backoff_;
    Round round_;
    std::optional<Round::Portion> suspected_;
    unsigned readings_{}; ///< of all
    bool silent_{};       ///< no event told of what is to be read
    bool reading_{};
    bool connected_{};
    bool ended_{};
};

/// Ends a watch, also where there is no memory for the reason.
class EndOf {
  public:
    explicit EndOf(PortWatch& watch) : watch_{watch} {}
    ~EndOf() { watch_.end(); }
    EndOf(const EndOf&) = delete;
    EndOf& operator=(const EndOf&) = delete;

  private:
    PortWatch& watch_;
};

} // namespace

asio::awaitable<void> watch_port(std::shared_ptr<MonitorCore> core, WatchedPort port) {
    Backoff backoff(core->options().retry_interval, kMaxArrayBackoff);
    const auto rest = std::make_shared<Rest>();
    for (;;) {
        const auto watch = std::make_shared<PortWatch>(core, port, rest);
        SourceProblem problem;
        {
            const EndOf end(*watch);
            try {
                co_await watch->run();
            } catch (const Error& error) {
                problem = error;
            } catch (const std::bad_alloc&) {
                problem = "out of memory";
            }
        }
        co_await unless_stopped();
        if (core->excuses(watch->began()) && watch->connected()) {
            // The array had to give up a host that was not there. It may be as well as ever: what
            // that means for access is told when it was asked again, and not before.
            core->fusion().expect_source(port.name);
            core->fusion().forget_change_count({}, port.name);
            continue;
        }
        const Moment now = Moment::now();
        const Occasion occasion{.observed = now, .cause = {}, .source = kSource};
        core->lose_port(port, problem);
        core->fusion().lose_source(port.name, problem, now);
        core->fusion().forget_change_count({}, port.name);
        core->fusion().see_controller_state({}, port.name, ControllerState::lost, occasion);
        core->publish(occasion);
        if (watch->connected()) {
            backoff.reset();
        }
        const std::chrono::nanoseconds resting = rest->until() - std::chrono::steady_clock::now();
        co_await pause(std::max<std::chrono::nanoseconds>(backoff.next(), resting));
    }
}

asio::awaitable<void> watch_presence(std::shared_ptr<MonitorCore> core) {
    for (;;) {
        core->look_back(Presence::Clocks::now());
        co_await pause(Presence::kBeat);
    }
}

asio::awaitable<void> watch_time(std::shared_ptr<MonitorCore> core) {
    for (;;) {
        co_await core->time_to_tell(core->options().poll_interval);
        while (core->has_returned()) {
            co_await pause(Presence::kBeat); // what the arrays did meanwhile is still to be heard
        }
        const Moment now = Moment::now();
        core->fusion().pass_time(now);
        core->publish({.observed = now, .cause = {}, .source = kSource});
    }
}

} // namespace haoh::monitor
