// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How host names become addresses. Numeric addresses need no resolver; the library starts no thread
/// for a name unless its caller hands it a resolver that does.
#pragma once

#include <haoh/visibility.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// Finds the addresses of host names. Asked on the executor of whoever awaits, for several names at
/// once; one name that is not answered must not delay the others.
class Resolver {
  public:
    virtual ~Resolver() = default;

    /// The addresses, in the order in which to try them; not empty.
    /// \param deadline  when the answer is worth nothing any more; returns by then
    /// \throws Error (not_found: no such name; timed_out)
    [[nodiscard]] virtual boost::asio::awaitable<std::vector<boost::asio::ip::address>>
    resolve(std::string host, std::chrono::steady_clock::time_point deadline) = 0;

  protected:
    Resolver() = default;
    Resolver(const Resolver&) = default;
    Resolver& operator=(const Resolver&) = default;
};

/// getaddrinfo(3), each name in a thread of its own. A call of it cannot be stopped: when time is
/// over, or the caller is gone, it is left behind and its thread ends with it. Who asks for a name
/// that is being looked up already waits for the same answer. May be shared by execution contexts
/// and threads.
/// \param max_threads  names looked up at once, at least 1; a further one waits for its turn
[[nodiscard]] std::shared_ptr<Resolver> make_thread_resolver(std::size_t max_threads = 32);

} // namespace haoh
