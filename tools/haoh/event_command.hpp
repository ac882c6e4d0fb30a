// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// EventCommand: a program of the user that is run for each event.
#pragma once

#include <haoh/event.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <unistd.h>

namespace haoh::tool {

struct EventCommandOptions {
    std::string program;                      ///< a path, or a name that is looked up in PATH
    unsigned rate{10};                        ///< most runs that begin within one second
    std::chrono::milliseconds timeout{30000}; ///< then the run's process group gets SIGTERM
    std::chrono::milliseconds grace{2000};    ///< and so much later SIGKILL
    std::size_t queue{1024}; ///< events that wait; beyond that the oldest are left out
    /// Where what the program prints goes, of both kinds.
    int output{STDERR_FILENO};
    /// The first few failures of runs, each as one line; all are counted.
    std::function<void(const std::string&)> on_problem;
    /// Learn of the end of a run by looking for it, as on kernels without pidfd_open.
    bool poll{};
};

/// The program gets no arguments, the event's JSON line on its standard input, and in its environment
/// HAOH_EVENT, HAOH_NSID, HAOH_DEVICE, HAOH_CONTROLLER, HAOH_FROM, HAOH_TO, HAOH_SITE and
/// HAOH_SUBSYSNQN, empty where the event does not say, with unprintable characters as `\xNN`, and
/// HAOH_SKIPPED: how many events were left out since the run before. One run at a time. Used from
/// its executor only.
class EventCommand {
  public:
    struct Counts {
        std::uint64_t runs{};     ///< that began
        std::uint64_t failures{}; ///< not started, another status than 0, or ended by a signal
        std::uint64_t skipped{};  ///< events left out
        std::size_t waiting{};    ///< events, besides that of the run under way

        bool operator==(const Counts&) const = default;
    };

    /// \throws Error when the program is not there or may not be executed, or an option is 0
    EventCommand(boost::asio::any_io_executor executor, EventCommandOptions options);
    /// As `stop`. A run that is under way when the executor's context ends is killed.
    ~EventCommand();
    EventCommand(const EventCommand&) = delete;
    EventCommand& operator=(const EventCommand&) = delete;

    /// \param json_line  what the program reads, with or without a newline at its end
    void push(const Event& event, std::string json_line);
    /// Waits until no event waits and none is being told. May be canceled.
    [[nodiscard]] boost::asio::awaitable<void> idle();

    /// Forgets events that wait, and ends the run that is under way as after its timeout.
    void stop();
    /// Waits for the end of what `stop` ended: twice `grace` at most.
    [[nodiscard]] boost::asio::awaitable<void> stopped();

    [[nodiscard]] Counts counts() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace haoh::tool
