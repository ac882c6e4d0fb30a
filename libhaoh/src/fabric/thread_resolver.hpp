// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Blocking look-ups of host names, side by side.
#pragma once

#include <haoh/resolver.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace haoh::fabric {

/// What a blocking look-up gave.
struct HostAddresses {
    int error{};        ///< of getaddrinfo(3) (EAI_...); 0: none
    int system_error{}; ///< errno, where the error is EAI_SYSTEM
    std::vector<boost::asio::ip::address> addresses;
};

/// getaddrinfo(3).
[[nodiscard]] HostAddresses look_up(const std::string& host);

/// See haoh::make_thread_resolver.
class ThreadResolver final : public Resolver {
  public:
    /// Called in a thread of its own; may take as long as it likes.
    using LookUp = std::function<HostAddresses(const std::string& host)>;

    ThreadResolver(std::size_t max_threads, LookUp look_up);
    /// Waits for nobody.
    ~ThreadResolver() override;
    ThreadResolver(const ThreadResolver&) = delete;
    ThreadResolver& operator=(const ThreadResolver&) = delete;

    [[nodiscard]] boost::asio::awaitable<std::vector<boost::asio::ip::address>>
    resolve(std::string host, std::chrono::steady_clock::time_point deadline) override;

  private:
    class Desk;
    std::shared_ptr<Desk> desk_; ///< shared with the threads
};

} // namespace haoh::fabric
