// SPDX-License-Identifier: LGPL-2.1-or-later
#include "discovery_walk.hpp"
#include "stream_controller.hpp"

#include <haoh/collector.hpp>
#include <haoh/fabric.hpp>

#include "base/address_text.hpp"
#include "base/safe_text.hpp"
#include "base/utc_time.hpp"
#include "collect/parallel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <utility>

namespace haoh {

namespace asio = boost::asio;

namespace {

using fabric::Clock;
using fabric::Deadline;
using fabric::StreamController;
using fabric::SubsystemPort;

/// Controllers of one target that are connected and read at the same time.
constexpr std::size_t kPortsAtOnce = 8;
/// A discovery log that nobody asked for may take this long.
constexpr std::chrono::milliseconds kBestEffort{2000};

/// Opens when a number of things have happened.
class Latch {
  public:
    explicit Latch(const asio::any_io_executor& executor)
        : timer_{executor, Clock::time_point::max()} {}

    void expect(std::size_t count) { count_ += count; }
    void count_down() {
        if (--count_ == 0) {
            timer_.cancel();
        }
    }
    asio::awaitable<void> wait() {
        while (count_ > 0) {
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

  private:
    asio::steady_timer timer_;
    std::size_t count_{};
};

/// A port to ask, and what came of it.
struct Port {
    explicit Port(SubsystemPort port) : where{std::move(port)} {}

    SubsystemPort where;
    std::unique_ptr<StreamController> controller;
    std::optional<ControllerObservation> observation;
    bool tried{}; ///< connected, or not
};

/// One --target and all that is done for it.
struct Target {
    Address address;
    std::string name;
    Deadline deadline;
    std::shared_ptr<Spending> spending; ///< on all that it leads to
    std::vector<Port> ports;
    std::vector<DiscoveryObservation> discovery;
    std::vector<Unobserved> unobserved;
    bool listed_elsewhere{}; ///< its logs name subsystems, and none at its own address
};

class Observer {
  public:
    Observer(ObserveOptions options, const asio::any_io_executor& executor)
        : options_{std::move(options)}, all_tried_{executor} {
        const auto now = Clock::now();
        const fabric::Failure over{
            .code = make_error_code(Errc::timed_out),
            .cause = fmt::format("the time for this target ({} ms in all) is over",
                                 options_.timeout.count()),
            .advice = "allow more time"};
        for (Address& address : options_.targets) {
            const auto same = [&](const Target& target) { return target.address == address; };
            if (std::none_of(targets_.begin(), targets_.end(), same)) {
                Target target;
                target.name = to_string(address);
                target.address = std::move(address);
                target.deadline = {.at = now + options_.timeout, .failure = over};
                target.spending = std::make_shared<Spending>(options_.budget);
                targets_.push_back(std::move(target));
            }
        }
    }

    asio::awaitable<Observation> run() {
        Observation observation;
        observation.observed_at = base::utc_text(std::time(nullptr));
        observation.hostnqn = options_.connect.host.hostnqn;
        observation.hostid = nvme::format_uuid(options_.connect.host.hostid);
        if (options_.subsysnqn.empty()) {
            co_await for_each_target(&Observer::discover);
            assign_ports();
        } else {
            for (Target& target : targets_) {
                target.ports.emplace_back(SubsystemPort{.address = target.address,
                                                        .subsysnqn = options_.subsysnqn,
                                                        .cntlid = options_.connect.cntlid});
            }
        }
        for (const Target& target : targets_) {
            all_tried_.expect(target.ports.size());
        }
        co_await for_each_target(&Observer::ask);
        co_await for_each_target(&Observer::shut_down);
        gather(observation);
        co_return observation;
    }

  private:
    using Step = asio::awaitable<void> (Observer::*)(Target&);

    asio::awaitable<void> for_each_target(Step step) {
        std::vector<asio::awaitable<void>> tasks;
        tasks.reserve(targets_.size());
        for (Target& target : targets_) {
            tasks.push_back((this->*step)(target));
        }
        co_await when_all(std::move(tasks));
    }

    void progress(const Target& target, std::size_t done, std::size_t total) const {
        if (options_.progress) {
            options_.progress(target.name, done, total);
        }
    }

    static void add_unobserved(Target& target, const Address& address, std::string subsysnqn,
                               const Error& error) {
        target.unobserved.push_back({.object = to_string(address),
                                     .target = target.name,
                                     .subsysnqn = std::move(subsysnqn),
                                     .error = error.what(),
                                     .reason = unobserved_reason(error.code())});
    }

    asio::awaitable<void> discover(Target& target) {
        progress(target, 0, 0);
        fabric::WalkOptions walk_options{.target = target.address,
                                         .connect = options_.connect,
                                         .max_referrals = options_.max_referrals,
                                         .deadline = target.deadline,
                                         .spending = target.spending};
        walk_options.connect.subsysnqn.clear();
        try {
            fabric::Walk walk = co_await fabric::walk_discovery(std::move(walk_options));
            target.discovery = std::move(walk.logs);
            target.unobserved = std::move(walk.unobserved);
            for (SubsystemPort& where : walk.subsystems) {
                target.ports.emplace_back(std::move(where));
            }
            target.listed_elsewhere =
                base::numeric_address(target.address.traddr) && !target.ports.empty() &&
                std::none_of(target.ports.begin(), target.ports.end(), [&](const Port& port) {
                    return kinship(target.address, port.where.address) > 0;
                });
            if (target.ports.empty() && target.unobserved.empty()) {
                target.unobserved.push_back(
                    {.object = target.name,
                     .target = target.name,
                     .subsysnqn = {},
                     .error = fmt::format("find subsystems of {}: its discovery log offers none to "
                                          "this host; have the array's administrator add the host "
                                          "NQN {}, or give the right one with --hostnqn",
                                          target.name, options_.connect.host.hostnqn),
                     .reason = UnobservedReason::none_offered});
            }
        } catch (const Error& error) {
            add_unobserved(target, target.address, {}, error);
        }
    }

    /// How well an address fits a target: 2 it is the target's own, 1 another port of it.
    static int kinship(const Address& target, const Address& port) {
        if (target.traddr != port.traddr) {
            return 0;
        }
        return target.trsvcid == port.trsvcid ? 2 : 1;
    }

    /// Each port goes to one target: the one whose address it has, else the first that named it.
    void assign_ports() {
        std::map<SubsystemPort, std::size_t> owners;
        for (std::size_t index = 0; index < targets_.size(); ++index) {
            for (const Port& port : targets_[index].ports) {
                const auto [owner, added] = owners.try_emplace(key_of(port.where), index);
                const Address& address = port.where.address;
                if (!added && kinship(targets_[index].address, address) >
                                  kinship(targets_[owner->second].address, address)) {
                    owner->second = index;
                }
            }
        }
        for (std::size_t index = 0; index < targets_.size(); ++index) {
            Target& target = targets_[index];
            std::erase_if(target.ports,
                          [&](const Port& port) { return owners.at(key_of(port.where)) != index; });
            if (target.ports.size() > options_.max_controllers) {
                target.unobserved.push_back(
                    {.object = target.name,
                     .target = target.name,
                     .subsysnqn = {},
                     .error =
                         fmt::format("connect to the subsystems of {}: its discovery logs name "
                                     "{} ports, only the first {} are asked",
                                     target.name, target.ports.size(), options_.max_controllers),
                     .reason = UnobservedReason::budget});
                target.ports.erase(target.ports.begin() +
                                       static_cast<std::ptrdiff_t>(options_.max_controllers),
                                   target.ports.end());
            }
        }
    }

    /// Two targets may leave from different source addresses and still mean the same port.
    static SubsystemPort key_of(SubsystemPort where) {
        where.address.host_traddr.clear();
        return where;
    }

    asio::awaitable<void> ask(Target& target) {
        auto job = [this, &target](std::size_t index) {
            return ask_port(target, target.ports[index]);
        };
        {
            const AllTried at_last(*this, target);
            co_await for_each_index(target.ports.size(), kPortsAtOnce, job);
        }
        if (options_.probe_cntlids && targets_.size() > 1) {
            co_await all_tried_.wait();
            co_await probe(target);
        }
        if (!options_.subsysnqn.empty()) {
            co_await read_own_log(target);
        }
    }

    /// However asking a target ends, the others would wait for its ports: also when its coroutine is
    /// destroyed, which happens where memory is short.
    class AllTried {
      public:
        AllTried(Observer& observer, Target& target) : observer_{observer}, target_{target} {}
        ~AllTried() {
            for (Port& port : target_.ports) {
                observer_.tried(port);
            }
        }
        AllTried(const AllTried&) = delete;
        AllTried& operator=(const AllTried&) = delete;

      private:
        Observer& observer_;
        Target& target_;
    };

    void tried(Port& port) {
        if (!std::exchange(port.tried, true)) {
            all_tried_.count_down();
        }
    }

    asio::awaitable<void> ask_port(Target& target, Port& port) {
        progress(target, 0, 0);
        ConnectOptions connect = options_.connect;
        connect.subsysnqn = port.where.subsysnqn;
        connect.cntlid = port.where.cntlid;
        try {
            port.controller = co_await StreamController::connect_until(
                port.where.address, std::move(connect), target.deadline);
        } catch (const Error& error) {
            add_unobserved(target, port.where.address, port.where.subsysnqn, error);
        }
        tried(port);
        if (!port.controller) {
            co_return;
        }
        CollectOptions collect;
        collect.deadline = target.deadline.at;
        collect.spending = target.spending;
        collect.progress = [this, &target](std::size_t done, std::size_t total) {
            progress(target, done, total);
        };
        ControllerObservation seen =
            co_await collect_controller(*port.controller, std::move(collect));
        seen.name = port.controller->name();
        seen.transport = to_string(Transport::tcp);
        seen.traddr = port.controller->peer();
        seen.trsvcid = std::to_string(port.where.address.trsvcid);
        seen.target = target.name;
        seen.subsysnqn = port.where.subsysnqn;
        seen.connection = port.controller->connection();
        port.observation = std::move(seen);
    }

    /// Which controller ID the array hands out next, while the controllers of all targets exist.
    asio::awaitable<void> probe(Target& target) const {
        std::set<std::string> probed;
        for (Port& port : target.ports) {
            if (!port.observation || port.where.cntlid != nvme::kDynamicController ||
                !probed.insert(port.where.subsysnqn).second) {
                continue;
            }
            ConnectOptions connect = options_.connect;
            connect.subsysnqn = port.where.subsysnqn;
            connect.cntlid = nvme::kDynamicController;
            try {
                const std::uint16_t cntlid = co_await StreamController::probe_cntlid(
                    port.where.address, std::move(connect), target.deadline);
                co_await expect_still_there(target, cntlid);
                port.observation->probed_cntlids.push_back(cntlid);
            } catch (const Error&) {
                continue; // a guess at what would come next is all that is lost
            }
        }
    }

    /// An array that has given up a controller meanwhile may give its ID again.
    /// \throws Error when one with this ID does not answer
    static asio::awaitable<void> expect_still_there(Target& target, std::uint16_t cntlid) {
        for (Port& port : target.ports) {
            if (port.observation && port.observation->connection.cntlid == cntlid) {
                co_await port.controller->submit(nvme::keep_alive_command()); // any status will do
            }
        }
    }

    /// The discovery log beside the subsystem that was named: for comparison, where there is one.
    asio::awaitable<void> read_own_log(Target& target) {
        if (std::none_of(target.ports.begin(), target.ports.end(),
                         [](const Port& port) { return port.observation.has_value(); })) {
            co_return;
        }
        fabric::WalkOptions walk_options{.target = target.address,
                                         .connect = options_.connect,
                                         .max_referrals = 0,
                                         .deadline = target.deadline,
                                         .spending = target.spending};
        walk_options.connect.subsysnqn.clear();
        walk_options.connect.timeout = std::min(options_.connect.timeout, kBestEffort);
        try {
            fabric::Walk walk = co_await fabric::walk_discovery(std::move(walk_options));
            target.discovery = std::move(walk.logs);
        } catch (const Error& error) {
            if (error.code() == Errc::too_large) { // else not every array has one there
                add_unobserved(target, target.address, {}, error);
            }
        }
    }

    asio::awaitable<void> shut_down(Target& target) {
        std::vector<asio::awaitable<void>> tasks;
        for (Port& port : target.ports) {
            if (port.controller) {
                tasks.push_back(port.controller->shutdown());
            }
        }
        co_await when_all(std::move(tasks));
    }

    /// Where nothing answers at the addresses that a target's logs name, they may be others from here.
    static void doubt_addresses(Target& target) {
        const bool answered =
            std::any_of(target.ports.begin(), target.ports.end(),
                        [](const Port& port) { return port.observation.has_value(); });
        if (!target.listed_elsewhere || answered) {
            return;
        }
        for (Unobserved& missing : target.unobserved) {
            const bool silent = missing.reason == UnobservedReason::refused ||
                                missing.reason == UnobservedReason::unreachable ||
                                missing.reason == UnobservedReason::timed_out;
            if (silent && !missing.subsysnqn.empty()) {
                missing.error +=
                    fmt::format("; the discovery log of {} names this address: where addresses are "
                                "translated on the way, name the subsystem (--nqn {})",
                                target.name, missing.subsysnqn);
            }
        }
    }

    void gather(Observation& observation) {
        std::set<std::string> names;
        for (Target& target : targets_) {
            doubt_addresses(target);
            for (Port& port : target.ports) {
                if (!port.observation) {
                    continue;
                }
                // Controller IDs are unique in a subsystem only, and a port may have several.
                std::string& name = port.observation->name;
                if (names.contains(name)) {
                    name += fmt::format(" of {}", port.where.subsysnqn);
                }
                const std::string base = name;
                for (unsigned count = 2; !names.insert(name).second; ++count) {
                    name = fmt::format("{} ({})", base, count);
                }
                observation.controllers.push_back(*std::move(port.observation));
            }
            std::move(target.discovery.begin(), target.discovery.end(),
                      std::back_inserter(observation.discovery));
            for (Unobserved& missing : target.unobserved) {
                missing.error = base::safe_text(missing.error); // it names what logs and users name
                observation.unobserved.push_back(std::move(missing));
            }
        }
    }

    ObserveOptions options_;
    std::vector<Target> targets_;
    Latch all_tried_;
};

} // namespace

asio::awaitable<Observation> observe(ObserveOptions options) {
    Observer observer(std::move(options), co_await asio::this_coro::executor);
    co_return co_await observer.run();
}

} // namespace haoh
