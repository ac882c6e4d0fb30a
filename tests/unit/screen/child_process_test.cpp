// SPDX-License-Identifier: LGPL-2.1-or-later
#include "child_process.hpp"

#include "base/file_descriptor.hpp"
#include "support/child_status.hpp"
#include "support/failing_call.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

namespace files = std::filesystem;
using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kChildLimit = 120s;

/// A folder, the environment, and the streams of this program, all put back at the end.
class ChildProcessTest : public ::testing::Test {
  protected:
    ChildProcessTest() {
        for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
            environment_.emplace_back(*variable);
        }
    }
    ~ChildProcessTest() override {
        ::clearenv();
        for (const std::string& variable : environment_) {
            const std::size_t end = variable.find('=');
            ::setenv(variable.substr(0, end).c_str(), variable.substr(end + 1).c_str(), 1);
        }
        files::current_path(before_);
    }

    [[nodiscard]] std::string at(const std::string& name) const { return scratch_.path(name); }
    [[nodiscard]] std::string script(const std::string& name, const std::string& body) const {
        return scratch_.script(name, body);
    }
    [[nodiscard]] base::FileDescriptor open_output() const {
        return base::FileDescriptor{
            ::open(at("output").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)};
    }
    [[nodiscard]] std::string output() const {
        std::ifstream file{at("output")};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    static std::optional<int> ended(ChildProcess& child) {
        const auto deadline = std::chrono::steady_clock::now() + kChildLimit;
        while (!child.status() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(1ms);
        }
        return child.status();
    }
    /// What a shell with this script prints; its status has to be 0.
    std::string said(const std::string& body, std::string_view input = {},
                     std::vector<std::string> variables = {}) {
        const std::string path = script("said", body);
        const base::FileDescriptor out = open_output();
        ChildProcess child{{.path = path,
                            .name = "said",
                            .input = input,
                            .environment = std::move(variables),
                            .output = out.get()}};
        EXPECT_EQ(ended(child), 0);
        return output();
    }

    test::ScratchDirectory scratch_;
    const files::path& folder_ = scratch_.path();
    files::path before_ = files::current_path();
    std::vector<std::string> environment_;
};

std::string refusal_of(const std::string& program, std::error_code& code) {
    try {
        return "found " + find_program(program);
    } catch (const Error& error) {
        code = error.code();
        return error.what();
    }
}

TEST_F(ChildProcessTest, programs_are_found_by_path) {
    static_cast<void>(script("one/tool", ""));
    static_cast<void>(script("two/tool", ""));
    static_cast<void>(script("two/other", ""));
    static_cast<void>(script("here", ""));
    files::create_directories(folder_ / "one" / "other"); // may be searched, and is no program
    std::ofstream{at("one/text")} << "not executable";
    static_cast<void>(script("two/text", ""));
    files::current_path(folder_);
    const std::string one = at("one");
    const std::string two = at("two");
    struct Case {
        std::string path;
        const char* program;
        std::string found; ///< empty: nothing
    };
    const std::vector<Case> all{
        {one + ":" + two, "tool", one + "/tool"},
        {two + ":" + one, "tool", two + "/tool"},
        {one + ":" + two, "other", two + "/other"},
        {one + ":" + two, "text", two + "/text"},
        {one, "other", ""},
        {one, "text", ""},
        {one + ":" + two, "here", ""},
        {one + "::" + two, "here", "./here"},
        {":" + two, "here", "./here"},
        {one + "::" + two, "other", two + "/other"},
        {two + ":", "tool", two + "/tool"},
        {"", "tool", ""},
        {one, "", ""},
    };
    for (const auto& [path, program, found] : all) {
        ::setenv("PATH", path.c_str(), 1);
        std::error_code code;
        const std::string text = refusal_of(program, code);
        if (found.empty()) {
            EXPECT_EQ(code, Errc::not_found) << path << " " << program << ": " << text;
            EXPECT_THAT(text, HasSubstr(*program == '\0' ? "''" : program));
            EXPECT_THAT(text, HasSubstr("there is no such program in PATH"));
        } else {
            EXPECT_EQ(text, "found " + found) << path;
        }
    }
    ::unsetenv("PATH");
    EXPECT_THAT(find_program("sh"), EndsWith("/bin/sh"));
}

TEST_F(ChildProcessTest, programs_with_a_slash_are_files_that_may_be_executed) {
    const std::string good = script("good", "");
    EXPECT_EQ(find_program(good), good);
    files::current_path(folder_);
    EXPECT_EQ(find_program("./good"), "./good");
    std::ofstream{at("text")} << "text";
    std::error_code code;
    EXPECT_THAT(refusal_of("./nothing", code), HasSubstr("name a file that may be executed"));
    EXPECT_EQ(code, std::errc::no_such_file_or_directory);
    static_cast<void>(refusal_of("./text", code));
    EXPECT_EQ(code, std::errc::permission_denied);
    code.clear();
    EXPECT_THAT(refusal_of(folder_.string(), code), HasSubstr("it is not a file"));
    EXPECT_EQ(code, std::errc::permission_denied);
}

TEST_F(ChildProcessTest, variables_take_the_place_of_those_of_the_same_name) {
    ::clearenv();
    ::setenv("HAOH_TO", "ours", 1);
    ::setenv("HAOH_TOO", "kept", 1);
    ::setenv("HAOH_T", "kept as well", 1);
    const std::string variables = said("printf '%s,%s,%s,%s' \"$HAOH_TO\" \"$HAOH_TOO\" "
                                       "\"$HAOH_T\" \"$HAOH_NEW\"",
                                       {}, {"HAOH_TO=theirs", "HAOH_NEW=new"});
    EXPECT_EQ(variables, "theirs,kept,kept as well,new");
    ::clearenv(); // there is no list at all then
    EXPECT_EQ(said("printf '%s,%s' \"$HAOH_TO\" \"$HAOH_NEW\"", {}, {"HAOH_NEW=new"}), ",new");
}

TEST_F(ChildProcessTest, what_has_no_name_is_passed_on) {
    std::string odd = "without an equals sign";
    std::string good = "HAOH_OTHER=other";
    std::vector<char*> list{odd.data(), good.data(), nullptr};
    char** const before = std::exchange(environ, list.data());
    const std::string path = script("said", "tr '\\0' '\\n' </proc/$$/environ\n");
    const base::FileDescriptor out = open_output();
    ChildProcess child{{.path = path,
                        .name = "said",
                        .input = {},
                        .environment = {"HAOH_NEW=new", "PATH=/usr/bin:/bin"},
                        .output = out.get()}};
    environ = before;
    EXPECT_EQ(ended(child), 0);
    EXPECT_EQ(output(),
              "HAOH_NEW=new\nPATH=/usr/bin:/bin\nwithout an equals sign\nHAOH_OTHER=other\n");
}

TEST_F(ChildProcessTest, it_reads_its_input_from_the_beginning_whatever_is_open_here) {
    EXPECT_EQ(said("cat", ""), "");
    const std::string large(3'000'000, 'x');
    EXPECT_EQ(said("cat", large), large);
    // A program may have been started without its streams: their numbers are the next ones free.
    for (const int last : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        std::vector<base::FileDescriptor> kept;
        for (int number = 0; number <= last; ++number) {
            kept.emplace_back(::fcntl(number, F_DUPFD_CLOEXEC, 100));
            ::close(number);
        }
        const std::string path = script("said", "cat; echo err >&2");
        const int out =
            ::open(at("output").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
        std::optional<int> status;
        {
            ChildProcess child{{.path = path,
                                .name = "said",
                                .input = "input\n",
                                .environment = {},
                                .output = out}};
            status = ended(child);
        }
        for (int number = 0; number <= last; ++number) {
            ::dup2(kept[static_cast<std::size_t>(number)].get(), number); // closes `out` as well
        }
        EXPECT_EQ(out, 0);
        EXPECT_EQ(status, 0);
        EXPECT_EQ(output(), "input\nerr\n") << last;
    }
}

TEST_F(ChildProcessTest, it_is_alone_in_its_group_and_no_signal_is_blocked) {
    sigset_t blocked{};
    sigset_t before{};
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigaddset(&blocked, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const std::string told =
        said("grep SigBlk /proc/self/status; echo group $(ps -o pgid= -p $$) $$");
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_THAT(told, HasSubstr("SigBlk:\t0000000000000000\n"));
    const std::string group = told.substr(told.find("group ") + 6);
    EXPECT_EQ(std::stol(group), std::stol(group.substr(group.find(' ') + 1)));
}

TEST_F(ChildProcessTest, its_status_is_that_of_waitpid) {
    const std::string path =
        script("run", "read line; test \"$line\" = kill && kill -9 $$; exit $line");
    const base::FileDescriptor out = open_output();
    const auto status_with = [&](std::string_view input) {
        ChildProcess child{
            {.path = path, .name = "run", .input = input, .environment = {}, .output = out.get()}};
        EXPECT_GT(child.pid(), 0);
        return ended(child).value_or(-1);
    };
    EXPECT_EQ(WEXITSTATUS(status_with("0\n")), 0);
    EXPECT_EQ(WEXITSTATUS(status_with("7\n")), 7);
    const int killed = status_with("kill\n");
    EXPECT_TRUE(WIFSIGNALED(killed));
    EXPECT_EQ(WTERMSIG(killed), SIGKILL);
}

TEST_F(ChildProcessTest, its_end_is_told_once) {
    const std::string path = script("run", "read line <\"$GATE\"; exit 3");
    ASSERT_EQ(::mkfifo(at("gate").c_str(), 0600), 0);
    const base::FileDescriptor out = open_output();
    boost::asio::io_context context;
    ChildProcess child{{.path = path,
                        .name = "run",
                        .input = {},
                        .environment = {"GATE=" + at("gate")},
                        .output = out.get()}};
    int told = 0;
    ASSERT_TRUE(child.watch(context.get_executor(), [&told] { ++told; }));
    context.run_for(50ms);
    EXPECT_EQ(told, 0) << "it goes on";
    EXPECT_EQ(child.status(), std::nullopt);
    std::ofstream{at("gate")} << "go\n";
    context.restart();
    context.run_for(kChildLimit);
    EXPECT_EQ(told, 1);
    ASSERT_TRUE(child.status());
    EXPECT_EQ(WEXITSTATUS(*child.status()), 3);
    child.signal(SIGKILL); // nothing happens any more
    EXPECT_EQ(WEXITSTATUS(*child.status()), 3);
}

TEST_F(ChildProcessTest, nobody_is_told_when_it_is_given_up) {
    const std::string path = script("run", "exec sleep 1000");
    const base::FileDescriptor out = open_output();
    boost::asio::io_context context;
    bool told = false;
    pid_t pid = 0;
    {
        ChildProcess child{
            {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
        pid = child.pid();
        ASSERT_TRUE(child.watch(context.get_executor(), [&told] { told = true; }));
        EXPECT_EQ(::kill(pid, 0), 0);
    }
    EXPECT_EQ(::kill(pid, 0), -1) << "killed and reaped";
    context.run_for(kChildLimit);
    EXPECT_FALSE(told);
}

TEST_F(ChildProcessTest, without_a_descriptor_for_it_one_has_to_look) {
    const std::string path = script("run", "exit 3");
    const base::FileDescriptor out = open_output();
    boost::asio::io_context context;
    ChildProcess first{
        {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
    bool told = false;
    EXPECT_TRUE(first.watch(context.get_executor(), [&told] { told = true; }));
    ChildProcess child{
        {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    rlimit none = limit;
    none.rlim_cur = static_cast<rlim_t>(3);
    ::setrlimit(RLIMIT_NOFILE, &none);
    const bool watched =
        child.watch(context.get_executor(), [] { ADD_FAILURE() << "nobody watches"; });
    ::setrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_FALSE(watched);
    EXPECT_EQ(WEXITSTATUS(ended(child).value_or(-1)), 3);
    context.run_for(kChildLimit);
    EXPECT_TRUE(told);
}

TEST_F(ChildProcessTest, it_gets_the_signals_that_are_meant_for_it) {
    const std::string path =
        script("run", "trap 'exit 5' USR1\necho ready\nwhile :; do sleep 0.02; done");
    const base::FileDescriptor out = open_output();
    ChildProcess child{
        {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
    const auto deadline = std::chrono::steady_clock::now() + kChildLimit;
    while (output() != "ready\n" && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(1ms);
    }
    child.signal(SIGUSR1);
    EXPECT_EQ(WEXITSTATUS(ended(child).value_or(-1)), 5);
}

TEST_F(ChildProcessTest, after_sigterm_it_stays_until_it_is_killed_with_its_group) {
    // What it started does not heed SIGTERM, and outlives it.
    const std::string path = script("run", "(trap '' TERM; echo began; exec sleep 1000) &\nwait\n");
    const base::FileDescriptor out = open_output();
    ChildProcess child{
        {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
    const auto deadline = std::chrono::steady_clock::now() + kChildLimit;
    while (output() != "began\n" && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(::kill(-child.pid(), 0), 0) << "a group of its own";
    child.signal(SIGTERM);
    ::siginfo_t end{};
    ASSERT_EQ(::waitid(P_PID, static_cast<::id_t>(child.pid()), &end, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(child.status(), std::nullopt) << "its number is to stay its group's";
    child.signal(SIGCONT); // and no other signal ends that
    EXPECT_EQ(child.status(), std::nullopt);
    EXPECT_EQ(::kill(-child.pid(), 0), 0) << "one of it goes on";
    child.signal(SIGKILL);
    const std::optional<int> status = child.status();
    ASSERT_TRUE(status);
    EXPECT_TRUE(WIFSIGNALED(*status));
    EXPECT_EQ(WTERMSIG(*status), SIGTERM) << "which is what ended it";
    EXPECT_EQ(child.status(), status) << "asked again";
}

TEST_F(ChildProcessTest, signals_that_are_ignored_here_are_not_in_it) {
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    const auto size_before = std::signal(SIGXFSZ, SIG_IGN);
    const std::string told = said("grep SigIgn /proc/self/status");
    std::signal(SIGPIPE, pipe_before);
    std::signal(SIGXFSZ, size_before);
    const auto ignored = std::stoull(told.substr(told.find(':') + 1), nullptr, 16);
    for (const int number : {SIGPIPE, SIGXFSZ}) {
        EXPECT_EQ(ignored >> static_cast<unsigned>(number - 1) & 1U, 0U) << told;
    }
}

TEST_F(ChildProcessTest, without_memory_to_be_told_of_its_end_one_has_to_look) {
    const std::string path = script("run", "exit 3");
    const base::FileDescriptor out = open_output();
    EXPECT_EQ(
        test::status_of_child([&] {
            const auto descriptors = [] {
                const files::directory_iterator all{"/proc/self/fd"};
                return std::distance(begin(all), end(all));
            };
            boost::asio::io_context context;
            ChildProcess first{
                {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
            if (!first.watch(context.get_executor(), [] {})) {
                return 1; // it opens what the context keeps
            }
            ChildProcess child{
                {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
            const auto before = descriptors();
            if (!test::fail_call(SYS_epoll_ctl, ENOMEM)) {
                return 2;
            }
            const bool watched = child.watch(context.get_executor(), [] {});
            if (watched || descriptors() != before) {
                return 3;
            }
            return ended(child) && WEXITSTATUS(*child.status()) == 3 ? 0 : 4;
        }),
        0);
}

TEST_F(ChildProcessTest, an_end_that_the_kernel_keeps_to_itself_is_one) {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    const std::string path = script("run", "exit 3");
    {
        const base::FileDescriptor out = open_output();
        ChildProcess child{
            {.path = path, .name = "run", .input = {}, .environment = {}, .output = out.get()}};
        EXPECT_EQ(ended(child), 0);
    }
    std::signal(SIGCHLD, before);
}

std::size_t open_descriptors() {
    const files::directory_iterator all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_F(ChildProcessTest, what_keeps_it_from_starting_is_told) {
    const std::string good = script("good", "exit 0");
    std::ofstream{at("text")} << "neither ELF nor script";
    files::permissions(at("text"), files::perms::owner_all);
    const base::FileDescriptor out = open_output();
    const std::size_t before = open_descriptors();
    const auto failure_of = [](const std::string& path, std::string_view input, int output,
                               std::string& text) {
        try {
            ChildProcess child{{.path = path,
                                .name = "the program",
                                .input = input,
                                .environment = {},
                                .output = output}};
            EXPECT_EQ(ended(child), 0);
            text = "it ran";
        } catch (const Error& error) {
            text = error.what();
            return error.code();
        }
        return std::error_code{};
    };
    std::string text;
    EXPECT_EQ(failure_of(good, "input", out.get(), text), std::error_code{});
    EXPECT_EQ(failure_of(at("nothing"), "", out.get(), text), std::errc::no_such_file_or_directory);
    EXPECT_THAT(text, HasSubstr("the program"));
    EXPECT_THAT(text, Not(HasSubstr("it is no program")));
    EXPECT_THAT(text, Not(HasSubstr("#!/bin/sh")));
    EXPECT_EQ(failure_of(at("text"), "", out.get(), text), std::errc::executable_format_error);
    EXPECT_THAT(text, HasSubstr("it is no program"));
    EXPECT_THAT(text, HasSubstr("#!/bin/sh"));
    EXPECT_EQ(failure_of(good, "", -1, text), std::errc::bad_file_descriptor);

    // No descriptor is left for its input, or its input has no room.
    const auto limited = [&](auto resource, rlim_t value, std::string_view input) {
        rlimit limit{};
        ::getrlimit(resource, &limit);
        rlimit less = limit;
        less.rlim_cur = value;
        ::setrlimit(resource, &less);
        const std::error_code code = failure_of(good, input, out.get(), text);
        ::setrlimit(resource, &limit);
        return code;
    };
    EXPECT_EQ(limited(RLIMIT_NOFILE, static_cast<rlim_t>(3), "input"),
              std::errc::too_many_files_open);
    const auto heeded = std::signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(limited(RLIMIT_FSIZE, 10, "more than ten bytes"), std::errc::file_too_large);
    EXPECT_EQ(limited(RLIMIT_FSIZE, 10, "ten bytes."), std::error_code{});
    std::signal(SIGXFSZ, heeded);
    EXPECT_EQ(open_descriptors(), before) << "a descriptor is left";
}

} // namespace
} // namespace haoh::tool
