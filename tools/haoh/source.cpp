// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source.hpp"

#include "command.hpp"
#include "file.hpp"

#include <haoh/error.hpp>
#include <haoh/fabric.hpp>
#include <haoh/host.hpp>
#include <haoh/nvme/nqn.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <span>

namespace haoh::tool {
namespace {

constexpr std::size_t kSnapshotLimit = std::size_t{1} << 30U;
constexpr std::size_t kConfigLimit = std::size_t{1} << 20U;

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

/// The same port twice would be taken for two arrays that agree in everything.
std::vector<Address> distinct_addresses(const std::vector<std::string>& targets) {
    std::vector<Address> addresses;
    for (const std::string& target : targets) {
        Address address = parse_address(target);
        if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
            throw Error(Errc::invalid_argument, "use", "--target " + target,
                        "the same target is given twice");
        }
        addresses.push_back(std::move(address));
    }
    return addresses;
}

/// Runs a reading to its end.
Observation complete(boost::asio::awaitable<Observation> reading) {
    boost::asio::io_context context{1};
    Observation observation;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(reading),
                          [&](std::exception_ptr error, Observation result) {
                              failure = error;
                              observation = std::move(result);
                          });
    context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return observation;
}

ConnectOptions connect_options(const SourceOptions& options) {
    ConnectOptions connect;
    connect.host = host_identity(options.hostnqn, options.hostid);
    connect.header_digest = options.header_digest;
    connect.data_digest = options.data_digest;
    connect.timeout = milliseconds(options.command_timeout);
    if (connect.host.source == "generated") {
        fmt::print(
            stderr,
            "haoh: no host NQN in /etc/nvme/hostnqn: connecting as {} (generated; an array that "
            "only admits known hosts needs --hostnqn and --hostid)\n",
            connect.host.hostnqn);
    }
    return connect;
}

Observation ask_targets(const SourceOptions& options, const OutputOptions& output) {
    ObserveOptions observe_options;
    observe_options.targets = distinct_addresses(options.targets);
    observe_options.subsysnqn = options.nqn;
    observe_options.connect = connect_options(options);
    observe_options.timeout = milliseconds(options.timeout);
    observe_options.probe_cntlids = !options.no_probe;
    Progress progress{output.quiet};
    observe_options.progress = [&progress](std::string_view target, std::size_t done,
                                           std::size_t total) {
        progress.update(target, done, total);
    };

    return complete(observe(std::move(observe_options)));
}

/// "nvme-subsys3", "nvme3" or "nvme3n1".
bool is_kernel_name(std::string_view name) {
    const auto take = [&name](std::string_view prefix) {
        const bool has = name.starts_with(prefix);
        name.remove_prefix(has ? prefix.size() : 0);
        return has;
    };
    const auto take_number = [&name] {
        const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
        name.remove_prefix(digits);
        return digits > 0;
    };
    if (take("nvme-subsys")) {
        return take_number() && name.empty();
    }
    return take("nvme") && take_number() && (name.empty() || (take("n") && take_number())) &&
           name.empty();
}

template <typename Object>
bool is_readable(const Object& object, std::span<const AttributeRow<Object>> rows) {
    return std::none_of(rows.begin(), rows.end(), [&object](const AttributeRow<Object>& row) {
        return (object.*row.member).state == Attribute::State::unreadable;
    });
}

bool is_readable(const KernelPath& path) {
    return is_readable(path, path_attributes());
}
bool is_readable(const KernelController& controller) {
    return is_readable(controller, controller_attributes());
}

/// Whether everything of a kernel could be read that `haoh list` shows.
bool is_whole(const KernelObservation& kernel) {
    const auto all = [](const auto& objects) {
        return std::all_of(objects.begin(), objects.end(),
                           [](const auto& object) { return is_readable(object); });
    };
    return kernel.unread.empty() && all(kernel.stray_controllers) &&
           std::all_of(kernel.subsystems.begin(), kernel.subsystems.end(),
                       [&all](const KernelSubsystem& subsystem) {
                           return is_readable(subsystem, subsystem_attributes()) &&
                                  all(subsystem.controllers) && all(subsystem.headless) &&
                                  std::all_of(
                                      subsystem.namespaces.begin(), subsystem.namespaces.end(),
                                      [&all](const KernelNamespace& head) {
                                          return is_readable(head, namespace_attributes()) &&
                                                 all(head.paths);
                                      });
                       });
}

[[noreturn]] void refuse(const std::string& argument, std::string_view cause,
                         std::string_view advice) {
    throw Error(Errc::invalid_argument, "use", argument, cause, advice);
}

bool reads_host(const SourceOptions& options) {
    return !options.sysroot.empty() || (options.targets.empty() && options.snapshots.empty());
}

/// Which options go together.
void check_combination(const SourceOptions& options) {
    for (const std::string& name : options.names) {
        if (!is_host_name(name)) {
            refuse("'" + name + "'", "this is no NQN, nvme-subsysN, nvmeN or nvmeNnM",
                   "a snapshot is read with --snapshot FILE, an array asked with --target");
        }
    }
    if (!options.names.empty() && !options.targets.empty()) {
        refuse("'" + options.names.front() + "' with --target",
               "a name chooses among what this host's kernel has",
               "with --target the subsystem is named by --nqn");
    }
    if (!options.names.empty() && !reads_host(options)) {
        refuse("'" + options.names.front() + "' with --snapshot",
               "a name chooses among what this host's kernel has, which is not looked at",
               "add --sysroot / to look at it as well");
    }
    if (!options.nqn.empty()) {
        if (const auto defect = nvme::nqn_defect(options.nqn)) {
            throw Error(Errc::invalid_argument, "use", "--nqn " + options.nqn, *defect);
        }
        if (options.targets.empty() && reads_host(options)) {
            refuse("--nqn " + options.nqn, "it goes with --target",
                   "give the NQN without --nqn to choose a subsystem of this host");
        }
    }
}

HostOptions host_options(const SourceOptions& options) {
    HostOptions host;
    if (!options.sysroot.empty()) {
        host.sysroot = options.sysroot;
    }
    host.names = options.names;
    host.timeout = milliseconds(options.timeout);
    host.command_timeout = milliseconds(options.command_timeout);
    return host;
}

Observation read_host(const SourceOptions& options, const OutputOptions& output) {
    HostOptions host = host_options(options);
    Progress progress{output.quiet};
    host.progress = [&progress](std::string_view controller, std::size_t done, std::size_t total) {
        progress.update(controller, done, total);
    };
    return complete(observe_host(std::move(host)));
}

} // namespace

void add_source_options(CLI::App& command, SourceOptions& options) {
    const std::string group = "Source";
    command
        .add_option("-t,--target", options.targets,
                    "Ask an array's port directly: tcp://ADDR[:PORT] or "
                    "transport=tcp,traddr=ADDR,trsvcid=PORT; repeat for each array or port")
        ->type_name("ADDRESS")
        ->take_all()
        ->allow_extra_args(false)
        ->group(group);
    command
        .add_option("--nqn", options.nqn,
                    "The subsystem to ask for; without it the target's discovery log is followed")
        ->type_name("NQN")
        ->group(group);
    command
        .add_option("--hostnqn", options.hostnqn,
                    "Connect as this host (default: /etc/nvme/hostnqn, else a generated one)")
        ->type_name("NQN")
        ->group(group);
    command.add_option("--hostid", options.hostid, "Its host ID (default: /etc/nvme/hostid)")
        ->type_name("UUID")
        ->group(group);
    command
        .add_option("--snapshot", options.snapshots,
                    "Read a recorded observation ('-': standard input); repeat to merge")
        ->type_name("FILE")
        ->take_all()
        ->allow_extra_args(false)
        ->group(group);
    command
        .add_option("--sysroot", options.sysroot,
                    "Look at the host whose tree (DIR/sys/class/nvme-subsystem) was recorded here; "
                    "'/': this host, in addition to other sources")
        ->type_name("DIR")
        ->group(group);
    command.add_option("--timeout", options.timeout, "For each target or controller in all")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 86400.0))
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--command-timeout", options.command_timeout, "For each connection and command")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str()
        ->group(group);
    command.add_flag("--hdr-digest", options.header_digest, "Ask for NVMe/TCP header digests")
        ->group(group);
    command.add_flag("--data-digest", options.data_digest, "Ask for NVMe/TCP data digests")
        ->group(group);
    command
        .add_flag("--no-probe", options.no_probe,
                  "No second connection to see which controller IDs each array hands out")
        ->group(group);
}

void add_host_names(CLI::App& command, SourceOptions& options) {
    command
        .add_option("names", options.names,
                    "What to look at on this host: NQN, nvme-subsysN, nvmeN or nvmeNnM "
                    "(default: all subsystems)")
        ->type_name("NAME");
}

bool is_host_name(std::string_view word) {
    constexpr std::string_view kDevices = "/dev/";
    return word.starts_with("nqn.") ||
           is_kernel_name(word.starts_with(kDevices) ? word.substr(kDevices.size()) : word);
}

Observation read_source(const SourceOptions& options, const OutputOptions& output) {
    check_combination(options);
    std::vector<Observation> parts;
    for (const std::string& snapshot : options.snapshots) {
        parts.push_back(observation_from_json(read_file(snapshot, kSnapshotLimit), snapshot));
    }
    if (reads_host(options)) {
        parts.push_back(read_host(options, output));
    }
    if (!options.targets.empty()) {
        parts.push_back(ask_targets(options, output));
    }
    return parts.size() == 1 ? std::move(parts.front()) : merge(std::move(parts));
}

MonitorOptions monitor_options(const SourceOptions& options) {
    check_combination(options);
    if (!options.snapshots.empty()) {
        refuse("--snapshot " + options.snapshots.front(), "what was recorded does not change",
               "watch this host, or an array with --target");
    }
    MonitorOptions monitor;
    if (reads_host(options)) {
        monitor.host = host_options(options);
    }
    if (!options.targets.empty()) {
        monitor.targets = distinct_addresses(options.targets);
        monitor.subsysnqn = options.nqn;
        monitor.connect = connect_options(options);
    }
    return monitor;
}

Config read_config(const std::string& path) {
    return path.empty() ? Config{} : parse_config(read_file(path, kConfigLimit), path);
}

bool anything_observed(const Observation& observation) {
    const bool any =
        !observation.controllers.empty() ||
        std::any_of(observation.kernels.begin(), observation.kernels.end(),
                    [](const KernelObservation& kernel) {
                        return !kernel.subsystems.empty() || !kernel.stray_controllers.empty();
                    });
    if (!any && !observation.kernels.empty()) {
        fmt::print(stderr, "haoh: there is no NVMe subsystem on this host\n");
    }
    return any;
}

int reading_status(const Observation& observation) {
    if (!anything_observed(observation)) {
        return Exit::nothing;
    }
    bool complete = observation.unobserved.empty();
    for (const ControllerObservation& controller : observation.controllers) {
        complete = complete && controller.unread.empty();
    }
    for (const KernelObservation& kernel : observation.kernels) {
        complete = complete && is_whole(kernel);
    }
    return complete ? Exit::ok : Exit::incomplete;
}

} // namespace haoh::tool
