// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/host_observer.hpp"

#include "base/safe_text.hpp"
#include "base/utc_time.hpp"
#include "collect/parallel.hpp"
#include "host/blocking_threads.hpp"
#include "host/device_channel.hpp"
#include "host/kernel_change.hpp"
#include "host/kernel_log.hpp"
#include "host/kernel_reader.hpp"
#include "host/machine_reader.hpp"
#include "host/selection.hpp"
#include "host/udev_links.hpp"
#include "model/controller_id.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <utility>

namespace haoh {

namespace asio = boost::asio;

namespace host {

namespace {

/// Controllers that are asked at the same time, each with `depth` threads.
constexpr std::size_t kControllersAtOnce = 16;
constexpr std::size_t kMaxScanThreads = 4;

Scan scan(const HostOptions& options) {
    const SysfsRoot root(options.sysroot);
    Scan result;
    result.this_machine = root.this_machine();
    const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
    const ScanOptions scan_options{.detail = options.detail,
                                   .threads = options.scan_threads != 0
                                                  ? options.scan_threads
                                                  : std::min(processors, kMaxScanThreads)};
    KernelObservation& kernel = result.kernel;
    read_topology(root, scan_options, kernel);
    select_subsystems(kernel, options.names);
    read_machine(root, kernel);
    if (!root.this_machine()) {
        kernel.messages_error = "a recorded tree has no kernel log";
    } else if (!options.read_log) {
        kernel.messages_error = "it was not asked for";
    } else {
        KernelLog log = read_kernel_log();
        kernel.messages = std::move(log.messages);
        kernel.messages_error = std::move(log.error);
    }
    if (root.this_machine() && options.ask_udev) {
        add_udev_links(kernel);
    }
    return result;
}

asio::awaitable<Scan> scan_in_thread(HostOptions options, KernelDetail detail) {
    options.detail = detail;
    options.progress = nullptr; // the caller's, for the caller's executor
    if (detail == KernelDetail::topology) {
        options.read_log = false;
        options.ask_udev = false;
    }
    const auto result = std::make_shared<Scan>();
    BlockingThreads threads(1);
    std::function<void()> work = [result, options] { *result = scan(options); };
    if (co_await threads.run(std::move(work), std::nullopt) != BlockingThreads::Outcome::done) {
        throw Error(Errc::canceled, "read the kernel's view below", options.sysroot);
    }
    co_return std::move(*result);
}

/// A host's only identity: that of all its controllers, when they agree.
void set_identity(Observation& observation) {
    std::set<std::pair<std::string_view, std::string_view>> identities;
    for (const KernelObservation& kernel : observation.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& controller : subsystem.controllers) {
                if (controller.hostnqn.ok()) {
                    identities.emplace(controller.hostnqn.value(), controller.hostid.value());
                }
            }
        }
    }
    if (identities.size() == 1) {
        observation.hostnqn = identities.begin()->first;
        observation.hostid = identities.begin()->second;
    }
}

/// A controller of the kernel's view and what came of it.
struct Candidate {
    const KernelSubsystem* subsystem{};
    const KernelController* controller{};
    std::optional<ControllerObservation> seen;
    std::string error;
    UnobservedReason reason{};
};

class Asker {
  public:
    Asker(const KernelObservation& kernel, const HostOptions& options, const DeviceOpener& open,
          bool this_machine)
        : kernel_{kernel}, options_{options}, open_{open} {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& controller : subsystem.controllers) {
                add(&subsystem, controller, this_machine);
            }
        }
        for (const KernelController& controller : kernel.stray_controllers) {
            add(nullptr, controller, this_machine);
        }
    }

    asio::awaitable<void> run() {
        std::vector<Candidate*> live;
        for (Candidate& candidate : candidates_) {
            if (candidate.error.empty()) {
                live.push_back(&candidate);
            }
        }
        auto job = [&](std::size_t index) { return ask(*live[index]); };
        co_await for_each_index(live.size(), kControllersAtOnce, job);
    }

    void gather(Observation& observation) {
        for (Candidate& candidate : candidates_) {
            if (candidate.seen) {
                observation.controllers.push_back(*std::move(candidate.seen));
                continue;
            }
            const std::string_view subsysnqn = candidate.controller->subsysnqn.value();
            observation.unobserved.push_back({.object = candidate.controller->name,
                                              .target = {},
                                              .subsysnqn = std::string(subsysnqn),
                                              .error = base::safe_text(candidate.error),
                                              .host = kernel_.host,
                                              .reason = candidate.reason});
        }
    }

  private:
    void add(const KernelSubsystem* subsystem, const KernelController& controller,
             bool this_machine) {
        AskDecision decision = whether_to_ask(subsystem, controller, this_machine);
        if (decision.ask || !decision.reason.empty()) {
            std::string error = decision.ask
                                    ? std::string()
                                    : fmt::format("ask {}: {}", controller.name, decision.reason);
            candidates_.push_back(
                {subsystem, &controller, std::nullopt, std::move(error), decision.why});
        }
    }

    asio::awaitable<void> ask(Candidate& candidate) {
        const std::string& name = candidate.controller->name;
        progress(name, 0, 0);
        try {
            DeviceChannel channel(co_await asio::this_coro::executor, name, open_(name),
                                  options_.command_timeout, options_.depth);
            CollectOptions collect;
            collect.deadline = std::chrono::steady_clock::now() + options_.timeout;
            collect.spending = spending_of(*candidate.controller);
            collect.progress = [&](std::size_t done, std::size_t total) {
                progress(name, done, total);
            };
            ControllerObservation told = co_await collect_controller(channel, std::move(collect));
            if (told.identify.state == Page::State::failed) {
                candidate.error = fmt::format("identify {}: {}", name, told.identify.error);
                candidate.reason =
                    told.identify.over_budget ? UnobservedReason::budget : UnobservedReason::other;
                co_return;
            }
            name_by_sysfs(told, *candidate.controller, kernel_.host);
            candidate.seen = std::move(told);
        } catch (const Error& error) {
            candidate.error = error.what();
            candidate.reason = unobserved_reason(error.code());
        }
    }

    /// What one array answers costs no other one its room.
    std::shared_ptr<Spending> spending_of(const KernelController& controller) {
        std::shared_ptr<Spending>& one = spending_[std::string(controller.subsysnqn.value())];
        if (!one) {
            one = std::make_shared<Spending>(options_.budget);
        }
        return one;
    }

    void progress(const std::string& name, std::size_t done, std::size_t total) const {
        if (options_.progress) {
            options_.progress(name, done, total);
        }
    }

    const KernelObservation& kernel_;
    const HostOptions& options_;
    const DeviceOpener& open_;
    std::vector<Candidate> candidates_;
    std::map<std::string, std::shared_ptr<Spending>> spending_; ///< by subsystem
};

} // namespace

AskDecision whether_to_ask(const KernelSubsystem* subsystem, const KernelController& controller,
                           bool this_machine) {
    const auto no = [](std::string reason = {}, UnobservedReason why = {}) {
        return AskDecision{.ask = false, .reason = std::move(reason), .why = why};
    };
    // "reserved" is what sysfs says of the zero that controllers before NVMe 1.4 report.
    const std::string_view type = controller.cntrltype.value();
    if (type == "discovery" || type == "admin" ||
        (subsystem != nullptr && subsystem->discovery())) {
        return no();
    }
    if (!this_machine) {
        return no("this is a recorded tree; ask on the machine where it was recorded, or the array "
                  "itself with --target",
                  UnobservedReason::recorded);
    }
    if (!controller.state.ok()) {
        return no(fmt::format("its state cannot be read{}{}; look at /sys/class/nvme/{}",
                              controller.state.text.empty() ? "" : ": ", controller.state.text,
                              controller.name),
                  UnobservedReason::unreadable);
    }
    if (!controller.live()) {
        return no(fmt::format("the controller is {}, not live; see the kernel's log for why",
                              controller.state.text),
                  UnobservedReason::not_live);
    }
    return {.ask = true, .reason = {}};
}

ControllerObservation controller_from_sysfs(const KernelController& controller,
                                            std::string_view host) {
    ControllerObservation seen;
    seen.name = controller.name;
    seen.host = host;
    seen.transport = controller.transport.value();
    seen.traddr = controller.address_part("traddr");
    // On PCIe the address is the function's, without a key.
    if (seen.traddr.empty() && controller.address.value().find('=') == std::string_view::npos) {
        seen.traddr = controller.address.value();
    }
    seen.trsvcid = controller.address_part("trsvcid");
    seen.subsysnqn = controller.subsysnqn.value();
    seen.connection.hostid = nvme::parse_uuid(controller.hostid.value()).value_or(nvme::Uuid{});
    const auto cntlid = model::controller_id(controller);
    if (cntlid || !controller.cntlid.ok()) {
        // An ID beside a host NQN counts as known, also 0: none is beside what is no ID.
        seen.connection.hostnqn = controller.hostnqn.value();
        seen.connection.cntlid = cntlid.value_or(0);
    }
    return seen;
}

void name_by_sysfs(ControllerObservation& told, const KernelController& controller,
                   std::string_view host) {
    ControllerObservation known = controller_from_sysfs(controller, host);
    told.name = std::move(known.name);
    told.host = std::move(known.host);
    told.transport = std::move(known.transport);
    told.traddr = std::move(known.traddr);
    told.trsvcid = std::move(known.trsvcid);
    told.subsysnqn = std::move(known.subsysnqn);
    told.connection = std::move(known.connection);
}

asio::awaitable<Observation> observe_controllers(KernelObservation kernel, HostOptions options,
                                                 DeviceOpener open, bool this_machine) {
    Observation observation;
    observation.observed_at = base::utc_text(std::time(nullptr));
    observation.kernels.push_back(std::move(kernel));
    set_identity(observation);
    if (options.ask_controllers) {
        Asker asker(observation.kernels.front(), options, open, this_machine);
        co_await asker.run();
        asker.gather(observation);
    }
    co_return observation;
}

asio::awaitable<Observation> observe_settled(Scanner scan, HostOptions options, DeviceOpener open) {
    constexpr int kAttempts = 3;
    const std::string began = base::utc_text(std::time(nullptr));
    const auto deadline = std::chrono::steady_clock::now() + options.timeout;
    Observation observation;
    for (int attempt = 1; attempt <= kAttempts; ++attempt) {
        Scan before = co_await scan(options.detail);
        const bool ask = before.this_machine && options.ask_controllers;
        observation = co_await observe_controllers(std::move(before.kernel), options, open,
                                                   before.this_machine);
        if (!ask) {
            break;
        }
        KernelObservation& kernel = observation.kernels.front();
        try {
            const Scan after = co_await scan(KernelDetail::topology);
            kernel.changed = changed_objects(kernel, after.kernel);
        } catch (const Error& error) { // as when the only subsystem went away
            kernel.unread.push_back(fmt::format("once more: {}", error.what()));
            break;
        }
        if (kernel.changed.empty() || std::chrono::steady_clock::now() >= deadline) {
            break;
        }
    }
    observation.observed_at = began;
    co_return observation;
}

} // namespace host

KernelObservation read_kernel(const HostOptions& options) {
    return host::scan(options).kernel;
}

asio::awaitable<Observation> observe_host(HostOptions options) {
    host::Scanner scanner = [options](KernelDetail detail) {
        return host::scan_in_thread(options, detail);
    };
    return host::observe_settled(std::move(scanner), options, host::open_nvme_device);
}

} // namespace haoh
