// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A coroutine that waits until somebody else on its executor hands it results or an error.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace haoh::fabric {

/// Holds the suspended coroutine; dropped without a result, it destroys it.
template <typename... Results>
class Waiter {
  public:
    using Signature = void(std::exception_ptr, Results...);
    /// What an initiation for `boost::asio::use_awaitable` and this signature receives.
    using Handler =
        typename boost::asio::async_result<boost::asio::use_awaitable_t<>, Signature>::handler_type;

    Waiter() = default;
    explicit Waiter(Handler&& handler) { handler_.emplace(std::move(handler)); }
    Waiter(Waiter&& other) noexcept { take(other); }
    Waiter& operator=(Waiter&& other) noexcept {
        if (this != &other) {
            handler_.reset();
            take(other);
        }
        return *this;
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() = default;

    [[nodiscard]] explicit operator bool() const { return handler_.has_value(); }

    /// Lets the coroutine go on, from the executor's queue: never inside this call, because it may
    /// go on to change what the caller is walking through. \pre it waits
    void resume(const boost::asio::any_io_executor& executor, std::exception_ptr error,
                Results... results) {
        boost::asio::post(executor, [waiter = std::move(*this), error = std::move(error),
                                     ... results = std::move(results)]() mutable {
            Handler handler = std::move(*waiter.handler_);
            waiter.handler_.reset();
            std::move(handler)(std::move(error), std::move(results)...);
        });
    }

  private:
    void take(Waiter& other) {
        if (other.handler_) {
            handler_.emplace(std::move(*other.handler_));
            other.handler_.reset();
        }
    }

    std::optional<Handler> handler_;
};

} // namespace haoh::fabric
