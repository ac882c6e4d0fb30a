// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// JournalWriter: what a monitor tells and knows on its way into a journal, whose disk may be slow or full.
#pragma once

#include "entry_budget.hpp"
#include "journal_file.hpp"

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace haoh::tool {

struct JournalWriterOptions {
    JournalFileOptions file;
    /// One line for people: when lines are lost, and when they no longer are.
    std::function<void(const std::string&)> complain;
    /// `wants_entry` should be asked.
    std::function<void()> wanted;
    std::size_t events{65536}; ///< that wait for the disk; beyond that they are not recorded
    /// What is known is written this often; where it is much, less often: `rate` bytes a second at most.
    std::chrono::seconds interval{600};
    std::uint64_t rate{2048};
    /// Until a disk that took nothing is tried again; becomes longer, up to 30 times.
    std::chrono::milliseconds retry{1000};
};

/// A thread writes, so that nobody waits for the disk. What is lost is counted, told once, and said in the
/// journal behind the gap, with what is known then; afterwards it goes on. Used from its executor only.
class JournalWriter {
  public:
    /// \throws Error as JournalFile
    JournalWriter(const boost::asio::any_io_executor& executor, JournalWriterOptions options);
    /// What was not written is lost.
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    /// Events in the order of their sequence. They wait for the first `enter`.
    void push(const Event& event);
    /// Whether what is known is to be written now.
    [[nodiscard]] bool wants_entry() const;
    /// \param status  with what the events say that were pushed, and no others
    void enter(MonitorStatus status);
    /// The same, at the orderly end.
    void end(MonitorStatus status);

    /// Waits until all is written, as long as some of it is within each `patience`.
    /// \return whether it is, and nothing was lost since the last entry
    [[nodiscard]] boost::asio::awaitable<bool> written(std::chrono::milliseconds patience);
    /// The same where the executor has ended: waits no longer than this.
    [[nodiscard]] bool finish(std::chrono::milliseconds patience);
    /// `written` waits no longer.
    void give_up();

  private:
    class State;
    using Clock = std::chrono::steady_clock;

    void hear();
    void arm();
    /// When the next entry is due, whatever happens.
    [[nodiscard]] Clock::time_point due() const;
    void complain(const std::string& what) const;
    bool tell_end() const;

    JournalWriterOptions options_;
    boost::asio::steady_timer due_timer_;
    boost::asio::steady_timer changed_; ///< canceled at each progress
    std::shared_ptr<State> state_;
    std::vector<Event> held_;                             ///< until the first entry
    std::uint64_t last_{};                                ///< event
    Clock::time_point entered_{};                         ///< the last entry
    Clock::time_point soonest_{Clock::time_point::max()}; ///< one that an event asks for
    Clock::time_point retry_at_{};
    std::chrono::milliseconds pause_;
    EntryBudget budget_;
    std::uint64_t told_{}; ///< lost events that were complained of
    bool begun_{};
    bool ended_{};
    bool troubled_{}; ///< told
    bool given_up_{};
};

} // namespace haoh::tool
