// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A monitor that runs in a thread of its own, for callers that have no executor.
#pragma once

#include <haoh/monitor.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace haoh::capi {

/// An eventfd that is readable while somebody should look. \throws std::system_error
class Flag {
  public:
    Flag();
    ~Flag();
    Flag(const Flag&) = delete;
    Flag& operator=(const Flag&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    void set(bool on);

  private:
    int descriptor_;
    bool on_{};
};

/// All functions may be called by any thread, also at once.
class MonitorThread {
  public:
    explicit MonitorThread(MonitorOptions options);
    ~MonitorThread();
    MonitorThread(const MonitorThread&) = delete;
    MonitorThread& operator=(const MonitorThread&) = delete;

    /// Waits until the state was read that events are told against.
    /// \throws Error as Monitor::start
    void start();
    /// Waits for the end of the thread; a `start` under way is ended.
    void stop();
    [[nodiscard]] bool running() const;

    /// \param deadline  nullopt: no end
    /// \return nullopt when there is none in time, or none any more
    /// \throws what ended the monitor, once, after the last event
    [[nodiscard]] std::optional<Event>
    next(std::optional<std::chrono::steady_clock::time_point> deadline);
    /// Readable while an event waits, and when the monitor has ended.
    [[nodiscard]] int descriptor() const { return flag_.descriptor(); }
    /// Waits for no `start`.
    [[nodiscard]] MonitorStatus status();

  private:
    boost::asio::awaitable<void> begin();
    boost::asio::awaitable<void> take_events();
    void keep(Event event);
    void end(std::exception_ptr failure);
    void run();
    void end_thread();
    void ask_to_stop();

    /// Events that are taken from the monitor ahead of the caller. Few: beyond its own queue it joins
    /// what is alike, which it cannot do with what was taken.
    static constexpr std::size_t kAhead = 64;

    boost::asio::io_context context_{1};
    Monitor monitor_;
    boost::asio::steady_timer room_; ///< canceled when events were taken; the thread's

    std::timed_mutex control_; ///< start and stop, one at a time
    std::thread thread_;

    mutable std::mutex mutex_; ///< of all below
    std::condition_variable changed_;
    std::deque<Event> events_;
    Flag flag_;
    std::exception_ptr failure_;
    bool running_{};
    bool started_{};  ///< reached, or failed, what `start` waits for
    bool draining_{}; ///< it was stopped: take all that is left
};

} // namespace haoh::capi
