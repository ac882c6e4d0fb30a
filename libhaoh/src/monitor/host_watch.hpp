// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// This host's kernel: moves what its sources tell, what sysfs and the controllers say, and the time
/// to a tracker, which decides what to do next.
#pragma once

#include "host/blocking_threads.hpp"
#include "host/path_states.hpp"
#include "host/sysfs_directory.hpp"
#include "monitor/controller_reader.hpp"
#include "monitor/host_tracker.hpp"
#include "monitor/monitor_core.hpp"

#include <haoh/host.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::monitor {

/// What can be done about a host, as far as it is wanted: nothing but its tree is looked at where
/// that was recorded.
[[nodiscard]] HostTracker::Abilities abilities_of(const HostOptions& options,
                                                  const MonitorOptions& wanted);

class HostWatch : public std::enable_shared_from_this<HostWatch>, private HostReadings {
  public:
    HostWatch(std::shared_ptr<MonitorCore> core, HostOptions options);
    /// With devices and abilities of the caller's choice, for tests on a recorded tree.
    HostWatch(std::shared_ptr<MonitorCore> core, HostOptions options,
              HostTracker::Abilities abilities, host::DeviceOpener open);

    /// Reads what there is. \throws Error when there is no such tree, or what was named is nowhere
    [[nodiscard]] boost::asio::awaitable<void> read_first();
    /// Tells the fusion and begins to watch, in coroutines of the core.
    void begin();

  private:
    [[nodiscard]] Moment now() override { return Moment::now(); }
    void watch(const KernelObservation& kernel) override { states_.emplace(root_, kernel); }
    [[nodiscard]] std::vector<host::StateChange> sweep() override { return states_->sweep(); }
    [[nodiscard]] std::vector<host::StateChange> sweep(std::string_view controller) override {
        return states_->sweep(controller);
    }
    void forget(const std::string& controller) override { controllers_.forget(controller); }

    /// Gives the tracker its turns.
    [[nodiscard]] boost::asio::awaitable<void> run();
    void start(HostJob job);
    [[nodiscard]] boost::asio::awaitable<void> work(HostJob job);
    [[nodiscard]] boost::asio::awaitable<void> scan();
    [[nodiscard]] boost::asio::awaitable<void> read_log(std::string controller);
    [[nodiscard]] boost::asio::awaitable<void> identify(std::string controller);
    template <typename Follower>
    [[nodiscard]] boost::asio::awaitable<void> follow(HostJob::Kind kind);
    [[nodiscard]] boost::asio::awaitable<KernelObservation> read(KernelDetail detail);
    /// The tracker was told something: its next turn may be due at another time.
    void wake() { due_.cancel(); }

    std::shared_ptr<MonitorCore> core_;
    HostOptions options_;
    host::SysfsRoot root_;
    host::BlockingThreads scanner_{1};
    std::optional<host::PathStates> states_;
    ControllerReader controllers_;
    boost::asio::steady_timer due_;
    KernelObservation first_;
    HostTracker tracker_;
    std::vector<HostJob> jobs_; ///< that are still to be begun
};

} // namespace haoh::monitor
