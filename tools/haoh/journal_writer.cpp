// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal_writer.hpp"

#include "coalesced_call.hpp"

#include "base/number_text.hpp"
#include "base/without_signals.hpp"

#include <haoh/controller_state.hpp>
#include <haoh/journal.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

constexpr int kLongestPause = 30; ///< times the first one

/// Whether more came with it than it says: states of an array that answers for the first time, the
/// identity of volumes, and on which array a controller is.
bool brings_more(const Event& event) {
    switch (event.kind) {
    case EventKind::source_restored:
    case EventKind::identity_changed:
    case EventKind::namespace_added:
    case EventKind::namespace_resized:
    case EventKind::path_added:
        return true;
    case EventKind::controller_state:
        return ControllerState::of(event.to).is_live();
    default: // it says all that happened
        break;
    }
    return false;
}

std::uint64_t events_in(const JournalLine& line) {
    const auto* const entry = std::get_if<JournalEntry>(&line);
    return entry == nullptr ? 1 : entry->lost;
}

} // namespace

/// What the thread and the executor share.
class JournalWriter::State : public std::enable_shared_from_this<State> {
  public:
    /// How it stands with the lines.
    struct Standing {
        std::size_t waiting{}; ///< lines
        bool accepts{};        ///< else events are lost until an entry is written
        bool entry_waits{};
        bool wants_new{};     ///< file
        std::uint64_t lost{}; ///< events since the last entry
        std::uint64_t told{}; ///< lost events that an entry tells of, in all
        std::size_t entry{};  ///< bytes of the last one
        std::error_code failure;
    };

    State(asio::any_io_executor executor, JournalFile file, std::size_t most,
          std::function<void()> changed)
        : call_{std::move(executor), std::move(changed)}, file_{std::move(file)}, most_{most} {
        standing_.accepts = true;
    }

    void push(JournalLine line) {
        const std::lock_guard guard{mutex_};
        if (!standing_.accepts || lines_.size() >= most_) {
            standing_.accepts = false;
            ++standing_.lost;
            return;
        }
        add(std::move(line));
    }

    /// Whatever is lost before it, from here on lines are taken.
    void enter(JournalEntry entry) {
        const std::lock_guard guard{mutex_};
        entry.lost = std::exchange(standing_.lost, 0);
        standing_.accepts = true;
        standing_.entry_waits = true;
        standing_.wants_new = false;
        add(std::move(entry));
    }

    void close() {
        const std::lock_guard guard{mutex_};
        closed_ = true;
        call_.close();
        if (!in_hand_) {
            file_.reset(); // now, and not when the thread has noticed
        }
        arrived_.notify_one();
    }

    void wait(std::chrono::milliseconds most) {
        std::unique_lock lock{mutex_};
        progressed_.wait_for(lock, most, [this] { return standing_.waiting == 0; });
    }

    [[nodiscard]] Standing standing() const {
        const std::lock_guard guard{mutex_};
        return standing_;
    }

  private:
    void add(JournalLine line) {
        lines_.push_back(std::move(line));
        ++standing_.waiting;
        if (!std::exchange(started_, true)) {
            start();
        }
        arrived_.notify_one();
    }

    void start() {
        try {
            const base::WithoutSignals masked; // they are for the thread that runs the executor
            std::thread{[self = shared_from_this()] { self->run(); }}.detach();
        } catch (const std::system_error& error) {
            started_ = false; // the next line tries again
            fail(error.code());
            tell();
        }
    }

    void run() {
        std::unique_lock lock{mutex_};
        for (;;) {
            arrived_.wait(lock, [this] { return closed_ || !lines_.empty(); });
            if (closed_) {
                return;
            }
            JournalLine line = std::move(lines_.front());
            lines_.pop_front();
            in_hand_ = true;
            lock.unlock();
            auto* const entry = std::get_if<JournalEntry>(&line);
            std::size_t bytes = 0;
            const std::error_code failure = entry == nullptr
                                                ? file_->append(to_json(std::get<Event>(line)))
                                                : write(*entry, bytes);
            const bool wants_new = !failure && file_->wants_new();
            lock.lock();
            in_hand_ = false;
            if (failure) {
                standing_.lost += events_in(line);
                fail(failure);
            } else {
                --standing_.waiting;
                standing_.wants_new = wants_new;
                if (entry != nullptr) {
                    standing_.entry_waits = false;
                    standing_.failure.clear();
                    standing_.told += entry->lost;
                    standing_.entry = bytes;
                }
            }
            tell();
        }
    }

    /// Of the thread.
    std::error_code write(JournalEntry& entry, std::size_t& bytes) {
        if (entry.kind == JournalEntry::Kind::status) {
            entry.kind = !begun_              ? JournalEntry::Kind::begin
                         : file_->wants_new() ? JournalEntry::Kind::continued
                                              : JournalEntry::Kind::status;
        }
        const std::string line = to_json(entry);
        bytes = line.size();
        const std::error_code failure = file_->append_entry(line);
        begun_ = begun_ || !failure;
        return failure;
    }

    /// Nothing that waits is behind what could not be written.
    void fail(std::error_code failure) {
        for (const JournalLine& line : std::exchange(lines_, {})) {
            standing_.lost += events_in(line);
        }
        standing_.waiting = 0;
        standing_.entry_waits = false;
        standing_.accepts = false;
        standing_.failure = failure;
    }

    void tell() {
        progressed_.notify_one();
        call_.tell();
    }

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable progressed_;
    CoalescedCall call_;
    std::optional<JournalFile> file_; ///< the thread's, while it has a line in hand
    bool in_hand_{};
    bool begun_{}; ///< likewise: an entry was written
    std::size_t most_;
    std::deque<JournalLine> lines_;
    Standing standing_;
    bool started_{};
    bool closed_{};
};

JournalWriter::JournalWriter(const asio::any_io_executor& executor, JournalWriterOptions options)
    : options_{std::move(options)},
      due_timer_{executor}, changed_{executor}, pause_{options_.retry}, budget_{options_.rate} {
    JournalFile file{options_.file};
    if (file.torn() > 0) {
        complain(fmt::format("its last line was torn: {} bytes of it were cut off", file.torn()));
    }
    state_ =
        std::make_shared<State>(executor, std::move(file), options_.events, [this] { hear(); });
}

JournalWriter::~JournalWriter() {
    state_->close();
}

void JournalWriter::complain(const std::string& what) const {
    if (options_.complain) {
        options_.complain(fmt::format("journal {}: {}", options_.file.path, what));
    }
}

void JournalWriter::push(const Event& event) {
    if (ended_) {
        return;
    }
    last_ = event.sequence;
    if (!begun_) {
        held_.push_back(event);
        return;
    }
    state_->push(event);
    if (brings_more(event) && soonest_ == Clock::time_point::max()) {
        const auto now = Clock::now();
        soonest_ = now + budget_.wait(state_->standing().entry, now);
        arm();
    }
}

bool JournalWriter::wants_entry() const {
    if (!begun_) {
        return true;
    }
    const State::Standing now = state_->standing();
    if (ended_ || now.entry_waits) {
        return false;
    }
    const auto time = Clock::now();
    if (!now.accepts) {
        return now.waiting == 0 && time >= retry_at_;
    }
    return now.wants_new || time >= std::min(due(), soonest_);
}

JournalWriter::Clock::time_point JournalWriter::due() const {
    const std::chrono::seconds least{state_->standing().entry / options_.rate};
    return entered_ + std::max(options_.interval, least);
}

void JournalWriter::enter(MonitorStatus status) {
    state_->enter({.kind = JournalEntry::Kind::status,
                   .sequence = last_,
                   .lost = 0,
                   .status = std::move(status)});
    begun_ = true;
    for (const Event& event : std::exchange(held_, {})) {
        state_->push(event);
    }
    entered_ = Clock::now();
    if (std::exchange(soonest_, Clock::time_point::max()) != Clock::time_point::max()) {
        budget_.spend(state_->standing().entry, entered_);
    }
    arm();
}

void JournalWriter::end(MonitorStatus status) {
    if (begun_ && !std::exchange(ended_, true)) {
        due_timer_.cancel();
        state_->enter({.kind = JournalEntry::Kind::end,
                       .sequence = last_,
                       .lost = 0,
                       .status = std::move(status)});
    }
}

/// Asks for an entry when it is time for one.
void JournalWriter::arm() {
    const auto when = state_->standing().accepts ? std::min(due(), soonest_) : retry_at_;
    due_timer_.expires_at(when);
    due_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !ended_ && options_.wanted) {
            options_.wanted();
        }
    });
}

void JournalWriter::hear() {
    const State::Standing now = state_->standing();
    changed_.cancel();
    if (!now.accepts && !std::exchange(troubled_, true)) {
        complain(fmt::format("{}; what happens is not recorded until it takes lines again",
                             now.failure ? now.failure.message() : "its disk is too slow"));
    }
    if (!now.accepts && now.waiting == 0) {
        if (now.failure) {
            retry_at_ = Clock::now() + pause_;
            pause_ = std::min(2 * pause_, kLongestPause * options_.retry);
        } else {
            retry_at_ = {};
        }
    }
    if (now.accepts && !now.entry_waits && std::exchange(troubled_, false)) {
        pause_ = options_.retry;
        const std::uint64_t lost = now.told - std::exchange(told_, now.told);
        complain(fmt::format("it takes lines again; {} {} not in it", base::count_of(lost, "event"),
                             lost == 1 ? "is" : "are"));
    }
    if (!ended_) {
        arm();
        if (options_.wanted && wants_entry()) {
            options_.wanted();
        }
    }
}

asio::awaitable<bool> JournalWriter::written(std::chrono::milliseconds patience) {
    while (state_->standing().waiting > 0 && !given_up_) {
        changed_.expires_after(patience);
        const auto [error] = co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!error) {
            break; // the time is over
        }
    }
    co_return tell_end();
}

bool JournalWriter::finish(std::chrono::milliseconds patience) {
    state_->wait(patience);
    return tell_end();
}

bool JournalWriter::tell_end() const {
    const State::Standing now = state_->standing();
    const bool whole = now.waiting == 0 && !now.failure && now.lost == 0;
    if (!whole) {
        complain(fmt::format("its end is not in it, and {} before it are not",
                             base::count_of(now.lost, "event")));
    }
    return whole;
}

void JournalWriter::give_up() {
    given_up_ = true;
    changed_.cancel();
}

} // namespace haoh::tool
