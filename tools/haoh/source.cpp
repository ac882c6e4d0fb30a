// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source.hpp"

#include "command.hpp"
#include "file.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace haoh::tool {
namespace {

constexpr std::size_t kConfigLimit = std::size_t{1} << 20U;

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

/// Whether anything but snapshots is looked at.
bool is_live(const SourceOptions& options) {
    return options.snapshots.empty() || !options.targets.empty() || !options.sysroot.empty();
}

HostIdentity told_identity(const SourceOptions& options) {
    HostIdentity identity = host_identity(options.hostnqn, options.hostid);
    if (identity.origin == "generated") {
        note(fmt::format(
            "haoh: no host NQN in /etc/nvme/hostnqn: connecting as {} (generated; an array that "
            "only admits known hosts needs --hostnqn and --hostid)\n",
            identity.hostnqn));
    }
    return identity;
}

/// All but the snapshots.
Source live_source(const SourceOptions& options) {
    Source source;
    source.names = options.names;
    source.sysroot = options.sysroot;
    source.targets = options.targets;
    source.subsysnqn = options.nqn;
    source.header_digest = options.header_digest;
    source.data_digest = options.data_digest;
    source.probe_cntlids = !options.no_probe;
    source.timeout = milliseconds(options.timeout);
    source.command_timeout = milliseconds(options.command_timeout);
    if (!is_live(options) && !options.names.empty()) {
        throw Error(Errc::invalid_argument, "use",
                    "'" + options.names.front() + "' with --snapshot",
                    "a name chooses among what this host's kernel has, which is not looked at",
                    "add --sysroot / to look at it as well");
    }
    require_consistent(source);
    if (!source.targets.empty()) {
        source.identity = told_identity(options);
        source.resolver = make_thread_resolver();
    }
    return source;
}

std::vector<Observation> recorded(const SourceOptions& options) {
    std::vector<Observation> parts;
    for (const std::string& snapshot : options.snapshots) {
        parts.push_back(read_snapshot(snapshot));
    }
    return parts;
}

void show_progress(Source& source, Progress& progress) {
    source.progress = [&progress](std::string_view object, std::size_t done, std::size_t total) {
        progress.update(object, done, total);
    };
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

Observation read_snapshot(const std::string& path) {
    return observation_from_json(read_file(path, kSnapshotLimit), path);
}

Observation read_source(const SourceOptions& options, const OutputOptions& output) {
    Source source = live_source(options);
    std::vector<Observation> parts = recorded(options);
    if (is_live(options)) {
        Progress progress{output.quiet};
        show_progress(source, progress);
        parts.push_back(observe_now(std::move(source)));
    }
    return parts.size() == 1 ? std::move(parts.front()) : merge(std::move(parts));
}

Inspection inspect_source(const SourceOptions& options, const OutputOptions& output,
                          const CheckOptions& check) {
    if (is_live(options)) {
        Source source = live_source(options);
        std::vector<Observation> parts = recorded(options);
        Progress progress{output.quiet};
        show_progress(source, progress);
        return inspect_now(std::move(source), check, std::move(parts));
    }
    Inspection out{.observation = read_source(options, output), .report = {}};
    out.report = check_here(out.observation, check);
    return out;
}

MonitorOptions monitor_options(const SourceOptions& options) {
    if (!options.snapshots.empty()) {
        throw Error(Errc::invalid_argument, "use", "--snapshot " + options.snapshots.front(),
                    "what was recorded does not change",
                    "watch this host, or an array with --target");
    }
    return haoh::monitor_options(live_source(options));
}

Config read_config(const std::string& path) {
    return path.empty() ? Config{} : parse_config(read_file(path, kConfigLimit), path);
}

bool anything_observed(const Observation& observation) {
    const bool any = completeness(observation) != Completeness::nothing;
    if (!any && !observation.kernels.empty()) {
        note("haoh: there is no NVMe subsystem on this host\n");
    }
    return any;
}

int reading_status(const Observation& observation) {
    if (!anything_observed(observation)) {
        return Exit::nothing;
    }
    return completeness(observation) == Completeness::complete ? Exit::ok : Exit::incomplete;
}

} // namespace haoh::tool
