// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A descriptor that the kernel feeds, and waiting for what it has to say.
#pragma once

#include "base/file_descriptor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string_view>

namespace haoh::host {

/// Used from one executor, whose context outlives it.
class WaitableDescriptor {
  public:
    /// \param descriptor  one that never blocks
    WaitableDescriptor(const boost::asio::any_io_executor& executor,
                       base::FileDescriptor descriptor);

    [[nodiscard]] int get() { return descriptor_.native_handle(); }

    /// Waits until it can be read. Whoever waits may outlive it: that ends the waiting.
    /// \param operation,object  for the error; they last as long as the waiting
    /// \throws Error: canceled, also when the descriptor goes meanwhile; an errno value
    [[nodiscard]] boost::asio::awaitable<void> readable(std::string_view operation,
                                                        std::string_view object);

  private:
    boost::asio::posix::stream_descriptor descriptor_;
    std::shared_ptr<const bool> alive_{std::make_shared<const bool>(true)};
};

} // namespace haoh::host
