// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh monitor on a terminal, watching a recorded tree.
#include "simulated_arrays.hpp"
#include "support/pty.hpp"
#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include <sys/stat.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kTerminalLimit = 120s;
constexpr const char* kTaken = "\x1b[?1049h"; // xterm: the alternate screen
constexpr const char* kGivenBack = "\x1b[?1049l";

/// Its three streams are one terminal.
class MonitorOnTerminal {
  public:
    explicit MonitorOnTerminal(const std::vector<std::string>& more,
                               const std::vector<std::string>& variables = {"TERM=xterm",
                                                                            "NO_COLOR=1"}) {
        tree_.add_subsystem(kPairNqn, 2, 1);
        std::vector<std::string> words{"sh", "-c",
                                       R"(exec env "$@" <")" + pty_.name() + R"(" 2>&1)", "sh"};
        words.insert(words.end(), variables.begin(), variables.end());
        words.insert(words.end(),
                     {HAOH_PROGRAM, "monitor", "--sysroot", tree_.root(), "--interval", "20ms"});
        words.insert(words.end(), more.begin(), more.end());
        process_ = std::make_unique<Process>(
            words, Process::Options{.standard_output = pty_.slave(), .standard_error = -1});
    }

    /// Until the terminal was given this.
    bool wait_text(const std::string& text) {
        const auto deadline = std::chrono::steady_clock::now() + kTerminalLimit;
        while (shown_.find(text) == std::string::npos) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            shown_ += pty_.shown();
        }
        return true;
    }
    /// What comes from now on.
    void forget() { shown_.clear(); }
    const std::string& shown() {
        shown_ += pty_.shown();
        return shown_;
    }
    std::optional<int> ended() {
        const auto deadline = std::chrono::steady_clock::now() + kTerminalLimit;
        std::optional<int> status;
        while (!(status = process_->wait_for(10ms)) &&
               std::chrono::steady_clock::now() < deadline) {
            shown_ += pty_.shown(); // it writes until somebody reads
        }
        return status;
    }
    void change(const std::string& ana) {
        tree_.change(SysfsTree::path(0, 1, 1) + "/ana_state", ana + "\n");
    }
    [[nodiscard]] Pty& terminal() { return pty_; }
    [[nodiscard]] Process& process() { return *process_; }

  private:
    Pty pty_;
    SysfsTree tree_{KernelLayout::v6_12};
    std::unique_ptr<Process> process_;
    std::string shown_;
};

TEST(MonitorOnTerminal, is_a_screen_until_q_is_pressed) {
    for (const char* const key : {"q", "Q"}) {
        MonitorOnTerminal monitor({});
        ASSERT_TRUE(monitor.wait_text("no event so far")) << monitor.shown();
        EXPECT_THAT(monitor.shown(), HasSubstr(kTaken));
        EXPECT_THAT(monitor.shown(), HasSubstr("q quits"));
        EXPECT_THAT(monitor.shown(), HasSubstr(kPairNqn));
        EXPECT_THAT(monitor.shown(), Not(HasSubstr("\x1b[1;3"))) << "NO_COLOR";
        monitor.terminal().type("x \n");
        monitor.change("inaccessible");
        ASSERT_TRUE(monitor.wait_text("last of "));
        ASSERT_TRUE(monitor.wait_text("ANA optimized -> inaccessible")) << "the event";
        EXPECT_TRUE(monitor.wait_text("▂")) << "one change in these ten seconds";
        EXPECT_THAT(monitor.shown(), Not(HasSubstr(kGivenBack)));
        EXPECT_THAT(monitor.shown(), Not(HasSubstr("\n"))) << "nothing is printed beside it";
        monitor.forget();
        monitor.terminal().type(key);
        EXPECT_EQ(monitor.ended(), 0) << monitor.shown();
        const std::string end = monitor.shown();
        EXPECT_THAT(end, HasSubstr(kGivenBack));
        // What stays: events and how long they took.
        EXPECT_THAT(end.substr(end.find(kGivenBack)), HasSubstr("ana_change"));
    }
}

TEST(MonitorOnTerminal, is_drawn_anew_when_the_size_is_another) {
    MonitorOnTerminal monitor({});
    ASSERT_TRUE(monitor.wait_text("no event so far"));
    for (const unsigned short columns : std::array<unsigned short, 2>{60, 100}) {
        monitor.terminal().resize(columns, 12);
        monitor.forget();
        monitor.process().signal(SIGWINCH); // this is not its controlling terminal
        ASSERT_TRUE(monitor.wait_text("\x1b[2J")) << columns;
        ASSERT_TRUE(monitor.wait_text("q quits"));
        const std::string header = monitor.shown().substr(monitor.shown().find("haoh monitor"));
        EXPECT_EQ(header.find("q quits") + 7, columns);
    }
    monitor.process().signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
}

TEST(MonitorOnTerminal, its_clocks_go_on_without_events) {
    MonitorOnTerminal monitor({});
    EXPECT_TRUE(monitor.wait_text("running 0:00:00"));
    EXPECT_TRUE(monitor.wait_text("running 0:00:01"));
    EXPECT_TRUE(monitor.wait_text("running 0:00:02"));
    EXPECT_THAT(monitor.shown(), HasSubstr("no event so far"));
}

TEST(MonitorOnTerminal, is_coloured_unless_that_is_not_wanted) {
    MonitorOnTerminal monitor({}, {"-u", "NO_COLOR", "TERM=xterm"});
    EXPECT_TRUE(monitor.wait_text("\x1b[1;32mall ok\x1b[0m"));
}

TEST(MonitorOnTerminal, programs_cannot_spoil_the_screen_and_their_failures_are_on_it) {
    const ScratchDirectory directory;
    const std::string program =
        directory.file("run", "#!/bin/sh\necho SPOILT\necho SPOILT >&2\necho done >\"" +
                                  directory.path("done") + "\"\nexit 3\n");
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    MonitorOnTerminal monitor({"--exec", program});
    ASSERT_TRUE(monitor.wait_text("no event so far"));
    monitor.change("inaccessible");
    EXPECT_TRUE(monitor.wait_text("ended with status 3"));
    monitor.process().signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
    EXPECT_THAT(monitor.shown(), Not(HasSubstr("SPOILT")));
    EXPECT_TRUE(std::filesystem::exists(directory.path("done")));
}

/// As Ctrl-S does it where nobody prevents it. What watches goes on.
TEST(MonitorOnTerminal, that_was_stopped_holds_up_nothing) {
    // Where the terminal's file has no name, as in a container, it is opened anew all the same.
    const std::vector<std::string> without_names{
        "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /dev/pts && exec \"$@\"", "sh"};
    std::vector<std::string> probe = without_names;
    probe.emplace_back("true");
    const bool possible = run_program(probe, kTerminalLimit).status == 0;
    for (const bool named : {true, false}) {
        if (!named && !possible) {
            continue;
        }
        SCOPED_TRACE(named);
        const ScratchDirectory directory;
        std::vector<std::string> variables{"TERM=xterm", "NO_COLOR=1"};
        if (!named) {
            variables.insert(variables.end(), without_names.begin(), without_names.end());
        }
        MonitorOnTerminal monitor(
            {"--exec", directory.script("run", "cat >>" + directory.path("told") + "\n")},
            variables);
        ASSERT_TRUE(monitor.wait_text("no event so far")) << monitor.shown();
        EXPECT_THAT(monitor.shown(), HasSubstr(kTaken));
        ASSERT_EQ(::tcflow(monitor.terminal().slave(), TCOOFF), 0);
        static_cast<void>(monitor.shown());
        monitor.forget();
        monitor.change("inaccessible");
        const auto deadline = std::chrono::steady_clock::now() + kTerminalLimit;
        while (directory.read("told").find("inaccessible") == std::string::npos &&
               std::chrono::steady_clock::now() < deadline) {
            EXPECT_EQ(monitor.shown(), "") << "it is stopped";
        }
        EXPECT_THAT(directory.read("told"), HasSubstr("inaccessible"));
        ASSERT_EQ(::tcflow(monitor.terminal().slave(), TCOON), 0);
        EXPECT_TRUE(monitor.wait_text("ANA optimized -> inaccessible"));
        monitor.process().signal(SIGTERM);
        EXPECT_EQ(monitor.ended(), 0) << monitor.shown();
    }
}

TEST(MonitorOnTerminal, is_no_screen_where_lines_are_wanted_or_nothing_can_be_drawn) {
    struct Case {
        std::vector<std::string> options, variables;
    };
    const std::vector<Case> all{
        {{"--lines"}, {"TERM=xterm"}},
        {{"-o", "json"}, {"TERM=xterm"}},
        {{}, {"TERM=dumb"}},
        {{}, {"-u", "TERM"}},
        {{}, {"TERM="}},
    };
    const ScratchDirectory directory;
    for (Case one : all) {
        one.options.insert(one.options.end(), {"--metrics", "0"});
        MonitorOnTerminal monitor(one.options, one.variables);
        ASSERT_TRUE(monitor.wait_text("/metrics"));
        monitor.change("inaccessible");
        EXPECT_TRUE(monitor.wait_text("inaccessible"));
        monitor.process().signal(SIGINT);
        EXPECT_EQ(monitor.ended(), 0);
        EXPECT_THAT(monitor.shown(), Not(HasSubstr(kTaken)));
        EXPECT_THAT(monitor.shown(), Not(HasSubstr("q quits")));
    }
}

} // namespace
} // namespace haoh::test
