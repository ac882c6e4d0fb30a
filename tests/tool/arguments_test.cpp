// SPDX-License-Identifier: LGPL-2.1-or-later
#include "simulated_arrays.hpp"

#include <haoh/event_report.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/simulation_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string>& commands() {
    static const std::vector<std::string> kCommands{"check", "list", "snapshot", "diff", "rules"};
    return kCommands;
}

/// Every long option in a text, "--color" and the like.
std::set<std::string> long_options(const std::string& text) {
    static const std::regex kOption{"--[a-z][a-z-]*[a-z]"};
    return {std::sregex_token_iterator{text.begin(), text.end(), kOption},
            std::sregex_token_iterator{}};
}

TEST(Arguments, help_is_printed_and_succeeds_for_every_command) {
    const ProgramResult overview = haoh({"--help"});
    EXPECT_EQ(overview.status, 0);
    for (const std::string& command : commands()) {
        EXPECT_THAT(overview.standard_output, HasSubstr(command));
        const ProgramResult help = haoh({command, "--help"});
        EXPECT_EQ(help.status, 0);
        EXPECT_THAT(help.standard_error, IsEmpty());
        EXPECT_FALSE(long_options(help.standard_output).empty());
    }
}

TEST(Arguments, help_has_what_it_explains_in_one_column) {
    const std::string help = haoh({"monitor", "--help"}).standard_output;
    const auto column_of = [&help](const std::string& word, const std::string& meaning) {
        const std::size_t line = help.find("\n  " + word + " ");
        EXPECT_NE(line, std::string::npos) << word;
        return help.find(meaning, line) - line - 1;
    };
    EXPECT_EQ(column_of("-v,--verbose", "Say more"), 34U);
    EXPECT_EQ(column_of("-q,--quiet", "No progress"), 34U);
    EXPECT_EQ(column_of("path_lost", "a path"), 34U);
}

TEST(Arguments, help_and_manual_name_the_same_options) {
    for (const std::string& command : commands()) {
        std::ifstream file{std::string{HAOH_SOURCE_DIR} + "/docs/man/haoh-" + command + ".1"};
        std::string page{std::istreambuf_iterator<char>{file}, {}};
        ASSERT_FALSE(page.empty()) << command;
        // Options in mdoc(7), without those of its own lists.
        page = std::regex_replace(page, std::regex{"\\.B[ld][^\n]*"}, "");
        page = std::regex_replace(page, std::regex{" -([a-z])"}, " --$1");
        const std::set<std::string> help = long_options(haoh({command, "--help"}).standard_output);
        const std::set<std::string> manual = long_options(page);
        for (const std::string& option : help) {
            EXPECT_TRUE(option == "--help" || manual.count(option) == 1)
                << option << " is missing in haoh-" << command << ".1";
        }
        for (const std::string& option : manual) {
            EXPECT_TRUE(help.count(option) == 1 || option == "--version")
                << option << " of haoh-" << command << ".1 does not exist";
        }
    }
}

TEST(Arguments, the_other_name_is_the_same_program) {
    const std::string haoh_path = HAOH_PROGRAM;
    const std::string other =
        haoh_path.substr(0, haoh_path.rfind('/') + 1) + "nvme-haoh"; // a link, as it is installed
    const auto run = [&other](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), other);
        return run_program(arguments, std::chrono::seconds{60});
    };
    const ProgramResult help = run({"check", "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.standard_output, HasSubstr("nvme-haoh check [OPTIONS]"));
    EXPECT_THAT(haoh({"check", "--help"}).standard_output, Not(HasSubstr("nvme-haoh")));
    EXPECT_EQ(run({"rules"}).standard_output, haoh({"rules"}).standard_output);
    const ProgramResult wrong = run({"chekc"});
    EXPECT_EQ(wrong.status, 2);
    EXPECT_THAT(wrong.standard_error, HasSubstr("nvme-haoh: there is no command 'chekc'"));
    EXPECT_THAT(wrong.standard_error, HasSubstr("Try 'nvme-haoh --help'"));
}

struct WrongUsage {
    std::vector<std::string> arguments;
    std::string message;
};

TEST(Arguments, wrong_usage_exits_with_2_and_names_what_is_wrong) {
    const std::vector<WrongUsage> cases{
        {{}, "subcommand"},
        {{"chekc"}, "chekc"},
        {{"check", "--nonsense"}, "--nonsense"},
        {{"check", "pair.json"}, "--snapshot FILE"},
        {{"check", "-t", "udp://192.0.2.1"}, "udp://192.0.2.1"},
        {{"check", "-t", "tcp://192.0.2.1:99999"}, "99999"},
        {{"check", "-t", "tcp://192.0.2.1", "-t", "tcp://192.0.2.1:4420"}, "twice"},
        {{"check", "-t", "transport=rdma,traddr=192.0.2.1"}, "rdma"},
        {{"check", "-t", "tcp://192.0.2.1", "--nqn", std::string(224, 'n')}, "nnnn"},
        {{"check", "-t", "tcp://192.0.2.1", "--hostid", "1234"}, "1234"},
        {{"check", "-t", "tcp://192.0.2.1", "--timeout", "-1"}, "timeout"},
        {{"check", "--snapshot", "x", "-o", "yaml"}, "yaml"},
        {{"check", "--snapshot", "x", "--profile", "twisted"}, "twisted"},
        {{"check", "--snapshot", "x", "--rule", "no.such.*"}, "no.such.*"},
        {{"check", "--snapshot", "/nonexistent/file"}, "/nonexistent/file"},
        {{"check", "--snapshot", "x", "--config", "/nonexistent/haoh.toml"}, "haoh.toml"},
        {{"rules", "no.such.*"}, "no.such.*"},
        {{"diff", "only-one"}, "after"},
    };
    for (const WrongUsage& wrong : cases) {
        const ProgramResult result = haoh(wrong.arguments);
        EXPECT_EQ(result.status, 2) << ::testing::PrintToString(wrong.arguments);
        EXPECT_THAT(result.standard_error, HasSubstr(wrong.message));
        EXPECT_THAT(result.standard_output, IsEmpty());
    }
}

/// "{text,json}": how --help names the rows of a table.
template <typename Row>
std::string braced(std::span<const Row> formats, const std::string& others = "") {
    std::string out;
    for (const Row& row : formats) {
        out += (out.empty() ? "{" : ",") + std::string{row.name};
    }
    return out + others + "}";
}

// What completes and what the manual says are held to --help.
TEST(Arguments, formats_are_those_of_the_tables) {
    const std::map<std::string, std::string> formats{
        {"check", braced(report_formats())},
        {"list", braced(list_formats(), ",svg")}, // by Graphviz
        {"monitor", braced(event_formats())},
        {"diff", braced(diff_formats())},
        {"rules", braced(rules_formats())},
        {"policy list", braced(policy_list_formats())},
        {"policy show", braced(policy_overview_formats())},
        {"policy explain", braced(path_choice_formats())},
        {"policy simulate", braced(simulation_formats())},
    };
    for (const auto& [command, names] : formats) {
        std::vector<std::string> words;
        std::istringstream split{command};
        for (std::string word; split >> word;) {
            words.push_back(word);
        }
        words.emplace_back("--help");
        EXPECT_THAT(haoh(words).standard_output, HasSubstr("--output FORMAT:" + names + "=text"))
            << command;
        words.back() = "--output=no-such";
        const ProgramResult wrong = haoh(words);
        EXPECT_EQ(wrong.status, 2) << command;
        EXPECT_THAT(wrong.standard_error, HasSubstr("no-such not in " + names)) << command;
    }
}

TEST(Arguments, rules_are_listed_in_each_format) {
    const ProgramResult text = haoh({"rules"});
    EXPECT_EQ(text.status, 0);
    EXPECT_THAT(text.standard_output, HasSubstr("ns.uuid.equal"));
    const ProgramResult some = haoh({"rules", "ns.*"});
    EXPECT_EQ(some.status, 0);
    EXPECT_THAT(some.standard_output, Not(HasSubstr("ctrl.sn.equal")));
    EXPECT_THAT(text.standard_output, Not(HasSubstr("### "))) << "that would be Markdown";
    const ProgramResult machine = haoh({"rules", "-o", "json", "ns.uuid.*"});
    EXPECT_EQ(machine.status, 0);
    EXPECT_THAT(machine.standard_output, HasSubstr("haoh.rules/1"));
    EXPECT_THAT(haoh({"rules", "-o", "markdown", "ns.uuid.*"}).standard_output,
                HasSubstr("### ns.uuid.equal"));
    EXPECT_THAT(haoh({"rules", "-v"}).standard_output, HasSubstr("  basis  "));
}

TEST(Arguments, the_rules_page_is_what_the_program_says) {
    std::ifstream file{std::string{HAOH_SOURCE_DIR} + "/docs/rules.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_EQ(haoh({"rules", "-o", "markdown"}).standard_output, page)
        << "renew it: haoh rules -o markdown > docs/rules.md";
}

} // namespace
} // namespace haoh::test
