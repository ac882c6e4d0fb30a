// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A session on a byte stream, which carries one queue: moves its bytes and tells it the time.
#pragma once

#include "byte_stream.hpp"
#include "session.hpp"
#include "waiter.hpp"

#include <haoh/address.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace haoh::fabric {

/// A moment after which something is given up, and what to say then.
struct Deadline {
    TimePoint at{TimePoint::max()};
    Failure failure;
};

/// Held by shared_ptr: its reader, writer and timer are coroutines that keep it alive until the
/// connection is closed. Used from its executor only.
class QueueConnection : public std::enable_shared_from_this<QueueConnection> {
  public:
    QueueConnection(boost::asio::any_io_executor executor, const SessionOptions& options,
                    std::unique_ptr<ByteStream> stream);

    /// Opens the stream, and exchanges ICReq and ICResp.
    /// \throws Error
    [[nodiscard]] boost::asio::awaitable<void> open(Address address, TimePoint deadline);

    /// Runs one command, as AdminChannel::submit. \param timeout from when it is sent
    [[nodiscard]] boost::asio::awaitable<nvme::AdminResult> run(nvme::AdminCommand command,
                                                                std::chrono::milliseconds timeout);

    /// The next asynchronous event. Asks for them from the first call on. \throws Error
    [[nodiscard]] boost::asio::awaitable<nvme::AsyncEvent> next_event();

    void start_keep_alive(const Beat& beat);
    /// Called with each Session::take_lateness from now on, from the executor's queue.
    void on_late(std::function<void(const Lateness&)> told) { on_late_ = std::move(told); }
    /// Ends everything at a moment of the caller's choice; replaces the deadline set before.
    void set_deadline(Deadline deadline);
    /// Closes now; whatever is in flight fails with this.
    void close(Failure failure);

    [[nodiscard]] bool failed() const { return session_.failure() != nullptr; }
    [[nodiscard]] const Session& session() const { return session_; }
    [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
    /// The object of error texts: the address, later with the controller's number.
    [[nodiscard]] const std::string& name() const { return name_; }
    void set_name(std::string name) { name_ = std::move(name); }
    /// The numeric address that the connection leads to.
    [[nodiscard]] const std::string& peer() const { return peer_; }

  private:
    using Self = std::shared_ptr<QueueConnection>;

    /// A command whose coroutine waits.
    struct Waiting {
        std::uint64_t id{};
        std::chrono::milliseconds timeout{};
        nvme::AdminCommand command;
        Waiter<nvme::AdminResult> waiter;
    };
    struct Running {
        std::uint64_t id{};
        std::uint16_t cid{};
        Waiter<nvme::AdminResult> waiter; ///< empty: nobody waits
    };

    static boost::asio::awaitable<void> read_loop(Self self);
    static boost::asio::awaitable<void> write_loop(Self self);
    static boost::asio::awaitable<void> time_loop(Self self);
    static boost::asio::awaitable<void> receive_all(Self self);
    static boost::asio::awaitable<void> send_all(Self self);
    static boost::asio::awaitable<void> keep_time(Self self);
    /// Before anything is given up: lets the reader take what came already.
    static boost::asio::awaitable<void> look_again(Self self, Clock::duration overslept);

    void enqueue(Waiting waiting);
    void cancel_command(std::uint64_t id);
    /// Hands over all that the session has to say, fills its queue, and sets the timer anew. Whatever
    /// touches the session or a deadline ends with it: no other place knows what moved.
    void pump();
    void deliver(Completion completion);
    void submit_waiting();
    void finish();
    void wake_writer();
    void close_stream();
    void drop_waiting();
    /// Nobody waits for a loop: what it throws becomes the connection's failure.
    void break_off(const std::exception& reason) noexcept;
    /// Without memory even a failure cannot be told: the reader ends with the stream, and drops those who
    /// wait.
    void abandon() noexcept;
    void tell_late();
    /// When the timer has something to do next.
    [[nodiscard]] TimePoint due() const;
    /// The timer has to look again when something falls due before it would wake up.
    void arm();

    boost::asio::any_io_executor executor_;
    Session session_;
    std::string name_;
    std::string peer_;
    std::unique_ptr<ByteStream> stream_;
    boost::asio::steady_timer timer_;
    TimePoint timer_target_{TimePoint::max()};
    Deadline deadline_;
    TimePoint linger_until_{TimePoint::max()}; ///< after a failure, for the termination request
    bool finished_{};
    bool closed_{};

    std::uint64_t next_id_{1};
    std::deque<Waiting> waiting_;
    std::vector<Running> running_; ///< by the index in the command identifier
    Waiter<> writer_;
    Waiter<> opener_;
    Waiter<nvme::AsyncEvent> event_;
    std::function<void(const Lateness&)> on_late_;
};

} // namespace haoh::fabric
