// SPDX-License-Identifier: LGPL-2.1-or-later
// A signal at a random moment of every command, whatever it is pointed at: it ends soon, with the
// status that is documented, and leaves neither a process nor half a file behind.
#include "draw.hpp"
#include "interrupted_run.hpp"
#include "support/pty.hpp"
#include "targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// From the signal to the end, on a machine that has much else to do.
constexpr std::chrono::seconds kLimit{120};
constexpr std::size_t kAtOnce = 8;
constexpr const char* kOld = "what was there before\n";

/// One command and what it is pointed at.
struct Subject {
    std::string name;
    Words words;                        ///< behind "haoh"
    std::optional<int> status;          ///< when nothing ends it; none: it does not end by itself
    std::chrono::milliseconds window{}; ///< of moments, where it does not end by itself
    std::string file = {};              ///< that it writes
    Words variables = {};
};

std::string content(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::set<std::string> files_beside(const std::string& file) {
    std::set<std::string> out;
    for (const auto& entry :
         std::filesystem::directory_iterator{std::filesystem::path{file}.parent_path()}) {
        out.insert(entry.path().filename());
    }
    return out;
}

/// Numbers of controllers and ports differ from one run to the next.
std::string without_digits(std::string text) {
    std::erase_if(text, [](unsigned char one) { return std::isdigit(one) != 0; });
    return text;
}

class AnyMoment : public ::testing::Test {
  protected:
    /// A directory for each run, so that those at the same time do not meet.
    std::string place_for(const std::string& name) {
        const std::filesystem::path folder = directory.path() / fmt::format("{}", ++places_);
        std::filesystem::create_directory(folder);
        return (folder / name).string();
    }
    /// With a file that is there already, for every other one.
    InterruptedRun run_of(const Subject& subject) {
        Words words{"env"};
        words.insert(words.end(), subject.variables.begin(), subject.variables.end());
        words.emplace_back(HAOH_PROGRAM);
        words.insert(words.end(), subject.words.begin(), subject.words.end());
        if (!subject.file.empty()) {
            const std::string file = place_for(subject.file);
            if (places_ % 2 == 0) {
                std::ofstream{file} << kOld;
            }
            words.push_back(file);
        }
        return {.words = std::move(words)};
    }
    std::vector<InterruptedRun> planned(const Subject& subject, std::chrono::microseconds window) {
        std::vector<InterruptedRun> out;
        const int count = thorough() ? 60 : 3;
        for (int index = 0; index < count; ++index) {
            InterruptedRun run = run_of(subject);
            run.signal = draw.number(2) == 1 ? SIGINT : SIGTERM;
            run.after = draw.moment(window);
            out.push_back(std::move(run));
        }
        return out;
    }
    [[nodiscard]] std::string describe(const Subject& subject, const InterruptedRun& run) const {
        return fmt::format(
            "{}: seed {}, signal {} after {} us: {}\nstatus {} after {} ms, stdout:\n"
            "{}\nstderr:\n{}",
            subject.name, draw.seed(), run.signal, run.after.count(), fmt::join(run.words, " "),
            run.status, run.took.count(), run.output, run.errors);
    }

    static void expect_end(const InterruptedRun& run) {
        EXPECT_NE(run.status, -1) << "it went on";
        EXPECT_FALSE(run.left_behind) << "a process that it started goes on";
        EXPECT_THAT(run.errors, Not(AnyOf(HasSubstr("terminate"), HasSubstr("Sanitizer"))));
    }
    /// The old one, the new one or, where there was none, none; and nothing else.
    static void expect_whole(const std::string& file, bool done) {
        const std::set<std::string> all = files_beside(file);
        const std::string name = std::filesystem::path{file}.filename();
        EXPECT_TRUE(all.empty() || all == std::set<std::string>{name})
            << ::testing::PrintToString(all);
        const std::string text = content(file);
        EXPECT_TRUE((!done && (all.empty() || text == kOld)) || nlohmann::json::accept(text))
            << text.substr(0, 1000);
    }
    static void expect_of_once(const Subject& subject, const InterruptedRun& run,
                               const std::string& undisturbed) {
        const bool killed = run.status == 128 + run.signal;
        EXPECT_TRUE(killed || (subject.status && run.status == *subject.status));
        if (killed && subject.status) {
            EXPECT_THAT(without_digits(undisturbed),
                        ::testing::StartsWith(without_digits(run.output)));
        }
        if (!subject.file.empty()) {
            const bool written = run.errors.find("written to") != std::string::npos;
            expect_whole(run.words.back(), written || !killed);
        }
    }

    /// Commands that do a thing and end.
    void end_once(const std::vector<Subject>& subjects) {
        std::vector<InterruptedRun> whole;
        std::vector<const Subject*> ending;
        for (const Subject& subject : subjects) {
            if (subject.status) {
                whole.push_back(run_of(subject));
                ending.push_back(&subject);
            }
        }
        run_all(whole, kAtOnce, 60s);
        std::map<std::string, std::pair<std::string, std::chrono::microseconds>> undisturbed;
        for (std::size_t index = 0; index < whole.size(); ++index) {
            SCOPED_TRACE(describe(*ending[index], whole[index]));
            EXPECT_EQ(whole[index].status, *ending[index]->status);
            expect_of_once(*ending[index], whole[index], whole[index].output);
            undisturbed[ending[index]->name] = {whole[index].output, whole[index].took};
        }
        std::vector<InterruptedRun> runs;
        std::vector<const Subject*> of;
        for (const Subject& subject : subjects) {
            const auto window = subject.status ? undisturbed[subject.name].second
                                               : std::chrono::microseconds{subject.window};
            for (InterruptedRun& run : planned(subject, window)) {
                runs.push_back(std::move(run));
                of.push_back(&subject);
            }
        }
        run_all(runs, kAtOnce, kLimit);
        for (std::size_t index = 0; index < runs.size(); ++index) {
            SCOPED_TRACE(describe(*of[index], runs[index]));
            expect_end(runs[index]);
            expect_of_once(*of[index], runs[index], undisturbed[of[index]->name].first);
        }
    }

    /// \param most  its status once it has begun: 3 may also be 0
    static void expect_of_monitor(const InterruptedRun& run, int most) {
        if (run.status == 128 + run.signal) { // before it heeds any
            EXPECT_EQ(run.output + run.errors, "");
            return;
        }
        if (run.errors.find("ended before everything was read") != std::string::npos) {
            EXPECT_EQ(run.status, 3);
            EXPECT_EQ(run.output, "") << "nothing is known";
            return;
        }
        EXPECT_THAT(run.status, AnyOf(0, most));
        if (std::find(run.words.begin(), run.words.end(), "json") == run.words.end()) {
            EXPECT_THAT(run.output, HasSubstr("namespace")) << "the summary";
            return;
        }
        std::istringstream lines{run.output};
        for (std::string line; std::getline(lines, line);) {
            EXPECT_TRUE(nlohmann::json::accept(line)) << line;
        }
        EXPECT_TRUE(run.output.empty() || run.output.ends_with('\n'));
    }
    void end_monitors(const std::vector<Subject>& subjects,
                      const std::function<void()>& meanwhile = {}) {
        std::vector<InterruptedRun> runs;
        std::vector<const Subject*> of;
        for (const Subject& subject : subjects) {
            for (InterruptedRun& run : planned(subject, subject.window)) {
                runs.push_back(std::move(run));
                of.push_back(&subject);
            }
        }
        run_all(runs, kAtOnce, kLimit, meanwhile);
        for (std::size_t index = 0; index < runs.size(); ++index) {
            SCOPED_TRACE(describe(*of[index], runs[index]));
            expect_end(runs[index]);
            expect_of_monitor(runs[index], of[index]->status.value());
        }
    }

    ScratchDirectory directory;
    Draw draw;

  private:
    int places_{};
};

/// Arrays, and what stands in for some.
struct Arrays {
    SimulatedArrays healthy{large_scenario("")};
    SimulatedArrays slow{large_scenario("latency = \"3ms\"")};
    SimulatedArrays stalled{
        large_scenario("[[array.fault]]\nkind = \"stall\"\nanswer = \"identify-namespace\"\n")};
    SimulatedArrays mute_log{
        large_scenario("[[array.fault]]\nkind = \"stall\"\nanswer = \"discovery-log\"\n")};
    SilentPeer silent;

    struct Target {
        const char* name;
        Words words;
        Words variables;
        int check;   ///< status of check when nothing ends it
        int read;    ///< the same of list and snapshot
        int watched; ///< as expect_of_monitor
    };
    [[nodiscard]] std::vector<Target> all() const {
        const Words bounded{"--timeout", "0.7"};
        return {
            {"healthy", pair_of(healthy), {}, 0, 0, 0},
            {"discovered", discovered(healthy), {}, 0, 0, 0},
            {"slow", pair_of(slow), {}, 0, 0, 0},
            {"stalled", joined(pair_of(stalled), bounded), {}, 3, 3, 3},
            {"mute log", joined({"-t", mute_log.target("b")}, bounded), {}, 4, 4, 3},
            {"silent", joined({"-t", silent.target(), "--nqn", kPairNqn}, bounded), {}, 4, 4, 3},
            {"name",
             joined({"-t", "tcp://nowhere.example", "--nqn", kPairNqn}, bounded),
             // The second: the order that AddressSanitizer asks for is its own affair here.
             {std::string{"LD_PRELOAD="} + HAOH_STALLED_NAMES,
              "ASAN_OPTIONS=verify_asan_link_order=0"},
             4,
             4,
             3},
        };
    }
};

TEST_F(AnyMoment, ends_commands_that_ask_arrays) {
    const Arrays arrays;
    std::vector<Subject> subjects;
    for (const Arrays::Target& target : arrays.all()) {
        for (const std::string command : {"check", "list", "snapshot"}) {
            subjects.push_back({.name = command + " of " + target.name,
                                .words = joined(joined({command}, target.words), as_a_host()),
                                .status = command == "check" ? target.check : target.read,
                                .variables = target.variables});
            if (command == "snapshot" && target.read != 4) {
                subjects.back().name += " into a file";
                subjects.back().file = "pair.json";
            }
        }
    }
    end_once(subjects);
}

TEST_F(AnyMoment, ends_commands_that_look_at_files) {
    const SimulatedArrays arrays{large_scenario("[array.subsystem]\nmodel = \"ANOTHER\"\n")};
    const std::string one = place_for("a.json");
    const std::string two = place_for("pair.json");
    for (const auto& [words, file] : {std::pair{discovered(arrays), one}, {pair_of(arrays), two}}) {
        ASSERT_EQ(haoh(joined(joined({"snapshot"}, words), joined(as_a_host(), {file}))).status, 0);
    }
    const RecordedHost host;
    const Words root{"--sysroot", host.root()};
    const std::string scenario = std::string{HAOH_SOURCE_DIR} + "/examples/policy/slow-path.toml";
    const std::string journal = place_for("night");
    ASSERT_EQ(haoh(joined({"monitor", "--for", "100ms", "--journal", journal}, root)).status, 0);
    std::vector<Subject> subjects{
        {.name = "check", .words = {"check", "--snapshot", two}, .status = 1},
        {.name = "list", .words = {"list", "--snapshot", two}, .status = 0},
        {.name = "list as JSON", .words = {"list", "--snapshot", two, "-o", "json"}, .status = 0},
        {.name = "merge",
         .words = {"snapshot", "--snapshot", one, "--snapshot", two},
         .status = 0,
         .file = "merged.json"},
        {.name = "diff", .words = {"diff", one, two}, .status = 1},
        {.name = "check of a tree", .words = joined({"check"}, root), .status = 3},
        {.name = "list of a tree", .words = joined({"list"}, root), .status = 3},
        {.name = "snapshot of a tree",
         .words = joined({"snapshot"}, root),
         .status = 3,
         .file = "host.json"},
        {.name = "policy list", .words = joined({"policy", "list"}, root), .status = 0},
        {.name = "policy show",
         .words = joined({"policy", "show", "--for", "300ms"}, root),
         .status = 0},
        {.name = "policy explain",
         .words = joined({"policy", "explain", "nvme0n1"}, root),
         .status = 0},
        {.name = "policy simulate", .words = {"policy", "simulate", scenario}, .status = 0},
        {.name = "policy set", .words = {"policy", "set", "numa", "nvme-subsys9999"}, .status = 4},
        {.name = "rules", .words = {"rules", "-o", "json"}, .status = 0},
        {.name = "replay", .words = {"monitor", "--replay", journal}, .status = 0},
        {.name = "help", .words = {"check", "--help"}, .status = 0},
    };
    end_once(subjects);
}

/// One that heeds neither the end of its input nor that nobody reads what it says.
TEST_F(AnyMoment, ends_a_drawing_with_the_program_that_draws) {
    const SimulatedArrays arrays{healthy_scenario()};
    const std::string file = place_for("pair.json");
    ASSERT_EQ(haoh(joined(joined({"snapshot"}, pair_of(arrays)), {file})).status, 0);
    static_cast<void>(directory.script("bin/dot", "exec sleep 1000\n"));
    const std::string path = "PATH=" + directory.path("bin") + ":" + environment("PATH").value();
    end_once({{.name = "list as SVG",
               .words = {"list", "--snapshot", file, "-o", "svg"},
               .status = {},
               .window = 400ms,
               .variables = {path}}});
}

TEST_F(AnyMoment, ends_a_monitor_of_arrays) {
    const Arrays arrays;
    std::vector<Subject> subjects;
    for (const Arrays::Target& target : arrays.all()) {
        for (const char* const format : {"text", "json"}) {
            subjects.push_back(
                {.name = std::string{"monitor of "} + target.name,
                 .words =
                     joined(joined({"monitor", "-o", format, "--metrics", "0", "-q"}, target.words),
                            as_a_host()),
                 .status = target.watched,
                 .window = 500ms,
                 .variables = target.variables});
        }
    }
    end_monitors(subjects);
}

TEST_F(AnyMoment, ends_a_monitor_of_a_host_with_its_programs) {
    RecordedHost host;
    const std::string program = directory.script("told", "sleep 0.2\n");
    std::vector<Subject> subjects;
    for (const Words& more : {Words{}, Words{"-o", "json"}, Words{"-o", "json", "--exec", program},
                              Words{"--exec", program}}) {
        subjects.push_back(
            {.name = "monitor of a tree",
             .words =
                 joined({"monitor", "-q", "--interval", "20ms", "--sysroot", host.root()}, more),
             .status = 0,
             .window = 500ms});
    }
    bool other = false;
    auto changed = std::chrono::steady_clock::now();
    end_monitors(subjects, [&] {
        if (const auto now = std::chrono::steady_clock::now(); now - changed > 20ms) {
            changed = now;
            other = !other;
            host.change(other ? "inaccessible" : "optimized");
        }
    });
}

TEST_F(AnyMoment, ends_a_monitor_with_its_journal) {
    RecordedHost host;
    std::vector<InterruptedRun> runs;
    std::vector<std::string> journals;
    for (int index = 0; index < (thorough() ? 60 : 6); ++index) {
        journals.push_back(place_for("night"));
        InterruptedRun run{.words = {HAOH_PROGRAM, "monitor", "-q", "-o", "json", "--interval",
                                     "20ms", "--sysroot", host.root(), "--journal",
                                     journals.back()}};
        run.signal = draw.number(2) == 1 ? SIGINT : SIGTERM;
        run.after = draw.moment(500ms);
        runs.push_back(std::move(run));
    }
    bool other = false;
    run_all(runs, kAtOnce, kLimit, [&] {
        other = !other;
        host.change(other ? "inaccessible" : "optimized");
    });
    for (std::size_t index = 0; index < runs.size(); ++index) {
        SCOPED_TRACE(fmt::format("seed {}, after {} us: status {}\n{}", draw.seed(),
                                 runs[index].after.count(), runs[index].status,
                                 runs[index].errors));
        expect_end(runs[index]);
        expect_of_monitor(runs[index], 0);
        const std::string text = content(journals[index]);
        if (!text.empty()) {
            const std::size_t before = text.rfind('\n', text.size() - 2);
            EXPECT_THAT(text.substr(before == std::string::npos ? 0 : before),
                        HasSubstr(R"("entry":"end")"));
            EXPECT_EQ(text.back(), '\n');
        }
    }
}

/// Its streams are one terminal, which is as it was before, whatever moment it was. The first one is
/// ended when it has taken the terminal, however long that takes it.
TEST_F(AnyMoment, ends_a_monitor_on_a_terminal_that_is_given_back) {
    const RecordedHost host;
    constexpr std::string_view kTaken = "\x1b[?1049h"; // xterm: the alternate screen
    constexpr std::string_view kGivenBack = "\x1b[?1049l";
    std::size_t taken = 0;
    for (int index = 0; index < (thorough() ? 60 : 5); ++index) {
        Pty pty;
        const termios before = pty.modes();
        Process monitor({"sh", "-c", R"(exec env TERM=xterm "$@" <")" + pty.name() + R"(" 2>&1)",
                         "sh", HAOH_PROGRAM, "monitor", "--interval", "20ms", "--sysroot",
                         host.root()},
                        Process::Options{.standard_output = pty.slave(), .standard_error = -1});
        const auto start = std::chrono::steady_clock::now();
        const auto moment = start + draw.moment(400ms);
        std::string shown;
        bool signalled = false;
        std::optional<int> status;
        while (!status && std::chrono::steady_clock::now() < start + kLimit) {
            shown += pty.shown(); // it writes until somebody reads
            const bool due = index == 0 ? shown.find(kTaken) != std::string::npos
                                        : std::chrono::steady_clock::now() >= moment;
            if (!signalled && due) {
                monitor.signal(SIGTERM);
                signalled = true;
            }
            status = monitor.wait_for(1ms);
        }
        shown += pty.shown();
        SCOPED_TRACE(fmt::format("seed {}, number {}: {}", draw.seed(), index, shown));
        EXPECT_THAT(status.value_or(-1), AnyOf(0, 3, 128 + SIGTERM));
        EXPECT_EQ(shown.find(kTaken) != std::string::npos,
                  shown.find(kGivenBack) != std::string::npos);
        const termios after = pty.modes();
        EXPECT_EQ(after.c_lflag, before.c_lflag);
        EXPECT_EQ(after.c_iflag, before.c_iflag);
        taken += shown.find(kTaken) != std::string::npos ? 1U : 0U;
    }
    EXPECT_GT(taken, 0U);
}

/// What the time is limited for ends within it, though all else would let it take an hour.
class Bound : public AnyMoment {};

TEST_F(Bound, of_a_target_covers_names_connecting_discovery_and_reading) {
    const Arrays arrays;
    std::vector<InterruptedRun> runs;
    for (const Arrays::Target& target : arrays.all()) {
        Words words = joined(joined({"env"}, target.variables), {HAOH_PROGRAM, "check"});
        words = joined(joined(words, target.words), as_a_host());
        words = joined(words, {"--command-timeout", "3600"});
        runs.push_back({.words = std::move(words)});
    }
    run_all(runs, kAtOnce, kLimit);
    for (std::size_t index = 0; index < runs.size(); ++index) {
        const Arrays::Target target = arrays.all()[index];
        EXPECT_EQ(runs[index].status, target.check)
            << target.name << runs[index].output << runs[index].errors;
        if (target.check != 0) {
            EXPECT_THAT(runs[index].output, HasSubstr("time")) << target.name;
        }
    }
}

TEST_F(Bound, of_a_monitor_covers_names_connecting_discovery_and_reading) {
    const Arrays arrays;
    std::vector<InterruptedRun> runs;
    for (Arrays::Target target : arrays.all()) {
        std::replace(target.words.begin(), target.words.end(), std::string{"0.7"},
                     std::string{"3600"});
        Words words = joined(joined({"env"}, target.variables),
                             {HAOH_PROGRAM, "monitor", "--for", "1s", "--command-timeout", "3600"});
        runs.push_back({.words = joined(joined(words, target.words), as_a_host())});
    }
    run_all(runs, kAtOnce, kLimit);
    for (std::size_t index = 0; index < runs.size(); ++index) {
        const Arrays::Target target = arrays.all()[index];
        SCOPED_TRACE(target.name + runs[index].output + runs[index].errors);
        if (target.watched == 3) {
            EXPECT_EQ(runs[index].status, 3);
            EXPECT_THAT(runs[index].errors, HasSubstr("ended before everything was read"));
        } else {
            EXPECT_THAT(runs[index].status, AnyOf(0, 3));
        }
    }
}

} // namespace
} // namespace haoh::test
