// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the parts of a monitor have in common: the fusion, the way of events to the caller, and the
/// coroutines that end with it.
#pragma once

#include "monitor/event_queue.hpp"
#include "monitor/fusion.hpp"
#include "monitor/known_budget.hpp"
#include "monitor/presence.hpp"
#include "monitor/round.hpp"
#include "monitor/source_problem.hpp"
#include "monitor/watched_port.hpp"

#include <haoh/attribution.hpp>
#include <haoh/monitor.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::monitor {

/// A port that is watched, for those that are watched beside it.
class Neighbour {
  public:
    Neighbour() = default;
    virtual ~Neighbour() = default;
    Neighbour(const Neighbour&) = delete;
    Neighbour& operator=(const Neighbour&) = delete;

    /// Another port of its subsystem showed that something changed of which no event told: what is
    /// to be looked at here at once.
    virtual void suspect(const Round::Portion& portion) = 0;
};

/// What is told of a task that lacks memory for long.
enum class Shortage : std::uint8_t { told, borne };

/// Used from its executor alone.
class MonitorCore : public std::enable_shared_from_this<MonitorCore> {
  public:
    MonitorCore(boost::asio::any_io_executor executor, MonitorOptions options);

    [[nodiscard]] const MonitorOptions& options() const { return options_; }
    [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
    [[nodiscard]] Fusion& fusion() { return fusion_; }

    /// Sends on what the fusion has to tell.
    void publish(const Occasion& occasion);
    /// Tells at once that a source is lost.
    void lose_source(std::string_view name, const SourceProblem& why, const Moment& now);
    /// Tells that the process did not run for a time, if it did not.
    void look_back(const Presence::Clocks& now);
    /// Whether a connection that began then, and was lost now, was so for that reason.
    [[nodiscard]] bool excuses(std::chrono::steady_clock::time_point began);
    /// Whether it runs again only since a moment ago.
    [[nodiscard]] bool has_returned();
    /// Runs a coroutine until it ends or the monitor stops. It holds the core.
    /// \param name  of the source that it asks; with `Shortage::borne` a lasting lack of memory is not told
    ///              as the loss of it, where nothing that it does would restore it
    void run(std::function<boost::asio::awaitable<void>()> body, std::string name,
             Shortage shortage = Shortage::told);
    [[nodiscard]] bool running() const { return running_; }

    void begin();
    void end();
    [[nodiscard]] boost::asio::awaitable<void> ended();
    /// Waits until every source that is expected was tried once.
    [[nodiscard]] boost::asio::awaitable<void> tried();
    /// Waits until the fusion has something to tell that only time tells, which may become sooner
    /// meanwhile, or until `longest` is over.
    [[nodiscard]] boost::asio::awaitable<void> time_to_tell(std::chrono::nanoseconds longest);
    /// \throws Error as haoh::require_sites, by what is known by now
    void require_known_sites() const;
    /// Runs what precedes all watching, as `run` does: `end` cancels it. Returns when it is over.
    /// \throws what it throws
    [[nodiscard]] boost::asio::awaitable<void>
    prepare(std::function<boost::asio::awaitable<void>()> body);
    [[nodiscard]] boost::asio::awaitable<std::optional<Event>> next();
    [[nodiscard]] bool has_event() const { return !queue_.empty(); }
    void set_handler(std::function<void(const Event&)> handler);
    [[nodiscard]] MonitorStatus status() const;

    /// Before any port is watched: what discovery said, and the ports in the order of their targets.
    /// Arrays that are asked directly are named in that order, whoever answers first, and each is
    /// expected to present its subsystem.
    void expect_ports(std::vector<DiscoveryObservation> logs, std::span<const WatchedPort> ports);
    /// What a port has is not known from here on, or is again.
    void lose_port(const WatchedPort& port, const SourceProblem& why);
    void restore_port(const WatchedPort& port);
    /// What was read last of a controller; null: nothing.
    [[nodiscard]] const ControllerObservation* known(std::string_view host, std::string_view name);
    /// From here on it hears what others of the subsystem suspect, as long as it lives.
    void join(const std::string& subsysnqn, std::weak_ptr<Neighbour> port);
    void suspect(const std::string& subsysnqn, const Neighbour& by, const Round::Portion& portion);
    /// For one reading of a target: it ends with what there is room for.
    [[nodiscard]] std::shared_ptr<Spending> reading(const std::string& target);
    /// Before what was read of a controller replaces what was known of it. \return why it must not:
    /// there is not enough room for it, and everything is as it was; empty: it may
    [[nodiscard]] SourceProblem admit(const ControllerObservation& controller);
    /// Keeps what was read of a controller, and judges its subsystem and tells arrays apart anew.
    void keep(const std::string& host, ControllerObservation controller);
    /// Likewise of its ANA log alone. One that there is no room for is not kept.
    void keep_ana(const std::string& host, const std::string& controller,
                  std::vector<std::uint8_t> log);
    /// What is known now, as `haoh::observe` would have it.
    [[nodiscard]] Observation observation() const;
    /// Of the release for which paths are judged that no kernel has judged.
    [[nodiscard]] std::string kernel() const;
    /// Likewise of this host's kernel, of which the last view counts.
    void keep(KernelObservation kernel);
    void forget(const std::string& host, const std::string& controller);

  private:
    struct Task {
        boost::asio::cancellation_signal cancel;
    };

    void spawn(std::list<Task>::iterator task, std::function<boost::asio::awaitable<void>()> body,
               std::string name, Shortage shortage);
    /// The body lives as long as its coroutine. Without memory it begins anew, as there may be some in a
    /// moment: else one would watch less from then on.
    static boost::asio::awaitable<void> hold(std::shared_ptr<MonitorCore> self,
                                             std::function<boost::asio::awaitable<void>()> body,
                                             std::string name, Shortage shortage);
    void deliver(Event event);
    void push(Event event, std::string_view owner);
    void attribute_arrays();
    void expect_arrays(const Attributions& arrays);
    void judge_later();
    /// `known_.controllers.end()` when nothing is known of it.
    [[nodiscard]] std::vector<ControllerObservation>::iterator find(std::string_view host,
                                                                    std::string_view name);
    /// Ports of which nothing is known now.
    [[nodiscard]] std::set<std::string_view> lost() const;
    [[nodiscard]] boost::asio::awaitable<void> judge_soon();
    void judge();

    /// Several controllers are read one after the other: they are judged together.
    static constexpr std::chrono::milliseconds kJudgeDelay{500};

    boost::asio::any_io_executor executor_;
    MonitorOptions options_;
    Fusion fusion_;
    EventQueue queue_;
    boost::asio::steady_timer arrived_; ///< canceled whenever `next` should look again
    boost::asio::steady_timer tried_;   ///< canceled whenever `tried` should look again
    boost::asio::steady_timer idle_;    ///< canceled whenever a task has ended
    boost::asio::steady_timer clock_;   ///< of `time_to_tell`
    std::list<Task> tasks_;
    std::function<void(const Event&)> handler_;
    std::exception_ptr handler_failure_;
    KnownBudget known_budget_;
    std::map<std::string, std::vector<std::weak_ptr<Neighbour>>> neighbours_; ///< by subsystem
    std::chrono::nanoseconds judge_delay_{};
    /// Of a port that is expected, at first, a controller without a name; `unobserved` are those that
    /// are lost.
    Observation known_;
    Moment began_;
    Presence presence_;
    std::uint64_t sequence_{};
    bool running_{};
    bool judging_{}; ///< `judge_soon` is on its way
    bool timed_{};   ///< somebody waits in `time_to_tell`
};

[[nodiscard]] boost::asio::awaitable<void> pause(std::chrono::nanoseconds duration);

/// Ends the caller when the monitor is about to stop: awaiting any coroutine does, once it was
/// canceled (asio::this_coro::throw_if_cancelled). What failed then did so for that reason.
[[nodiscard]] boost::asio::awaitable<void> unless_stopped();

} // namespace haoh::monitor
