// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "source.hpp"
#include "terminal.hpp"

#include <haoh/observation.hpp>

#include <memory>

namespace haoh::tool {
namespace {

struct DiffArguments {
    OutputOptions output;
    std::string before;
    std::string after;
};

int run(const DiffArguments& options) {
    const Observation before = read_snapshot(options.before);
    const Observation after = read_snapshot(options.after);
    const std::vector<Difference> differences = diff(before, after);
    print(rendered(diff_formats(), options.output, differences));
    return differences.empty() ? Exit::ok : Exit::failed;
}

} // namespace

void add_diff(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<DiffArguments>();
    CLI::App* command = app.add_subcommand("diff", "What changed between two snapshots?");
    add_output_options(*command, options->output, diff_formats());
    command->add_option("before", options->before, "The earlier snapshot")
        ->type_name("A")
        ->required();
    command->add_option("after", options->after, "The later snapshot")->type_name("B")->required();
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
