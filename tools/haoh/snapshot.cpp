// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/safe_text.hpp"
#include "command.hpp"
#include "file.hpp"
#include "source.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <memory>

namespace haoh::tool {
namespace {

struct SnapshotArguments {
    SourceOptions source;
    OutputOptions output;
    std::vector<std::string> words; ///< names of what to look at, and the file
};

/// Sorts the words: what has the form of a name is one, any other is the file. A file of such a name
/// is written as ./nvme0.
std::string take_words(const SnapshotArguments& options, SourceOptions& source) {
    std::string file;
    for (const std::string& word : options.words) {
        if (is_host_name(word)) {
            source.names.push_back(word);
        } else if (file.empty()) {
            file = word;
        } else {
            throw Error(Errc::invalid_argument, "write to", "'" + word + "'",
                        "there is a file already: '" + file + "'",
                        "a name is an NQN, nvme-subsysN, nvmeN or nvmeNnM");
        }
    }
    return file.empty() ? "-" : file;
}

int run(const SnapshotArguments& options) {
    SourceOptions source = options.source;
    const std::string file = take_words(options, source);
    const Observation observation = read_source(source, options.output);
    for (const Unobserved& missing : observation.unobserved) {
        note(fmt::format("haoh: not observed: {}\n", missing.error));
    }
    if (!anything_observed(observation)) {
        return Exit::nothing; // an empty snapshot would only look like a good one
    }
    const std::string text = to_json(observation) + "\n";
    if (file == "-") {
        print(text);
    } else {
        write_file(file, text);
        const std::string hosts = observation.kernels.empty()
                                      ? ""
                                      : fmt::format("{} host{} and ", observation.kernels.size(),
                                                    observation.kernels.size() == 1 ? "" : "s");
        const std::size_t controllers = observation.controllers.size();
        note(fmt::format("haoh: {}{} controller{} written to {}\n", hosts, controllers,
                         controllers == 1 ? "" : "s", base::safe_text(file)));
    }
    return reading_status(observation);
}

} // namespace

void add_snapshot(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<SnapshotArguments>();
    CLI::App* command = app.add_subcommand(
        "snapshot", "Record what the controllers say, for later or for somebody else");
    add_source_options(*command, options->source);
    command
        ->add_option("words", options->words,
                     "What to look at on this host (NQN, nvme-subsysN, nvmeN or nvmeNnM; default: "
                     "all), and where to write (any other word; default: standard output)")
        ->type_name("NAME|FILE");
    command->add_flag("-q,--quiet", options->output.quiet, "No progress");
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
