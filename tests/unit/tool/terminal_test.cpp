// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal.hpp"

#include "support/pty.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using test::Pty;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One of this program's streams is something else for a while.
class Redirected {
  public:
    Redirected(std::FILE* stream, int to) : stream_{stream} {
        std::fflush(stream_);
        before_ = ::fcntl(::fileno(stream_), F_DUPFD_CLOEXEC, 3);
        ::dup2(to, ::fileno(stream_));
    }
    ~Redirected() {
        std::fflush(stream_);
        std::clearerr(stream_);
        ::dup2(before_, ::fileno(stream_));
        ::close(before_);
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;

  private:
    std::FILE* stream_;
    int before_;
};

TextStyle style_on(int descriptor, const OutputOptions& options = {}) {
    const Redirected out{stdout, descriptor};
    return options.style();
}

TEST(Terminal, is_coloured_when_somebody_looks_or_it_is_wanted) {
    const Pty pty;
    const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct Case {
        const char* color;
        const char* no_color; ///< nullptr: not set
        bool terminal, file;
    };
    const std::vector<Case> all{
        {"auto", nullptr, true, false}, {"auto", "", true, false},
        {"auto", "1", false, false},    {"always", nullptr, true, true},
        {"always", "1", true, true},    {"never", nullptr, false, false},
    };
    for (const Case& one : all) {
        if (one.no_color == nullptr) {
            ::unsetenv("NO_COLOR");
        } else {
            ::setenv("NO_COLOR", one.no_color, 1);
        }
        OutputOptions options;
        options.color = one.color;
        EXPECT_EQ(style_on(pty.slave(), options).color, one.terminal) << one.color;
        EXPECT_EQ(style_on(file, options).color, one.file) << one.color;
    }
    ::unsetenv("NO_COLOR");
    OutputOptions options;
    EXPECT_FALSE(style_on(file, options).verbose);
    options.verbose = true;
    EXPECT_TRUE(style_on(file, options).verbose);
    ::close(file);
}

TEST(Terminal, output_is_in_one_of_the_formats_of_a_table) {
    using Row = Format<const std::string&>;
    static constexpr std::array<Row, 2> kTable{{
        {"plain", ".txt", [](const std::string& thing, const TextStyle&) { return thing; }},
        {"loud", ".txt",
         [](const std::string& thing, const TextStyle& style) {
             return thing + (style.verbose ? "!!" : "!");
         }},
    }};
    const std::span<const Row> table = kTable;
    const auto printed = [&](const std::string& arguments) {
        CLI::App app;
        OutputOptions options;
        add_output_options(app, options, table);
        app.parse(arguments);
        return rendered(table, options, std::string{"word"});
    };
    EXPECT_EQ(printed(""), "word") << "the first row";
    EXPECT_EQ(printed("-o plain"), "word");
    EXPECT_EQ(printed("--output loud"), "word!");
    EXPECT_EQ(printed("-v -o loud"), "word!!");
    for (const std::string wrong : {"-o json", "-o Loud", "-o lou"}) {
        EXPECT_THROW(printed(wrong), CLI::ValidationError) << wrong;
    }
    CLI::App app;
    OutputOptions options;
    add_output_options(app, options, table);
    EXPECT_THAT(app.help(), HasSubstr("{plain,loud}"));
}

TEST(Terminal, lines_are_as_wide_as_can_be_read) {
    const Pty pty;
    const std::vector<std::pair<unsigned short, unsigned>> all{
        {1, 40}, {40, 40}, {41, 41}, {80, 80}, {119, 119}, {120, 120}, {121, 120}, {500, 120}};
    for (const auto& [columns, width] : all) {
        pty.resize(columns, 24);
        EXPECT_EQ(style_on(pty.slave()).width, width);
    }
    // Neither one that does not know its size nor a file has one.
    pty.resize(0, 0);
    EXPECT_EQ(style_on(pty.slave()).width, TextStyle{}.width);
    const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(style_on(file).width, TextStyle{}.width);
    ::close(file);
}

TEST(Terminal, progress_is_one_line_for_all_targets) {
    const Pty pty;
    const Redirected err{stderr, pty.slave()};
    {
        Progress progress{false};
        Progress::Time now{std::chrono::hours{1}};
        progress.update("b", 0, 0, now);
        EXPECT_EQ(pty.shown(), "\r\033[Kreading  b");
        now += std::chrono::milliseconds(99); // too soon to be read
        progress.update("a", 1, 9, now);
        EXPECT_THAT(pty.shown(), IsEmpty());
        now += std::chrono::milliseconds(1);
        progress.update("b", 2, 7, now);
        EXPECT_EQ(pty.shown(), "\r\033[Kreading  a 1/9  b 2/7");
        progress.clear();
        EXPECT_EQ(pty.shown(), "\r\033[K");
        progress.clear();
        EXPECT_THAT(pty.shown(), IsEmpty()) << "it is clear";
        progress.update("b", 7, 7, now);
        EXPECT_THAT(pty.shown(), HasSubstr("b 7/7"));
    }
    EXPECT_EQ(pty.shown(), "\r\033[K");
}

TEST(Terminal, progress_is_not_longer_than_a_line) {
    const Pty pty;
    pty.resize(50, 24);
    const Redirected err{stderr, pty.slave()};
    for (const std::size_t length : {40U, 41U, 60U}) {
        Progress progress{false};
        progress.update(std::string(length, 'x'), 0, 0);
        // A cursor behind the last column would be on the next line.
        EXPECT_EQ(pty.shown(),
                  "\r\033[Kreading  " + std::string(std::min<std::size_t>(length, 40), 'x'));
        progress.clear();
        static_cast<void>(pty.shown());
    }
}

TEST(Terminal, progress_is_safe_and_ends_before_the_last_column_whatever_targets_are_called) {
    const Pty pty;
    pty.resize(50, 24);
    const Redirected err{stderr, pty.slave()};
    {
        Progress progress{false};
        progress.update("\x1b]0;owned\x07", 0, 0);
        EXPECT_EQ(pty.shown(), "\r\033[Kreading  \\x1b]0;owned\\x07");
    }
    static_cast<void>(pty.shown());
    Progress progress{false};
    std::string wide;
    for (int count = 0; count < 40; ++count) {
        wide += "\u65e5";
    }
    progress.update(wide, 0, 0);
    EXPECT_EQ(pty.shown(), "\r\033[Kreading  " + wide.substr(0, std::size_t{3} * 20));
}

TEST(Terminal, progress_is_for_who_looks_and_wants_it) {
    const Pty pty;
    {
        const Redirected err{stderr, pty.slave()};
        Progress progress{true};
        progress.update("a", 1, 2);
    }
    EXPECT_THAT(pty.shown(), IsEmpty());
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    {
        const Redirected err{stderr, ends[1]};
        Progress progress{false};
        progress.update("a", 1, 2);
    }
    ::close(ends[1]);
    char byte{};
    EXPECT_EQ(::read(ends[0], &byte, 1), 0) << "nobody looks at a pipe";
    ::close(ends[0]);
}

TEST(Terminal, what_is_printed_has_arrived) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    {
        const Redirected out{stdout, ends[1]};
        print("text\n");
        std::array<char, 20> bytes{};
        EXPECT_EQ(::read(ends[0], bytes.data(), bytes.size()), 5);
        EXPECT_STREQ(bytes.data(), "text\n");
        print("");
    }
    ::close(ends[0]);
    ::close(ends[1]);
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    std::error_code code;
    {
        const Redirected out{stdout, full};
        try {
            print("text\n");
        } catch (const Error& error) {
            code = error.code();
        }
    }
    ::close(full);
    EXPECT_EQ(code, std::errc::no_space_on_device);
}

} // namespace
} // namespace haoh::tool
