// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor knows of controllers and arrays, what is expected, and the verdict on it.
#include "monitor/monitor_core.hpp"

#include "collect/observation_cost.hpp"

#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/kernel_effect.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

namespace {

/// Judging takes no more than a tenth of the time, however much there is and however often it changes.
constexpr int kJudgeRest = 9;

/// What belongs to others, lent and not copied: it may be most of what the monitor holds.
template <typename T>
class Loan {
  public:
    Loan(std::vector<T>& to, std::vector<T*> owners) : to_{to}, owners_{std::move(owners)} {
        to_.reserve(owners_.size());
        for (T* const one : owners_) {
            to_.push_back(std::move(*one));
        }
    }
    /// Gives it back.
    ~Loan() {
        for (std::size_t index = 0; index < owners_.size(); ++index) {
            *owners_[index] = std::move(to_[index]);
        }
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

  private:
    std::vector<T>& to_;
    std::vector<T*> owners_;
};

/// \param lost  names of ports that are
bool is_there(const ControllerObservation& controller, const std::set<std::string_view>& lost) {
    return !controller.name.empty() &&
           (!controller.host.empty() || !lost.contains(controller.name));
}

/// By subsystem; of "" what is everybody's.
template <typename T>
using BySubsystem = std::map<std::string, std::vector<T*>, std::less<>>;

/// What is everybody's and what is of this subsystem, in the order in which it is known.
template <typename T>
std::vector<T*> concerning(const BySubsystem<T>& all, const std::string& subsysnqn) {
    std::vector<T*> out;
    const std::set<std::string_view> names{"", subsysnqn};
    for (const std::string_view name : names) {
        if (const auto found = all.find(name); found != all.end()) {
            out.insert(out.end(), found->second.begin(), found->second.end());
        }
    }
    std::ranges::sort(out);
    return out;
}

/// A log says nothing of subsystems that its target does not have.
BySubsystem<DiscoveryObservation> logs_of(Observation& known) {
    std::map<std::string_view, std::set<std::string_view>> had; // by target
    for (const ControllerObservation& controller : known.controllers) {
        if (controller.host.empty()) {
            had[controller.target].insert(controller.subsysnqn);
        }
    }
    BySubsystem<DiscoveryObservation> out;
    for (DiscoveryObservation& log : known.discovery) {
        const auto found = had.find(log.target);
        if (found == had.end() || found->second.contains("")) {
            out[""].push_back(&log);
            continue;
        }
        for (const std::string_view subsysnqn : found->second) {
            out[std::string(subsysnqn)].push_back(&log);
        }
    }
    return out;
}

} // namespace

void MonitorCore::expect_ports(std::vector<DiscoveryObservation> logs,
                               std::span<const WatchedPort> ports) {
    for (DiscoveryObservation& log : logs) {
        known_.discovery.push_back(std::move(log));
    }
    for (const WatchedPort& port : ports) {
        ControllerObservation expected;
        expected.target = port.target;
        expected.subsysnqn = port.subsysnqn;
        expected.transport = to_string(Transport::tcp);
        expected.traddr = port.address.traddr;
        expected.trsvcid = std::to_string(port.address.trsvcid);
        // In the place of what stood for its target, when nobody knew what is there.
        const auto same = std::ranges::find_if(known_.controllers, [&port](const auto& one) {
            return one.name.empty() && one.target == port.target && one.subsysnqn.empty();
        });
        if (same == known_.controllers.end()) {
            known_.controllers.push_back(std::move(expected));
        } else {
            *same = std::move(expected);
        }
    }
    attribute_arrays();
}

void MonitorCore::lose_port(const WatchedPort& port, const SourceProblem& why) {
    restore_port(port);
    known_.unobserved.push_back({.object = port.name,
                                 .target = port.target,
                                 .subsysnqn = port.subsysnqn,
                                 .error = why.text()});
    judge_later();
}

void MonitorCore::restore_port(const WatchedPort& port) {
    std::erase_if(known_.unobserved,
                  [&port](const Unobserved& one) { return one.object == port.name; });
}

std::vector<ControllerObservation>::iterator MonitorCore::find(std::string_view host,
                                                               std::string_view name) {
    return std::ranges::find_if(known_.controllers, [&](const ControllerObservation& one) {
        return one.host == host && one.name == name;
    });
}

const ControllerObservation* MonitorCore::known(std::string_view host, std::string_view name) {
    const auto found = find(host, name);
    return found == known_.controllers.end() ? nullptr : &*found;
}

void MonitorCore::join(const std::string& subsysnqn, std::weak_ptr<Neighbour> port) {
    auto& ports = neighbours_[subsysnqn];
    std::erase_if(ports, [](const auto& one) { return one.expired(); });
    ports.push_back(std::move(port));
}

void MonitorCore::suspect(const std::string& subsysnqn, const Neighbour& by,
                          const Round::Portion& portion) {
    for (const auto& one : neighbours_[subsysnqn]) {
        if (const auto port = one.lock(); port && port.get() != &by) {
            port->suspect(portion);
        }
    }
}

std::set<std::string_view> MonitorCore::lost() const {
    std::set<std::string_view> names;
    for (const Unobserved& one : known_.unobserved) {
        names.insert(one.object);
    }
    return names;
}

Observation MonitorCore::observation() const {
    Observation out;
    const std::set<std::string_view> missing = lost();
    for (const ControllerObservation& controller : known_.controllers) {
        if (is_there(controller, missing)) {
            out.controllers.push_back(controller);
        }
    }
    out.discovery = known_.discovery;
    out.unobserved = known_.unobserved;
    out.kernels = known_.kernels;
    for (KernelObservation& kernel : out.kernels) {
        fusion_.write_states(kernel);
    }
    return out;
}

std::string MonitorCore::kernel() const {
    if (!known_.kernels.empty() && !known_.kernels.front().release.empty()) {
        return known_.kernels.front().release;
    }
    return fmt::format("{}.{}", kLastKnownKernel.major, kLastKnownKernel.minor);
}

std::shared_ptr<Spending> MonitorCore::reading(const std::string& target) {
    return known_budget_.reading({{}, target}, options_.budget);
}

SourceProblem MonitorCore::admit(const ControllerObservation& controller) {
    const bool of_host = !controller.host.empty() && options_.host;
    const Budget& budget = of_host ? options_.host->budget : options_.budget;
    const KnownBudget::Name array{controller.host,
                                  of_host ? controller.subsysnqn : controller.target};
    const auto lacking = known_budget_.replace({controller.host, controller.name}, array, budget,
                                               cost_of(controller));
    return lacking ? SourceProblem(Spending(budget).shortage(*lacking),
                                   std::string(Spending::advice(*lacking)))
                   : SourceProblem();
}

void MonitorCore::keep(const std::string& host, ControllerObservation controller) {
    controller.host = host;
    const auto same = find(host, controller.name);
    if (same == known_.controllers.end()) {
        known_.controllers.push_back(std::move(controller));
    } else {
        *same = std::move(controller);
    }
    attribute_arrays();
    judge_later();
}

void MonitorCore::keep_ana(const std::string& host, const std::string& controller,
                           std::vector<std::uint8_t> log) {
    const auto same = find(host, controller);
    if (same == known_.controllers.end() || same->ana.log.bytes == log) {
        return;
    }
    std::swap(same->ana.log.bytes, log);
    if (!admit(*same).empty()) {
        std::swap(same->ana.log.bytes, log);
        return;
    }
    same->ana.log.state = Page::State::ok;
    same->ana.stable = true;
    judge_later();
}

void MonitorCore::judge_later() {
    if (!judging_) {
        run([this] { return judge_soon(); }, "check", Shortage::borne);
        judging_ = true; // it begins with a pause
    }
}

asio::awaitable<void> MonitorCore::judge_soon() {
    co_await pause(judge_delay_);
    judging_ = false;
    const auto begin = std::chrono::steady_clock::now();
    judge();
    judge_delay_ = std::max<std::chrono::nanoseconds>(
        kJudgeDelay, kJudgeRest * (std::chrono::steady_clock::now() - begin));
}

void MonitorCore::keep(KernelObservation kernel) {
    known_.kernels = {std::move(kernel)};
    attribute_arrays();
}

void MonitorCore::forget(const std::string& host, const std::string& controller) {
    known_budget_.forget({host, controller});
    std::erase_if(known_.controllers,
                  [&](const auto& one) { return one.host == host && one.name == controller; });
}

void MonitorCore::attribute_arrays() {
    const Attributions arrays = attribute(known_, options_.sites);
    for (const Attribution& one : arrays) {
        fusion_.set_array(one.host, one.controller, one.array);
    }
    expect_arrays(arrays);
}

void MonitorCore::expect_arrays(const Attributions& arrays) {
    Fusion::Expected everywhere;
    if (options_.profile == Profile::stretched) {
        everywhere.least = 2;
    }
    for (const MissingSite& one : missing_sites(known_, options_.sites)) {
        everywhere.arrays.insert(one.site.name);
    }
    // A declared array has all namespaces of a subsystem of which it has a controller.
    const auto declared = [this](std::string_view array) {
        return std::ranges::find(options_.sites, array, &Site::name) != options_.sites.end();
    };
    std::map<std::pair<std::string, std::string>, Fusion::Expected> expected; // host, subsystem
    for (std::size_t index = 0; index < known_.controllers.size(); ++index) {
        const ControllerObservation& controller = known_.controllers[index];
        if (controller.name.empty() && controller.subsysnqn.empty()) {
            everywhere.arrays.insert(arrays[index].array); // for all that is known
        } else {
            Fusion::Expected& of = expected[{controller.host, controller.subsysnqn}];
            if (controller.name.empty() || declared(arrays[index].array)) {
                of.arrays.insert(arrays[index].array);
            }
        }
    }
    for (const KernelObservation& kernel : known_.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            Fusion::Expected& of =
                expected[{kernel.host, std::string(subsystem.subsysnqn.value())}];
            for (const KernelController& controller : subsystem.controllers) {
                const std::string_view array = arrays.array_of(kernel.host, controller.name);
                if (declared(array)) {
                    of.arrays.emplace(array);
                }
            }
        }
    }
    for (auto& [of, one] : expected) {
        one.arrays.insert(everywhere.arrays.begin(), everywhere.arrays.end());
        one.arrays.erase("");
        one.least = everywhere.least;
        fusion_.expect_arrays(of.first, of.second, std::move(one));
    }
}

void MonitorCore::judge() {
    std::map<std::pair<std::string, std::string>, std::vector<ControllerObservation*>> subsystems;
    const std::set<std::string_view> missing = lost();
    for (ControllerObservation& controller : known_.controllers) {
        if (is_there(controller, missing)) {
            subsystems[{controller.host, controller.subsysnqn}].push_back(&controller);
        }
    }
    const BySubsystem<DiscoveryObservation> logs = logs_of(known_);
    BySubsystem<const Unobserved> unobserved;
    for (const Unobserved& one : known_.unobserved) {
        unobserved[one.subsysnqn].push_back(&one);
    }
    for (auto& [name, controllers] : subsystems) {
        const auto& [host, subsysnqn] = name;
        Observation part;
        const Loan lent(part.controllers, std::move(controllers));
        const Loan logs_lent(part.discovery, host.empty() ? concerning(logs, subsysnqn)
                                                          : std::vector<DiscoveryObservation*>{});
        if (host.empty()) {
            for (const Unobserved* const one : concerning(unobserved, subsysnqn)) {
                part.unobserved.push_back(*one);
            }
        }
        CheckOptions options;
        options.config.sites = options_.sites;
        options.config.profile = options_.profile;
        // Sites of other subsystems are not missing in this one.
        for (const MissingSite& one : missing_sites(part, options_.sites)) {
            std::erase(options.config.sites, one.site);
        }
        fusion_.set_verdict(host, subsysnqn, check(part, options).verdict);
    }
}

} // namespace haoh::monitor
