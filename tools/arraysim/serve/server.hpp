// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The edge: sockets and timers around a simulator, on Asio coroutines. Everything runs on one
/// executor that must not run two handlers at once (one thread, or a strand).
#pragma once

#include <arraysim/arrays/simulator.hpp>

#include <haoh/address.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace haoh::arraysim {

struct ServerOptions {
    std::string listen_on; ///< address that replaces those of the scenario; its ports stay
    std::string advertise; ///< address for discovery logs that replaces all others
};

/// A port that is being served.
struct ServedPort {
    std::string array;
    Address address;
};

class Server {
  public:
    /// \param simulator must live longer
    Server(boost::asio::any_io_executor executor, Simulator& simulator,
           const ServerOptions& options = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// Closes everything; the executor has to run on for its coroutines to end, or be destroyed.
    ~Server();

    /// Opens all ports and begins to serve. \throws Error naming the array and the address
    void start();
    /// Every port with its address, in the order of the scenario. Valid after `start`.
    [[nodiscard]] std::vector<ServedPort> ports() const;
    /// Takes commands on a Unix socket, one a line; see control.hpp. A reply is any number of
    /// lines and then one that is "ok" or begins with "error: ". \throws Error
    void listen_control(const std::filesystem::path& path);
    /// Called when a client said `quit`.
    std::function<void()> on_quit;

    /// Runs a command as the control socket does. \throws Error
    std::string run(const ControlCommand& command);

    /// Closes all ports and connections.
    void stop();

  private:
    struct State;

    std::shared_ptr<State> state_;
};

/// Sends one line to a control socket and gives the reply's lines without the last.
/// \throws Error when the simulator refuses, or cannot be reached, or does not answer in 10 s
[[nodiscard]] std::string send_control(const std::filesystem::path& socket, std::string_view line);

} // namespace haoh::arraysim
