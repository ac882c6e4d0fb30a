// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "graphviz.hpp"
#include "source.hpp"

#include <haoh/check.hpp>

#include <memory>

namespace haoh::tool {
namespace {

struct ListArguments {
    SourceOptions source;
    OutputOptions output;
    std::string config;
};

constexpr std::chrono::seconds kDrawing{60};

/// The library's, and what Graphviz makes of them.
std::span<const ListFormat> formats() {
    static const std::vector<ListFormat> all = [] {
        const std::span<const ListFormat> of_library = list_formats();
        std::vector<ListFormat> out(of_library.begin(), of_library.end());
        out.push_back(
            {"svg", ".svg",
             [](const Observation& observation, const std::vector<Site>& sites, const TextStyle&) {
                 return draw_svg(list_dot(observation, attribute(observation, sites)), kDrawing);
             }});
        return out;
    }();
    return all;
}

int run(const ListArguments& options) {
    const Config config = read_config(options.config);
    const Observation observation = read_source(options.source, options.output);
    require_sites(observation, config.sites);
    print(rendered(formats(), options.output, observation, config.sites));
    return reading_status(observation);
}

} // namespace

void add_list(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<ListArguments>();
    CLI::App* command = app.add_subcommand(
        "list", "What is there, from where? Subsystems, namespaces, controllers, ANA states");
    add_host_names(*command, options->source);
    add_source_options(*command, options->source);
    add_output_options(*command, options->output, formats());
    command->add_option("--config", options->config, "Sites, see haoh.toml(5)")->type_name("FILE");
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
