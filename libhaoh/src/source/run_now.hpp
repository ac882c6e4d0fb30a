// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Runs a coroutine in the calling thread.
#pragma once

#include <haoh/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace haoh {

/// \throws what it throws; Error (not_enough_memory) when it ended without a result
template <typename Result>
[[nodiscard]] Result run_now(boost::asio::awaitable<Result> work) {
    boost::asio::io_context context{1};
    std::optional<Result> out;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, Result result) {
        failure = std::move(error);
        out = std::move(result);
    });
    context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!out) { // a coroutine is gone that the others waited for
        throw Error(std::make_error_code(std::errc::not_enough_memory), "observe", {});
    }
    return *std::move(out);
}

} // namespace haoh
