// SPDX-License-Identifier: LGPL-2.1-or-later
#include "output_writer.hpp"

#include "coalesced_call.hpp"

#include "base/standard_streams.hpp"
#include "base/without_signals.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWritePart = 4096; ///< so that a slow reader is seen to read

} // namespace

class OutputWriter::State : public std::enable_shared_from_this<State> {
  public:
    State(asio::any_io_executor executor, int descriptor, std::function<void()> progressed)
        : descriptor_{descriptor}, call_{std::move(executor), std::move(progressed)} {}

    void begin() {
        const std::lock_guard lock{mutex_};
        start_once();
    }

    void write(std::string_view text) {
        const std::lock_guard lock{mutex_};
        if (failure_ || text.empty()) {
            return;
        }
        start_once();
        pending_ += text;
        waiting_ += text.size();
        arrived_.notify_one();
    }

    void close() {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        call_.close();
        arrived_.notify_one();
    }

    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock{mutex_};
        return waiting_;
    }
    [[nodiscard]] std::error_code failure() const {
        const std::lock_guard lock{mutex_};
        return failure_;
    }

  private:
    void start_once() {
        if (std::exchange(started_, true)) {
            return;
        }
        try {
            const base::WithoutSignals masked; // they are for the thread that runs the executor
            std::thread{[self = shared_from_this()] { self->run(); }}.detach();
        } catch (const std::system_error& error) {
            failure_ = error.code();
            call_.tell();
        } catch (const std::bad_alloc&) {
            started_ = false;
            throw;
        }
    }

    void run() {
        std::unique_lock lock{mutex_};
        for (;;) {
            arrived_.wait(lock, [this] { return closed_ || !pending_.empty(); });
            const std::string text = std::exchange(pending_, {});
            for (std::string_view rest = text; !rest.empty();) {
                if (closed_ || failure_) {
                    return;
                }
                const std::string_view part = rest.substr(0, kWritePart);
                lock.unlock();
                const std::error_code failure = base::write_all(descriptor_, part);
                lock.lock();
                rest.remove_prefix(part.size());
                waiting_ -= part.size();
                failure_ = failure;
                call_.tell();
            }
            if (closed_) {
                return;
            }
        }
    }

    const int descriptor_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    CoalescedCall call_;
    std::string pending_;
    std::size_t waiting_{};
    std::error_code failure_;
    bool started_{};
    bool closed_{};
};

OutputWriter::OutputWriter(const asio::any_io_executor& executor, int descriptor,
                           std::function<void()> progressed)
    : progressed_{std::move(progressed)}, changed_{executor}, state_{std::make_shared<State>(
                                                                  executor, descriptor, [this] {
                                                                      changed_.cancel();
                                                                      if (progressed_) {
                                                                          progressed_();
                                                                      }
                                                                  })} {}

OutputWriter::~OutputWriter() {
    state_->close();
}

void OutputWriter::begin() {
    state_->begin();
}

void OutputWriter::write(std::string_view text) {
    state_->write(text);
}

asio::awaitable<bool> OutputWriter::written(std::chrono::milliseconds patience) {
    while (waiting() > 0 && !failure() && !given_up_) {
        changed_.expires_after(patience);
        const auto [error] = co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!error) {
            break; // the time is over
        }
    }
    co_return waiting() == 0 && !failure();
}

void OutputWriter::give_up() {
    given_up_ = true;
    changed_.cancel();
}

std::size_t OutputWriter::waiting() const {
    return state_->waiting();
}

std::error_code OutputWriter::failure() const {
    return state_->failure();
}

} // namespace haoh::tool
