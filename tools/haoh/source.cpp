// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source.hpp"

#include "command.hpp"
#include "file.hpp"

#include <haoh/error.hpp>
#include <haoh/fabric.hpp>
#include <haoh/nvme/nqn.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

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

Observation ask_targets(const SourceOptions& options, const OutputOptions& output) {
    ObserveOptions observe_options;
    observe_options.targets = distinct_addresses(options.targets);
    observe_options.subsysnqn = options.nqn;
    observe_options.connect.host = host_identity(options.hostnqn, options.hostid);
    observe_options.connect.header_digest = options.header_digest;
    observe_options.connect.data_digest = options.data_digest;
    observe_options.connect.timeout = milliseconds(options.command_timeout);
    observe_options.timeout = milliseconds(options.timeout);
    observe_options.probe_cntlids = !options.no_probe;
    if (observe_options.connect.host.source == "generated") {
        fmt::print(
            stderr,
            "haoh: no host NQN in /etc/nvme/hostnqn: connecting as {} (generated; an array that "
            "only admits known hosts needs --hostnqn and --hostid)\n",
            observe_options.connect.host.hostnqn);
    }
    Progress progress{output.quiet};
    observe_options.progress = [&progress](std::string_view target, std::size_t done,
                                           std::size_t total) {
        progress.update(target, done, total);
    };

    boost::asio::io_context context{1};
    Observation observation;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, observe(std::move(observe_options)),
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
    command.add_option("--timeout", options.timeout, "For each target in all")
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

Observation read_source(const SourceOptions& options, const OutputOptions& output) {
    if (options.targets.empty() && options.snapshots.empty()) {
        throw Error(
            Errc::invalid_argument, "read", "source", "no --target and no --snapshot given",
            "this version asks arrays directly (-t tcp://ADDR --nqn NQN) or reads snapshots; "
            "it does not read this host's kernel");
    }
    if (!options.nqn.empty()) {
        if (const auto defect = nvme::nqn_defect(options.nqn)) {
            throw Error(Errc::invalid_argument, "use", "--nqn " + options.nqn, *defect);
        }
    }
    std::vector<Observation> parts;
    for (const std::string& snapshot : options.snapshots) {
        parts.push_back(observation_from_json(read_file(snapshot, kSnapshotLimit), snapshot));
    }
    if (!options.targets.empty()) {
        parts.push_back(ask_targets(options, output));
    }
    return parts.size() == 1 ? std::move(parts.front()) : merge(std::move(parts));
}

Config read_config(const std::string& path) {
    return path.empty() ? Config{} : parse_config(read_file(path, kConfigLimit), path);
}

int reading_status(const Observation& observation) {
    if (observation.controllers.empty()) {
        return Exit::nothing;
    }
    bool complete = observation.unobserved.empty();
    for (const ControllerObservation& controller : observation.controllers) {
        complete = complete && controller.unread.empty();
    }
    return complete ? Exit::ok : Exit::incomplete;
}

} // namespace haoh::tool
