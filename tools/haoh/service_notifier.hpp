// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Telling systemd that the service is ready and alive (sd_notify(3)), without its library.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace haoh::tool {

/// What systemd asks for in the environment.
struct ServiceEnvironment {
    std::string socket;                    ///< NOTIFY_SOCKET: a path, or "@name"; empty: no systemd
    std::chrono::microseconds watchdog{0}; ///< WATCHDOG_USEC; 0: none is wanted of this process

    [[nodiscard]] static ServiceEnvironment read();
};

/// Does nothing when systemd did not start the program. What cannot be told is not an error, the monitor
/// is worth more than the news of it; but why is said, since the manager may end a service of which it
/// hears nothing.
class ServiceNotifier {
  public:
    /// In one line, exact: once for each reason until something was told.
    using OnProblem = std::function<void(const std::string&)>;

    /// From now on the watchdog hears of each half of its time in which the executor ran.
    explicit ServiceNotifier(const boost::asio::any_io_executor& executor,
                             const ServiceEnvironment& environment = ServiceEnvironment::read(),
                             OnProblem on_problem = {});
    /// As `stopping`, and the watchdog hears no more.
    ~ServiceNotifier();
    ServiceNotifier(const ServiceNotifier&) = delete;
    ServiceNotifier& operator=(const ServiceNotifier&) = delete;

    /// There is somebody to be told.
    [[nodiscard]] bool active() const;
    /// What `systemctl status` shows; control characters become blanks, and 200 bytes are kept.
    void status(std::string_view text);
    void ready(std::string_view status);
    /// Once; later calls do nothing.
    void stopping();

  private:
    class State;
    std::shared_ptr<State> state_;
};

} // namespace haoh::tool
