// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Monitor: every ANA change, path loss and recovery as an event, as it happens.
#pragma once

#include <haoh/config.hpp>
#include <haoh/event.hpp>
#include <haoh/fabric.hpp>
#include <haoh/host.hpp>
#include <haoh/monitor_status.hpp>
#include <haoh/source.hpp>
#include <haoh/visibility.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// What to watch, and how closely.
struct MonitorOptions {
    /// This host, or none. Of HostOptions `sysroot` (a recorded tree has nothing but its attributes
    /// to be polled), `names`, `ask_controllers` and the timeouts count.
    std::optional<HostOptions> host;
    /// Arrays asked directly; `probe_cntlids` and `progress` do not count.
    std::vector<Address> targets;
    /// To the targets. `detect` is how soon one is lost that falls silent; `on_late` does not count:
    /// events tell.
    ConnectOptions connect;
    std::chrono::milliseconds timeout{kObserveTimeout}; ///< for one reading of a target in all
    /// Of what is known of one target in all, and once more of what is being read of it.
    Budget budget{};
    /// Of the targets; empty: every NVM subsystem of their discovery logs.
    std::string subsysnqn;
    std::vector<Site> sites; ///< each is expected to have a path to every namespace
    /// `stretched`: two arrays are expected at least.
    Profile profile{Profile::automatic};

    /// How often ANA states and controller states are read when nothing hints at a change: 10 ms or
    /// more. Targets are looked at a little each time, and through in 60 times this; of more than
    /// 3,800 namespaces it is 64 each time.
    std::chrono::milliseconds poll_interval{1000};
    /// How often all of sysfs is looked through for paths that came or went without a hint.
    std::chrono::milliseconds scan_interval{10000};
    /// Pause before a lost source or array is tried again; becomes longer, up to 4 times for an
    /// array, 32 times for a source of this host.
    std::chrono::milliseconds retry_interval{1000};
    /// Events kept for a caller who does not take them. Beyond that, events of one kind and object
    /// are joined: the last state stays, `transitions` add up. Where they are about more objects
    /// than there is room for, the oldest ones of the controller that has the most of them (of a
    /// namespace: that alone has it) are left out, and an event `source_lost` of the source "events" says how many.
    std::size_t queue{65536};
    /// Read the ANA log of a host's controllers after each of their AENs, with Retain Asynchronous
    /// Event, to learn of transitions that were too short to be seen. Needs CAP_SYS_ADMIN.
    bool read_ana_log{true};
    /// Read a controller's identity at the beginning and after each reconnect. Needs CAP_SYS_ADMIN.
    bool read_identity{true};
};

/// To watch what `observe` reads once. \throws Error as require_consistent and connect_options
[[nodiscard]] MonitorOptions monitor_options(const Source& source);

/// Runs on the caller's executor (a strand, where several threads run it), and is used from there
/// only. Kernel sources read without blocking; admin commands of this host use a few threads. What
/// cannot be read (no tracefs, no permission) is an event `source_lost`, and the rest goes on.
class Monitor {
  public:
    Monitor(boost::asio::any_io_executor executor, MonitorOptions options);
    /// As `stop`.
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    /// Reads the state that all events are told against, and begins to watch. An array that cannot be
    /// asked has failed once then (an event `source_lost`) and is tried again. `stop` ends it early:
    /// it returns then, and nothing is watched.
    /// \throws Error when it is running, when neither host nor targets were named, when what was
    ///         named is nowhere (not_found), and as require_sites (attribution.hpp) and
    ///         require_detection
    [[nodiscard]] boost::asio::awaitable<void> start();

    /// The next event; nullopt after `stop`, when all were taken. One caller at a time.
    [[nodiscard]] boost::asio::awaitable<std::optional<Event>> next();

    /// Whether `next` has one at once: what `status` says and was not told yet.
    [[nodiscard]] bool has_event() const;

    /// Events go to `handler` from now on, on the executor, instead of `next`. What it throws stops
    /// the monitor and comes out of `stopped`.
    void on_event(std::function<void(const Event&)> handler);

    /// Ends all watching and gives back what was taken (trace instance, connections, descriptors),
    /// as far as it can without waiting; events that were queued can still be taken. May be started
    /// again: states are read anew.
    void stop();
    /// Waits until everything that `stop` ended is gone.
    [[nodiscard]] boost::asio::awaitable<void> stopped();

    [[nodiscard]] MonitorStatus status() const;
    /// What is known now, as `observe` would have it: what is judged for `MonitorStatus`. Of a host
    /// that is watched, only what has been read (HostOptions::ask_controllers) is in it.
    [[nodiscard]] Observation observation() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace haoh
