// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy.hpp"

#include "file.hpp"
#include "source.hpp"

#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/simulate.hpp>
#include <haoh/simulation_report.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace haoh::tool {
namespace {

constexpr std::size_t kScenarioLimit = 1U << 20U;

struct SimulateArguments {
    SourceOptions source;
    OutputOptions output;
    std::string scenario; ///< a file, or a device of this host
    std::string config;
    std::vector<std::string> policies;
    std::optional<std::uint64_t> seed;
};

PolicyScenario scenario_of_device(const SimulateArguments& options) {
    SourceOptions source = options.source;
    source.names = {options.scenario};
    const Observation observation = read_source(source, options.output);
    const std::string name = options.scenario.substr(options.scenario.rfind('/') + 1);
    const Config config = read_config(options.config);
    require_sites(observation, config.sites);
    return haoh::scenario_of(observation.kernels.front(), name,
                             attribute(observation, config.sites));
}

int run(const SimulateArguments& options) {
    PolicyScenario scenario =
        is_host_name(options.scenario)
            ? scenario_of_device(options)
            : parse_policy_scenario(read_file(options.scenario, kScenarioLimit), options.scenario);
    if (!options.policies.empty()) {
        scenario.policies = options.policies;
    }
    scenario.seed = options.seed.value_or(scenario.seed);
    print(rendered(simulation_formats(), options.output, simulate(scenario)));
    return Exit::ok;
}

} // namespace

void add_policy_simulate(CLI::App& policy, Run& run_chosen) {
    auto options = std::make_shared<SimulateArguments>();
    CLI::App* command = policy.add_subcommand(
        "simulate", "What each policy makes of a workload, side by side, without any I/O");
    command
        ->add_option(
            "scenario", options->scenario,
            "A scenario (TOML, see haoh-policy(1)), or a device nvmeXnZ of this host, whose "
            "paths get latencies that are assumed")
        ->type_name("FILE|DEVICE")
        ->required();
    command
        ->add_option("--policy", options->policies,
                     fmt::format("Only this policy: {}; may be repeated",
                                 fmt::join(simulated_policies(), ", ")))
        ->type_name("POLICY")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--seed", options->seed, "Of the random times: the same gives the same")
        ->type_name("NUMBER");
    command->add_option("--config", options->config, "Sites, see haoh.toml(5)")->type_name("FILE");
    command
        ->add_option("--sysroot", options->source.sysroot,
                     "Look at a recorded tree instead of this host")
        ->type_name("DIR");
    add_output_options(*command, options->output, simulation_formats());
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
