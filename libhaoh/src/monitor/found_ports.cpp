// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/found_ports.hpp"

#include "monitor/array_watch.hpp"
#include "monitor/backoff.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

asio::awaitable<FoundPorts> find_ports(const MonitorOptions& options,
                                       std::vector<Address> targets) {
    FoundPorts found;
    if (!options.subsysnqn.empty()) {
        for (const Address& address : targets) {
            found.ports.push_back({.address = address,
                                   .subsysnqn = options.subsysnqn,
                                   .target = to_string(address),
                                   .name = to_string(address)});
        }
        co_return found;
    }
    ObserveOptions observe_options;
    observe_options.targets = targets;
    observe_options.connect = options.connect;
    observe_options.timeout = options.timeout;
    observe_options.budget = options.budget;
    observe_options.probe_cntlids = false;
    Observation seen = co_await observe(std::move(observe_options));
    std::map<std::string, unsigned> subsystems; // behind one address
    for (const ControllerObservation& controller : seen.controllers) {
        Address address;
        address.traddr = controller.traddr;
        address.trsvcid = static_cast<std::uint16_t>(std::stoul(controller.trsvcid));
        ++subsystems[to_string(address)];
        found.ports.push_back({.address = address,
                               .subsysnqn = controller.subsysnqn,
                               .target = controller.target,
                               .name = to_string(address)});
    }
    for (WatchedPort& port : found.ports) {
        if (subsystems[port.name] > 1) {
            port.name += " " + port.subsysnqn;
        }
    }
    found.logs = std::move(seen.discovery);
    for (const Address& target : targets) {
        const std::string name = to_string(target);
        const auto is_of_it = [&name](const auto& one) { return one.target == name; };
        if (std::ranges::any_of(found.ports, is_of_it)) {
            continue;
        }
        const auto why = std::ranges::find_if(seen.unobserved, is_of_it);
        found.missing.emplace(name, why == seen.unobserved.end() ? "no subsystem was found"
                                                                 : SourceProblem(why->error));
    }
    co_return found;
}

asio::awaitable<void> watch_target(std::shared_ptr<MonitorCore> core, Address target) {
    Backoff backoff(core->options().retry_interval, kMaxArrayBackoff);
    const std::string name = to_string(target);
    for (;;) {
        co_await pause(backoff.next());
        std::vector<Address> targets{target};
        FoundPorts found = co_await find_ports(core->options(), std::move(targets));
        co_await unless_stopped();
        const Moment now = Moment::now();
        const auto why = found.missing.find(name);
        if (why != found.missing.end()) {
            core->lose_source(name, why->second, now);
            continue;
        }
        core->expect_ports(std::move(found.logs), found.ports);
        core->fusion().restore_source(name, now);
        core->publish({.observed = now, .cause = {}, .source = to_string(EventSource::aen)});
        while (!found.ports.empty()) { // what was begun is not begun again, if memory gets short
            const WatchedPort& port = found.ports.back();
            core->run([core, port] { return watch_port(core, port); }, port.name);
            found.ports.pop_back();
        }
        co_return;
    }
}

} // namespace haoh::monitor
