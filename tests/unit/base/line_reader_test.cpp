// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/line_reader.hpp"

#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include <sys/stat.h>

namespace haoh::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kLimit = std::size_t{1} << 20U;

std::vector<std::string> lines_of(LineReader& reader) {
    std::vector<std::string> out;
    while (const auto line = reader.next()) {
        out.push_back(std::string(line->text) + (line->whole ? "$" : "..."));
        EXPECT_EQ(reader.number(), out.size());
    }
    return out;
}

class Lines : public ::testing::Test {
  protected:
    [[nodiscard]] std::vector<std::string> of(const std::string& text) const {
        LineReader reader{scratch.file("lines", text), kLimit};
        return lines_of(reader);
    }
    test::ScratchDirectory scratch;
};

TEST_F(Lines, come_one_by_one) {
    EXPECT_THAT(of(""), IsEmpty());
    EXPECT_THAT(of("\n"), ElementsAre("$"));
    EXPECT_THAT(of("a"), ElementsAre("a..."));
    EXPECT_THAT(of("a\n\nbc\n"), ElementsAre("a$", "$", "bc$"));
    EXPECT_THAT(of("a\r\nb"), ElementsAre("a\r$", "b..."));
    using namespace std::string_literals;
    EXPECT_THAT(of("a\0b\n\0"s), ElementsAre("a\0b$"s, "\0..."s));
}

TEST_F(Lines, may_be_longer_than_what_is_read_at_once) {
    const std::string one(300'000, 'x');
    const std::string two(700'000, 'y');
    EXPECT_THAT(of(one + "\n" + two + "\nz\n" + one),
                ElementsAre(one + "$", two + "$", "z$", one + "..."));
    EXPECT_THAT(of(std::string((std::size_t{1} << 18U) - 1, 'x') + "\n"),
                ElementsAre(std::string((std::size_t{1} << 18U) - 1, 'x') + "$"));
}

TEST_F(Lines, have_a_bound_that_is_told_with_the_line) {
    const std::string file = scratch.file("long", "short\n" + std::string(3 * kLimit, 'x') + "\n");
    LineReader reader{file, kLimit};
    EXPECT_EQ(reader.next()->text, "short");
    try {
        static_cast<void>(reader.next());
        FAIL() << "it was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::too_large);
        EXPECT_THAT(error.what(), HasSubstr(file + ":2"));
        EXPECT_THAT(error.what(), HasSubstr("more than 1 MiB"));
    }
}

TEST_F(Lines, come_from_a_pipe_as_they_are_written) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const std::string name = "/proc/self/fd/" + std::to_string(ends[0]);
    LineReader reader{name, kLimit};
    std::thread writer{[&] {
        EXPECT_EQ(::write(ends[1], "one\ntw", 6), 6);
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        EXPECT_EQ(::write(ends[1], "o\n", 2), 2);
        ::close(ends[1]);
    }};
    EXPECT_THAT(lines_of(reader), ElementsAre("one$", "two$"));
    writer.join();
    ::close(ends[0]);
}

TEST_F(Lines, of_what_is_no_file_are_refused) {
    ASSERT_EQ(::mkfifo(scratch.path("fifo").c_str(), 0600), 0);
    for (const std::string& name :
         {scratch.path("fifo"), std::string{"/dev/zero"}, scratch.path("nowhere")}) {
        EXPECT_THROW((LineReader{name, kLimit}), Error) << name;
    }
    LineReader directory{scratch.path(""), kLimit};
    EXPECT_THROW(static_cast<void>(directory.next()), Error);
    LineReader nothing{"/dev/null", kLimit};
    EXPECT_THAT(lines_of(nothing), IsEmpty());
}

} // namespace
} // namespace haoh::base
