// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// CoalescedCall: how a thread tells those that run an executor that something happened.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace haoh::tool {

/// A call on an executor: once for all that happens until it is made.
class CoalescedCall {
  public:
    CoalescedCall(boost::asio::any_io_executor executor, std::function<void()> call);
    /// As `close`.
    ~CoalescedCall();
    CoalescedCall(const CoalescedCall&) = delete;
    CoalescedCall& operator=(const CoalescedCall&) = delete;

    /// From any thread, also one that holds what the call takes: it is made later. Where there is no
    /// memory for it, the next `tell` makes it.
    void tell();
    /// No call begins from here on, and the executor is no longer needed. From the thread that runs
    /// it: then there is none on its way either.
    void close();

  private:
    class State;
    std::shared_ptr<State> state_;
};

} // namespace haoh::tool
