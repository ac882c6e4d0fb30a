// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy.hpp"

#include "duration.hpp"
#include "source.hpp"

#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/host_kernel.hpp>
#include <haoh/host_policy.hpp>
#include <haoh/kernel_policy.hpp>
#include <haoh/policy_report.hpp>

#include <fmt/format.h>

#include <memory>

namespace haoh::tool {
namespace {

struct ReadOptions {
    SourceOptions source;
    OutputOptions output;
    std::string config;
    std::string measure{"1s"};
    std::string device;
};

std::string sysroot_of(const SourceOptions& source) {
    return source.sysroot.empty() ? "/" : source.sysroot;
}

const KernelObservation& kernel_of(const Observation& observation) {
    return observation.kernels.front(); // read_source with a host has just one
}

void tell_unread(const KernelObservation& kernel) {
    for (const std::string& one : kernel.unread) {
        note(fmt::format("haoh: not read: {}\n", one));
    }
}

int run_list(const ReadOptions& options) {
    const std::string release = running_kernel(sysroot_of(options.source));
    print(rendered(policy_list_formats(), options.output, release));
    return Exit::ok;
}

int run_show(const ReadOptions& options) {
    const auto time = options.measure == "0" ? std::chrono::milliseconds::zero()
                                             : parse_duration(options.measure);
    const Config config = read_config(options.config);
    const Observation observation = read_source(options.source, options.output);
    require_sites(observation, config.sites);
    const KernelObservation& kernel = kernel_of(observation);
    const std::string sysroot = sysroot_of(options.source);
    const auto interval = measure_path_statistics(kernel.subsystems, time, sysroot);
    const PolicyOverview overview =
        policy_overview(kernel, read_numa(sysroot), attribute(observation, config.sites), interval);
    print(rendered(policy_overview_formats(), options.output, overview));
    tell_unread(kernel);
    if (!anything_observed(observation)) {
        return Exit::nothing;
    }
    return policies_known(kernel) ? Exit::ok : Exit::incomplete;
}

int run_explain(const ReadOptions& options) {
    const Config config = read_config(options.config);
    SourceOptions source = options.source;
    source.names = {resolve_device(options.device)};
    const Observation observation = read_source(source, options.output);
    require_sites(observation, config.sites);
    const KernelObservation& kernel = kernel_of(observation);
    const FoundDevice found = find_device(kernel, source.names.front());
    const PathChoice choice =
        explain(kernel, *found.subsystem, *found.head, read_numa(sysroot_of(source)),
                attribute(observation, config.sites));
    print(rendered(path_choice_formats(), options.output, choice));
    tell_unread(kernel);
    const bool known = paths_known(kernel, found);
    if (!all_sent(choice) && known) {
        return Exit::failed;
    }
    return policy_known(choice) && known ? Exit::ok : Exit::incomplete;
}

template <typename Row>
CLI::App& add_reading(CLI::App& policy, ReadOptions& options, std::span<const Row> formats,
                      const std::string& name, const std::string& description) {
    CLI::App* command = policy.add_subcommand(name, description);
    command
        ->add_option("--sysroot", options.source.sysroot,
                     "Look at a recorded tree instead of this host")
        ->type_name("DIR");
    add_output_options(*command, options.output, formats);
    return *command;
}

void add_config(CLI::App& command, ReadOptions& options) {
    command.add_option("--config", options.config, "Sites, see haoh.toml(5)")->type_name("FILE");
}

template <typename Command>
void chosen(CLI::App& command, const std::shared_ptr<ReadOptions>& options, Run& run_chosen,
            Command run) {
    command.callback(
        [options, run, &run_chosen] { run_chosen = [options, run] { return run(*options); }; });
}

} // namespace

void add_policy(CLI::App& app, Run& run) {
    CLI::App* policy = app.add_subcommand(
        "policy", "Which way does I/O go, and which way should it? I/O policies of the kernel");
    policy->require_subcommand(1);

    auto list = std::make_shared<ReadOptions>();
    chosen(add_reading(*policy, *list, policy_list_formats(), "list",
                       "The policies that this kernel offers, and when each is the wrong one"),
           list, run, run_list);

    auto show = std::make_shared<ReadOptions>();
    CLI::App& show_command =
        add_reading(*policy, *show, policy_overview_formats(), "show",
                    "The policy of each subsystem, where its I/O goes now, and each path's share");
    add_host_names(show_command, show->source);
    add_config(show_command, *show);
    show_command.add_option("--for", show->measure, "How long I/O is counted; 0: not at all")
        ->type_name("TIME")
        ->capture_default_str();
    chosen(show_command, show, run, run_show);

    add_policy_set(*policy, run);

    auto explanation = std::make_shared<ReadOptions>();
    CLI::App& explain_command =
        add_reading(*policy, *explanation, path_choice_formats(), "explain",
                    "Which path the next I/O of a device takes, why no other, and what if it died");
    explain_command.add_option("device", explanation->device, "nvmeXnZ, also below /dev")
        ->type_name("DEVICE")
        ->required();
    add_config(explain_command, *explanation);
    chosen(explain_command, explanation, run, run_explain);

    add_policy_simulate(*policy, run);
}

} // namespace haoh::tool
