// SPDX-License-Identifier: LGPL-2.1-or-later
// With a program of ours in the place of Graphviz.
#include "graphviz.hpp"

#include "support/growth.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class GraphvizTest : public ::testing::Test {
  protected:
    GraphvizTest() {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
        const char* const path = std::getenv("PATH");
        path_ = path == nullptr ? "" : path;
        ::setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
        before_ = std::signal(SIGPIPE, SIG_IGN); // as haoh does
    }
    ~GraphvizTest() override {
        std::signal(SIGPIPE, before_);
        ::setenv("PATH", path_.c_str(), 1);
    }
    void dot_is(const std::string& body) const {
        static_cast<void>(scratch_.script("dot", body + "\n"));
    }
    [[nodiscard]] std::string text_of(const std::string& name) const { return scratch_.read(name); }

    test::ScratchDirectory scratch_;
    const std::filesystem::path& folder_ = scratch_.path();
    std::string path_;
    void (*before_)(int){};
};

std::string refusal_of(std::string_view graph, std::chrono::milliseconds timeout = 60s) {
    try {
        return "drawn: " + draw_svg(graph, timeout);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::errc::io_error);
        return error.what();
    }
}

TEST_F(GraphvizTest, gets_the_graph_and_gives_the_drawing) {
    dot_is("echo \"$@\"\ncat");
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{10}, std::size_t{65536}, std::size_t{3'000'000}}) {
        // It writes while it reads: neither side may wait for the other.
        const std::string graph(size, 'g');
        EXPECT_TRUE(draw_svg(graph, 60s) == "-Tsvg\n" + graph) << size;
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(GraphvizTest, may_leave_the_graph_unread) {
    dot_is("exec <&-\necho drawing");
    EXPECT_EQ(draw_svg(std::string(3'000'000, 'g'), 60s), "drawing\n");
}

TEST_F(GraphvizTest, is_ended_by_a_closed_pipe_as_any_program) {
    const std::string ignored = (folder_ / "ignored").string();
    dot_is("grep SigIgn /proc/self/status >" + ignored + "\ncat");
    const auto before = std::signal(SIGXFSZ, SIG_IGN); // as well
    EXPECT_EQ(draw_svg("graph", 60s), "graph");
    std::signal(SIGXFSZ, before);
    const std::string line = text_of("ignored");
    const auto mask = std::stoull(line.substr(line.find(':') + 1), nullptr, 16);
    for (const int number : {SIGPIPE, SIGXFSZ}) {
        EXPECT_EQ(mask >> static_cast<unsigned>(number - 1) & 1U, 0U) << line;
    }
}

TEST_F(GraphvizTest, failures_are_told_with_another_way) {
    dot_is("cat >/dev/null\nexit 3");
    EXPECT_THAT(refusal_of("graph"), HasSubstr("exit status 3"));
    EXPECT_THAT(refusal_of("graph"), HasSubstr("-o dot"));
    dot_is("cat >/dev/null\nkill -9 $$");
    EXPECT_THAT(refusal_of("graph"), HasSubstr("ended by signal 9"));
    dot_is("exit 1"); // whether it reads the graph or not
    EXPECT_THAT(refusal_of(std::string(3'000'000, 'g')), HasSubstr("exit status 1"));
    std::filesystem::remove(folder_ / "dot");
    ::setenv("PATH", folder_.c_str(), 1);
    EXPECT_THAT(refusal_of("graph"), HasSubstr("it is not installed"));
    EXPECT_THAT(refusal_of("graph"), HasSubstr("install the package graphviz"));
    std::ofstream{folder_ / "dot"} << "text";
    const std::string refused = refusal_of("graph");
    EXPECT_THAT(refused, HasSubstr("Permission denied"));
    EXPECT_THAT(refused, HasSubstr("-o dot"));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(GraphvizTest, draws_no_more_than_the_limit) {
    dot_is("cat");
    for (const std::size_t limit : {std::size_t{10}, std::size_t{65536}, std::size_t{200'000}}) {
        EXPECT_EQ(draw_svg(std::string(limit, 'g'), 60s, limit).size(), limit);
        try {
            static_cast<void>(draw_svg(std::string(limit + 1, 'g'), 60s, limit));
            ADD_FAILURE() << "drawn";
        } catch (const Error& error) {
            EXPECT_THAT(error.what(),
                        HasSubstr("a drawing of more than " + std::to_string(limit) + " bytes"));
        }
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(GraphvizTest, leaves_no_descriptor_open_and_sleeps_while_it_draws) {
    const auto open = [] {
        const std::filesystem::directory_iterator all{"/proc/self/fd"};
        return std::distance(begin(all), end(all));
    };
    dot_is("sleep 1\ncat");
    const auto before = open();
    const double busy = test::cpu_seconds([] { EXPECT_EQ(draw_svg("graph", 60s), "graph"); });
    EXPECT_EQ(open(), before);
    EXPECT_LT(busy, 0.5) << "of a second";
    dot_is("exit 3");
    static_cast<void>(refusal_of("graph"));
    EXPECT_EQ(open(), before);
}

TEST_F(GraphvizTest, is_not_waited_for_beyond_the_time) {
    dot_is("echo $$ >\"" + (folder_ / "pid").string() + "\"\nexec sleep 1000");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(refusal_of("graph", 2s), HasSubstr("no drawing within 2 s"));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 2s);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
    EXPECT_EQ(::kill(std::stoi(text_of("pid")), 0), -1) << "killed and reaped";
}

/// Whoever is ended while it draws takes the program with it, whether that heeds anything or not.
TEST_F(GraphvizTest, is_ended_with_the_one_that_waits_for_it) {
    for (const char* const ending : {"", "exec >&- 2>&-\n"}) {
        const std::string pid = (folder_ / "pid").string();
        dot_is("echo $$ >\"" + pid + ".new\"\nmv \"" + pid + ".new\" \"" + pid + "\"\n" + ending +
               "exec sleep 1000");
        const ::pid_t waiting = ::fork();
        if (waiting == 0) {
            static_cast<void>(draw_svg("graph", 600s));
            ::_exit(0);
        }
        const auto limit = std::chrono::steady_clock::now() + 60s;
        while (!std::filesystem::exists(pid) && std::chrono::steady_clock::now() < limit) {
            ::usleep(1000);
        }
        ASSERT_TRUE(std::filesystem::exists(pid));
        ASSERT_EQ(::kill(waiting, SIGTERM), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(waiting, &status, 0), waiting);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
        EXPECT_EQ(::kill(std::stoi(text_of("pid")), 0), -1) << "killed and reaped";
        std::filesystem::remove(pid);
    }
}

TEST_F(GraphvizTest, may_take_a_while_to_end) {
    dot_is("cat\nexec >&- 2>&-\nsleep 1");
    EXPECT_EQ(draw_svg("graph", 60s), "graph");
}

TEST_F(GraphvizTest, that_goes_on_after_its_drawing_is_killed) {
    dot_is("cat\nexec >&- 2>&-\nexec sleep 1000");
    EXPECT_THAT(refusal_of("graph"), HasSubstr("ended by signal 9"));
}

} // namespace
} // namespace haoh::tool
