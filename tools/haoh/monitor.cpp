// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "duration.hpp"
#include "monitor_session.hpp"
#include "source.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace haoh::tool {
namespace {

struct MonitorArguments {
    SourceOptions source;
    OutputOptions output;
    std::string config;
    std::string duration;
    std::optional<std::string> until;
    std::string program;
    std::string metrics;
    std::string interval{"1s"};
    std::string detect;
    bool lines{};
};

/// What --until and --exec may meet.
std::string events_text() {
    std::string text = "Events:\n";
    for (const EventKindInfo& kind : event_kind_infos()) {
        std::string meaning{kind.meaning};
        std::ranges::replace(meaning, '`', '\'');
        text += fmt::format("  {:<32}{}\n", kind.name, meaning); // as options are
    }
    return text;
}

int run(const MonitorArguments& options) {
    SessionOptions session;
    session.monitor = monitor_options(options.source);
    Config config = read_config(options.config);
    session.monitor.sites = std::move(config.sites);
    session.monitor.profile = config.profile;
    session.monitor.poll_interval = parse_duration(options.interval);
    if (!options.detect.empty()) {
        if (session.monitor.targets.empty()) {
            throw Error(Errc::invalid_argument, "use", "--detect", "no array is asked directly",
                        "name one with -t; how soon this host's kernel notices is up to the "
                        "keep_alive_tmo of its controllers");
        }
        session.monitor.connect.detect = parse_duration(options.detect);
        require_detection(session.monitor.connect.detect);
    }
    session.output = options.output;
    session.lines = options.lines;
    session.program = options.program;
    session.metrics = options.metrics;
    if (!options.duration.empty()) {
        session.duration = parse_duration(options.duration);
    }
    if (options.until) {
        session.until = Until::parse(*options.until);
    }
    return run_session(std::move(session));
}

} // namespace

void add_monitor(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<MonitorArguments>();
    CLI::App* command = app.add_subcommand(
        "monitor", "What is changing, and how long did it take? ANA changes, paths, controllers");
    add_host_names(*command, options->source);
    add_source_options(*command, options->source);
    add_output_options(*command, options->output, event_formats());
    command->add_option("--config", options->config, "Sites, see haoh.toml(5)")->type_name("FILE");
    const std::string group = "Monitor";
    command->add_option("--for", options->duration, "End after this time: 30s, 5m, 2h")
        ->type_name("TIME")
        ->group(group);
    command
        ->add_option("--until", options->until,
                     "End with the first event of a kind, or when it leads to a state: "
                     "'access restored', 'ana_change inaccessible', 'path_lost'")
        ->type_name("'EVENT [TO]'")
        ->group(group);
    command
        ->add_option("--exec", options->program,
                     "Run this program for each event, with its JSON on standard input and "
                     "HAOH_EVENT and others in the environment; no shell, at most 10 a second")
        ->type_name("PROGRAM")
        ->group(group);
    command
        ->add_option("--metrics", options->metrics,
                     "Serve metrics for Prometheus at http://ADDR:PORT/metrics (without ADDR: "
                     "127.0.0.1)")
        ->type_name("[ADDR:]PORT")
        ->group(group);
    command
        ->add_option("--interval", options->interval,
                     "How often states are read when nothing hints at a change")
        ->type_name("TIME")
        ->capture_default_str()
        ->group(group);
    command
        ->add_option("--detect", options->detect,
                     "How soon an array asked directly (-t) is lost that falls silent: 500ms to "
                     "60s; 15s unless told otherwise")
        ->type_name("TIME")
        ->group(group);
    command->add_flag("--lines", options->lines, "Lines instead of the live screen on a terminal")
        ->group(group);
    command->footer(events_text());
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
