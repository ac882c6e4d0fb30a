// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Asynchronous events of one controller: outstanding requests, pending events, masking (Base 2.3
/// section 5.2.2).
#pragma once

#include <haoh/nvme/command.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <set>

namespace haoh::arraysim {

class AsyncEvents {
  public:
    /// \param limit outstanding requests at most: AERL + 1
    explicit AsyncEvents(std::size_t limit = 1) : limit_(limit) {}

    /// Takes an Asynchronous Event Request. \return false when too many are outstanding
    [[nodiscard]] bool request(std::uint16_t cid);
    /// Forgets an outstanding request. \return whether it was one
    bool abort(std::uint16_t cid);
    /// Something happened. An event is masked from the moment it is raised until the host reads
    /// its log page with RAE cleared: raised again in between, it is not reported again.
    void raise(const nvme::AsyncEvent& event);
    /// The host read this log page with RAE cleared.
    void log_read(std::uint8_t lid);
    /// Forgets requests and events: a controller reset.
    void clear();

    struct Completion {
        std::uint16_t cid{};
        nvme::AsyncEvent event;
    };
    /// The next request to complete, when there is an event for it.
    [[nodiscard]] std::optional<Completion> next();

    [[nodiscard]] std::size_t outstanding() const { return requests_.size(); }
    [[nodiscard]] std::size_t pending() const { return events_.size(); }

  private:
    std::size_t limit_;
    std::deque<std::uint16_t> requests_;
    std::deque<nvme::AsyncEvent> events_;
    std::set<std::uint8_t> masked_; ///< log pages
};

} // namespace haoh::arraysim
