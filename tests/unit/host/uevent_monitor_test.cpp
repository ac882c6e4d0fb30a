// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/uevent_monitor.hpp"

#include <haoh/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace haoh::host {
namespace {

TEST(UeventMonitor, listens_until_it_is_told_to_stop) {
    boost::asio::io_context context{1};
    std::unique_ptr<UeventMonitor> monitor;
    try {
        monitor = std::make_unique<UeventMonitor>(context.get_executor());
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
    boost::asio::cancellation_signal signal;
    std::error_code code;
    bool ended = false;
    boost::asio::co_spawn(context, monitor->next(),
                          boost::asio::bind_cancellation_slot(
                              signal.slot(), [&](const std::exception_ptr& failure, Uevents) {
                                  ended = true;
                                  try {
                                      if (failure) {
                                          std::rethrow_exception(failure);
                                      }
                                  } catch (const Error& error) {
                                      code = error.code();
                                  }
                              }));
    context.poll();
    if (ended) {
        GTEST_SKIP() << "this machine's own devices came or went";
    }
    signal.emit(boost::asio::cancellation_type::terminal);
    context.run();
    EXPECT_TRUE(ended);
    EXPECT_EQ(code, make_error_code(Errc::canceled));
}

} // namespace
} // namespace haoh::host
