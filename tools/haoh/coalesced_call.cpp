// SPDX-License-Identifier: LGPL-2.1-or-later
#include "coalesced_call.hpp"

#include <boost/asio/post.hpp>

#include <mutex>
#include <new>
#include <utility>

namespace haoh::tool {

class CoalescedCall::State : public std::enable_shared_from_this<State> {
  public:
    State(boost::asio::any_io_executor executor, std::function<void()> call)
        : executor_{std::move(executor)}, call_{std::move(call)} {}

    void tell() {
        const std::lock_guard guard{mutex_};
        if (closed_ || std::exchange(told_, true)) {
            return;
        }
        try {
            boost::asio::post(executor_, [weak = weak_from_this()] {
                if (const auto self = weak.lock()) {
                    self->hear();
                }
            });
        } catch (const std::bad_alloc&) { // the next one tells
            told_ = false;
        }
    }

    void close() {
        const std::lock_guard guard{mutex_};
        closed_ = true;
        executor_ = {};
    }

  private:
    void hear() {
        {
            const std::lock_guard guard{mutex_};
            told_ = false;
            if (closed_) {
                return;
            }
        }
        call_(); // closed by the same thread, if by anybody
    }

    std::mutex mutex_;
    boost::asio::any_io_executor executor_;
    std::function<void()> call_;
    bool told_{};
    bool closed_{};
};

CoalescedCall::CoalescedCall(boost::asio::any_io_executor executor, std::function<void()> call)
    : state_{std::make_shared<State>(std::move(executor), std::move(call))} {}

CoalescedCall::~CoalescedCall() {
    close();
}

void CoalescedCall::tell() {
    state_->tell();
}

void CoalescedCall::close() {
    state_->close();
}

} // namespace haoh::tool
