// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"
#include "duration.hpp"
#include "monitor_session.hpp"
#include "replay_session.hpp"
#include "source.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::tool {
namespace {

constexpr std::uint64_t kSmallestJournal = 4096; ///< bytes of a file

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
    std::string journal;
    std::uint64_t journal_size{JournalFileOptions{}.size};
    unsigned journal_keep{JournalFileOptions{}.keep};
    std::vector<std::string> replay;
    std::string speed{"max"};
    std::string since;
    std::string to;
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

/// \throws Error when one of the options was given, with why it cannot be
void refuse_any(const CLI::App& command, const std::vector<std::string>& names,
                std::string_view with, std::string_view why, std::string_view advice) {
    for (const std::string& name : names) {
        if (command.count(name) > 0) {
            throw Error(Errc::invalid_argument, "use",
                        fmt::format("{} {}", name == "names" ? "a name" : name, with), why, advice);
        }
    }
}

int replay(const MonitorArguments& options, const CLI::App& command) {
    refuse_any(command, {"--until", "--exec", "--for"}, "with --replay",
               "what was recorded happens no more", "choose a part of it with --since and --to");
    refuse_any(command,
               {"names", "--target", "--nqn", "--hostnqn", "--hostid", "--snapshot", "--sysroot",
                "--timeout", "--command-timeout", "--hdr-digest", "--data-digest", "--no-probe",
                "--config", "--interval", "--detect", "--journal", "--journal-size",
                "--journal-keep"},
               "with --replay", "nothing is watched", "leave it out");
    if (!options.metrics.empty() && options.metrics != "-") {
        throw Error(Errc::invalid_argument, "use",
                    fmt::format("--metrics {} with --replay", options.metrics),
                    "nobody scrapes what was", "print those of its end with --metrics -");
    }
    ReplayOptions out;
    out.files = options.replay;
    out.output = options.output;
    out.lines = options.lines;
    out.metrics = !options.metrics.empty();
    out.speed = parse_speed(options.speed);
    if (!options.since.empty()) {
        out.since = parse_time("--since", options.since);
    }
    if (!options.to.empty()) {
        out.to = parse_time("--to", options.to);
    }
    return run_replay(std::move(out));
}

int run(const MonitorArguments& options, const CLI::App& command) {
    if (!options.replay.empty()) {
        return replay(options, command);
    }
    refuse_any(command, {"--speed", "--since", "--to"}, "without --replay",
               "what happens now has no other time", "name a journal with --replay FILE");
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
    if (!options.journal.empty()) {
        if (options.journal_size < kSmallestJournal) {
            throw Error(Errc::invalid_argument, "use",
                        fmt::format("--journal-size {}", options.journal_size),
                        "a file has room for some lines", "write 4K or more");
        }
        session.journal = {
            .path = options.journal, .size = options.journal_size, .keep = options.journal_keep};
    }
    if (!options.duration.empty()) {
        session.duration = parse_duration(options.duration);
    }
    if (options.until) {
        session.until = Until::parse(*options.until);
    }
    return run_session(std::move(session));
}

void add_journal_options(CLI::App& command, MonitorArguments& options) {
    constexpr unsigned kMostKept = 1000;
    const std::string group = "Journal";
    command
        .add_option("--journal", options.journal,
                    "Record what happens and what is known in this file, for --replay")
        ->type_name("FILE")
        ->group(group);
    command
        .add_option("--journal-size", options.journal_size,
                    "Begin a new file when it is this large: 64M, 1G")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(false))
        ->default_str("64M")
        ->group(group);
    command
        .add_option("--journal-keep", options.journal_keep,
                    "How many older files stay: FILE.1 is the last one before")
        ->type_name("NUMBER")
        ->check(CLI::Range(0U, kMostKept))
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--replay", options.replay,
                    "Instead of watching, tell what is in these files of a journal ('-': standard "
                    "input), oldest first whatever their order")
        ->type_name("FILE")
        ->expected(1, -1)
        ->group(group);
    command
        .add_option("--speed", options.speed, "So many times as fast as it was, or max: at once")
        ->type_name("NUMBER")
        ->capture_default_str()
        ->group(group);
    command.add_option("--since", options.since, "Tell only what happened from then on")
        ->type_name("TIME")
        ->group(group);
    command.add_option("--to", options.to, "Tell only what happened until then")
        ->type_name("TIME")
        ->group(group);
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
                     "127.0.0.1); with --replay, '-' prints those at the end")
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
    add_journal_options(*command, *options);
    command->footer(events_text());
    command->callback([options, command, &run_chosen] {
        run_chosen = [options, command] { return run(*options, *command); };
    });
}

} // namespace haoh::tool
