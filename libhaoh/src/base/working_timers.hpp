// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// For whoever runs a context of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>

namespace haoh::base {

/// Asio does not look whether epoll took the descriptor of its timers, which costs memory of the kernel.
/// Without it nothing would ever be due, and each wait be one for ever.
/// \throws boost::system::system_error not_enough_memory
inline void require_timers(boost::asio::io_context& context) {
    constexpr std::chrono::seconds kPatience{2};
    const auto due = std::make_shared<bool>();
    boost::asio::steady_timer timer(context, std::chrono::seconds{0});
    timer.async_wait([due](const boost::system::error_code&) { *due = true; });
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!*due && (context.run_one_until(end) > 0 || context.poll_one() > 0)) {
        // What else was waiting; and a busy machine may be late.
    }
    context.restart();
    if (!*due) {
        throw boost::system::system_error(make_error_code(boost::system::errc::not_enough_memory));
    }
}

} // namespace haoh::base
