// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/waitable_descriptor.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace haoh::host {

namespace asio = boost::asio;

WaitableDescriptor::WaitableDescriptor(const asio::any_io_executor& executor,
                                       base::FileDescriptor descriptor)
    : descriptor_{executor} {
    descriptor_.assign(descriptor.get());
    static_cast<void>(descriptor.release());
}

asio::awaitable<void> WaitableDescriptor::readable(std::string_view operation,
                                                   std::string_view object) {
    const std::weak_ptr<const bool> alive = alive_;
    const auto [error] = co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                         asio::as_tuple(asio::use_awaitable));
    // It may have gone after it became readable and before this was told.
    if (error == asio::error::operation_aborted || alive.expired()) {
        throw Error(Errc::canceled, operation, object);
    }
    if (error) {
        throw Error(error, operation, object);
    }
}

} // namespace haoh::host
