// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// This host's kernel: hints that something changed (trace events, uevents, the kernel's log, time),
/// and what sysfs and the controllers say when one then looks.
#pragma once

#include "host/blocking_threads.hpp"
#include "host/kernel_event_message.hpp"
#include "host/path_states.hpp"
#include "host/sysfs_directory.hpp"
#include "host/trace_record.hpp"
#include "host/uevent.hpp"
#include "monitor/controller_reader.hpp"
#include "monitor/hub.hpp"

#include <haoh/host.hpp>

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace haoh::monitor {

class HostWatch : public std::enable_shared_from_this<HostWatch> {
  public:
    HostWatch(std::shared_ptr<Hub> hub, HostOptions options);

    /// Reads what there is. \throws Error when there is no such tree, or what was named is nowhere
    [[nodiscard]] boost::asio::awaitable<void> read_first();
    /// Tells the fusion and begins to watch, in coroutines of the hub.
    void begin();

  private:
    /// Why one looks at a controller again and again for a while.
    struct Look {
        Occasion hint;
        std::chrono::nanoseconds until{};
        std::size_t step{}; ///< of the pauses, which become longer
        bool running{};
        bool reading{};                  ///< the ANA log is on its way
        std::optional<nvme::AnaLog> log; ///< read since the hint, not yet compared
        std::chrono::nanoseconds read_again{};
    };

    [[nodiscard]] boost::asio::awaitable<void> follow_trace();
    [[nodiscard]] boost::asio::awaitable<void> follow_uevents();
    [[nodiscard]] boost::asio::awaitable<void> follow_log();
    [[nodiscard]] boost::asio::awaitable<void> poll();
    [[nodiscard]] boost::asio::awaitable<void> scan_when_due();
    [[nodiscard]] boost::asio::awaitable<void> identify_when_due();
    /// \return false: it should be tried again
    [[nodiscard]] boost::asio::awaitable<bool> identify(KernelController controller);
    [[nodiscard]] boost::asio::awaitable<void> look_at(std::string controller);
    [[nodiscard]] boost::asio::awaitable<void> read_log(std::string controller);
    [[nodiscard]] boost::asio::awaitable<KernelObservation> scan(KernelDetail detail);

    void take(const host::TraceInput& input);
    void take(const host::Uevent& event);
    void take(const host::KernelEventMessage& message);
    void take(const std::vector<host::StateChange>& changes, const Occasion& occasion);
    void take(KernelObservation kernel, const Occasion& occasion);
    void look(const std::string& controller, const Occasion& hint);
    void look_at_all(const Occasion& hint);
    void ask_for_scan(const Occasion& hint);
    void ask_for_identity(const std::string& controller);
    void compare_log(const std::string& controller, Look& look);
    [[nodiscard]] Occasion occasion_for(const std::string& controller,
                                        const Moment& observed) const;
    [[nodiscard]] Fusion& fusion() { return hub_->fusion(); }

    std::shared_ptr<Hub> hub_;
    HostOptions options_;
    host::SysfsRoot root_;
    host::BlockingThreads scanner_{1};
    KernelObservation kernel_; ///< the last scan
    std::optional<host::PathStates> states_;
    std::map<std::string, Look> looks_;
    ControllerReader controllers_;
    std::set<std::string> unidentified_; ///< whose identity is to be read
    boost::asio::steady_timer scan_due_;
    boost::asio::steady_timer identity_due_;
    std::optional<Occasion> scan_hint_;
    std::size_t scans_left_{}; ///< of a hint
    bool tree_changed_{};      ///< something that was watched is gone
};

} // namespace haoh::monitor
