// SPDX-License-Identifier: LGPL-2.1-or-later
#include "acceptance.hpp"
#include "command.hpp"
#include "report_outputs.hpp"
#include "source.hpp"

#include <haoh/check.hpp>
#include <haoh/host_kernel.hpp>
#include <haoh/kernel_effect.hpp>

#include <memory>

namespace haoh::tool {
namespace {

struct CheckArguments {
    SourceOptions source;
    OutputOptions output;
    AcceptanceOptions acceptance;
    std::vector<std::string> outputs; ///< -o
    std::string config;
    Profile profile{};
    Window window{};
    FailOn fail_on{};
    std::vector<std::string> rules;
    std::string kernel;
    std::string expected;
    CLI::Option* profile_given{};
    CLI::Option* window_given{};
    CLI::Option* fail_on_given{};
};

int run(const CheckArguments& options) {
    const ReportOutputs outputs{options.outputs}; // what cannot be written is refused first
    CheckOptions check_options;
    if (!options.kernel.empty()) {
        require_release(options.kernel);
        check_options.kernel = options.kernel;
    }
    check_options.config = read_config(options.config);
    check_options.config_file = options.config;
    if (options.profile_given->count() != 0) {
        check_options.config.profile = options.profile;
    }
    if (options.window_given->count() != 0) {
        check_options.config.window = options.window;
    }
    if (options.fail_on_given->count() != 0) {
        check_options.config.fail_on = options.fail_on;
    }
    check_options.rules = options.rules;
    static_cast<void>(select_rules(options.rules));

    if (!options.expected.empty()) {
        check_options.expected = expectation_of(read_snapshot(options.expected));
    }

    const Acceptance acceptance(options.acceptance);

    auto [observation, report] = inspect_source(options.source, options.output, check_options);
    require_sites(observation, check_options.config.sites,
                  check_options.expected ? &*check_options.expected : nullptr);
    acceptance.apply(report, observation);
    static_cast<void>(anything_observed(observation)); // says so where there is nothing
    outputs.write(report, observation, options.output.style());
    acceptance.draft(report, check_options.config.fail_on, options.output.quiet);
    return exit_status(report, observation);
}

} // namespace

void add_check(CLI::App& app, Run& run_chosen) {
    auto options = std::make_shared<CheckArguments>();
    CLI::App* command = app.add_subcommand(
        "check", "Is it really one thing? Judge what the controllers say of themselves");
    add_host_names(*command, options->source);
    add_source_options(*command, options->source);
    add_report_option(*command, options->outputs);
    add_style_options(*command, options->output);
    command->add_option("--config", options->config, "Sites and settings, see haoh.toml(5)")
        ->type_name("FILE");
    options->profile_given =
        command
            ->add_option("--profile", options->profile,
                         "What is presented: auto, single, stretched or dispersed (default: auto)")
            ->type_name("PROFILE")
            ->transform(CLI::CheckedTransformer(
                            std::map<std::string, Profile>{{"auto", Profile::automatic},
                                                           {"single", Profile::single},
                                                           {"stretched", Profile::stretched},
                                                           {"dispersed", Profile::dispersed}},
                            CLI::ignore_case)
                            .description(""));
    options->window_given =
        command
            ->add_option("--window", options->window,
                         "A change is under way that may relax some rules one step: migration, "
                         "upgrade or resize (default: none)")
            ->type_name("WINDOW")
            ->transform(CLI::CheckedTransformer(
                            std::map<std::string, Window>{{"none", Window::none},
                                                          {"migration", Window::migration},
                                                          {"upgrade", Window::upgrade},
                                                          {"resize", Window::resize}},
                            CLI::ignore_case)
                            .description(""));
    options->fail_on_given =
        command
            ->add_option("--fail-on", options->fail_on,
                         "Exit with 1 from this verdict on: fail or warn (default: fail)")
            ->type_name("VERDICT")
            ->transform(
                CLI::CheckedTransformer(
                    std::map<std::string, FailOn>{{"fail", FailOn::fail}, {"warn", FailOn::warn}},
                    CLI::ignore_case)
                    .description(""));
    command
        ->add_option("--kernel", options->kernel,
                     "Say what this Linux release does with each finding (default: the observed "
                     "host's, else the running one)")
        ->type_name("RELEASE");
    command
        ->add_option("--expect", options->expected,
                     "An earlier snapshot that was good: what it has and is gone is told")
        ->type_name("SNAPSHOT");
    command
        ->add_option(
            "--rule", options->rules,
            "Only rules whose id matches, or with '!' in front all but those; repeat for more")
        ->type_name("GLOB")
        ->take_all()
        ->allow_extra_args(false);
    add_acceptance_options(*command, options->acceptance);
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
