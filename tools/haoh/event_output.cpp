// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_output.hpp"

#include <limits>
#include <utility>

namespace haoh::tool {

namespace asio = boost::asio;

EventOutput::EventOutput(const asio::any_io_executor& executor, EventOutputOptions options)
    : options_{std::move(options)}, writer_{executor, options_.descriptor,
                                            [this] { progressed(); }} {}

void EventOutput::push(const Event& event) {
    if (events_.size() >= options_.events) {
        events_.pop_front();
        ++left_out_;
    }
    events_.push_back(event);
    release(options_.bytes);
}

void EventOutput::print(std::string_view text) {
    writer_.write(text);
}

void EventOutput::release_all() {
    release(std::numeric_limits<std::size_t>::max());
}

asio::awaitable<bool> EventOutput::written(std::chrono::milliseconds patience) {
    return writer_.written(patience);
}

void EventOutput::progressed() {
    if (const std::error_code failure = writer_.failure()) {
        options_.on_failure(failure);
        return;
    }
    release(options_.bytes);
}

/// Gives events to the writer, as long as less than so many bytes wait there.
void EventOutput::release(std::size_t bytes) {
    // Not one by one: each time it is told how many were left out.
    if (holding_ && writer_.waiting() > bytes / 2) {
        return;
    }
    while (!events_.empty() && writer_.waiting() < bytes) {
        if (left_out_ > 0) {
            options_.on_left_out(std::exchange(left_out_, 0));
        }
        const Event event = std::move(events_.front());
        events_.pop_front();
        writer_.write(options_.render(event));
    }
    holding_ = !events_.empty();
}

} // namespace haoh::tool
