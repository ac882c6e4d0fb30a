// SPDX-License-Identifier: LGPL-2.1-or-later
// Every command while a call of libc fails, once or from then on, that can fail on a machine that is
// short of something: it says so, with the status for that, and leaves nothing behind.
#include "draw.hpp"
#include "faulty_run.hpp"
#include "targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

namespace haoh::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::chrono::seconds kLimit{180};
constexpr const char* kOld = "what was there before\n";

/// A command, what it is pointed at, and what it comes to when nothing fails.
struct Command {
    std::string name;
    Words words;
    int status{};
    std::string file = {}; ///< that it replaces: JSON; in the last word
    bool watches = false;  ///< what it says depends on when
};

/// All that commands take, made once for a test.
struct World {
    World() {
        snapshot(pair_of(healthy), good);
        snapshot(pair_of(broken), bad);
        static_cast<void>(
            directory.script("bin/dot", "cat >/dev/null\necho '<svg>a drawing</svg>'\n"));
        static_cast<void>(directory.script("program", "cat >/dev/null\n"));
        const ProgramResult recorded = haoh({"monitor", "-q", "-o", "json", "--for", "100ms",
                                             "--sysroot", host.root(), "--journal", journal});
        EXPECT_EQ(recorded.status, 0) << recorded.standard_error;
    }
    void snapshot(const Words& target, const std::string& file) const {
        const ProgramResult result =
            haoh(joined(joined({"snapshot"}, target), joined(as_a_host(), {file})));
        EXPECT_EQ(result.status, 0) << result.standard_error;
    }

    SimulatedArrays healthy{healthy_scenario()};
    SimulatedArrays broken{pair_with_b("[array.subsystem]\nmodel = \"ANOTHER\"\n")};
    RecordedHost host;
    ScratchDirectory directory;
    std::string good = directory.path("good.json");
    std::string bad = directory.path("bad.json");
    std::string journal = directory.path("journal");
};

const Words& command_names() {
    static const Words names{"check_file",       "check_bad_file",  "check_arrays",
                             "check_discovered", "check_reports",   "list_file",
                             "list_arrays",      "list_drawn",      "list_host",
                             "snapshot_file",    "diff_same",       "diff_other",
                             "policy_list",      "policy_show",     "policy_explain",
                             "policy_simulate",  "rules",           "help",
                             "check_name",       "monitor_host",    "monitor_arrays",
                             "monitor_program",  "monitor_journal", "monitor_replay"};
    return names;
}

Command command_of(const std::string& name, const World& world) {
    const Words root{"--sysroot", world.host.root()};
    const Words asked = joined(joined(pair_of(world.healthy), as_a_host()), {"--timeout", "10"});
    const std::string scenario = std::string{HAOH_SOURCE_DIR} + "/examples/policy/slow-path.toml";
    const Words watch{"monitor", "-q", "-o", "json", "--for", "100ms", "--interval", "20ms"};
    const std::vector<Command> all{
        {"check_file", {"check", "--snapshot", world.good}, 0},
        {"check_bad_file", {"check", "--snapshot", world.bad}, 1},
        {"check_arrays", joined({"check"}, asked), 0},
        {"check_discovered",
         joined(joined({"check"}, discovered(world.healthy)),
                joined(as_a_host(), {"--timeout", "10"})),
         0},
        {"check_reports",
         {"check", "--snapshot", world.good, "-o", "text", "-o",
          "sarif=" + world.directory.path("new.sarif")},
         0,
         world.directory.path("new.sarif")},
        {"check_name", joined({"check", "-t", "tcp://localhost:1", "--nqn", kPairNqn}, as_a_host()),
         4},
        {"list_file", {"list", "--snapshot", world.good, "-o", "json"}, 0},
        {"list_arrays", joined({"list"}, asked), 0},
        {"list_drawn", {"list", "--snapshot", world.good, "-o", "svg"}, 0},
        {"list_host", joined({"list"}, root), 3},
        {"snapshot_file", joined(joined({"snapshot"}, asked), {world.directory.path("new.json")}),
         0, world.directory.path("new.json")},
        {"diff_same", {"diff", world.good, world.good}, 0},
        {"diff_other", {"diff", world.good, world.bad}, 1},
        {"policy_list", joined({"policy", "list"}, root), 0},
        {"policy_show", joined({"policy", "show", "--for", "50ms"}, root), 0},
        {"policy_explain", joined({"policy", "explain", "nvme0n1"}, root), 0},
        {"policy_simulate", {"policy", "simulate", scenario}, 0},
        {"rules", {"rules", "-o", "json"}, 0},
        {"help", {"check", "--help"}, 0},
        {"monitor_host", joined(joined(watch, {"--metrics", "0"}), root), 0, {}, true},
        {"monitor_arrays", joined(joined(watch, {"--metrics", "0"}), asked), 0, {}, true},
        {"monitor_program",
         joined(joined(watch, {"--exec", world.directory.path("program")}), root),
         0,
         {},
         true},
        {"monitor_journal",
         joined(joined(watch, {"--journal", world.directory.path("watched")}), root),
         0,
         {},
         true},
        {"monitor_replay", {"monitor", "--replay", world.journal}, 0},
    };
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return *found;
}

std::string content(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Numbers of controllers and ports differ from one run to the next, and so do times, and with them
/// the columns.
std::string without_numbers(std::string text) {
    std::erase_if(
        text, [](unsigned char one) { return std::isdigit(one) != 0 || std::isspace(one) != 0; });
    return text;
}

class FailingCalls : public ::testing::TestWithParam<std::string> {
  protected:
    FailingCalls() : command{command_of(GetParam(), world)} {}

    FaultyRun run_under(const Fault& fault) {
        if (!command.file.empty()) {
            std::ofstream{command.file} << kOld;
        }
        const std::string path =
            "PATH=" + world.directory.path("bin") + ":" + environment("PATH").value();
        return run_with(fault, command.words, {path}, kLimit);
    }
    /// For what watches there is something to be seen.
    void change_on(const std::stop_token& over) {
        bool other = false;
        while (command.watches && !over.stop_requested()) {
            other = !other;
            world.host.change(other ? "inaccessible" : "optimized");
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
    }
    [[nodiscard]] std::size_t files() const {
        const std::filesystem::directory_iterator all{world.directory.path()};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    /// Some of those that there are: the first, and others as they come.
    std::vector<Fault> sample(const FaultyRun& healthy) {
        std::vector<Fault> out;
        for (const CallInfo& info : kCalls) {
            const std::uint64_t count = healthy.calls.at(static_cast<std::size_t>(info.call));
            const bool many = info.call == Call::memory;
            const std::uint64_t few = command.watches ? 1 : 3; // those take their time
            const std::uint64_t wanted =
                thorough() ? few * (many ? 130 : 13) : few * (many ? 5 : 1);
            for (std::uint64_t index = 0; index < std::min(wanted, count); ++index) {
                const std::uint64_t first = wanted >= count ? index + 1 : draw.number(count);
                const auto known = static_cast<std::uint64_t>(std::count_if(
                    info.errors.begin(), info.errors.end(), [](int error) { return error != 0; }));
                const int error = info.errors.at(draw.number(known) - 1);
                const bool persists = error != EINTR && draw.number(3) == 1;
                out.push_back({.call = info.call,
                               .error = error,
                               .first = first,
                               .last = persists ? ~std::uint64_t{} : first});
            }
        }
        return out;
    }

    void expect_told(const Fault& fault, const FaultyRun& run, const FaultyRun& healthy) const {
        const ProgramResult& result = run.result;
        const std::string told = result.standard_output + result.standard_error;
        const bool same = command.watches || without_numbers(result.standard_output) ==
                                                 without_numbers(healthy.result.standard_output);
        if (result.status == command.status && same) {
            return; // nothing that matters
        }
        const bool speechless = fault.call == Call::write && fault.persists();
        EXPECT_NE(fault.error, EINTR) << "nothing was wrong";
        if (result.status == command.status && !speechless) {
            EXPECT_THAT(told,
                        AnyOf(HasSubstr(std::generic_category().message(fault.error)),
                              HasSubstr("out of memory"), HasSubstr("Cannot allocate memory")))
                << "what is different has no reason";
        } else if (result.status != command.status) {
            // Another port may be free.
            EXPECT_THAT(result.status, AnyOf(3, 4, fault.error == EADDRINUSE ? 2 : 4));
        }
        EXPECT_TRUE(speechless || told != healthy.result.standard_output) << "nothing is said";
        if (result.status == 4 && !speechless) {
            EXPECT_THAT(told, AnyOf(HasSubstr("haoh: "), StartsWith("UNKNOWN"),
                                    HasSubstr("not observed"), HasSubstr("NOT OBSERVED")));
        }
        for (const char* raw : {"bad_alloc", "[system:", "std::", "[generic:"}) {
            EXPECT_THAT(told, Not(HasSubstr(raw))) << "these are no words";
        }
    }
    void expect_whole(const FaultyRun& run, std::size_t before) const {
        EXPECT_EQ(files(), before) << "a file is left";
        if (!command.file.empty()) {
            const std::string text = content(command.file);
            EXPECT_TRUE(nlohmann::json::accept(text) || (run.result.status != 0 && text == kOld))
                << text;
        }
    }

    World world;
    Command command;
    Draw draw;
};

TEST_P(FailingCalls, are_told_and_leave_nothing_behind) {
    const std::jthread changing{[this](const std::stop_token& over) { change_on(over); }};
    const FaultyRun healthy = run_under({});
    ASSERT_EQ(healthy.result.status, command.status)
        << healthy.result.standard_output << healthy.result.standard_error;
    ASSERT_GT(healthy.calls.at(static_cast<std::size_t>(Call::memory)), 0U) << "nothing is counted";
    EXPECT_EQ(healthy.descriptors_after, healthy.descriptors_before);
    const std::size_t before = files();
    for (const Fault& fault : sample(healthy)) {
        const FaultyRun run = run_under(fault);
        SCOPED_TRACE(fmt::format("{}, seed {}, {}: status {} after {} ms\nstdout:\n{}\nstderr:\n{}",
                                 command.name, draw.seed(), describe(fault), run.result.status,
                                 run.result.duration.count(), run.result.standard_output,
                                 run.result.standard_error));
        EXPECT_FALSE(run.too_slow);
        EXPECT_LT(run.result.status, 5) << "its death was violent";
        // What ends for want of memory may end anywhere.
        if (run.descriptors_after != -1 || fault.call != Call::memory) {
            EXPECT_EQ(run.descriptors_after, healthy.descriptors_after)
                << "descriptors are left open";
        }
        expect_told(fault, run, healthy);
        expect_whole(run, before);
    }
}

/// From some moment on, while arrays are asked, there is no memory at all: whoever would tell that time is
/// over may be gone. Arrays give a silent host up after ten seconds, some never.
TEST(WithoutMemory, asking_arrays_ends_in_time) {
    constexpr std::chrono::seconds kSoon{8};
    constexpr int kAttempts = 3; // a busy machine may be late
    const SimulatedArrays arrays{healthy_scenario()};
    for (const Words& target : {pair_of(arrays), discovered(arrays)}) {
        const Words words =
            joined(joined({"check"}, target), joined(as_a_host(), {"--timeout", "1"}));
        const FaultyRun healthy = run_with({}, words, {}, kLimit);
        ASSERT_EQ(healthy.result.status, 0) << healthy.result.standard_error;
        const std::uint64_t count = healthy.calls.at(static_cast<std::size_t>(Call::memory));
        const std::uint64_t step = thorough() ? 1 : 8;
        // Before that the command line is read.
        for (std::uint64_t first = count / 2; first <= count; first += step) {
            const Fault fault{
                .call = Call::memory, .error = ENOMEM, .first = first, .last = ~std::uint64_t{}};
            FaultyRun run;
            int attempt = 0;
            do {
                run = run_with(fault, words, {}, kLimit);
            } while ((run.too_slow || run.result.duration >= kSoon) && ++attempt < kAttempts);
            EXPECT_LT(attempt, kAttempts) << describe(fault) << ": it waits";
            EXPECT_THAT(run.result.status, AnyOf(0, 3, 4)) << describe(fault) << "\n"
                                                           << run.result.standard_error;
        }
    }
}

/// Of the first descriptors that epoll is given one belongs to all timers, and Asio does not ask whether it was
/// taken: a monitor went on for ever.
TEST(WithoutTimers, is_told_at_once) {
    const RecordedHost host;
    const Words monitor{"monitor", "-q", "-o", "json", "--for", "50ms", "--sysroot", host.root()};
    const Words check =
        joined({"check", "-t", "tcp://127.0.0.1:1", "--nqn", kPairNqn}, as_a_host());
    for (const Words& words : {monitor, check}) {
        const FaultyRun healthy = run_with({}, words, {}, kLimit);
        for (std::uint64_t number = 1; number <= 4; ++number) {
            const Fault fault{
                .call = Call::epoll, .error = ENOMEM, .first = number, .last = number};
            const FaultyRun run = run_with(fault, words, {}, kLimit);
            EXPECT_FALSE(run.too_slow) << words.front() << ": " << describe(fault);
            EXPECT_THAT(run.result.status, AnyOf(healthy.result.status, 3, 4)) << describe(fault);
        }
    }
}

/// It is put together in streams, which swallow a lack of memory and leave out the rest.
TEST(WithoutMemory, help_is_whole_or_there_is_none) {
    const Words words{"check", "--help"};
    const FaultyRun healthy = run_with({}, words, {}, kLimit);
    ASSERT_EQ(healthy.result.status, 0);
    const std::uint64_t count = healthy.calls.at(static_cast<std::size_t>(Call::memory));
    const std::uint64_t step = thorough() ? 1 : 5;
    for (std::uint64_t number = 1; number <= count; number += step) {
        const Fault fault{.call = Call::memory, .error = ENOMEM, .first = number, .last = number};
        const ProgramResult result = run_with(fault, words, {}, kLimit).result;
        if (result.standard_output != healthy.result.standard_output) {
            EXPECT_EQ(result.status, 4) << describe(fault) << "\n" << result.standard_output;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, FailingCalls, ::testing::ValuesIn(command_names()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace haoh::test
