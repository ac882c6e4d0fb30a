// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that are written for terminals: by an array, in a tree of sysfs, in a snapshot, on the command
// line. No command passes them on, in no format.
#include "running_program.hpp"
#include "simulated_arrays.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/event_report.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/report.hpp>
#include <haoh/simulation_report.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>

namespace haoh::test {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

/// Sets the title of a terminal, in three spellings; goes to the beginning of the line, turns the
/// direction of writing, is no UTF-8, ends strings and elements, and begins a line of its own.
const std::string kHostile = "\x1b]0;owned\x07\xc2\x9d\x9d"
                             "0;owned\xc2\x9c\r\xe2\x80\xae\xff\"\\&#27;</text>]]>\nFORGED";

/// What of it came through, in hexadecimal.
std::string passed_on(const std::string& text) {
    std::string out;
    for (const std::string& piece :
         {std::string("\x1b]"), std::string("\x07"), std::string("\r"), std::string("\xc2\x9d"),
          std::string("\xc2\x9c"), std::string("\xe2\x80\xae"), std::string("\xff"),
          std::string("\nFORGED"), std::string(1, '\0')}) {
        if (text.find(piece) != std::string::npos) {
            for (const char byte : piece) {
                out += fmt::format("{:02x} ", static_cast<unsigned char>(byte));
            }
        }
    }
    return out;
}

class HostileNames : public ::testing::Test {
  protected:
    /// Of a command in a format of it.
    void expect_safe(const std::vector<std::string>& words, std::string_view format) const {
        std::vector<std::string> all = words;
        if (!format.empty()) {
            all.insert(all.end(), {"-o", std::string(format)});
        }
        SCOPED_TRACE(::testing::PrintToString(all));
        const ProgramResult result = haoh(all);
        EXPECT_EQ(passed_on(result.standard_error), "") << result.standard_error;
        EXPECT_EQ(passed_on(result.standard_output), "") << result.standard_output;
        EXPECT_GE(result.status, 0);
        EXPECT_LT(result.status, 5) << result.standard_error;
        if (format == "json") {
            for (std::string_view rest = result.standard_output; !rest.empty();) {
                // Events are an object a line; everything else is one.
                const std::size_t end = rest.starts_with("{\n") ? rest.size() : rest.find('\n');
                EXPECT_TRUE(Json::accept(rest.substr(0, end))) << result.standard_output;
                rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
            }
        } else if (format == "svg") {
            const ProgramResult drawn = run_program(
                {"python3", "-c", "import sys, xml.dom.minidom as dom; dom.parse(sys.argv[1])",
                 directory_.file("drawn.svg", result.standard_output)},
                std::chrono::seconds{60});
            EXPECT_EQ(drawn.status, 0) << drawn.standard_error << result.standard_error;
        }
    }
    template <typename Row>
    void expect_safe(const std::vector<std::string>& words, std::span<const Row> formats) const {
        for (const Row& row : formats) {
            expect_safe(words, row.name);
        }
    }
    /// All that looks at a source and does not go on.
    void expect_safe_looks(const std::vector<std::string>& source) const {
        const auto with = [&source](std::vector<std::string> words) {
            words.insert(words.end(), source.begin(), source.end());
            return words;
        };
        expect_safe(with({"check"}), report_formats());
        expect_safe(with({"check", "-v"}), "text");
        expect_safe(with({"list"}), list_formats());
        expect_safe(with({"list", "-v"}), "text");
        if (find_program("dot")) {
            expect_safe(with({"list"}), "svg");
        }
        expect_safe(with({"snapshot"}), {});
    }
    [[nodiscard]] std::string snapshot_of(const std::vector<std::string>& source,
                                          const std::string& name) const {
        std::vector<std::string> words{"snapshot", "-q"};
        words.insert(words.end(), source.begin(), source.end());
        return directory_.file(name, haoh(words).standard_output);
    }

    ScratchDirectory directory_;
};

/// Whatever hexadecimal digits there are for a text.
std::string hex_of(std::string_view text) {
    std::string out;
    for (const char byte : text) {
        out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return out;
}

/// Array b has other words in each text that it may choose. \param answers  more of its overrides
std::string hostile_array(const std::string& answers = {}) {
    std::string lines;
    for (const auto& [offset, length] : {std::pair<unsigned, std::size_t>{4, 20},
                                         {24, 40},
                                         {64, 8},
                                         {768, 256}}) { // SN MN FR SUBNQN
        lines += fmt::format("[[array.override]]\nanswer = \"identify-controller\"\noffset = {}\n"
                             "value = \"{}\"\n",
                             offset, hex_of(kHostile.substr(0, length)));
    }
    return pair_with_b(lines + answers);
}

TEST_F(HostileNames, of_an_array_reach_nobody) {
    const SimulatedArrays arrays(hostile_array());
    const std::vector<std::string> pair{
        "-t", arrays.target("a"), "-t", arrays.target("b"), "--nqn", kPairNqn};
    expect_safe_looks(pair);
    for (const EventFormat& format : event_formats()) {
        std::vector<std::string> words{"monitor", "--for", "300ms", "--lines"};
        words.insert(words.end(), pair.begin(), pair.end());
        expect_safe(words, format.name);
    }
    const SimulatedArrays good(healthy_scenario());
    const std::string before = snapshot_of(
        {"-t", good.target("a"), "-t", good.target("b"), "--nqn", kPairNqn}, "before.json");
    expect_safe({"diff", before, snapshot_of(pair, "after.json")}, diff_formats());
}

TEST_F(HostileNames, of_a_discovery_log_reach_nobody) {
    // Its first entry: transport service, subsystem, address.
    for (const unsigned field : {32U, 256U, 512U}) {
        const SimulatedArrays arrays(pair_with_b(
            fmt::format("[[array.override]]\nanswer = \"discovery-log\"\noffset = {}\nvalue = "
                        "\"{}\"\n",
                        1024 + field, hex_of(field == 32 ? kHostile.substr(0, 32) : kHostile))));
        const std::vector<std::string> source{"-t", arrays.target("b"), "--timeout", "5"};
        expect_safe_looks(source);
        std::vector<std::string> words{"monitor", "--for", "300ms", "--lines"};
        words.insert(words.end(), source.begin(), source.end());
        expect_safe(words, "text");
    }
}

/// Each text of an attribute with what is hostile behind it; numbers alone, or those as well.
void spoil(const SysfsTree& tree, bool numbers) {
    namespace fs = std::filesystem;
    for (const auto& entry : fs::recursive_directory_iterator(tree.root())) {
        if (!entry.is_regular_file() || entry.is_symlink()) {
            continue;
        }
        std::ifstream in{entry.path(), std::ios::binary};
        std::string text{std::istreambuf_iterator<char>{in}, {}};
        text.erase(text.find_last_not_of(" \n") + 1);
        const bool number = !text.empty() && text.find_first_not_of("0123456789-") == text.npos;
        if (numbers || !number) {
            std::ofstream{entry.path(), std::ios::binary} << text << kHostile << '\n';
        }
    }
}

TEST_F(HostileNames, of_a_tree_of_sysfs_reach_nobody) {
    for (const KernelLayout layout : {KernelLayout::v6_12, KernelLayout::v7_3}) {
        for (const bool numbers : {false, true}) {
            SysfsTree tree(layout);
            tree.add_subsystem(kPairNqn, 2, 1).add_stray_controller();
            tree.set("sys/kernel/osrelease", "6.12.107-amd64\n");
            tree.set("sys/kernel/hostname", "host\n");
            tree.set("sys/module/nvme_core/parameters/iopolicy", "numa\n");
            tree.set("etc/udev/rules.d/71-" + std::string("\x1b]0;x\x07") + ".rules",
                     "ATTR{iopolicy}=\"numa\"\n");
            spoil(tree, numbers);
            const std::vector<std::string> source{"--sysroot", tree.root()};
            expect_safe_looks(source);
            const auto with = [&source](std::vector<std::string> words) {
                words.insert(words.end(), source.begin(), source.end());
                return words;
            };
            expect_safe(with({"policy", "list"}), policy_list_formats());
            expect_safe(with({"policy", "show", "--for", "0"}), policy_overview_formats());
            expect_safe(with({"policy", "explain", "nvme0n1"}), path_choice_formats());
            for (const EventFormat& format : event_formats()) {
                expect_safe(with({"monitor", "--for", "300ms", "--lines"}), format.name);
            }
        }
    }
}

/// Each text of a snapshot that is no number and no page.
void spoil(Json& value, const std::string& key) {
    static const std::set<std::string> kept{"schema",     "observed_at", "bytes", "status",
                                            "properties", "pages",       "hostid"};
    if (kept.contains(key)) {
        return;
    }
    if (value.is_string()) {
        // What is no UTF-8 stands in a snapshot as an escape.
        std::string hostile = kHostile;
        for (const char byte : {'\x9d', '\xff'}) {
            for (std::size_t at = 0; (at = hostile.find(byte, at)) != std::string::npos; ++at) {
                if (at == 0 || hostile[at - 1] != '\xc2') {
                    hostile.replace(at, 1,
                                    fmt::format("\\x{:02x}", static_cast<std::uint8_t>(byte)));
                }
            }
        }
        value = value.get<std::string>() + hostile;
    } else if (value.is_structured()) {
        for (auto& [name, inner] : value.items()) {
            spoil(inner, value.is_array() ? key : name);
        }
    }
}

TEST_F(HostileNames, of_a_snapshot_reach_nobody) {
    const SimulatedArrays arrays(healthy_scenario());
    SysfsTree tree(KernelLayout::v6_16);
    tree.add_subsystem(kPairNqn, 2, 1);
    const std::vector<std::string> live{"-t",    arrays.target("a"), "-t",        closed_target(),
                                        "--nqn", kPairNqn,           "--sysroot", tree.root()};
    const std::string good = snapshot_of(live, "good.json");
    std::ifstream in{good};
    Json snapshot = Json::parse(in);
    ASSERT_FALSE(snapshot["controllers"].empty());
    ASSERT_FALSE(snapshot["kernels"].empty());
    ASSERT_FALSE(snapshot["unobserved"].empty());
    snapshot["controllers"][0]["unread"].push_back("a page");
    snapshot["controllers"][0]["active_problems"].push_back("a list");
    snapshot["kernels"][0]["unread"].push_back("a file");
    snapshot["controllers"][0]["namespaces"][0]["pages"]["nvm"] = {
        {"error", "\x1b]0;owned\x07 no answer"}};
    spoil(snapshot, {});
    const std::string bad = directory_.file("bad.json", snapshot.dump());
    ASSERT_EQ(haoh({"list", "--snapshot", bad}).status, 3) << "it is taken";
    expect_safe_looks({"--snapshot", bad});
    expect_safe_looks({"--snapshot", good, "--snapshot", bad});
    expect_safe({"diff", good, bad}, diff_formats());
    expect_safe({"diff", bad, good}, diff_formats());
}

TEST_F(HostileNames, of_a_scenario_reach_nobody) {
    std::string quoted;
    for (const char byte : kHostile) {
        const auto value = static_cast<std::uint8_t>(byte);
        quoted += value < 0x20 || byte == '"' || byte == '\\' ? fmt::format("\\u{:04x}", value)
                  : value < 0x80                              ? std::string(1, byte)
                                                              : "\\u009d\\u202e\\ufffe";
    }
    const std::string scenario =
        directory_.file("scenario.toml",
                        fmt::format("title = \"{0}\"\n[[path]]\nname = \"a{0}\"\narray = \"x{0}\"\n"
                                    "[[path]]\nname = \"b\"\narray = \"y\"\n",
                                    quoted));
    ASSERT_EQ(haoh({"policy", "simulate", scenario}).status, 0);
    expect_safe({"policy", "simulate", scenario}, simulation_formats());
}

TEST_F(HostileNames, of_a_command_line_reach_nobody) {
    SysfsTree tree;
    tree.add_subsystem(kPairNqn, 2, 1);
    const std::string config =
        directory_.file("haoh.toml", "[[site]]\nname = \"" + kHostile + "\"\n");
    const std::vector<std::vector<std::string>> all{
        {kHostile},
        {"check", "--" + kHostile},
        {"check", "-o", kHostile},
        {"check", "--timeout", kHostile},
        {"check", "--snapshot", kHostile},
        {"check", "--config", kHostile},
        {"check", "--config", config, "--sysroot", tree.root()},
        {"check", "--rule", kHostile, "--sysroot", tree.root()},
        {"check", "--kernel", kHostile, "--sysroot", tree.root()},
        {"check", "-t", kHostile},
        {"check", "-t", "tcp://" + kHostile, "--nqn", kHostile},
        {"check", "-t", "tcp://127.0.0.1", "--hostnqn", kHostile, "--hostid", kHostile},
        {"list", kHostile},
        {"list", kHostile, "--sysroot", tree.root()},
        {"list", "--sysroot", kHostile},
        {"diff", kHostile, kHostile},
        {"rules", kHostile},
        {"monitor", kHostile},
        {"monitor", "--for", kHostile},
        {"monitor", "--until", kHostile},
        {"monitor", "--exec", kHostile, "--sysroot", tree.root(), "--for", "100ms"},
        {"monitor", "--metrics", kHostile, "--sysroot", tree.root(), "--for", "100ms"},
        {"policy", kHostile},
        {"policy", "explain", kHostile, "--sysroot", tree.root()},
        {"policy", "set", kHostile, "nvme-subsys0"},
        {"policy", "set", "numa", kHostile},
        {"policy", "simulate", kHostile},
        {"snapshot", "--sysroot", tree.root(), directory_.path("in " + kHostile.substr(0, 11))},
        {"snapshot", "--sysroot", tree.root(), "/nonexistent/" + kHostile},
    };
    for (const std::vector<std::string>& words : all) {
        expect_safe(words, {});
    }
}

TEST_F(HostileNames, reach_nobody_through_agents) {
    const SimulatedArrays arrays(hostile_array());
    for (const char* const agent : {HAOH_AGENTS}) {
        const RunningProgram running({agent, kPairNqn, arrays.target("a"), arrays.target("b")});
        ASSERT_TRUE(running.wait_text("watching")) << running.told();
        EXPECT_THAT(running.output(), HasSubstr("finding: ctrl.sn.equal"));
        EXPECT_EQ(passed_on(running.output()), "") << running.output();
        running.signal(SIGTERM);
        EXPECT_EQ(running.ended(), 0) << running.told();
        EXPECT_EQ(passed_on(running.told()), "");
    }
}

TEST_F(HostileNames, are_seen_by_these_tests) {
    EXPECT_EQ(passed_on(kHostile), "1b 5d 07 0d c2 9d c2 9c e2 80 ae ff 0a 46 4f 52 47 45 44 ");
    EXPECT_EQ(passed_on("Zürich\n"), "");
    // What array b says, and how it is shown.
    const SimulatedArrays arrays(hostile_array());
    const ProgramResult result = haoh(
        {"check", "-v", "-t", arrays.target("a"), "-t", arrays.target("b"), "--nqn", kPairNqn});
    EXPECT_THAT(result.standard_output, HasSubstr(R"(\x1b]0;owned\x07)"));
}

} // namespace
} // namespace haoh::test
