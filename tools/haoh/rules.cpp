// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "terminal.hpp"

#include <haoh/report.hpp>

#include <memory>

namespace haoh::tool {
namespace {

struct RulesArguments {
    OutputOptions output;
    std::string glob{"*"};
};

int run(const RulesArguments& options) {
    const std::vector<std::string> globs{options.glob};
    const std::vector<const Rule*> chosen = select_rules(globs);
    print(rendered(rules_formats(), options.output, chosen));
    return Exit::ok;
}

} // namespace

void add_rules(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<RulesArguments>();
    CLI::App* command =
        app.add_subcommand("rules", "What is judged, on what basis, and what to do");
    add_output_options(*command, options->output, rules_formats());
    command->add_option("glob", options->glob, "Only rules whose id matches, as 'ns.*'")
        ->type_name("GLOB");
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
