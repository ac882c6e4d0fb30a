// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor knows of controllers and arrays, what is expected, and the verdict on it.
#include "monitor/monitor_core.hpp"

#include "collect/observation_cost.hpp"

#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/kernel_effect.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

namespace {

/// Judging takes no more than a tenth of the time, however much there is and however often it changes.
constexpr int kJudgeRest = 9;

/// Gives back at its end what was lent.
class Returned {
  public:
    Returned(std::vector<ControllerObservation>& lent,
             const std::vector<ControllerObservation*>& owners)
        : lent_{lent}, owners_{owners} {}
    ~Returned() {
        for (std::size_t index = 0; index < owners_.size(); ++index) {
            *owners_[index] = std::move(lent_[index]);
        }
    }
    Returned(const Returned&) = delete;
    Returned& operator=(const Returned&) = delete;

  private:
    std::vector<ControllerObservation>& lent_;
    const std::vector<ControllerObservation*>& owners_;
};

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

bool MonitorCore::is_lost(const ControllerObservation& controller) const {
    return controller.host.empty() &&
           std::ranges::any_of(known_.unobserved, [&controller](const Unobserved& one) {
               return one.object == controller.name;
           });
}

Observation MonitorCore::observation() const {
    Observation out;
    for (const ControllerObservation& controller : known_.controllers) {
        if (!controller.name.empty() && !is_lost(controller)) {
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
    if (!std::exchange(judging_, true)) {
        run([this] { return judge_soon(); }, "check");
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
    for (ControllerObservation& controller : known_.controllers) {
        if (!controller.name.empty() && !is_lost(controller)) {
            subsystems[{controller.host, controller.subsysnqn}].push_back(&controller);
        }
    }
    for (const auto& [name, controllers] : subsystems) {
        // Lent, not copied: they may be most of what the monitor holds.
        Observation part;
        part.controllers.reserve(controllers.size());
        for (ControllerObservation* one : controllers) {
            part.controllers.push_back(std::move(*one));
        }
        const Returned returned(part.controllers, controllers);
        if (name.first.empty()) {
            part.discovery = known_.discovery;
            std::ranges::copy_if(known_.unobserved, std::back_inserter(part.unobserved),
                                 [&name](const Unobserved& one) {
                                     return one.subsysnqn.empty() || one.subsysnqn == name.second;
                                 });
        }
        CheckOptions options;
        options.config.sites = options_.sites;
        options.config.profile = options_.profile;
        // Sites of other subsystems are not missing in this one.
        for (const MissingSite& one : missing_sites(part, options_.sites)) {
            std::erase(options.config.sites, one.site);
        }
        fusion_.set_verdict(name.first, name.second, check(part, options).verdict);
    }
}

} // namespace haoh::monitor
