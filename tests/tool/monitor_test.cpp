// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh monitor on arrays that it asks directly, and on a recorded tree.
#include "running_program.hpp"
#include "simulated_arrays.hpp"
#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <thread>

namespace haoh::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> monitor_words(const std::vector<std::string>& more) {
    std::vector<std::string> words{HAOH_PROGRAM, "monitor"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

class RunningMonitor : public RunningProgram {
  public:
    explicit RunningMonitor(const std::vector<std::string>& words)
        : RunningProgram(monitor_words(words)) {}

    /// The events so far, of -o json.
    [[nodiscard]] std::vector<json> events() const {
        std::vector<json> all;
        std::istringstream lines(output());
        for (std::string line; std::getline(lines, line);) {
            if (!lines.eof()) { // the last one may still be written
                all.push_back(json::parse(line));
            }
        }
        return all;
    }
    /// Until it says that it serves metrics: then it watches.
    bool wait_ready() const {
        return wait_for([&] { return errors().find("/metrics") != std::string::npos; });
    }
    int stop() const {
        signal(SIGTERM);
        return ended();
    }
};

std::vector<std::string> on(const SimulatedArrays& arrays, std::vector<std::string> more) {
    std::vector<std::string> words{"-t",    arrays.target("a"), "-t",        arrays.target("b"),
                                   "--nqn", kPairNqn,           "--metrics", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(Monitor, tells_changes_as_json_lines_of_its_schema) {
    const SimulatedArrays arrays{healthy_scenario()};
    RunningMonitor monitor(on(arrays, {"-o", "json"}));
    ASSERT_TRUE(monitor.wait_ready()) << monitor.errors();
    for (const char* array : {"a", "b"}) {
        arrays.send({"ana", array, "all", "inaccessible"});
    }
    ASSERT_TRUE(monitor.wait_text("no_path"));
    arrays.send({"ana", "a", "all", "optimized"});
    ASSERT_TRUE(monitor.wait_text("\"to\":\"restored\""));
    EXPECT_EQ(monitor.stop(), 0);
    std::uint64_t sequence = 0;
    for (const json& event : monitor.events()) {
        EXPECT_EQ(event.at("schema"), "haoh.event/1");
        EXPECT_EQ(event.at("sequence"), ++sequence);
    }
    EXPECT_GT(sequence, 3U);
}

TEST(Monitor, prints_lines_and_a_summary) {
    const SimulatedArrays arrays{healthy_scenario()};
    RunningMonitor monitor(on(arrays, {}));
    ASSERT_TRUE(monitor.wait_ready());
    arrays.send({"ana", "a", "all", "inaccessible"});
    ASSERT_TRUE(monitor.wait_text("inaccessible"));
    EXPECT_EQ(monitor.stop(), 0);
    EXPECT_THAT(monitor.output(), HasSubstr("nsid 1-3"));
    EXPECT_THAT(monitor.output(), HasSubstr("p99"));
    EXPECT_THAT(monitor.output(), ContainsRegex("to the event\\s+\\(3"))
        << "one for each namespace";
    EXPECT_THAT(monitor.output(), Not(HasSubstr("\x1b"))) << "nobody looks";
}

TEST(Monitor, ends_when_it_has_seen_enough) {
    const SimulatedArrays arrays{healthy_scenario()};
    RunningMonitor at_once(on(arrays, {"--until", "access restored"}));
    EXPECT_EQ(at_once.ended(), 0) << at_once.errors();
    RunningMonitor waits(on(arrays, {"--until", "access single_array", "-o", "json"}));
    ASSERT_TRUE(waits.wait_ready());
    arrays.send({"down", "b"});
    EXPECT_EQ(waits.ended(), 3) << "an array cannot be asked any more" << waits.errors();
    arrays.send({"up", "b"});
    RunningMonitor in_vain(on(arrays, {"--until", "identity_changed", "--for", "300ms"}));
    EXPECT_EQ(in_vain.ended(), 1);
}

TEST(Monitor, runs_a_program_for_each_event) {
    const SimulatedArrays arrays{healthy_scenario()};
    const ScratchDirectory directory;
    const std::string told = directory.path("told");
    const std::string program =
        directory.file("tell", "#!/bin/sh\necho \"$HAOH_EVENT $HAOH_NSID $HAOH_TO\" >>" + told +
                                   "\ncat >>" + told + "\n");
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    RunningMonitor monitor(on(arrays, {"-o", "json", "--exec", program}));
    ASSERT_TRUE(monitor.wait_ready());
    arrays.send({"ana", "b", "1", "inaccessible"});
    ASSERT_TRUE(monitor.wait_text("\"event\":\"ana_change\""));
    EXPECT_EQ(monitor.stop(), 0);
    std::ostringstream text;
    text << std::ifstream(told).rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("ana_change 1 inaccessible\n{\"schema\":\"haoh.event/1\""));
}

TEST(Monitor, polls_a_recorded_tree) {
    SysfsTree tree(KernelLayout::v6_12);
    tree.add_subsystem("nqn.2024-01.com.example:pair", 2, 2);
    RunningMonitor monitor(
        {"--sysroot", tree.root(), "-o", "json", "--interval", "20ms", "--metrics", "0"});
    ASSERT_TRUE(monitor.wait_ready()) << monitor.errors();
    tree.set(SysfsTree::path(0, 1, 1) + "/ana_state", "inaccessible\n");
    EXPECT_TRUE(monitor.wait_text("\"to\":\"inaccessible\"")) << monitor.errors();
    tree.remove(SysfsTree::path(0, 1, 2));
    EXPECT_TRUE(monitor.wait_text("path_lost")) << monitor.errors();
    EXPECT_EQ(monitor.stop(), 0);
}

TEST(Monitor, refuses_what_it_cannot_watch) {
    EXPECT_EQ(haoh({"monitor", "--snapshot", "x.json"}).status, 2);
    EXPECT_EQ(haoh({"monitor", "--sysroot", "/nonexistent"}).status, 2);
    EXPECT_EQ(haoh({"monitor", "--for", "soon"}).status, 2);
    EXPECT_EQ(haoh({"monitor", "--until", "doomsday"}).status, 2);
    const SimulatedArrays arrays{healthy_scenario()};
    const ProgramResult program = haoh(
        {"monitor", "-t", arrays.target("a"), "--nqn", kPairNqn, "--exec", "/nonexistent/program"});
    EXPECT_EQ(program.status, 2);
    EXPECT_THAT(program.standard_error, HasSubstr("/nonexistent/program"));
    const ProgramResult metrics =
        haoh({"monitor", "-t", arrays.target("a"), "--nqn", kPairNqn, "--metrics", "nowhere:x"});
    EXPECT_EQ(metrics.status, 2);
    EXPECT_THAT(metrics.standard_error, HasSubstr("nowhere:x"));
}

} // namespace
} // namespace haoh::test
