// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "source.hpp"

#include <haoh/check.hpp>

#include <memory>

namespace haoh::tool {
namespace {

struct Options {
    SourceOptions source;
    OutputOptions output;
    std::string config;
};

int run(const Options& options) {
    const Config config = read_config(options.config);
    const Observation observation = read_source(options.source, options.output);
    print(options.output.json() ? to_json(observation, false) + "\n"
                                : list_text(observation, attribute(observation, config.sites),
                                            options.output.style()));
    return reading_status(observation);
}

} // namespace

void add_list(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "list", "What is there, from where? Subsystems, namespaces, controllers, ANA states");
    add_source_options(*command, options->source);
    add_output_options(*command, options->output, {"text", "json"});
    command->add_option("--config", options->config, "Sites, see haoh.toml(5)")->type_name("FILE");
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
