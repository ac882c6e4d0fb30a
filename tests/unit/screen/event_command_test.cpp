// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_command.hpp"

#include "base/file_descriptor.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Clock = std::chrono::steady_clock;

constexpr auto kProgramLimit = 120s;

class TemporaryFolder : public test::ScratchDirectory {
  public:
    [[nodiscard]] std::string at(const std::string& name) const { return path(name); }
    /// A shell script; `$D` in it is this folder.
    [[nodiscard]] std::string script(const std::string& body, const char* name = "run") const {
        return ScratchDirectory::script(name, "D='" + path().string() + "'\n" + body);
    }
    [[nodiscard]] std::vector<std::string> lines(const std::string& name) const {
        std::vector<std::string> out;
        std::istringstream all{read(name)};
        for (std::string line; std::getline(all, line);) {
            out.push_back(line);
        }
        return out;
    }
};

Event sample(std::uint64_t sequence = 1) {
    Event event;
    event.kind = EventKind::ana_change;
    event.sequence = sequence;
    event.nsid = 7;
    event.device = "nvme0n7";
    event.controller = "nvme1";
    event.from = "optimized";
    event.to = "inaccessible";
    event.array = "array a";
    event.subsysnqn = "nqn.2026-01.org.example:pair";
    return event;
}

class EventCommandTest : public ::testing::Test {
  protected:
    EventCommandOptions options(const std::string& program) {
        EventCommandOptions out;
        out.program = program;
        out.rate = 1000;
        out.on_problem = [this](const std::string& text) { problems_.push_back(text); };
        return out;
    }
    EventCommand command(const std::string& program) {
        return {context_.get_executor(), options(program)};
    }
    /// Runs until `done` says so.
    template <typename Done>
    void run_until(Done done) {
        context_.restart();
        const auto deadline = Clock::now() + kProgramLimit;
        while (!done()) {
            ASSERT_LT(Clock::now(), deadline) << "still waits";
            context_.run_one_for(10ms);
            context_.restart();
        }
    }
    void run(asio::awaitable<void> body) {
        bool done = false;
        std::exception_ptr failure;
        asio::co_spawn(context_, std::move(body), [&](std::exception_ptr error) {
            failure = std::move(error);
            done = true;
        });
        run_until([&] { return done; });
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    TemporaryFolder folder_;
    asio::io_context context_;
    std::vector<std::string> problems_;
};

TEST_F(EventCommandTest, the_program_gets_the_event) {
    ::setenv("HAOH_TO", "of our own environment", 1);
    EventCommand one =
        command(folder_.script("cat > \"$D/input\"\nenv | grep ^HAOH_ | grep -v MUTANT | sort > "
                               "\"$D/env\"\necho $# > \"$D/arguments\"\n"));
    one.push(sample(), R"({"schema":"haoh.event/1"})");
    run(one.idle());
    ::unsetenv("HAOH_TO");
    EXPECT_EQ(folder_.read("input"), "{\"schema\":\"haoh.event/1\"}\n");
    EXPECT_THAT(folder_.lines("env"),
                ElementsAre("HAOH_CONTROLLER=nvme1", "HAOH_DEVICE=nvme0n7", "HAOH_EVENT=ana_change",
                            "HAOH_FROM=optimized", "HAOH_NSID=7", "HAOH_SITE=array a",
                            "HAOH_SKIPPED=0", "HAOH_SUBSYSNQN=nqn.2026-01.org.example:pair",
                            "HAOH_TO=inaccessible"));
    EXPECT_EQ(folder_.read("arguments"), "0\n");
    EXPECT_THAT(problems_, IsEmpty());
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 1}));
}

TEST_F(EventCommandTest, what_an_event_does_not_say_is_empty_and_what_is_not_printable_is_escaped) {
    EventCommand one = command(
        folder_.script("echo \"[$HAOH_NSID][${HAOH_FROM-unset}][$HAOH_DEVICE]\" > \"$D/out\"\n"));
    Event event;
    event.device = std::string("a\0b\n", 4);
    one.push(event, "{}\n");
    run(one.idle());
    EXPECT_EQ(folder_.read("out"), "[][][a\\x00b\\x0a]\n");
}

TEST_F(EventCommandTest, events_are_told_in_order_one_after_the_other) {
    EventCommand one = command(folder_.script("mkdir \"$D/alone\" || echo two > \"$D/two\"\n"
                                              "cat >> \"$D/input\"\nrmdir \"$D/alone\"\n"));
    std::string expected;
    for (int index = 0; index < 20; ++index) {
        one.push(sample(), std::to_string(index));
        expected += std::to_string(index) + "\n";
    }
    run(one.idle());
    EXPECT_EQ(folder_.read("input"), expected);
    EXPECT_FALSE(fs::exists(folder_.at("two")));
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 20}));
    one.push(sample(), "again"); // after it had nothing to do
    run(one.idle());
    EXPECT_EQ(one.counts().runs, 21U);
}

TEST_F(EventCommandTest, output_of_either_kind_goes_to_one_descriptor) {
    auto chosen = options(folder_.script("echo out\necho err >&2\n"));
    chosen.output = ::open(folder_.at("output").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    EventCommand one{context_.get_executor(), chosen};
    one.push(sample(), "{}");
    run(one.idle());
    EXPECT_EQ(folder_.read("output"), "out\nerr\n");
    ::close(chosen.output);
}

TEST_F(EventCommandTest, the_program_has_none_of_our_descriptors_and_may_be_ended_by_a_pipe) {
    const int open_here = ::open("/dev/null", O_RDONLY); // without O_CLOEXEC
    EventCommand one = command(folder_.script("ls /proc/self/fd | wc -l > \"$D/count\"\n"
                                              "grep SigIgn /proc/self/status > \"$D/ignored\"\n"));
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    one.push(sample(), "{}");
    run(one.idle());
    std::signal(SIGPIPE, before);
    ::close(open_here);
    EXPECT_EQ(std::stoi(folder_.read("count")), 4); // three, and that of ls
    const std::string ignored = folder_.read("ignored");
    const auto mask = std::stoull(ignored.substr(ignored.find(':') + 1), nullptr, 16);
    EXPECT_EQ(mask >> static_cast<unsigned>(SIGPIPE - 1) & 1U, 0U) << ignored;
}

TEST_F(EventCommandTest, a_program_that_does_not_read_holds_up_nobody) {
    EventCommand one = command(folder_.script("exit 0\n"));
    one.push(sample(), std::string(4'000'000, 'x'));
    run(one.idle());
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 1}));
}

TEST_F(EventCommandTest, failures_are_counted_and_the_first_few_are_told) {
    EventCommand one = command(folder_.script("exit 3\n"));
    for (std::uint64_t sequence = 1; sequence <= 8; ++sequence) {
        one.push(sample(sequence), "{}");
    }
    run(one.idle());
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 8, .failures = 8}));
    ASSERT_THAT(problems_, SizeIs(5));
    EXPECT_THAT(problems_[0], EndsWith("run ended with status 3 for event 1 (ana_change)"));
    EXPECT_THAT(problems_[4], EndsWith("; further failures are only counted"));
}

TEST_F(EventCommandTest, a_program_that_never_ends_is_ended) {
    auto chosen = options(folder_.script("echo $$ > \"$D/pid\"\nexec sleep 1000\n"));
    chosen.timeout = 2s; // in which the program has begun
    EventCommand one{context_.get_executor(), chosen};
    one.push(sample(), "{}");
    run(one.idle());
    EXPECT_THAT(problems_, ElementsAre(HasSubstr("took longer than 2000 ms for event 1")));
    EXPECT_EQ(::kill(std::stoi(folder_.read("pid")), 0), -1);
    EXPECT_EQ(errno, ESRCH) << "not reaped";
}

TEST_F(EventCommandTest, one_that_does_not_heed_sigterm_is_killed) {
    for (const bool poll : {false, true}) {
        auto chosen =
            options(folder_.script("trap 'echo term >> \"$D/term\"' TERM\necho $$ > \"$D/pid\"\n"
                                   "while :; do sleep 0.05; done\n"));
        chosen.timeout = 2s; // in which the trap is set
        chosen.grace = 500ms;
        chosen.poll = poll;
        EventCommand one{context_.get_executor(), chosen};
        const auto begin = Clock::now();
        one.push(sample(), "{}");
        run(one.idle());
        EXPECT_GE(Clock::now() - begin, chosen.timeout + chosen.grace);
        EXPECT_EQ(folder_.read("term"), "term\n");
        EXPECT_EQ(::kill(std::stoi(folder_.read("pid")), 0), -1);
        EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 1, .failures = 1}));
        fs::remove(folder_.at("term"));
    }
}

TEST_F(EventCommandTest, all_that_a_program_started_is_ended_with_it) {
    // The second one does not heed SIGTERM, and outlives the first, which does.
    for (const char* body : {"sleep 1000 &\necho > \"$D/began\"\nwait\n",
                             "sh -c 'trap \"\" TERM; echo > \"$0/began\"; exec sleep 1000' "
                             "\"$D\" &\nwait\n"}) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
        const base::FileDescriptor reader{ends[0]};
        base::FileDescriptor writer{ends[1]}; // held by whatever is left
        auto chosen = options(folder_.script(body));
        chosen.output = writer.get();
        chosen.grace = 500ms;
        EventCommand one{context_.get_executor(), chosen};
        one.push(sample(), "{}");
        run_until([&] { return fs::exists(folder_.at("began")); });
        one.stop();
        run(one.stopped());
        writer.reset();
        run_until([&] {
            char byte{};
            return ::read(reader.get(), &byte, 1) == 0;
        });
        fs::remove(folder_.at("began"));
    }
}

TEST_F(EventCommandTest, one_that_heeds_sigterm_has_time_to_end) {
    auto chosen = options(folder_.script("trap 'sleep 0.5; echo done > \"$D/done\"; exit 0' TERM\n"
                                         "echo > \"$D/began\"\nwhile :; do sleep 0.02; done\n"));
    chosen.grace = kProgramLimit;
    EventCommand one{context_.get_executor(), chosen};
    one.push(sample(), "{}");
    run_until([&] { return fs::exists(folder_.at("began")); });
    one.stop();
    run_until([&] { return fs::exists(folder_.at("done")); });
    EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(EventCommandTest, nothing_is_done_while_a_program_runs) {
    // Its end is told by a descriptor for it, where the kernel has them, and not looked for.
    const auto pidfds = [] {
        int count = 0;
        for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
            std::error_code gone;
            const std::string target = fs::read_symlink(entry.path(), gone).string();
            count += target.find("pidfd") != std::string::npos ? 1 : 0;
        }
        return count;
    };
    for (const bool poll : {false, true}) {
        auto chosen = options(folder_.script("echo > \"$D/began\"\nexec sleep 1000\n"));
        chosen.poll = poll;
        EventCommand one{context_.get_executor(), chosen};
        one.push(sample(), "{}");
        bool idle = false;
        asio::co_spawn(context_, one.idle(), [&idle](const std::exception_ptr&) { idle = true; });
        run_until([&] { return fs::exists(folder_.at("began")); });
        const std::size_t turns = context_.run_for(1s);
        EXPECT_LT(turns, poll ? 200U : 20U);
        EXPECT_EQ(pidfds(), poll ? 0 : 1);
        EXPECT_FALSE(idle);
        one.stop();
        run(one.stopped());
        run_until([&] { return idle; });
        fs::remove(folder_.at("began"));
    }
}

TEST_F(EventCommandTest, one_that_is_stuck_in_the_kernel_is_left_only_at_the_end) {
    const std::string program = folder_.script("echo run >> \"$D/runs\"\n");
    EXPECT_EQ(test::status_of_child([&] {
                  asio::io_context context;
                  std::vector<std::string> problems;
                  EventCommandOptions chosen;
                  chosen.program = program;
                  chosen.timeout = 100ms;
                  chosen.grace = 100ms;
                  chosen.on_problem = [&](const std::string& text) { problems.push_back(text); };
                  EventCommand one{context.get_executor(), chosen};
                  // It ends, and the kernel does not say so.
                  if (!test::fail_call(SYS_wait4, 0)) {
                      return 1;
                  }
                  one.push(sample(1), "{}");
                  one.push(sample(2), "{}");
                  context.run_for(1s);
                  if (one.counts() != EventCommand::Counts{.runs = 1, .waiting = 1}) {
                      return 2; // no other runs beside it
                  }
                  one.stop();
                  bool stopped = false;
                  asio::co_spawn(context, one.stopped(),
                                 [&](const std::exception_ptr&) { stopped = true; });
                  context.restart();
                  context.run_for(kProgramLimit);
                  if (!stopped || one.counts() != EventCommand::Counts{.runs = 1}) {
                      return 3;
                  }
                  return problems.empty() ? 0 : 4;
              }),
              0);
    EXPECT_EQ(folder_.read("runs"), "run\n");
}

TEST_F(EventCommandTest, input_has_one_newline_at_its_end) {
    EventCommand one = command(folder_.script("cat >> \"$D/input\"\n"));
    for (const char* line : {"without", "with\n", ""}) {
        one.push(sample(), line);
    }
    run(one.idle());
    EXPECT_EQ(folder_.read("input"), "without\nwith\n\n");
}

TEST_F(EventCommandTest, ends_are_found_without_a_pidfd_too) {
    auto chosen = options(folder_.script("cat >> \"$D/input\"\nexit 1\n"));
    chosen.poll = true;
    EventCommand one{context_.get_executor(), chosen};
    one.push(sample(), "1");
    one.push(sample(), "2");
    run(one.idle());
    EXPECT_EQ(folder_.read("input"), "1\n2\n");
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 2, .failures = 2}));
}

TEST_F(EventCommandTest, of_a_flood_the_last_events_are_told_and_the_rest_counted) {
    auto chosen =
        options(folder_.script("read line\necho \"$line $HAOH_SKIPPED\" >> \"$D/seen\"\n"));
    chosen.queue = 8;
    EventCommand one{context_.get_executor(), chosen};
    for (int index = 1; index <= 10'000; ++index) {
        one.push(sample(), std::to_string(index));
    }
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.skipped = 9'992, .waiting = 8}));
    run(one.idle());
    EXPECT_THAT(folder_.lines("seen"), ElementsAre("9993 9992", "9994 0", "9995 0", "9996 0",
                                                   "9997 0", "9998 0", "9999 0", "10000 0"));
}

TEST_F(EventCommandTest, no_more_runs_begin_in_a_second_than_allowed) {
    auto chosen = options(folder_.script("exit 0\n"));
    chosen.rate = 3;
    EventCommand one{context_.get_executor(), chosen};
    const auto begin = Clock::now();
    for (int index = 0; index < 7; ++index) {
        one.push(sample(), "{}");
    }
    // A short run may have ended when it is first looked at, so that one turn begins several.
    run_until([&] { return one.counts().runs >= 4; });
    EXPECT_GE(Clock::now() - begin, 1s);
    run(one.idle());
    EXPECT_GE(Clock::now() - begin, 2s);
    EXPECT_EQ(one.counts().runs, 7U);
}

TEST_F(EventCommandTest, stop_forgets_what_waits_and_ends_what_runs) {
    auto chosen = options(folder_.script("echo $$ > \"$D/pid\"\nexec sleep 1000\n"));
    EventCommand one{context_.get_executor(), chosen};
    for (int index = 0; index < 100; ++index) {
        one.push(sample(), "{}");
    }
    run_until([&] { return !folder_.read("pid").empty(); });
    one.stop();
    one.push(sample(), "too late");
    run(one.stopped());
    EXPECT_EQ(one.counts(), (EventCommand::Counts{.runs = 1}));
    EXPECT_THAT(problems_, IsEmpty());
    EXPECT_EQ(::kill(std::stoi(folder_.read("pid")), 0), -1);
    run(one.stopped());
}

TEST_F(EventCommandTest, to_be_destroyed_is_to_be_stopped) {
    {
        EventCommand one = command(
            folder_.script("echo run >> \"$D/runs\"\necho $$ > \"$D/pid\"\nexec sleep 1000\n"));
        one.push(sample(1), "{}");
        one.push(sample(2), "{}");
        run_until([&] { return !folder_.read("pid").empty(); });
    }
    run_until([&] { return ::kill(std::stoi(folder_.read("pid")), 0) != 0; });
    context_.run_for(100ms); // another would have begun at once
    EXPECT_THAT(folder_.lines("runs"), SizeIs(1));
    EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(EventCommandTest, nothing_is_left_when_everything_is_destroyed) {
    std::string pid;
    {
        asio::io_context context;
        EventCommand one{context.get_executor(),
                         options(folder_.script("echo $$ > \"$D/pid\"\ntrap '' TERM\n"
                                                "while :; do sleep 0.05; done\n"))};
        one.push(sample(), "{}");
        const auto deadline = Clock::now() + kProgramLimit;
        while ((pid = folder_.read("pid")).empty() && Clock::now() < deadline) {
            context.run_for(10ms);
        }
    }
    ASSERT_FALSE(pid.empty());
    EXPECT_EQ(::kill(std::stoi(pid), 0), -1);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(EventCommandTest, waiting_for_the_end_can_be_canceled) {
    auto chosen = options(folder_.script("exec sleep 1000\n"));
    EventCommand one{context_.get_executor(), chosen};
    one.push(sample(), "{}");
    asio::cancellation_signal cancel;
    bool done = false;
    asio::co_spawn(
        context_, one.idle(),
        asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr& error) {
            done = true;
            EXPECT_TRUE(error);
        }));
    run_until([&] { return one.counts().runs == 1; });
    // Until it waits: one that is canceled before it began throws out of the context with newer Asio.
    context_.poll();
    EXPECT_FALSE(done);
    cancel.emit(asio::cancellation_type::terminal);
    run_until([&] { return done; });
    one.stop();
    run(one.stopped());
}

TEST_F(EventCommandTest, what_the_callback_throws_comes_out) {
    auto chosen = options(folder_.script("exit 1\n"));
    chosen.on_problem = [](const std::string& text) { throw std::runtime_error(text); };
    EventCommand one{context_.get_executor(), chosen};
    one.push(sample(), "{}");
    EXPECT_THROW(run(one.idle()), std::runtime_error);
    run(one.idle());
}

TEST_F(EventCommandTest, a_program_that_cannot_be_run_is_told_at_once) {
    const auto error_of = [&](const std::string& program) {
        try {
            command(program);
        } catch (const Error& error) {
            return std::string{error.what()};
        }
        return std::string{"none"};
    };
    EXPECT_THAT(error_of("haoh-no-such-program"),
                AllOf(HasSubstr("there is no such program in PATH"), HasSubstr("; name a file")));
    EXPECT_THAT(error_of(folder_.at("nothing")), HasSubstr("No such file"));
    EXPECT_THAT(error_of(folder_.at("") + "."), HasSubstr("it is not a file"));
    EXPECT_THAT(error_of(""), HasSubstr("no such program"));
    std::ofstream{folder_.at("text")} << "text";
    EXPECT_THAT(error_of(folder_.at("text")), HasSubstr("Permission denied"));
    EXPECT_EQ(error_of("true"), "none");
}

TEST_F(EventCommandTest, times_are_those_of_the_manual_unless_told_otherwise) {
    const EventCommandOptions options;
    EXPECT_EQ(options.rate, 10U);
    EXPECT_EQ(options.timeout, 30s);
    EXPECT_EQ(options.grace, 2s);
    EXPECT_EQ(options.output, STDERR_FILENO);
}

TEST_F(EventCommandTest, options_that_make_no_sense_are_refused) {
    const std::vector<std::pair<bool, void (*)(EventCommandOptions&)>> all{
        {true, [](EventCommandOptions&) {}},
        {true, [](EventCommandOptions& one) { one.rate = 1; }},
        {true, [](EventCommandOptions& one) { one.rate = 1000; }},
        {true, [](EventCommandOptions& one) { one.queue = 1; }},
        {true, [](EventCommandOptions& one) { one.timeout = 1ms; }},
        {true, [](EventCommandOptions& one) { one.grace = 1ms; }},
        {false, [](EventCommandOptions& one) { one.rate = 0; }},
        {false, [](EventCommandOptions& one) { one.rate = 1001; }},
        {false, [](EventCommandOptions& one) { one.queue = 0; }},
        {false, [](EventCommandOptions& one) { one.timeout = 0ms; }},
        {false, [](EventCommandOptions& one) { one.grace = 0ms; }},
    };
    for (const auto& [good, change] : all) {
        auto chosen = options("true");
        change(chosen);
        try {
            const EventCommand command{context_.get_executor(), chosen};
            EXPECT_TRUE(good);
        } catch (const Error& error) {
            EXPECT_FALSE(good) << error.what();
            EXPECT_EQ(error.code(), Errc::invalid_argument);
            EXPECT_THAT(error.what(), HasSubstr("rate: 1 to 1000"));
        }
    }
}

TEST_F(EventCommandTest, a_program_that_is_none_or_goes_away_is_a_failed_run) {
    std::ofstream{folder_.at("text")} << "neither ELF nor script";
    fs::permissions(folder_.at("text"), fs::perms::owner_all);
    EventCommand text = command(folder_.at("text"));
    text.push(sample(), "{}");
    run(text.idle());
    EXPECT_EQ(text.counts(), (EventCommand::Counts{.failures = 1}));
    EXPECT_THAT(problems_, ElementsAre(HasSubstr("it is no program")));

    EventCommand gone = command(folder_.script("exit 0\n"));
    fs::remove(folder_.at("run"));
    gone.push(sample(), "{}");
    run(gone.idle());
    EXPECT_EQ(gone.counts(), (EventCommand::Counts{.failures = 1}));
}

} // namespace
} // namespace haoh::tool
