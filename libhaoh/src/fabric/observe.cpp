// SPDX-License-Identifier: LGPL-2.1-or-later
#include "discovery_walk.hpp"
#include "id_probe.hpp"
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

/// Opens when a number of things have happened, and at a time whatever did not.
class Latch {
  public:
    Latch(const asio::any_io_executor& executor, std::size_t count, Clock::time_point until)
        : timer_{executor, until}, count_{count} {}

    void count_down() {
        if (--count_ == 0) {
            timer_.cancel();
        }
    }
    asio::awaitable<void> wait() {
        while (count_ > 0 && Clock::now() < timer_.expiry()) {
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

  private:
    asio::steady_timer timer_;
    std::size_t count_;
};

/// One of the things that a latch counts, over when this is: however a coroutine ends, others would wait
/// for it, also when it is destroyed, which happens where memory is short.
class Counted {
  public:
    explicit Counted(Latch& latch) : latch_{&latch} {}
    ~Counted() {
        if (latch_ != nullptr) {
            latch_->count_down();
        }
    }
    Counted(Counted&& other) noexcept : latch_{std::exchange(other.latch_, nullptr)} {}
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    Counted& operator=(Counted&&) = delete;

  private:
    Latch* latch_;
};

/// A port to ask, and what came of it.
struct Port {
    explicit Port(SubsystemPort port) : where{std::move(port)} {}

    SubsystemPort where;
    std::unique_ptr<StreamController> controller;
    std::optional<ControllerObservation> observation;
    std::vector<std::uint16_t> probed; ///< ControllerObservation::probed_cntlids
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

/// The ports of a subsystem that are asked for further connections, one of each target.
struct Probing {
    std::string subsysnqn;
    std::vector<Port*> ports;
    std::vector<fabric::ProbedPort> asked; ///< the same
};

class Observer {
  public:
    explicit Observer(ObserveOptions options) : options_{std::move(options)} {
        const auto now = began_;
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
        co_await ask_all();
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

    /// There is time left for the discovery logs then.
    [[nodiscard]] Clock::time_point end_of_probes() const {
        return began_ + options_.timeout * 7 / 8;
    }

    /// Reads all targets at once, then looks how they hand out IDs, and reads discovery logs last: nvmet
    /// numbers the controllers of all subsystems from one pool.
    asio::awaitable<void> ask_all() {
        const auto executor = co_await asio::this_coro::executor;
        // What hangs shall not cost the others what they would have said.
        Latch read(executor, targets_.size(), began_ + options_.timeout * 3 / 4);
        Latch probed(executor, 1, end_of_probes());
        std::vector<asio::awaitable<void>> tasks;
        tasks.reserve(targets_.size() + 1);
        for (Target& target : targets_) {
            tasks.push_back(ask(target, Counted(read), probed));
        }
        tasks.push_back(probe_all(read, Counted(probed)));
        co_await when_all(std::move(tasks));
    }

    asio::awaitable<void> ask(Target& target, Counted read, Latch& probed) {
        auto job = [this, &target](std::size_t index) {
            return ask_port(target, target.ports[index]);
        };
        {
            const Counted counted(std::move(read));
            co_await for_each_index(target.ports.size(), kPortsAtOnce, job);
        }
        if (!options_.subsysnqn.empty()) {
            co_await probed.wait();
            co_await read_own_log(target);
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

    /// How controller IDs are handed out, while the controllers of all targets exist.
    asio::awaitable<void> probe_all(Latch& read, Counted probed) {
        const Counted counted(std::move(probed));
        if (!options_.probe_cntlids || targets_.size() < 2) {
            co_return;
        }
        co_await read.wait();
        std::vector<Probing> all = subsystems_to_probe();
        // nvmet has one pool for all subsystems: some are looked at with nothing beside them. What these
        // tell of the targets need not be told by the others.
        constexpr std::size_t kAlone = 4;
        std::size_t next = 0;
        for (; next < std::min(kAlone, all.size()); ++next) {
            co_await probe(all[next], all[next].ports.size() > 2);
        }
        auto job = [this, &all, next](std::size_t index) {
            return probe(all[next + index], false);
        };
        co_await for_each_index(all.size() - next, kPortsAtOnce, job);
    }

    /// Those of most targets first.
    std::vector<Probing> subsystems_to_probe() {
        std::map<std::string, Probing> by_name;
        for (Target& target : targets_) {
            std::map<std::string, Port*>
                ports; // that of the target's own address, where there is one
            for (Port& port : target.ports) {
                if (!port.controller || port.where.cntlid != nvme::kDynamicController) {
                    continue;
                }
                Port*& chosen = ports.try_emplace(port.where.subsysnqn, &port).first->second;
                if (kinship(target.address, port.where.address) >
                    kinship(target.address, chosen->where.address)) {
                    chosen = &port;
                }
            }
            for (const auto& [name, port] : ports) {
                Probing& probing = by_name[name];
                probing.subsysnqn = name;
                probing.ports.push_back(port);
                fabric::Deadline deadline = target.deadline;
                deadline.at = std::min<Clock::time_point>(deadline.at, end_of_probes());
                probing.asked.push_back({.address = port->where.address,
                                         .deadline = deadline,
                                         .controller = port->controller.get()});
            }
        }
        std::vector<Probing> out;
        for (auto& [name, probing] : by_name) {
            out.push_back(std::move(probing));
        }
        std::stable_sort(out.begin(), out.end(), [](const Probing& a, const Probing& b) {
            return a.ports.size() > b.ports.size();
        });
        return out;
    }

    /// \param twice  two of the ports may be of one array, which once does not tell
    asio::awaitable<void> probe(Probing& probing, bool twice) const {
        ConnectOptions connect = options_.connect;
        connect.subsysnqn = probing.subsysnqn;
        fabric::IdProbe ids(probing.asked, std::move(connect));
        co_await ids.forwards();
        if (twice || ids.given_twice()) {
            co_await ids.backwards();
        }
        for (std::size_t i = 0; i < probing.ports.size(); ++i) {
            probing.ports[i]->probed = std::move(probing.asked[i].ids);
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
                port.observation->probed_cntlids = std::move(port.probed);
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
    Clock::time_point began_{Clock::now()};
    std::vector<Target> targets_;
};

} // namespace

asio::awaitable<Observation> observe(ObserveOptions options) {
    Observer observer(std::move(options));
    co_return co_await observer.run();
}

} // namespace haoh
