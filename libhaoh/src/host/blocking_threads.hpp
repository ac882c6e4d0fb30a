// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Threads for calls that block, and perhaps never come back: whoever waits for one can stop to.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace haoh::host {

/// A few threads, started when they are needed. Used from one executor (a strand, where several
/// threads run it).
class BlockingThreads {
  public:
    explicit BlockingThreads(std::size_t count);
    /// Ends the threads. One that is still in a call is left behind: it ends with that call.
    ~BlockingThreads();
    BlockingThreads(const BlockingThreads&) = delete;
    BlockingThreads& operator=(const BlockingThreads&) = delete;

    enum class Outcome : std::uint8_t {
        done,     ///< the work came to its end
        late,     ///< it did not within its time, and goes on
        canceled, ///< the caller was canceled; the work goes on
        stuck,    ///< not begun: every thread is in a call that nobody waits for any longer
    };

    /// Waits for a free thread, runs `work` in it, and waits for its end. Rethrows what it throws.
    /// \param work   must own what it touches: it may outlive everything else
    /// \param limit  from its beginning on; none waits as long as it takes
    /// \throws Error when no thread can be started
    [[nodiscard]] boost::asio::awaitable<Outcome>
    run(std::function<void()> work, std::optional<std::chrono::milliseconds> limit);

    [[nodiscard]] std::size_t count() const;

  private:
    struct Call;
    struct Shared;
    class Waiting;

    static void serve(const std::shared_ptr<Shared>& shared, std::size_t index);
    void start(const std::shared_ptr<Call>& call);
    void add_thread();

    std::shared_ptr<Shared> shared_;
};

} // namespace haoh::host
