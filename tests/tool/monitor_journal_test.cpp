// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh monitor --journal, and what --replay makes of it.
#include "running_program.hpp"
#include "simulated_arrays.hpp"
#include "support/pty.hpp"
#include "support/sysfs_tree.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stop_token>
#include <thread>

#include <sys/stat.h>

namespace haoh::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        out.push_back(line);
    }
    return out;
}

/// Those of a monitor's text from the summary on.
std::string summary_of(const std::string& text) {
    const std::size_t begin = text.find("watched ");
    return begin == std::string::npos ? "no summary in: " + text : text.substr(begin);
}

class Journal : public ::testing::Test {
  protected:
    Journal() { tree.add_subsystem(kPairNqn, 2, 2); }

    [[nodiscard]] Words words(const Words& more) const {
        Words out{HAOH_PROGRAM, "monitor",   "--sysroot",   tree.root(), "--interval",
                  "20ms",       "--metrics", "127.0.0.1:0", "--journal", journal};
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }
    static bool wait_ready(const RunningProgram& monitor) {
        return monitor.wait_for(
            [&] { return monitor.errors().find("/metrics") != std::string::npos; });
    }
    void change(const std::string& ana, unsigned head = 1) {
        tree.change(SysfsTree::path(0, 1, head) + "/ana_state", ana + "\n");
    }
    /// A monitor that sees so many changes of a path, and ends in order.
    std::string record(unsigned changes, const Words& more = {}) {
        const RunningProgram monitor{words(more)};
        EXPECT_TRUE(wait_ready(monitor)) << monitor.told();
        for (unsigned index = 0; index < changes; ++index) {
            const std::size_t before = monitor.output().size();
            state_ = !state_;
            change(state_ ? "inaccessible" : "optimized");
            EXPECT_TRUE(monitor.wait_for([&] { return monitor.output().size() > before; }))
                << monitor.told();
        }
        monitor.signal(SIGTERM);
        EXPECT_EQ(monitor.ended(), 0) << monitor.told();
        return monitor.output();
    }
    [[nodiscard]] ProgramResult replay(const Words& more = {}) const {
        Words all{"monitor", "--replay", journal};
        all.insert(all.end(), more.begin(), more.end());
        return haoh(all);
    }
    [[nodiscard]] std::string content() const { return directory.read("night"); }

    SysfsTree tree{KernelLayout::v6_12};
    ScratchDirectory directory;
    std::string journal = directory.path("night");

  private:
    bool state_{};
};

TEST_F(Journal, replays_the_lines_that_were_printed) {
    const std::string printed = record(6, {"-o", "json"});
    ASSERT_THAT(lines_of(printed), SizeIs(::testing::Ge(6U)));
    const ProgramResult again = replay({"-o", "json"});
    EXPECT_EQ(again.status, 0) << again.standard_error;
    EXPECT_EQ(again.standard_output, printed);
    EXPECT_THAT(again.standard_error, IsEmpty());
    // The same lines are in the file, between what was known.
    std::string events;
    for (const std::string& line : lines_of(content())) {
        const json one = json::parse(line);
        if (one.at("schema") == "haoh.event/1") {
            events += line + "\n";
        }
    }
    EXPECT_EQ(events, printed);
    const auto lines = lines_of(content());
    EXPECT_EQ(json::parse(lines.front()).at("entry"), "begin");
    EXPECT_EQ(json::parse(lines.back()).at("entry"), "end");
    struct stat status {};
    ASSERT_EQ(::stat(journal.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0137U, 0U) << "names are not everybody's";
}

TEST_F(Journal, replays_the_summary_that_was_printed) {
    const std::string printed = record(3);
    const ProgramResult again = replay();
    EXPECT_EQ(again.status, 0) << again.standard_error;
    EXPECT_EQ(summary_of(again.standard_output), summary_of(printed));
    EXPECT_THAT(again.standard_output, HasSubstr("ANA optimized -> inaccessible"));
    EXPECT_EQ(replay({"--lines", "-v"}).status, 0);
}

TEST_F(Journal, of_arrays_replays_latencies_and_metrics) {
    const SimulatedArrays arrays{healthy_scenario()};
    Words watch{HAOH_PROGRAM,       "monitor", "-t",     arrays.target("a"), "-t",
                arrays.target("b"), "--nqn",   kPairNqn, "--metrics",        "0",
                "--journal",        journal};
    const RunningProgram monitor{watch};
    ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
    arrays.send({"ana", "a", "all", "inaccessible"});
    ASSERT_TRUE(monitor.wait_text("inaccessible")) << monitor.told();
    monitor.signal(SIGINT);
    ASSERT_EQ(monitor.ended(), 0) << monitor.told();
    const ProgramResult again = replay();
    EXPECT_EQ(summary_of(again.standard_output), summary_of(monitor.output()));
    EXPECT_THAT(again.standard_output, HasSubstr("max")) << "each latency is known";
    const ProgramResult metrics = replay({"--metrics", "-"});
    EXPECT_EQ(metrics.status, 0);
    EXPECT_THAT(metrics.standard_output, StartsWith("# HELP"));
    EXPECT_THAT(metrics.standard_output, HasSubstr("haoh_events_total{event=\"ana_change\"} 3\n"));
    EXPECT_THAT(metrics.standard_output, HasSubstr("haoh_ana_change_latency_seconds_count 3\n"));
}

/// Twenty moments of a monitor with much to tell.
TEST_F(Journal, survives_whoever_kills_its_monitor) {
    const SimulatedArrays arrays{healthy_scenario()};
    const std::jthread flips{[&](const std::stop_token& over) {
        for (bool other = false; !over.stop_requested(); other = !other) {
            arrays.send({"ana", other ? "a" : "b", "all", "inaccessible"});
            arrays.send({"ana", other ? "a" : "b", "all", "optimized"});
        }
    }};
    std::mt19937 random{20261130};
    std::size_t most = 0;
    for (int number = 0; number < 20; ++number) {
        const std::string file = directory.path(fmt::format("killed.{}", number));
        const RunningProgram monitor{
            {HAOH_PROGRAM, "monitor", "-t", arrays.target("a"), "-t", arrays.target("b"), "--nqn",
             kPairNqn, "-o", "json", "--journal", file, "--journal-size", "16K", "--metrics", "0"}};
        ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
        const std::size_t lines = random() % 60;
        ASSERT_TRUE(monitor.wait_for([&] { return lines_of(monitor.output()).size() >= lines; }))
            << monitor.told();
        monitor.signal(SIGKILL);
        EXPECT_EQ(monitor.ended(), 128 + SIGKILL);
        Words words{"monitor", "-o", "json", "--replay"};
        for (const char* const suffix : {"", ".1", ".2", ".3", ".4"}) {
            if (std::filesystem::exists(file + suffix)) {
                words.push_back(file + suffix);
            }
        }
        const ProgramResult again = haoh(words);
        SCOPED_TRACE(fmt::format("{}: {}", number, again.standard_error));
        if (again.status == 4) {
            EXPECT_THAT(again.standard_error, HasSubstr("nothing was recorded")) << "so soon";
            continue;
        }
        EXPECT_EQ(again.status, 3) << "it was killed";
        EXPECT_THAT(again.standard_error, HasSubstr("no orderly end"));
        EXPECT_THAT(again.standard_error, Not(HasSubstr("not in the journal")));
        // One of the two was written further.
        auto printed = lines_of(monitor.output());
        auto replayed = lines_of(again.standard_output);
        if (const std::string all = monitor.output(); !all.empty() && all.back() != '\n') {
            printed.pop_back(); // torn: it was printed in parts
        }
        most = std::max(most, replayed.size());
        if (!replayed.empty() && !printed.empty()) {
            const auto first = std::ranges::find(printed, replayed.front());
            if (words.size() == 5) { // no file was kept and forgotten: all of it is there
                EXPECT_EQ(first, printed.begin());
            }
            const auto count =
                std::min(printed.end() - first, static_cast<std::ptrdiff_t>(replayed.size()));
            EXPECT_TRUE(std::equal(first, first + count, replayed.begin()));
        }
    }
    EXPECT_GT(most, 10U) << "there was something to be torn";
}

TEST_F(Journal, goes_on_behind_a_monitor_that_was_killed) {
    {
        const RunningProgram monitor{words({"-o", "json"})};
        ASSERT_TRUE(wait_ready(monitor));
        change("inaccessible");
        ASSERT_TRUE(
            monitor.wait_for([&] { return content().find("inaccessible") != std::string::npos; }));
        monitor.signal(SIGKILL);
        EXPECT_EQ(monitor.ended(), 128 + SIGKILL);
    }
    std::ofstream{journal, std::ios::app} << R"({"schema":"haoh.event/1","seq)";
    const ProgramResult torn = replay({"-o", "json"});
    EXPECT_EQ(torn.status, 3);
    EXPECT_THAT(torn.standard_error, HasSubstr("the last line is torn"));
    EXPECT_THAT(torn.standard_output, HasSubstr("inaccessible"));
    change("optimized");
    const RunningProgram monitor{words({"-o", "json", "--for", "200ms"})};
    EXPECT_EQ(monitor.ended(), 0) << monitor.told();
    EXPECT_THAT(monitor.errors(), HasSubstr("29 bytes of it were cut off"));
    const ProgramResult both = replay();
    EXPECT_EQ(both.status, 3) << both.standard_error;
    EXPECT_THAT(both.standard_error, HasSubstr("no orderly end"));
    EXPECT_THAT(both.standard_error, Not(HasSubstr("torn")));
    std::size_t summaries = 0;
    for (const std::string& line : lines_of(both.standard_output)) {
        summaries += line.starts_with("watched") ? 1U : 0U;
    }
    EXPECT_EQ(summaries, 2U) << "one of each monitor";
}

TEST_F(Journal, is_kept_in_files_that_can_be_replayed_alone) {
    const std::string printed =
        record(60, {"-o", "json", "--journal-size", "4K", "--journal-keep", "2"});
    EXPECT_TRUE(std::filesystem::exists(journal + ".2"));
    EXPECT_FALSE(std::filesystem::exists(journal + ".3"));
    EXPECT_FALSE(std::filesystem::exists(journal + ".new"));
    std::string together;
    for (const char* const suffix : {".2", ".1", ""}) {
        const std::string text = directory.read("night" + std::string{suffix});
        EXPECT_EQ(json::parse(lines_of(text).front()).at("schema"), "haoh.journal/1") << suffix;
        const ProgramResult alone = haoh({"monitor", "-o", "json", "--replay", journal + suffix});
        EXPECT_EQ(alone.status, *suffix == '\0' ? 0 : 3) << alone.standard_error;
        EXPECT_THAT(alone.standard_error, Not(HasSubstr("not in the journal")));
        together += alone.standard_output;
    }
    EXPECT_TRUE(printed.ends_with(together)) << together;
    const ProgramResult all =
        haoh({"monitor", "-o", "json", "--replay", journal, journal + ".1", journal + ".2"});
    EXPECT_EQ(all.status, 0) << all.standard_error;
    EXPECT_EQ(all.standard_output, together) << "whatever their order";
    const ProgramResult text =
        haoh({"monitor", "--replay", journal, journal + ".1", journal + ".2"});
    EXPECT_THAT(text.standard_output, HasSubstr("60 ana_change"))
        << "of all, as the monitor counted";
}

TEST_F(Journal, is_made_anew_when_it_is_taken_away) {
    const RunningProgram monitor{words({"-o", "json"})};
    ASSERT_TRUE(wait_ready(monitor));
    change("inaccessible");
    ASSERT_TRUE(
        monitor.wait_for([&] { return content().find("inaccessible") != std::string::npos; }));
    std::filesystem::rename(journal, directory.path("away"));
    change("optimized");
    ASSERT_TRUE(monitor.wait_for([&] { return std::filesystem::exists(journal); }))
        << monitor.told();
    change("change");
    ASSERT_TRUE(
        monitor.wait_for([&] { return content().find("\"to\":\"change\"") != std::string::npos; }));
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
    const ProgramResult both =
        haoh({"monitor", "-o", "json", "--replay", directory.path("away"), journal});
    EXPECT_EQ(both.status, 0) << both.standard_error;
    EXPECT_EQ(both.standard_output, monitor.output());
}

TEST_F(Journal, has_one_monitor_at_a_time) {
    const RunningProgram first{words({})};
    ASSERT_TRUE(wait_ready(first));
    const RunningProgram second{words({"--for", "100ms"})};
    EXPECT_EQ(second.ended(), 2);
    EXPECT_THAT(second.errors(), HasSubstr("another haoh monitor writes it"));
    EXPECT_THAT(second.errors(), HasSubstr(journal));
    first.signal(SIGTERM);
    EXPECT_EQ(first.ended(), 0);
    const RunningProgram third{words({"--for", "100ms"})};
    EXPECT_EQ(third.ended(), 0) << third.told();
}

TEST_F(Journal, is_a_file_of_its_own) {
    const std::string other = directory.file("passwd", "root:x:0:0:\n");
    ASSERT_EQ(::mkfifo(directory.path("fifo").c_str(), 0600), 0);
    const std::vector<std::pair<std::string, std::string>> files{
        {other, "no journal of haoh"},
        {directory.path("fifo"), "it is not a file"},
        {"/dev/null", "it is not a file"},
        {directory.path(""), "Is a directory"},
        {directory.path("nowhere/night"), "No such file"}};
    for (const auto& [file, told] : files) {
        journal = file;
        const RunningProgram monitor{words({"--for", "100ms"})};
        EXPECT_EQ(monitor.ended(), 2) << file << monitor.told();
        EXPECT_THAT(monitor.errors(), HasSubstr(told)) << file;
    }
    EXPECT_EQ(directory.read("passwd"), "root:x:0:0:\n") << "it is as it was";
    std::filesystem::create_symlink(directory.path("behind"), directory.path("link"));
    journal = directory.path("link");
    record(1);
    EXPECT_THAT(directory.read("behind"), StartsWith(R"({"schema":"haoh.journal/1")"));
    EXPECT_TRUE(std::filesystem::is_symlink(journal));
}

/// Of the size that files may have.
TEST_F(Journal, that_finds_no_room_is_told_and_holds_nobody_up) {
    Words all{"sh", "-c", "ulimit -f 8; exec \"$@\"", "sh"}; // 4096 bytes
    const Words monitored = words({});
    all.insert(all.end(), monitored.begin(), monitored.end());
    const RunningProgram monitor{all};
    ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
    const std::string told =
        "File too large; what happens is not recorded until it takes lines again";
    bool other = false;
    ASSERT_TRUE(monitor.wait_for([&] {
        other = !other;
        change(other ? "inaccessible" : "optimized", 1);
        change(other ? "inaccessible" : "optimized", 2);
        std::this_thread::sleep_for(30ms);
        return monitor.errors().find(told) != std::string::npos;
    })) << monitor.told();
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 4) << "not all is recorded";
    EXPECT_THAT(monitor.errors(), HasSubstr("its end is not in it"));
    const std::string errors = monitor.errors();
    EXPECT_EQ(errors.find(told), errors.rfind(told)) << "once";
    EXPECT_TRUE(content().ends_with("}\n")) << "nothing is torn";
    const ProgramResult again = replay();
    EXPECT_EQ(again.status, 3);
    EXPECT_THAT(again.standard_error, HasSubstr("no orderly end"));
    EXPECT_THAT(again.standard_error, Not(HasSubstr("torn")));
}

TEST_F(Journal, of_what_is_none_is_refused_with_file_and_line) {
    record(2);
    const std::string good = content();
    const std::string end = lines_of(good).back() + "\n";
    std::string newer = good;
    newer.replace(newer.find("haoh.event/1"), 12, "haoh.event/2");
    struct Case {
        std::string text;
        int status;
        std::string told;
    };
    for (const Case& one : std::vector<Case>{
             {"", 4, "nothing was recorded in it"},
             {"\n", 2, ":1"},
             {"hello\n", 2, ":1:1"},
             {good + "half a line\n" + end, 2, fmt::format(":{}:1", lines_of(good).size() + 1)},
             {newer, 2, "use a newer haoh"},
             {std::string(10000, '\0'), 4, "torn"},
             {R"({"schema":"haoh.repo)", 4, "torn"},
             {"{\"schema\":\"haoh.report/1\"}\n", 2, "not haoh.journal/1"},
         }) {
        const std::string file = directory.file("bad", one.text);
        const ProgramResult result = haoh({"monitor", "--replay", file});
        EXPECT_EQ(result.status, one.status) << one.told << "\n" << result.standard_error;
        EXPECT_THAT(result.standard_error, HasSubstr(file));
        EXPECT_THAT(result.standard_error, HasSubstr(one.told));
    }
    ASSERT_EQ(::mkfifo(directory.path("fifo").c_str(), 0600), 0);
    for (const auto& [file, told] : std::vector<std::pair<std::string, std::string>>{
             {directory.path("fifo"), "it is a FIFO, not a file"},
             {"/dev/zero", "it is a device, not a file"},
             {directory.path("nowhere"), "No such file"},
             {directory.path(""), "Is a directory"}}) {
        const ProgramResult result = haoh({"monitor", "--replay", file});
        EXPECT_EQ(result.status, 2) << result.standard_error;
        EXPECT_THAT(result.standard_error, HasSubstr(told));
    }
}

TEST_F(Journal, may_be_piped_in) {
    const std::string printed = record(2, {"-o", "json"});
    const ProgramResult piped = run_program(
        {"sh", "-c", "cat \"$1\" | \"$2\" monitor -o json --replay -", "sh", journal, HAOH_PROGRAM},
        60s);
    EXPECT_EQ(piped.status, 0) << piped.standard_error;
    EXPECT_EQ(piped.standard_output, printed);
    EXPECT_EQ(haoh({"monitor", "--replay", "-", journal}).status, 2) << "one of several";
}

TEST_F(Journal, is_told_of_a_span_of_time) {
    const std::string printed = record(6, {"-o", "json"});
    const auto lines = lines_of(printed);
    ASSERT_THAT(lines, SizeIs(::testing::Ge(5U)));
    const auto time = [&](std::size_t index) {
        return json::parse(lines.at(index)).at("time").get<std::string>();
    };
    const ProgramResult middle = replay({"-o", "json", "--since", time(1), "--to", time(3)});
    EXPECT_EQ(middle.status, 0) << middle.standard_error;
    EXPECT_THAT(lines_of(middle.standard_output),
                IsSupersetOf({lines.at(1), lines.at(2), lines.at(3)}));
    EXPECT_THAT(lines_of(middle.standard_output), Not(Contains(lines.at(0))));
    EXPECT_THAT(lines_of(middle.standard_output), Not(Contains(lines.back())));
    const ProgramResult text = replay({"--since", time(lines.size() - 1)});
    EXPECT_THAT(text.standard_output, HasSubstr("1 ana_change")) << "those before do not count";
    EXPECT_EQ(replay({"--to", "2020-01-01 00:00"}).status, 4);
    EXPECT_EQ(replay({"--since", "2250-01-01T00:00:00+01:00"}).status, 4);
    const ProgramResult wrong = replay({"--since", "yesterday"});
    EXPECT_EQ(wrong.status, 2);
    EXPECT_THAT(wrong.standard_error, HasSubstr("--since 'yesterday'"));
}

TEST_F(Journal, is_played_at_a_speed) {
    record(1);
    std::string text = content();
    // The last that is known is five seconds later.
    const auto lines = lines_of(text);
    json end = json::parse(lines.back());
    auto& monotonic = end.at("status").at("monotonic_ns");
    monotonic = monotonic.get<std::int64_t>() + 5'000'000'000;
    text = text.substr(0, text.rfind(lines.back())) + end.dump() + "\n";
    journal = directory.file("later", text);
    EXPECT_EQ(replay().status, 0);
    const ProgramResult slow = replay({"--speed", "5"});
    EXPECT_EQ(slow.status, 0) << slow.standard_error;
    EXPECT_GE(slow.duration, 1s);
    for (const char* const speed : {"0", "-1", "fast", "", "nan", "inf", "1e9"}) {
        const ProgramResult result = replay({std::string{"--speed="} + speed});
        EXPECT_EQ(result.status, 2) << speed << result.standard_error;
    }
}

TEST_F(Journal, refuses_options_that_say_nothing_of_what_was) {
    record(1);
    for (const Words& more : std::vector<Words>{{"--until", "access restored"},
                                                {"--exec", "true"},
                                                {"--for", "1s"},
                                                {"--interval", "1s"},
                                                {"-t", "tcp://10.0.0.1"},
                                                {"--sysroot", "/"},
                                                {"--config", "x"},
                                                {"--journal", "x"},
                                                {"--metrics", "9000"}}) {
        const ProgramResult result = replay(more);
        EXPECT_EQ(result.status, 2) << more.front() << result.standard_error;
        EXPECT_THAT(result.standard_error, HasSubstr("with --replay")) << more.front();
    }
    for (const Words& more :
         std::vector<Words>{{"--speed", "2"}, {"--since", "2026-01-01T00:00Z"}, {"--to", "x"}}) {
        Words all{"monitor", "--sysroot", tree.root()};
        all.insert(all.end(), more.begin(), more.end());
        const ProgramResult result = haoh(all);
        EXPECT_EQ(result.status, 2) << more.front() << result.standard_error;
        EXPECT_THAT(result.standard_error, HasSubstr("without --replay")) << more.front();
    }
    const RunningProgram small{words({"--journal-size", "100"})};
    EXPECT_EQ(small.ended(), 2);
    EXPECT_THAT(small.errors(), HasSubstr("4K"));
}

/// Its three streams are one terminal.
TEST_F(Journal, is_shown_on_a_screen_until_q_is_pressed) {
    const std::string printed = record(3);
    Pty pty;
    Process replayed{{"sh", "-c",
                      R"(exec env TERM=xterm NO_COLOR=1 "$@" <")" + pty.name() + R"(" 2>&1)", "sh",
                      HAOH_PROGRAM, "monitor", "--replay", journal},
                     Process::Options{.standard_output = pty.slave(), .standard_error = -1}};
    std::string shown;
    const auto deadline = std::chrono::steady_clock::now() + RunningProgram::kLimit;
    const auto wait_for = [&](const std::string& text) {
        while (shown.find(text) == std::string::npos &&
               std::chrono::steady_clock::now() < deadline) {
            shown += pty.shown();
        }
        return shown.find(text) != std::string::npos;
    };
    ASSERT_TRUE(wait_for("last of ")) << shown;
    EXPECT_TRUE(wait_for("ANA optimized -> inaccessible")) << shown;
    EXPECT_TRUE(wait_for(kPairNqn));
    pty.type("q");
    std::optional<int> status;
    while (!(status = replayed.wait_for(10ms)) && std::chrono::steady_clock::now() < deadline) {
        shown += pty.shown();
    }
    shown += pty.shown();
    EXPECT_EQ(status, 0) << shown;
    EXPECT_THAT(shown, HasSubstr("\x1b[?1049l")) << "it is given back";
    EXPECT_THAT(shown.substr(shown.find("\x1b[?1049l")), HasSubstr("3 ana_change"));
}

} // namespace
} // namespace haoh::test
