// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy.hpp"

#include "base/safe_text.hpp"
#include "file.hpp"
#include "terminal.hpp"

#include <haoh/error.hpp>
#include <haoh/host.hpp>
#include <haoh/host_policy.hpp>
#include <haoh/kernel_policy.hpp>
#include <haoh/policy_udev.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <vector>

namespace haoh::tool {
namespace {

constexpr std::size_t kRulesLimit = std::size_t{1} << 20U;

struct SetPolicyArguments {
    std::string policy;
    std::vector<std::string> names;
    bool only_default{};
    bool force{};
    std::string udev_rule;
};

[[noreturn]] void refuse_setting(const std::string& argument, std::string_view cause,
                                 std::string_view advice) {
    throw Error(Errc::invalid_argument, "use", argument, cause, advice);
}

void check_combination(const SetPolicyArguments& options) {
    if (options.names.empty() && !options.only_default) {
        refuse_setting(fmt::format("policy set {}", options.policy), "it does not say what for",
                       "name a subsystem, or say --default for those that appear later");
    }
    if (!options.names.empty() && options.only_default) {
        refuse_setting("--default with '" + options.names.front() + "'",
                       "the default is of subsystems that are not there yet",
                       "set it and that of the subsystems one after the other");
    }
}

/// What the file has now; empty when there is none.
std::string present_rules(const std::string& path, bool force) {
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
        return {};
    }
    std::string content = read_file(path, kRulesLimit);
    if (!is_own_udev_file(content)) {
        if (!force) {
            throw Error(Errc::invalid_argument, "write the udev rule to", path,
                        "this file was not written by haoh policy set, and would be lost",
                        "name another one, or say --force");
        }
        content.clear();
    }
    return content;
}

void tell(const PolicyChange& change) {
    const std::string what = change.subsystem.empty()
                                 ? std::string("new subsystems")
                                 : fmt::format("{} ({})", change.subsystem, change.subsysnqn);
    const std::string state = change.before == change.after
                                  ? fmt::format("{}, as before", change.after)
                                  : fmt::format("{}, was {}", change.after, change.before);
    print(base::safe_text(fmt::format("{}: {}", what, state)) + "\n");
}

/// \return 1 when the kernel did not take it: nothing is wrong with the usage
int set_all(const SetPolicyArguments& options, std::string& rules) {
    std::vector<std::string> names = options.names;
    if (names.empty()) {
        names.emplace_back();
    }
    for (const std::string& name : names) {
        try {
            const PolicyChange change =
                set_io_policy({.policy = options.policy, .subsystem = name, .sysroot = "/"});
            tell(change);
            if (!options.udev_rule.empty()) {
                rules = merge_udev_rules(rules, options.policy, change.subsysnqn);
            }
        } catch (const Error& error) {
            if (error.code() == Errc::not_found) {
                throw;
            }
            note(fmt::format("haoh: {}\n", error.what()));
            return Exit::failed;
        }
    }
    return Exit::ok;
}

int run(const SetPolicyArguments& options) {
    check_combination(options);
    if (!options.force) {
        require_policy(options.policy); // which of them it has, the kernel says
    }
    // Before anything is changed.
    std::string rules;
    if (!options.udev_rule.empty()) {
        rules = present_rules(options.udev_rule, options.force);
    }
    const int status = set_all(options, rules);
    if (status == Exit::ok && !options.udev_rule.empty()) {
        write_file(options.udev_rule, rules);
        print(fmt::format("{}: written; it holds from the next time that a subsystem appears\n",
                          base::safe_text(options.udev_rule)));
    }
    return status;
}

} // namespace

void add_policy_set(CLI::App& policy, Run& run_chosen) {
    auto options = std::make_shared<SetPolicyArguments>();
    CLI::App* command =
        policy.add_subcommand("set", "Set the policy of a subsystem, or the default; needs root");
    command->add_option("policy", options->policy, "One that `haoh policy list` shows as offered")
        ->type_name("POLICY")
        ->required();
    command
        ->add_option("names", options->names,
                     "Of which subsystems: NQN, nvme-subsysN, nvmeN or nvmeNnM")
        ->type_name("NAME");
    command->add_flag("--default", options->only_default,
                      "The default, which subsystems that appear later take");
    command
        ->add_option("--udev-rule", options->udev_rule,
                     "Also write a rule that sets it whenever they appear, to this file")
        ->type_name("FILE");
    command->add_flag("--force", options->force,
                      "Let the kernel decide whether it has the policy, and replace a FILE that "
                      "haoh did not write");
    command->callback([options, &run_chosen] { run_chosen = [options] { return run(*options); }; });
}

} // namespace haoh::tool
