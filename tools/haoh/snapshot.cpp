// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "file.hpp"
#include "source.hpp"

#include <fmt/format.h>

#include <memory>

namespace haoh::tool {
namespace {

struct Options {
    SourceOptions source;
    OutputOptions output;
    std::string file{"-"};
};

int run(const Options& options) {
    const Observation observation = read_source(options.source, options.output);
    for (const Unobserved& missing : observation.unobserved) {
        fmt::print(stderr, "haoh: not observed: {}\n", missing.error);
    }
    if (observation.controllers.empty()) {
        return Exit::nothing; // an empty snapshot would only look like a good one
    }
    const std::string text = to_json(observation) + "\n";
    if (options.file == "-") {
        print(text);
    } else {
        write_file(options.file, text);
        fmt::print(stderr, "haoh: {} controllers written to {}\n", observation.controllers.size(),
                   options.file);
    }
    return reading_status(observation);
}

} // namespace

void add_snapshot(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "snapshot", "Record what the controllers say, for later or for somebody else");
    add_source_options(*command, options->source);
    command->add_option("file", options->file, "Where to write ('-': standard output)")
        ->type_name("FILE")
        ->capture_default_str();
    command->add_flag("-q,--quiet", options->output.quiet, "No progress");
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
