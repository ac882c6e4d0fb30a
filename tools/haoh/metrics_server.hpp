// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// An HTTP/1.1 server with one page, for Prometheus.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace haoh::tool {

/// Bounds of what a client can take up.
struct MetricsLimits {
    std::size_t connections{16};             ///< more are told 503 and closed
    std::size_t header_bytes{8192};          ///< more is 431
    std::size_t body_bytes{4096};            ///< more is 413
    std::chrono::milliseconds read{10'000};  ///< for a whole request, so also between two
    std::chrono::milliseconds write{10'000}; ///< for a whole answer
};

/// GET and HEAD of /metrics, and of / a page that leads there. Runs on the executor (a strand, where
/// several threads run it) and is used from there only.
class MetricsServer {
  public:
    /// Listens from now on.
    /// \param endpoint  "ADDR:PORT" with a numeric address, IPv6 in brackets; of "PORT" and ":PORT"
    ///                  the address is 127.0.0.1; port 0 lets the system choose
    /// \param metrics   the page; called once for each request, or less often: requests that come
    ///                  while a page is on its way and not older than a second get the same one
    /// \throws Error (invalid_argument) that quotes the endpoint, or what the system said, with what
    ///         to do
    MetricsServer(boost::asio::any_io_executor executor, std::string_view endpoint,
                  std::function<std::string()> metrics, const MetricsLimits& limits = {});
    /// As `stop`.
    ~MetricsServer();
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;

    /// "127.0.0.1:9000", with the port that it has.
    [[nodiscard]] const std::string& endpoint() const;
    /// Connections that are open.
    [[nodiscard]] std::size_t connections() const;

    /// Closes the listener and all connections; `metrics` is not called any more.
    void stop();

  private:
    class State;
    std::shared_ptr<State> state_;
};

} // namespace haoh::tool
